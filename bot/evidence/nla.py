"""What the start of the sign-in says, item by item: CredSSP, NTLM, the clock."""

from bot.evidence.observation import Failure
from bot.evidence.seen import Seen, either, known

PROBE = "nla.challenge"
CLOCK_LIMIT_S = 300.0  # Kerberos' tolerance (RFC 4120 1.6)
FIRST_PATCHED, NEWEST = 5, 6
OLDEST = 2

_FAILURES = {
    Failure.NLA_CLOSED: "closed",
    Failure.NLA_SILENT: "silent",
    Failure.NLA_ERROR: "error",
    Failure.NLA_NOT_OFFERED: "not-offered",
    Failure.PROBE_MALFORMED: "error",
}


def credssp_version(seen: Seen) -> str | None:
    """State of ``credssp-version``; a version that nobody has published says nothing."""
    patched, version = seen.flag(PROBE, "patched"), seen.number(PROBE, "credssp_version")
    if patched is None and version is not None and OLDEST <= version <= NEWEST:
        patched = version >= FIRST_PATCHED
    return either(patched, "patched", "unpatched")


def ntlm(seen: Seen) -> str | None:
    """State of ``ntlm``."""
    return known(seen.text(PROBE, "ntlm"), ("offered", "blocked", "none"))


def answer(seen: Seen) -> str | None:
    """State of ``nla-answer``."""
    failure = seen.failure(PROBE)
    if failure is not None:
        return _FAILURES.get(failure)
    return "challenge" if seen.passed(PROBE) and ntlm(seen) != "none" else None


def clock(seen: Seen) -> str | None:
    """State of ``clock``: known only where the error does not reach across the limit."""
    skew = seen.number(PROBE, "clock_skew_s")
    if skew is None:
        return None
    error = abs(seen.number(PROBE, "clock_skew_error_s") or 0.0)
    if abs(skew) - error > CLOCK_LIMIT_S:
        return "skewed"
    return "right" if abs(skew) + error <= CLOCK_LIMIT_S else None
