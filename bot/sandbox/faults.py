"""Rules by which this Slack misbehaves on demand: what fails, how, and how often.

A rule names a point: a Web API method (``chat.postMessage``, ``views.*``), ``hook`` (a response
URL), ``envelope:slash_commands`` (or ``interactive``, ``events_api``, ``*``), or ``socket:open``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

# At a method or a hook. drop-before: the connection breaks and nothing was done;
# drop-after: everything was done and the answer is lost, the case that breeds duplicates.
CALL_ACTIONS = frozenset(
    {"error", "429", "500", "503", "empty", "drop-before", "drop-after", "delay"}
)
# At an envelope. drop: never sent; hold-ack: the ack is overlooked; reorder: sent after the next
# one; disconnect: the socket that got it is closed before it can ack.
ENVELOPE_ACTIONS = frozenset({"drop", "delay", "duplicate", "hold-ack", "reorder", "disconnect"})
SOCKET_ACTIONS = frozenset({"408", "503", "drop-before"})


@dataclass(slots=True)
class Fault:
    """One rule: strikes ``times`` times after ``skip`` harmless matches.

    ``seconds`` is the delay or the Retry-After, ``error`` the code of action ``error``, ``where``
    arguments that a call must have.
    """

    match: str
    action: str
    times: int = 1
    skip: int = 0
    seconds: float = 1.0
    error: str = "internal_error"
    where: Mapping[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if self.action not in _actions(self.match):
            raise ValueError(f"{self.action!r} cannot happen to {self.match!r}")


def _actions(match: str) -> frozenset[str]:
    if match.startswith("envelope:"):
        return ENVELOPE_ACTIONS
    return SOCKET_ACTIONS if match.startswith("socket:") else CALL_ACTIONS


class Faults:
    """The rules in force, oldest first."""

    def __init__(self) -> None:
        self._rules: list[Fault] = []

    def add(self, match: str, action: str, **details: Any) -> Fault:
        """Put a rule in force; raises ValueError when the action does not fit the point."""
        fault = Fault(match, action, **details)
        self._rules.append(fault)
        return fault

    def holds(self, fault: Fault) -> bool:
        """Whether this very rule is in force still."""
        return any(each is fault for each in self._rules)

    def clear(self) -> None:
        """End all misbehaviour."""
        self._rules.clear()

    def strike(self, point: str, facts: Mapping[str, Any] | None = None) -> Fault | None:
        """The rule that strikes here and now, used up by one; None when all is well."""
        for fault in self._rules:
            if fault.times and _matches(fault, point, facts or {}):
                if fault.skip:
                    fault.skip -= 1
                    continue
                fault.times -= 1
                return fault
        return None


def _matches(fault: Fault, point: str, facts: Mapping[str, Any]) -> bool:
    return fnmatchcase(point, fault.match) and all(
        facts.get(key) == value for key, value in fault.where.items()
    )
