"""Facts that probes report, the words for their failures, and the ladder.

Strategy: an observation is a frozen fact with at most one failure word; judging happens
elsewhere.  The only table from observations to evidence states stands in ``findings.py``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from types import MappingProxyType
from typing import Any, Self, TypeVar


class Failure(StrEnum):
    """Every way in which a probe can fail; the program has no other failure words."""

    JUMPBOX_UNREACHABLE = "jumpbox.unreachable"
    JUMPBOX_HOST_KEY = "jumpbox.host_key"
    JUMPBOX_AUTH = "jumpbox.auth"
    JUMPBOX_FORWARDING = "jumpbox.forwarding"
    JUMPBOX_TIMEOUT = "jumpbox.timeout"
    NAME_NOT_FOUND = "name.not_found"
    NAME_NO_ANSWER = "name.no_answer"
    NAME_TIMEOUT = "name.timeout"
    TCP_REFUSED = "tcp.refused"
    TCP_TIMEOUT = "tcp.timeout"
    TCP_UNREACHABLE = "tcp.unreachable"
    TCP_FAILED = "tcp.failed"
    RDP_SILENT = "rdp.silent"
    RDP_CLOSED = "rdp.closed"
    RDP_NOT_RDP = "rdp.not_rdp"
    RDP_REFUSED = "rdp.refused"
    TLS_CLOSED = "tls.closed"
    TLS_RESET = "tls.reset"
    TLS_ALERT = "tls.alert"
    TLS_SILENT = "tls.silent"
    TLS_NO_OVERLAP = "tls.no_overlap"
    CERT_UNREADABLE = "cert.unreadable"
    NLA_CLOSED = "nla.closed"
    NLA_SILENT = "nla.silent"
    NLA_ERROR = "nla.error"
    NLA_NOT_OFFERED = "nla.not_offered"
    PATH_BLACK_HOLE = "path.black_hole"
    UDP_SILENT = "udp.silent"
    UDP_REFUSED = "udp.refused"
    GATEWAY_HTTP = "gateway.http"
    GATEWAY_TLS = "gateway.tls"
    PROBE_DEADLINE = "probe.deadline"
    PROBE_MALFORMED = "probe.malformed"
    PROBE_INTERNAL = "probe.internal"


class Status(StrEnum):
    """Passed, failed and not run are three different things."""

    PASSED = "passed"
    FAILED = "failed"
    NOT_RUN = "not_run"


class Rung(StrEnum):
    """The connection path in order; the ladder's state is the first rung that failed."""

    NAME = "name"
    HOST = "host"
    PORT = "port"
    RDP = "rdp"
    TLS = "tls"
    NLA = "nla"
    LOGON = "logon"
    SESSION = "session"


LADDER_STATES = ("ok", *(rung.value for rung in Rung), "unknown")


Word = TypeVar("Word", bound=StrEnum)


class BadObservation(ValueError):
    """An observation read from a file does not have the contract's form."""


@dataclass(frozen=True, slots=True)
class Observation:
    """What one probe saw from one vantage; facts that could not be read are absent."""

    probe: str
    vantage: str
    status: Status
    failure: Failure | None = None
    facts: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    duration_ms: float = 0.0
    detail: str = ""

    @classmethod
    def passed(cls, probe: str, detail: str = "", **facts: Any) -> Self:
        """The probe got its answer."""
        return cls(probe, "", Status.PASSED, None, MappingProxyType(facts), 0.0, detail)

    @classmethod
    def failed(cls, probe: str, failure: Failure, detail: str = "", **facts: Any) -> Self:
        """The probe met exactly one failure; facts read before it are kept."""
        return cls(probe, "", Status.FAILED, failure, MappingProxyType(facts), 0.0, detail)

    @classmethod
    def not_run(cls, probe: str, reason: str) -> Self:
        """The probe was not tried; the reason is for people."""
        return cls(probe, "", Status.NOT_RUN, None, MappingProxyType({}), 0.0, reason)

    def stamped(self, vantage: str, duration_ms: float) -> Self:
        """The same observation with the vantage and duration that the runner measured."""
        return replace(self, vantage=vantage, duration_ms=round(duration_ms, 1))

    def to_json(self) -> dict[str, Any]:
        """The contract's object for ``check --json`` and the store."""
        return {
            "probe": self.probe,
            "vantage": self.vantage,
            "status": self.status.value,
            "failure": self.failure.value if self.failure else None,
            "facts": dict(self.facts),
            "duration_ms": self.duration_ms,
            "detail": self.detail,
        }

    @classmethod
    def from_json(cls, raw: Any) -> Self:
        """Read the contract's object; raises BadObservation naming the key at fault."""
        if not isinstance(raw, dict) or not isinstance(raw.get("probe"), str):
            raise BadObservation("an observation is an object with a 'probe'")
        name = raw["probe"]
        unknown = set(raw) - {
            "probe", "vantage", "status", "failure", "facts", "duration_ms", "detail",
        }  # fmt: skip
        if unknown:
            raise BadObservation(f"{name}: unknown key {min(unknown)!r}")
        status = _word(Status, raw.get("status"), f"{name}: 'status'")
        failure = raw.get("failure")
        if failure is not None:
            failure = _word(Failure, failure, f"{name}: 'failure'")
        facts = raw.get("facts", {})
        if not isinstance(facts, dict):
            raise BadObservation(f"{name}: 'facts' is not an object")
        if (failure is not None) != (status is Status.FAILED):
            raise BadObservation(f"{name}: 'failure' belongs to status 'failed' and only to it")
        return cls(
            name,
            str(raw.get("vantage", "")),
            status,
            failure,
            MappingProxyType(facts),
            _number(raw.get("duration_ms"), f"{name}: 'duration_ms'"),
            str(raw.get("detail") or ""),
        )


def _word(words: type[Word], given: Any, what: str) -> Word:
    """The word that is given; raises BadObservation naming all that are known."""
    known = [each.value for each in words]
    if given not in known:
        said = "is missing" if given is None else f"is {str(given)[:40]!r}"
        raise BadObservation(f"{what} {said}; known: {', '.join(known)}")
    return words(given)


def _number(given: Any, what: str) -> float:
    """Milliseconds, 0 where none are given; raises BadObservation."""
    if given is None or (isinstance(given, int | float) and not isinstance(given, bool)):
        return float(given or 0.0)
    raise BadObservation(f"{what} is {str(given)[:40]!r}, not a number")
