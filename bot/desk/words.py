"""Facts of probes as people read them: one function a rung.

Strategy: a fact that is absent is left out, never guessed.  Every string that a target sent
passes ``clean``; what comes out is plain text for any surface.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from math import ceil
from typing import Any

from bot import redact
from bot.desk.labels import PINGS, SECURITY, SERVERS, STRANGERS
from bot.evidence import Failure
from bot.wire.x224 import stranger

Facts = Mapping[str, Any]
LONGEST = 120
"""A string of a target is cut to this many characters."""

FAILURES = {
    Failure.JUMPBOX_UNREACHABLE: "the jump box does not answer",
    Failure.JUMPBOX_HOST_KEY: "the jump box showed a host key that is not the pinned one",
    Failure.JUMPBOX_AUTH: "the jump box refused the bot's key",
    Failure.JUMPBOX_FORWARDING: "the jump box does not forward connections",
    Failure.JUMPBOX_TIMEOUT: "the jump box answered too late",
    Failure.NAME_NOT_FOUND: "there is no such name",
    Failure.NAME_NO_ANSWER: "the name servers gave no address",
    Failure.NAME_TIMEOUT: "the name servers do not answer",
    Failure.TCP_REFUSED: "refused: nothing listens there",
    Failure.TCP_TIMEOUT: "no answer: times out",
    Failure.TCP_UNREACHABLE: "unreachable: no way there",
    Failure.TCP_FAILED: "the connection failed",
    Failure.RDP_SILENT: "open, but says nothing to an RDP request",
    Failure.RDP_CLOSED: "open, but closes on an RDP request",
    Failure.RDP_NOT_RDP: "something other than RDP answers",
    Failure.RDP_REFUSED: "refuses every kind of security",
    Failure.TLS_CLOSED: "closes right after the client's first message",
    Failure.TLS_RESET: "resets right after the client's first message",
    Failure.TLS_ALERT: "answers with a TLS alert",
    Failure.TLS_SILENT: "says nothing to the client's first message",
    Failure.TLS_NO_OVERLAP: "no version or cipher in common",
    Failure.CERT_UNREADABLE: "the certificate cannot be read",
    Failure.NLA_CLOSED: "closes when sign-in begins",
    Failure.NLA_SILENT: "says nothing when sign-in begins",
    Failure.NLA_ERROR: "answers sign-in with an error",
    Failure.NLA_NOT_OFFERED: "not offered",
    Failure.PATH_BLACK_HOLE: "large packets vanish",
    Failure.UDP_SILENT: "no answer over UDP",
    Failure.UDP_REFUSED: "refused over UDP",
    Failure.GATEWAY_HTTP: "the gateway does not answer as one",
    Failure.GATEWAY_TLS: "the gateway's TLS failed",
    Failure.PROBE_DEADLINE: "not finished in time",
    Failure.PROBE_MALFORMED: "the answer is malformed",
    Failure.PROBE_INTERNAL: "the check itself failed",
}


def place(vantage: str) -> str:
    """A place to look from, as people say it: a jump box by its name, or here."""
    return "here" if vantage == "direct" else vantage


def clean(text: str) -> str:
    """A string that a target sent, as one short printable line."""
    return redact.clean(text, LONGEST)


def listed(words: Sequence[str]) -> str:
    """One or more words in a row: 445, 135 and 22."""
    return " and ".join((", ".join(words[:-1]), words[-1]) if words[1:] else words)


def number(value: float) -> str:
    """A number without needless digits: 41, 4.1, 0.4."""
    return f"{value:.0f}" if abs(value) >= 10 else f"{value:.1f}".removesuffix(".0")


def duration(seconds: float) -> str:
    """A span of time as people say it: 40 s, 11 minutes, 3 hours, 5 days."""
    for size, word in ((86_400, "day"), (3_600, "hour"), (60, "minute")):
        if seconds >= size:
            count = round(seconds / size)
            return f"{count} {word}{'' if count == 1 else 's'}"
    return f"{ceil(seconds)} s"


def day(text: str) -> str:
    """An ISO time as a day: 17 Nov 2026; what is no ISO time stays as it is, cleaned."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return clean(text)
    return f"{found.day} {found:%b %Y}"


def name(facts: Facts, host: str) -> str:
    """The addresses and whether the reverse name agrees."""
    addresses = [clean(str(each)) for each in facts.get("addresses", ())]
    if facts.get("status") == "literal":
        return "typed as an address"
    words = [
        ", ".join(addresses[:2]) + (f" and {len(addresses) - 2} more" if addresses[2:] else "")
    ]
    backwards = [
        clean(str(each)).casefold().rstrip(".") for each in facts.get("reverse", {}).values()
    ]
    first = host.casefold().partition(".")[0]
    if backwards:
        agrees = any(each.partition(".")[0] == first for each in backwards)
        words.append("reverse name agrees" if agrees else f"reverse name is {backwards[0]}")
    return ", ".join(words)


