"""Observations and what they say: frozen facts, failure words, the ladder, evidence states."""

from bot.evidence.observation import (
    LADDER_STATES,
    BadObservation,
    Failure,
    Observation,
    Rung,
    Status,
)

__all__ = ["LADDER_STATES", "BadObservation", "Failure", "Observation", "Rung", "Status"]
