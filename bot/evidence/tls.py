"""What the answers to the ClientHello shapes say, item by item."""

from collections.abc import Mapping

from bot.evidence.observation import Failure
from bot.evidence.seen import Seen, known
from bot.wire.reading import AGREED, read

PROBE = "tls.hello"
_MODERN = frozenset({"TLSv1.2", "TLSv1.3"})
_FAILURES = {
    Failure.TLS_CLOSED: "closed",
    Failure.TLS_RESET: "reset",
    Failure.TLS_ALERT: "alert",
    Failure.TLS_NO_OVERLAP: "alert",
    Failure.TLS_SILENT: "silent",
}


def hello(seen: Seen) -> str | None:
    """State of ``tls-hello``.

    A host that turns the widest hello down and takes that of a current PC is picky, not faulty.
    """
    failure = seen.failure(PROBE)
    if failure is not None:
        return _FAILURES.get(failure)
    facts = seen.fact(PROBE, "shapes")
    shapes = {name: seen.shape(name) for name in facts} if isinstance(facts, Mapping) else {}
    if read(shapes).word == "strange-hello":
        return "picky"
    results = [shape.get("result", "") for shape in (seen.shape("wide"), *shapes.values())]
    result = AGREED if AGREED in results else results[0].partition(":")[0]
    return known(result, (AGREED, "closed", "alert", "silent"))


def modern_client(seen: Seen) -> str | None:
    """State of ``modern-client``."""
    return known(seen.text(PROBE, "modern_client"), ("agrees", "refused"))


def versions(seen: Seen) -> str | None:
    """State of ``tls-versions``."""
    found = seen.texts(PROBE, "versions")
    if not found:
        return None
    return "modern" if _MODERN.intersection(found) else "old-only"