def port(facts: Facts, host: str) -> str:
    """How fast the port opened."""
    if "connect_ms" in facts:
        return f"open in {number(facts['connect_ms'])} ms"
    return "open"


def companions(facts: Facts, host: str) -> str:
    """What else of the host answers: other ports, a ping."""
    ports, ping = facts.get("ports"), facts.get("ping")
    ports = ports if isinstance(ports, Mapping) else {}
    words = []
    for state in ("open", "refused"):
        found = [str(each) for each, its in ports.items() if its == state]
        if found:
            words.append(f"{clean(listed(found))} {state}")
    if ports and not words and ping == "silence":
        return "silent on every other port and to ping"
    if ports and not words:
        words = ["silent on every other port"]
    if ping in PINGS:
        words.append(PINGS[ping])
    return ", ".join(words)


def failed(failure: Failure, facts: Facts) -> str:
    """What failed; who answers instead of RDP, where that is known."""
    if failure is Failure.RDP_NOT_RDP:
        try:
            first = bytes.fromhex(str(facts.get("first_bytes", "")))
        except ValueError:
            first = b""
        return STRANGERS.get(stranger(first), FAILURES[failure])
    return FAILURES[failure]


def rdp(facts: Facts, host: str) -> str:
    """Which security the server accepts and what kind of server it is."""
    words = [SECURITY.get(str(facts.get("security")), "answers")]
    if facts.get("server") in SERVERS:
        words.append(SERVERS[facts["server"]])
    return ", ".join(words)


def tls(facts: Facts, host: str) -> str:
    """The versions that it accepts, and whether a current client would agree with it."""
    versions = [str(each).removeprefix("TLSv") for each in facts.get("versions", ())]
    words = [f"TLS {listed(versions)}{'' if versions[1:] else ' only'}"] if versions else []
    if facts.get("modern_client") == "refused":
        words.append("refuses a current client")
    return ", ".join(words) or "answers"


def certificate(facts: Facts, host: str) -> str:
    """Validity, issuer, and key or hash where they are weak."""
    words = []
    left = facts.get("days_left")
    if left is not None and left < 0 and "not_after" in facts:
        words.append(f"expired {day(facts['not_after'])}")
    elif "not_after" in facts:
        words.append(f"valid to {day(facts['not_after'])}")
    if facts.get("matches_host") is False:
        subject = clean(str(facts.get("subject", "another name")))
        words.append(f"made out to {subject.removeprefix('CN=')}")
    if facts.get("self_signed"):
        name = clean(str(facts.get("subject", ""))).removeprefix("CN=")
        words.append(f"self-signed by {name}" if name else "self-signed")
    elif "issuer" in facts:
        words.append(f"issued by {clean(str(facts['issuer'])).removeprefix('CN=')}")
    if "key_bits" in facts and facts["key_bits"] < 2048 and facts.get("key_type") == "rsa":
        words.append(f"{facts['key_bits']}-bit key")
    if facts.get("signature_hash") in {"md5", "sha1"}:
        words.append(f"signed with {facts['signature_hash'].upper()}")
    return "; ".join(words)


def _label(name: str) -> str:
    """What NetBIOS keeps of a name: its first label, 15 characters."""
    return name.partition(".")[0].casefold()[:15]


def sign_in(facts: Facts, host: str) -> str:
    """Another name than the typed one, patched or not, NTLM, the system's version, the clock."""
    words = ["answers"]
    own = clean(str(facts.get("dns_computer") or facts.get("computer") or ""))
    if own and _label(own) != _label(host):
        words[0] = f"answers as {own}"
    if "patched" in facts:
        words.append("patched" if facts["patched"] else "without the 2018 CredSSP update")
    if facts.get("ntlm") == "blocked":
        words.append("NTLM is blocked")
    if "os" in facts:
        words.append(clean(str(facts["os"])))
    skew = facts.get("clock_skew_s")
    if skew is not None:
        words.append(
            f"clock right to {number(max(0.1, abs(skew), facts.get('clock_skew_error_s', 0.0)))} s"
            if abs(skew) <= 60
            else f"clock {duration(abs(skew))} {'ahead' if skew > 0 else 'behind'}"
        )
    return ", ".join(words)


def jumpbox(facts: Facts, host: str) -> str:
    """How long the way took."""
    return f"reached in {number(facts['connect_ms'])} ms" if "connect_ms" in facts else "reached"


def quality(facts: Facts, host: str) -> str:
    """Round trip and loss."""
    words = []
    rtt = facts.get("rtt_ms")
    if isinstance(rtt, Mapping) and "median" in rtt:
        words.append(f"round trip {number(rtt['median'])} ms")
    if facts.get("loss_pct"):
        words.append(f"{number(facts['loss_pct'])} % lost")
    return ", ".join(words)
