"""How words about evidence become P(state | cause).

Strategy: what an entry lists is taken as written; the mass that it leaves over goes to the states
it does not list, in proportion to how often these are seen anyway; a floor keeps any single
finding from ruling a cause out for ever.
"""

from collections.abc import Mapping, Sequence
from math import log

PROBE_FLOOR = 0.005
TOLD_FLOOR = 0.02
"""Floors for probes and firm reports, and for answers and other reports: people err more often."""

TEMPER = {"firm": 1.0, "normal": 0.9, "shaky": 0.5}
"""Exponents by trust: evidence that is shaky counts for half its decibels."""


def distribution(
    states: Sequence[str],
    listed: Mapping[str, float],
    otherwise: Mapping[str, float],
    floor: float,
) -> tuple[float, ...]:
    """P(state | cause) in the order of ``states``: sums to 1, each at least ``floor``."""
    silent = [state for state in states if state not in listed]
    left = max(0.0, 1.0 - sum(listed.values()))
    base = sum(otherwise.get(state, 0.0) for state in silent)
    values = []
    for state in states:
        if state in listed:
            values.append(listed[state])
        elif base > 0:
            values.append(left * otherwise.get(state, 0.0) / base)
        else:
            values.append(left / len(silent))
    return floored(values, floor)


def floored(values: Sequence[float], floor: float) -> tuple[float, ...]:
    """Scale to sum 1 with no value under ``floor``; what is raised is taken from the others."""
    floor = min(floor, 1.0 / len(values))
    raised = [False] * len(values)
    while True:
        free = sum(value for value, up in zip(values, raised, strict=True) if not up)
        share = 1.0 - floor * sum(raised)
        if free <= 0:
            return tuple(1.0 / len(values) for _ in values)
        scaled = [
            floor if up else value * share / free for value, up in zip(values, raised, strict=True)
        ]
        low = [up or value < floor for value, up in zip(scaled, raised, strict=True)]
        if low == raised:
            return tuple(scaled)
        raised = low


def tempered(row: Sequence[float], trust: str) -> tuple[float, ...]:
    """Likelihoods of one state over the causes, weakened by how far the item is trusted."""
    power = TEMPER[trust]
    return tuple(value if power == 1.0 else value**power for value in row)


def spread(row: Sequence[float]) -> float:
    """The largest log ratio that this finding puts between two causes."""
    return log(max(row) / min(row))
