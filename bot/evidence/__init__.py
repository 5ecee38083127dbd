"""Observations and what they say: frozen facts, failure words, the ladder, evidence states."""

from bot.evidence.findings import COMPARED, ITEMS, derive, gateway_meeting, ladders
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
    "COMPARED",
    "ITEMS",
    "LADDER_STATES",
    "BadObservation",
    "Failure",
    "Observation",
    "Parting",
    "Rung",
    "Status",
    "derive",
    "gateway_meeting",
    "ladders",
    "partings",
]
