"""What the tests in namespaces read of a result."""

from typing import Any

from tests.real.cli import NAME, Result, brief

CODES = {"healthy": 0, "found": 1, "inconclusive": 3}


def judged(result: Result, state: str, *firsts: str) -> None:
    """The verdict, its first cause (one of ``firsts``) and the exit code."""
    verdict = result.seen["verdict"]
    assert (verdict["state"], result.code) == (state, CODES[state]), brief(result)
    if firsts:
        assert verdict["causes"][0]["id"] in firsts, brief(result)


def timeless(result: Result, probe: str, vantage: str = NAME) -> dict[str, Any]:
    """The facts of a probe without measured times, which must be sensible."""
    facts = dict(result.facts(probe, vantage))
    if "connect_ms" in facts:
        assert 0 < facts.pop("connect_ms") < 30_000
    return facts


def outcome(result: Result, probe: str, vantage: str = NAME) -> tuple[str, str | None]:
    """Status and failure word of the only observation of a probe."""
    (found,) = (
        one
        for one in result.seen["observations"]
        if (one["probe"], one["vantage"]) == (probe, vantage)
    )
    return found["status"], found["failure"]


def evidence(result: Result, *items: str) -> dict[str, str]:
    """The named items; one that is not there is left out."""
    return {item: said for item, said in result.seen["evidence"].items() if item in items}
