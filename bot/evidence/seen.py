"""One vantage's observations, ready to be asked.

Strategy: facts may come from a file that people wrote, so every access says which type it expects
and gives None otherwise.  Probes that were not run are not here: what is missing is not known.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from bot.evidence.observation import Failure, Observation, Status
from bot.wire.text import NETBIOS_LENGTH, native

BOX, CERTIFICATE = "jumpbox.session", "tls.certificate"
_OF_THE_WAY = ("host.companions", "path.quality", "path.mtu")
"""What these find out, they find out about the jump box too."""
_CUT = (Failure.PROBE_DEADLINE, Failure.PROBE_INTERNAL)
# Of several addresses the best counts: the other probes use the first that opens.
_PORT_STATES = ("open", "refused", "timeout", "unreachable", "failed")
_PORT_FAILURES = {
    Failure.TCP_REFUSED: "refused",
    Failure.TCP_TIMEOUT: "timeout",
    Failure.TCP_UNREACHABLE: "unreachable",
    Failure.TCP_FAILED: "failed",
}


@dataclass(frozen=True, slots=True)
class Seen:
    """The last observation of each probe, and the best state of each port over all addresses.

    Where a jump box failed, only what it heard counts: silence, closes and losses may be its own.
    Of several certificates the first one that can be read counts, that of the widest hello;
    ``shown`` are all, ``certificates`` their fingerprints.  ``ports`` are the states that the RDP
    port was found in, address by address, ``refusing`` the addresses that answered and refused,
    ``silent`` those that did not answer, ``untried`` the probes that were not run.
    """

    last: Mapping[str, Observation]
    port: str | None
    gateway: str | None = None
    certificates: frozenset[str] = frozenset()
    shown: tuple[Observation, ...] = ()
    ports: tuple[str, ...] = ()
    refusing: tuple[str, ...] = ()
    silent: tuple[str, ...] = ()
    untried: frozenset[str] = frozenset()

    @classmethod
    def of(cls, observations: Iterable[Observation]) -> "Seen":
        """Of one vantage's observations in the order of their making."""
        given = list(observations)
        run = [one for one in given if one.status is not Status.NOT_RUN]
        untried = frozenset(one.probe for one in given) - {one.probe for one in run}
        if any(one.probe == BOX and one.failure is not None for one in run):
            run = [one for one in run if _heard(one)]
        ports, gateways = (_states(run, probe) for probe in ("port.tcp", "gateway.tcp"))
        last = {one.probe: one for one in run}
        shown = [one for one in run if one.probe == CERTIFICATE]
        if shown:
            last[CERTIFICATE] = min(shown, key=lambda one: one.status is not Status.PASSED)
        prints = (one.facts.get("sha256") for one in shown)
        fingerprints = frozenset(one for one in prints if isinstance(one, str))
        refusing, silent = _met(run, Failure.TCP_REFUSED), _met(run, Failure.TCP_TIMEOUT)
        return cls(
            last,
            _best(ports),
            _best(gateways),
            fingerprints,
            tuple(shown),
            ports,
            refusing,
            silent,
            untried,
        )

    @property
    def by_certificate(self) -> tuple["Seen", ...]:
        """The same, once with each certificate that was shown as the one that counts."""
        return tuple(replace(self, last={**self.last, CERTIFICATE: one}) for one in self.shown)

    def passed(self, probe: str) -> bool:
        """Whether the probe ran and passed."""
        return probe in self.last and self.last[probe].status is Status.PASSED

    def failure(self, probe: str) -> Failure | None:
        """The probe's failure word."""
        return self.last[probe].failure if probe in self.last else None

    def fact(self, probe: str, key: str) -> Any:
        """A fact of any type, or None; what a probe had when it was cut is not known."""
        one = self.last.get(probe)
        return one.facts.get(key) if one is not None and one.failure not in _CUT else None

    def text(self, probe: str, key: str) -> str | None:
        """A fact that is a string."""
        value = self.fact(probe, key)
        return value if isinstance(value, str) else None

    def texts(self, probe: str, key: str) -> list[str]:
        """The strings in a fact that is a list."""
        value = self.fact(probe, key)
        return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []

    def number(self, probe: str, key: str) -> float | None:
        """A fact that is a number."""
        value = self.fact(probe, key)
        known = isinstance(value, int | float) and not isinstance(value, bool)
        return float(value) if known else None

    def flag(self, probe: str, key: str) -> bool | None:
        """A fact that is true or false."""
        value = self.fact(probe, key)
        return value if isinstance(value, bool) else None

    def words(self, probe: str, key: str) -> dict[str, str]:
        """A fact that maps names to words."""
        value = self.fact(probe, key)
        pairs = value.items() if isinstance(value, Mapping) else ()
        return {name: word for name, word in pairs if isinstance(word, str)}

    def shape(self, name: str) -> dict[str, str]:
        """What one ClientHello shape met: ``result`` and, where known, ``version``."""
        shapes = self.fact("tls.hello", "shapes")
        shape = shapes.get(name) if isinstance(shapes, Mapping) else None
        pairs = shape.items() if isinstance(shape, Mapping) else ()
        return {key: word for key, word in pairs if isinstance(word, str)}


def _heard(one: Observation) -> bool:
    """Whether the place got an answer; what is known of the jump box itself always counts."""
    return one.probe == BOX or (one.failure is None and one.probe not in _OF_THE_WAY)


def _states(run: Sequence[Observation], probe: str) -> tuple[str, ...]:
    states = (_port_state(one) for one in run if one.probe == probe)
    return tuple(state for state in states if state is not None)


def _met(run: Sequence[Observation], failure: Failure) -> tuple[str, ...]:
    """The addresses at which the RDP port failed so."""
    failed = (one for one in run if one.failure is failure)
    found = (one.facts.get("address") for one in failed if one.probe == "port.tcp")
    return tuple(address for address in found if isinstance(address, str))


def _best(states: Sequence[str]) -> str | None:
    return next((state for state in _PORT_STATES if state in states), None)


def _port_state(observation: Observation) -> str | None:
    if observation.status is Status.PASSED:
        return "open"
    return _PORT_FAILURES.get(observation.failure) if observation.failure else None


def known(word: str | None, states: Sequence[str]) -> str | None:
    """The word, if it is one of the states."""
    return word if word in states else None


def either(flag: bool | None, yes: str, no: str) -> str | None:
    """One of two states, or None for a flag that is not known."""
    if flag is None:
        return None
    return yes if flag else no


def first_label(name: str) -> str:
    """The first label of a name, no case."""
    return native(name).partition(".")[0].casefold()


def label(name: str) -> str:
    """What NetBIOS keeps of a name: its first label, 15 characters, no case."""
    return first_label(name)[:NETBIOS_LENGTH]


def same_machine(one: str, other: str) -> bool:
    """Whether two names may be of one machine: the same first label, or one is cut by NetBIOS."""
    first, second = first_label(one), first_label(other)
    cut = NETBIOS_LENGTH in (len(first), len(second)) and label(one) == label(other)
    return first == second or cut
