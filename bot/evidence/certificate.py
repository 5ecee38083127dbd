"""What the facts of a certificate say, item by item."""

from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from bot.evidence.seen import Seen, either

PROBE = "tls.certificate"
WEAK_HASHES = frozenset({"md5", "sha1"})
LEAST_BITS = MappingProxyType({"rsa": 2048, "dsa": 2048, "ec": 224})
LONGEST_DAYS = 365 * 10_000


def validity(seen: Seen, probe: str = PROBE) -> str | None:
    """State of ``certificate-validity``, of the host's certificate or of another probe's."""
    left = seen.number(probe, "days_left")
    if left is None or not abs(left) < LONGEST_DAYS:
        return None
    if left < 0:
        return "expired"
    begins, ends = (_moment(seen.text(probe, key)) for key in ("not_before", "not_after"))
    # The facts hold no clock, but the days left are counted from one.
    if begins and ends and ends - timedelta(days=left) < begins:
        return "not-yet-valid"
    return "valid"


def name(seen: Seen) -> str | None:
    """State of ``certificate-name``."""
    return either(seen.flag(PROBE, "matches_host"), "matches", "differs")


def key(seen: Seen) -> str | None:
    """State of ``certificate-key``: sound only where both the key and the signature are known."""
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
    """State of ``certificate-issuer``."""
    return either(seen.flag(PROBE, "self_signed"), "self-signed", "issued")


def _moment(text: str | None) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment
