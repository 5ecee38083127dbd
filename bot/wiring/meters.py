"""The numbers of one running bot, as Prometheus reads them.

Strategy: what happens is counted where it happens (a lock and an addition, a microsecond); what
stands still is read when somebody asks.  Labels are words of this program and the names of jump
boxes: never a host, a person, a ticket.  Each bot has a registry of its own.
(https://prometheus.io/docs/instrumenting/exposition_formats/)
"""

import logging
from collections.abc import Iterable
from typing import Literal

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    disable_created_metrics,
    generate_latest,
)

from bot.evidence import Observation

# They would be a second series for each, which says no more than when the bot was started.
disable_created_metrics()  # type: ignore[no-untyped-call]

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

ACKS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0, 1.5, 2.0, 3.0)
"""Slack waits for three seconds; ours is 0.3."""
LOOKS = (0.25, 0.5, 1.0, 2.0, 3.0, 5.0, 8.0, 10.0, 12.0, 15.0, 30.0)
PLANS = (0.005, 0.01, 0.02, 0.04, 0.06, 0.1, 0.15, 0.3, 1.0, 3.0)
WRITES = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 1.5, 5.0)
STATES = ("open", "resolved", "escalated", "abandoned", "cancelled")


class Meters:
    """What is counted; also the store's ``Meter``."""

    def __init__(self) -> None:
        self._registry = registry = CollectorRegistry()
        self._acks = Histogram(
            "rdp_triage_ack_seconds",
            "From the arrival of a delivery of Slack to its acknowledgement.",
            buckets=ACKS,
            registry=registry,
        )
        self._deliveries = Counter(
            "rdp_triage_deliveries",
            "Deliveries of Slack, by the status of the answer.",
            ["status"],
            registry=registry,
        )
        self._verdicts = Histogram(
            "rdp_triage_verdict_seconds",
            "From the opening of a ticket to its first verdict.",
            buckets=LOOKS,
            registry=registry,
        )
        self._looks = Histogram(
            "rdp_triage_look_seconds",
            "How long a look at a host took, all its places together.",
            buckets=LOOKS,
            registry=registry,
        )
        self._looking = Gauge("rdp_triage_looks_running", "Looks that run.", registry=registry)
        self._probes = Counter(
            "rdp_triage_probes",
            "Observations, by probe, place looked from, and passed, not_run or the failure word.",
            ["probe", "vantage", "outcome"],
            registry=registry,
        )
        self._plans = Histogram(
            "rdp_triage_plan_seconds",
            "How long the planning worker took for a plan that was not known yet.",
            buckets=PLANS,
            registry=registry,
        )
        self._writes = Histogram(
            "rdp_triage_store_write_seconds",
            "How long a caller waited for a write, until it was on the disk.",
            buckets=WRITES,
            registry=registry,
        )
        self._failures = Counter(
            "rdp_triage_store_failures", "Writes that the database did not take.", registry=registry
        )
        self._reloads = Counter(
            "rdp_triage_reloads",
            "Files read again on SIGHUP, by what they are and what became of them.",
            ["what", "result"],
            registry=registry,
        )
        self._lines = Counter(
            "rdp_triage_log_lines", "Log lines from warnings on.", ["level"], registry=registry
        )
        self._gauges()
        ProcessCollector(registry=registry)

    def _gauges(self) -> None:
        """What is read when somebody asks."""
        texts = {
            "ready": "Whether /readyz says yes.",
            "slack_connected": "Whether Slack can reach the bot.",
            "slack_silence_seconds": "Since anything was heard on the socket, pongs included.",
            "slack_delivery_age_seconds": "Since the last delivery of Slack.",
            "store_up": "Whether the thread that writes answers.",
            "store_bytes": "Size of the database file and its write-ahead log.",
            "store_free_bytes": "Free space on the database's disk.",
            "planner_up": "Whether plans can be made.",
            "intents_pending": "Wishes that were acknowledged and are not done yet.",
            "parcels_waiting": "Messages that have not reached Slack yet.",
        }
        self._values = {
            name: Gauge(f"rdp_triage_{name}", text, registry=self._registry)
            for name, text in texts.items()
        }
        self._tickets = Gauge(
            "rdp_triage_tickets", "Tickets, by state.", ["state"], registry=self._registry
        )
        self._info = Gauge(
            "rdp_triage_info",
            "1, with the versions of program, knowledge and learned probabilities.",
            ["version", "knowledge", "epoch"],
            registry=self._registry,
        )

    def acknowledged(self, seconds: float, status: int) -> None:
        """A delivery of Slack was answered."""
        self._acks.observe(seconds)
        self._deliveries.labels(str(status)).inc()

    def judged(self, seconds: float) -> None:
        """A ticket has its first verdict."""
        self._verdicts.observe(seconds)

    def looking(self, change: Literal[1, -1]) -> None:
        """One look more, or one less, runs."""
        self._looking.inc(change)

    def looked(self, seconds: float, seen: Iterable[Observation]) -> None:
        """A look has ended."""
        self._looks.observe(seconds)
        for each in seen:
            outcome = each.failure.value if each.failure is not None else each.status.value
            self._probes.labels(each.probe, each.vantage, outcome).inc()

    def planned(self, seconds: float) -> None:
        """A plan was made."""
        self._plans.observe(seconds)

    def wrote(self, seconds: float) -> None:
        """A write was answered."""
        self._writes.observe(seconds)

    def failed(self) -> None:
        """The store could not write."""
        self._failures.inc()

    def reloaded(self, what: str, result: str) -> None:
        """A file was read again: ``taken``, ``same`` or ``refused``."""
        self._reloads.labels(what, result).inc()

    def set(self, name: str, value: float) -> None:
        """A number that is read when somebody asks."""
        self._values[name].set(value)

    def tickets(self, states: Iterable[tuple[str, int]]) -> None:
        """How many tickets there are."""
        counted = dict(states)
        for state in STATES:
            self._tickets.labels(state).set(counted.get(state, 0))

    def versions(self, version: str, knowledge: str, epoch: str) -> None:
        """What is in use now; former versions are not shown any more."""
        self._info.clear()
        self._info.labels(version, knowledge, epoch).set(1)

    def text(self) -> bytes:
        """Everything, in Prometheus' text format."""
        return generate_latest(self._registry)

    def handler(self) -> logging.Handler:
        """Counts log lines; belongs beside the one that writes them."""
        return _Counting(self._lines)


class _Counting(logging.Handler):
    """Counts lines from warnings on."""

    def __init__(self, lines: Counter) -> None:
        super().__init__(logging.WARNING)
        self._lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        """One line more."""
        self._lines.labels(record.levelname.lower()).inc()
