"""Observations and what they say: frozen facts, failure words, the ladder, evidence states."""

from bot.evidence.findings import ITEMS, derive, ladders
from bot.evidence.observation import (
    LADDER_STATES,
    BadObservation,
    Failure,
    Observation,
    Rung,
    Status,
)
from bot.evidence.vantages import Parting, partings

__all__ = [
    "ITEMS",
    "LADDER_STATES",
    "BadObservation",
    "Failure",
    "Observation",
    "Parting",
    "Rung",
    "Status",
    "derive",
    "ladders",
    "partings",
]
