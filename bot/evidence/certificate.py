"""What the facts of a certificate say, item by item.

Where several machines answer, each with a certificate of its own, whoever meets the bad one fails:
of dates and key the worst counts.  For the rest, names above all, the first leads.
"""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from bot.evidence.observation import Observation
from bot.evidence.seen import Seen, either, label

PROBE = "tls.certificate"
WEAK_HASHES = frozenset({"md2", "md4", "md5", "sha1"})
LEAST_BITS = MappingProxyType({"rsa": 2048, "dsa": 2048, "ec": 224})
LONGEST_DAYS = 365 * 10_000
FRESH = timedelta(days=2)
SHORTEST, LONGEST = timedelta(days=150), timedelta(days=200)
VALIDITY = ("expired", "not-yet-valid", "valid")  # the worst first
KEYS = ("weak-key", "weak-hash", "sound")
# Server authentication, and Remote Desktop's own purpose.
RDP_PURPOSES = frozenset({"1.3.6.1.5.5.7.3.1", "1.3.6.1.4.1.311.54.1.2"})


def validity(seen: Seen) -> str | None:
    """State of ``certificate-validity``."""
    return _worst(seen, dates, VALIDITY)


def key(seen: Seen) -> str | None:
    """State of ``certificate-key``."""
    return _worst(seen, _key, KEYS)


def bad(seen: Seen) -> tuple[Observation, ...]:
    """The certificates whose dates or key are a finding, in the order in which they were shown."""
    return tuple(
        each.last[PROBE]
        for each in seen.by_certificate
        if dates(each) in VALIDITY[:-1] or _key(each) in KEYS[:-1]
    )


def _worst(seen: Seen, row: Callable[[Seen], str | None], states: tuple[str, ...]) -> str | None:
    found = {row(each) for each in seen.by_certificate}
    return next((state for state in states if state in found), None)


def dates(seen: Seen, probe: str = PROBE) -> str | None:
    """What the dates of one certificate say, the host's or that of another probe."""
    left = seen.number(probe, "days_left")
    if left is None or not abs(left) < LONGEST_DAYS:
        return None
    if left < 0:
        return "expired"
    old = _age(seen, probe)
    return "not-yet-valid" if old is not None and old < timedelta(0) else "valid"


def name(seen: Seen) -> str | None:
    """State of ``certificate-name``."""
    return either(seen.flag(PROBE, "matches_host"), "matches", "differs")


def _key(seen: Seen) -> str | None:
    """Sound only where both the key and the signature are known."""
    kind, bits = seen.text(PROBE, "key_type"), seen.number(PROBE, "key_bits")
    algorithm = seen.text(PROBE, "signature_hash")
    least = LEAST_BITS.get((kind or "").lower())
    if least is not None and bits is not None and bits < least:
        return "weak-key"
    if algorithm in WEAK_HASHES:
        return "weak-hash"
    if kind is None or (least is not None and (bits is None or algorithm is None)):
        return None
    return "sound"


def issuer(seen: Seen) -> str | None:
    """State of ``certificate-issuer``; what Windows makes for itself is told from other makers."""
    if seen.flag(PROBE, "self_signed") and _windows_made(seen):
        return "windows-made"
    return either(seen.flag(PROBE, "self_signed"), "self-signed", "issued")


def age(seen: Seen) -> str | None:
    """State of ``certificate-age``: fresh where it was made within the last two days."""
    old = _age(seen, PROBE)
    if old is None or old < timedelta(0):
        return None
    return "fresh" if old <= FRESH else "settled"


def shown(seen: Seen) -> str | None:
    """State of ``certificates-shown``: does every connection meet the same machine?"""
    if not seen.certificates:
        return None
    return "several" if len(seen.certificates) > 1 else "one"


def _windows_made(seen: Seen) -> bool:
    """The certificate that Windows makes for Remote Desktop: its own name and nothing else.

    No alternative names, server authentication or its own purpose, half a year of validity.
    """
    own = seen.text(PROBE, "subject") or ""
    common = own.removeprefix("CN=")
    if not own.startswith("CN=") or seen.texts(PROBE, "names") != [common]:
        return False
    purposes = seen.texts(PROBE, "eku")
    if not purposes or not set(purposes) <= RDP_PURPOSES:
        return False
    begins, ends = _validity(seen, PROBE)
    if begins is None or ends is None or not SHORTEST <= ends - begins <= LONGEST:
        return False
    return _is_its_own(seen, label(common))


def _is_its_own(seen: Seen, name: str) -> bool:
    """Whether the name is the host's: as it says so itself, else as typed, else for any Windows."""
    server = seen.text("rdp.negotiation", "server")
    if server in ("xrdp", "gnome", "virtualbox"):
        return False
    said = [seen.text("nla.challenge", key) for key in ("computer", "dns_computer")]
    own = {label(each) for each in said if each}
    if own:
        return name in own
    typed = label(seen.text("name.lookup", "asked") or "")
    return name == typed or server in ("windows", "windows-legacy")


def _age(seen: Seen, probe: str) -> timedelta | None:
    """How long ago it began; the facts hold no clock, but the days left are counted from one."""
    left, (begins, ends) = seen.number(probe, "days_left"), _validity(seen, probe)
    if begins is None or ends is None or left is None or not abs(left) < LONGEST_DAYS:
        return None
    return ends - begins - timedelta(days=left)


def _validity(seen: Seen, probe: str) -> tuple[datetime | None, datetime | None]:
    begins, ends = (_moment(seen.text(probe, key)) for key in ("not_before", "not_after"))
    return begins, ends


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
