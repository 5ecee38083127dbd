"""What a sweep came to: counts by verdict and cause, and by days to certificate expiry."""

from collections import Counter
from collections.abc import Iterator

from bot.cli.common import FAULT, FINE, INCONCLUSIVE
from bot.cli.sweep_rows import MARKS, Gist

EXPIRY = ((0.0, "expired"), (7.0, "< 7 days"), (30.0, "< 30 days"), (90.0, "< 90 days"))
LATER, UNKNOWN = "later", "unknown"


class Tally:
    """Counts as the hosts come in; it holds no host."""

    def __init__(self) -> None:
        self._found = Counter[tuple[str, str]]()
        self._expiry = Counter[str]()

    def add(self, gist: Gist) -> None:
        """Count one host."""
        self._found[gist.verdict, gist.cause] += 1
        self._expiry[_span(gist.days_left)] += 1

    @property
    def total(self) -> int:
        """Hosts counted so far."""
        return self._found.total()

    def exit_code(self) -> int:
        """A fault anywhere, else something not settled or not looked at, else fine."""
        states = {verdict for verdict, _ in self._found}
        if "found" in states:
            return FAULT
        return FINE if states <= {"healthy"} else INCONCLUSIVE

    def lines(self) -> Iterator[str]:
        """The summary, faults first, the commonest first."""
        yield f"{self.total} hosts" if self.total != 1 else "1 host"
        order = list(MARKS)
        for (verdict, cause), count in sorted(
            self._found.items(), key=lambda item: (order.index(item[0][0]), -item[1], item[0][1])
        ):
            likeliest = "likeliest " if cause and verdict == "inconclusive" else ""
            yield f"{count:>6}  {verdict:<13} {likeliest}{cause}".rstrip()
        spans = [*(name for _, name in EXPIRY), LATER, UNKNOWN]
        shown = ", ".join(f"{name}: {self._expiry[name]}" for name in spans)
        yield f"Certificates by days left: {shown}"


def _span(days_left: float | None) -> str:
    if days_left is None:
        return UNKNOWN
    return next((name for below, name in EXPIRY if days_left < below), LATER)
