"""What a host showed of its security, as people read it: RDP, TLS, certificate, sign-in.

Strategy: one function a rung; it gives the parts of a sentence, the most telling first, and
leaves out what is not known.  Every string that a target sent passes ``clean``.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from math import inf
from typing import Any

from bot.desk.labels import SECURITY, SERVERS
from bot.desk.words import Facts, clean, day, duration, failed, listed, moment, number
from bot.evidence import Failure, Observation, Status
from bot.evidence.certificate import LEAST_BITS, WEAK_HASHES
from bot.evidence.seen import same_machine
from bot.wire.hello import SHAPES
from bot.wire.layers import of_one_host
from bot.wire.negotiation import flag_words
from bot.wire.reading import CLIENT, WIDE, suits_client

_ALLOWED = {"restricted-admin": "restricted admin", "credential-guard": "Remote Credential Guard"}
_WITH_NLA = ("negotiate", "tls-required", "nla-required")
"""Where the host may take NLA, without which these flags mean nothing."""
_UNLIKE = "not alike on every connection: several machines?"
_NTLM = {"blocked": "NTLM is blocked", "none": "NTLM is not offered"}
_MODERN = frozenset({"TLSv1.2", "TLSv1.3"})

PRINT = 8
"""So many digits of a fingerprint tell two certificates apart."""
SOON_DAYS = 30
"""A certificate that ends within this time is said to."""
NEW_DAYS = 7
"""So young a certificate is said to be."""
CLOCK_RIGHT_S = 60


def rdp(facts: Facts, host: str) -> list[str]:
    """Which security the server accepts, what kind of server it is, what else it allows."""
    security = str(facts.get("security"))
    parts = [SECURITY.get(security, "answers")]
    if facts.get("server") in SERVERS:
        parts.append(SERVERS[facts["server"]])
    flags = facts.get("flags", 0) if security in _WITH_NLA else 0
    allowed = ", ".join(_ALLOWED[flag] for flag in flag_words(flags) if flag in _ALLOWED)
    if allowed:
        parts[-1] += f" ({allowed})"
    told = facts.get("answers")
    answers = {name: str(one) for name, one in told.items()} if isinstance(told, Mapping) else {}
    return parts if of_one_host(answers) else [*parts, _UNLIKE]


def tls(facts: Facts, host: str) -> list[str]:
    """The versions that it accepts, and whether a current PC would agree with it on what."""
    versions = [str(each) for each in facts.get("versions", ())]
    bare = [each.removeprefix("TLSv") for each in versions]
    said = f"TLS {listed(bare)}" if bare != ["SSLv3"] else "SSLv3"
    accepted = f"{said}{'' if bare[1:] else ' only'}" if bare else ""
    match facts.get("modern_client"):
        case "agrees":
            parts = [accepted, f"a Windows 11 PC agrees{_on(_shape(facts, CLIENT))}"]
        case "refused" if versions and not _MODERN.intersection(versions):
            parts = [_too_old(facts, said)]
        case "refused":
            parts = [accepted, _no_common(facts)]
        case _:
            parts = [accepted]
    if facts.get("unsteady"):
        parts.append(_UNLIKE)
    return [each for each in parts if each] or ["answers"]


def _too_old(facts: Facts, accepted: str) -> str:
    """A PC with old versions turned on gets in all the same, if the host has a suite of its own."""
    suites = [_suite(facts, name) for name in SHAPES]
    own = _suite(facts, WIDE)
    if own and not any(map(suits_client, suites)):
        return f"a Windows 11 PC fails: only {accepted}, with {own}"
    hardened = "" if accepted == "SSLv3" else "hardened "
    return f"a {hardened}Windows 11 PC fails: only {accepted}"


def _no_common(facts: Facts) -> str:
    """The suite decides, unless it is one that such a PC offers: then it is something else."""
    answered = _suite(facts, CLIENT)
    suite = answered if answered and not suits_client(answered) else _suite(facts, WIDE)
    if suits_client(suite):
        return f"a Windows 11 PC fails, though not for the suite ({suite})"
    why = f" (the host takes {suite})" if suite else ""
    return f"a Windows 11 PC fails: no cipher in common{why}"


def _suite(facts: Facts, name: str) -> str:
    return clean(str(_shape(facts, name).get("cipher", "")))


def _shape(facts: Facts, name: str) -> Mapping[str, Any]:
    shapes = facts.get("shapes")
    found = shapes.get(name) if isinstance(shapes, Mapping) else None
    return found if isinstance(found, Mapping) else {}


def _on(shape: Mapping[str, Any]) -> str:
    version = clean(str(shape.get("version", ""))).replace("TLSv", "TLS ")
    agreed = ", ".join(filter(None, (version, clean(str(shape.get("cipher", ""))))))
    return f" with {agreed}" if agreed else ""


def certificates(seen: Sequence[Observation], states: Mapping[str, str]) -> list[str]:
    """The certificate; where two connections met two of them, both, and which is which."""
    shown: dict[str, Observation] = {}
    for each in seen:
        if each.status is Status.PASSED:
            shown.setdefault(str(each.facts.get("sha256")), each)
    broken = [each for each in seen if each.failure is Failure.CERT_UNREADABLE and shown]
    if len(shown) + len(broken) < 2:
        own = states.get("certificate-issuer") == "windows-made"
        return [part for each in shown.values() for part in certificate(each.facts, own)]
    made = [_told_apart(each.facts) for each in shown.values()]
    made += [f"{failed(each.failure, each.facts)}: {clean(each.detail)}" for each in broken]
    numbered = [f"({number}) {text}" for number, text in enumerate(made, 1)]
    return [f"{len(made)} different certificates in turn", *numbered]


def _told_apart(facts: Facts) -> str:
    return ": ".join(filter(None, (label(facts), "; ".join(certificate(facts, named=True)))))


def label(facts: Facts) -> str:
    """Which certificate it is: its subject, and the beginning of its fingerprint."""
    subject = clean(str(facts.get("subject", ""))).removeprefix("CN=")
    print_ = clean(str(facts.get("sha256", "")))[:PRINT]
    return ", ".join(filter(None, (subject, print_ and f"SHA-256 {print_}")))


def certificate(facts: Facts, windows_made: bool = False, *, named: bool = False) -> list[str]:
    """Validity, name, issuer, and key or hash where they are weak; ``named``: by its label."""
    parts = _dates(facts)
    subject = clean(str(facts.get("subject", ""))).removeprefix("CN=")
    if facts.get("matches_host") is False:
        parts.append(f"made out to {_holder(facts) or subject or 'another name'}")
    if facts.get("self_signed"):
        untold = not named and facts.get("matches_host") is not False
        by = f" by {subject}" if subject and untold else ""
        parts.append("self-signed, as Windows makes it" if windows_made else f"self-signed{by}")
    elif "issuer" in facts:
        parts.append(f"issued by {clean(str(facts['issuer'])).removeprefix('CN=')}")
    if facts.get("key_bits", inf) < LEAST_BITS.get(str(facts.get("key_type")), 0):
        parts.append(f"{facts['key_bits']}-bit key")
    if facts.get("signature_hash") in WEAK_HASHES:
        parts.append(f"signed with {facts['signature_hash'].upper()}")
    return parts


def _holder(facts: Facts) -> str:
    """The names that count, which the subject need not be among."""
    names = [clean(str(each)) for each in facts.get("names", ())]
    return listed([*names[:2], *([f"{len(names) - 2} more"] if names[2:] else [])]) if names else ""


def _dates(facts: Facts) -> list[str]:
    """From when to when; the facts hold no clock, but the days left are counted from one."""
    left, ends = facts.get("days_left"), facts.get("not_after")
    if ends is None:
        return []
    if left is None:
        return [f"valid to {day(ends)}"]
    if left < 0:
        return [f"expired {day(ends)}"]
    age = _age(facts)
    if age is not None and age < 0:
        return [f"not valid before {day(facts['not_before'])}"]
    soon = f", {duration(left * 86_400)} left" if left < SOON_DAYS else ""
    said = [f"valid to {day(ends)}{soon}"]
    if age is not None and age < NEW_DAYS:
        said.append("made today" if age < 1 else f"made {duration(age * 86_400)} ago")
    return said


def _age(facts: Facts) -> float | None:
    """Days since a certificate began; below 0 where it has not begun yet."""
    begins, ends = (moment(facts.get(key)) for key in ("not_before", "not_after"))
    if begins is None or ends is None:
        return None
    return (ends - begins) / timedelta(days=1) - float(facts["days_left"])


def sign_in(facts: Facts, host: str) -> list[str]:
    """Another name than the typed one, patched or not, NTLM, the system's version, the clock."""
    parts = ["answers"]
    own = clean(str(facts.get("dns_computer") or facts.get("computer") or ""))
    if own and not same_machine(own, host):
        parts[0] = f"answers as {own}"
    if "patched" in facts:
        parts.append("patched" if facts["patched"] else "without the 2018 CredSSP update")
    if facts.get("ntlm") in _NTLM:
        parts.append(_NTLM[facts["ntlm"]])
    if "os" in facts:
        parts.append(clean(str(facts["os"])))
    if facts.get("clock_skew_s") is not None:
        parts.append(_clock(facts["clock_skew_s"], facts.get("clock_skew_error_s", 0.0)))
    return parts


def _clock(skew: float, error: float) -> str:
    """How far the clock is off, with what the measurement may be off."""
    if abs(skew) <= CLOCK_RIGHT_S < error:
        return f"clock known to {_exactly(round(error))} only"
    if abs(skew) <= CLOCK_RIGHT_S:
        return f"clock right to {number(max(0.1, abs(skew) + error))} s"
    bound = f" (give or take {number(error)} s)" if error >= 1 else ""
    return f"clock {_exactly(round(abs(skew)))} {'ahead' if skew > 0 else 'behind'}{bound}"


def _exactly(seconds: int) -> str:
    """A span in two units, since 4 minutes 59 s is right and 5 hours 30 minutes a time zone."""
    for size, less in ((86_400, 3_600), (3_600, 60), (60, 1)):
        if seconds >= size:
            whole, rest = divmod(round(seconds / less), size // less)
            return " ".join(duration(part) for part in (whole * size, rest * less) if part)
    return duration(seconds)
