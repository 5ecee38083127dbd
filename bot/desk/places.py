"""Sentences about the places looked from: which could not look, and where two of them differ.

Strategy: a place that could not look says nothing about the host, and the sentence says so and
what to do.  Where one place gets further than another, the fault lies between the other one and
the host, and that hop is named.
"""

from collections.abc import Mapping, Sequence

from bot import redact
from bot.catalog.entries import Catalog
from bot.desk.ladder import BOX, by_place
from bot.desk.words import FAILURES, clean, listed, network, place
from bot.evidence import Failure, Observation, Parting, Status, derive, partings

DIRECT = "direct"
_NOT_OF_THE_HOST = ("jumpbox", "vantages")

REMEDIES = {
    Failure.JUMPBOX_UNREACHABLE: "Look from another place, or have an administrator see whether "
    "{box} runs and answers SSH.",
    Failure.JUMPBOX_AUTH: "An administrator runs rdp-triage doctor, which says "
    "whether the bot's key is missing here or on {box}.",
    Failure.JUMPBOX_FORWARDING: "An administrator allows it there: AllowTcpForwarding and "
    "PermitOpen in the sshd_config of {box}.",
    Failure.JUMPBOX_TIMEOUT: "Look again, or from another place.",
    Failure.JUMPBOX_HOST_KEY: "An administrator compares the fingerprint with the machine and only "
    "then puts its key into the known_hosts file of the settings.",
}
_CANNOT = {
    "name": "cannot resolve {host}",
    "host": "cannot reach {host}",
    "port": "cannot reach {host} on port {port}",
    "rdp": "gets no RDP answer from {host}",
    "tls": "gets no TLS with {host}",
    "nla": "cannot begin to sign in to {host}",
}
_BLOCKED = {
    "name": "the name servers that your network uses do not know it",
    "host": "nothing comes through between your network and it",
    "port": "something between your network and it blocks port {port}",
    "rdp": "something between your network and it breaks RDP off",
    "tls": "something between your network and it breaks TLS off",
    "nla": "something between your network and it breaks the sign-in off",
}


def broken(observations: Sequence[Observation]) -> dict[str, Observation]:
    """The places that could not look, and how the way to them failed."""
    return {
        each.vantage: each
        for each in observations
        if each.probe == BOX and each.failure is not None
    }


def looked(observations: Sequence[Observation]) -> str:
    """The places that could look, in words: dc1 and here."""
    faults = broken(observations)
    return listed([place(each) for each in by_place(observations) if each not in faults])


def unseen(observations: Sequence[Observation]) -> str:
    """Why no place could look, in a few words; empty where one could."""
    return faults(observations) if len(broken(observations)) == len(by_place(observations)) else ""


def faults(observations: Sequence[Observation]) -> str:
    """How the way to some places is broken, in a few words; empty where all could look."""
    return listed(list(dict.fromkeys(map(_what, broken(observations).values()))))


def blind(observations: Sequence[Observation], host: str) -> str:
    """Said when no place could look at all: a fault of the jump box is never the host's."""
    if not unseen(observations):
        return ""
    return _sentences(observations, host)


def hindered(observations: Sequence[Observation], host: str) -> str:
    """Said when some places could not look and others could."""
    faults = broken(observations)
    if len(faults) == len(by_place(observations)):
        return ""
    return _sentences(observations, host)


def _sentences(observations: Sequence[Observation], host: str) -> str:
    """Each fault of a jump box once, however many places lie behind it."""
    behind: dict[tuple[str, Failure | None], list[Observation]] = {}
    for each in broken(observations).values():
        behind.setdefault((_box(each), each.failure), []).append(each)
    return " ".join(_fault(each, observations, host) for each in behind.values())


def _box(fault: Observation) -> str:
    """The jump box at fault: the one looked from, or one on the way to it."""
    return clean(str(fault.facts.get("box", fault.vantage)))


def _what(fault: Observation) -> str:
    words = FAILURES[fault.failure or Failure.PROBE_INTERNAL]
    return words.replace("the jump box", f"Jump box {_box(fault)}", 1)


def _fault(faults: Sequence[Observation], observations: Sequence[Observation], host: str) -> str:
    """What is wrong with one jump box, that it is not the host's fault, and what to do."""
    fault, vantages = faults[0], [each.vantage for each in faults]
    box, failure = _box(fault), fault.failure or Failure.PROBE_INTERNAL
    got_through = any(
        each.status is not Status.NOT_RUN and each.probe != BOX and each.vantage in vantages
        for each in observations
    )
    beyond = [each for each in vantages if each != box]
    way = f" It is on the way to {listed(beyond)}." if beyond else ""
    nothing = (
        f" What it saw of {host} is incomplete and not held against it."
        if got_through
        else f" Nothing was sent to {host}, so this says nothing about it."
    )
    detail = _detail(fault) if failure is Failure.JUMPBOX_HOST_KEY else ""
    remedy = REMEDIES.get(failure, "").format(box=box)
    return f"{_what(fault)}.{way}{nothing}{detail} {remedy}".rstrip()


def _detail(fault: Observation) -> str:
    """What is known beyond the failure word, as a sentence of its own."""
    detail = redact.clean(fault.detail, 400).rstrip(".")
    return f" {detail[:1].upper()}{detail[1:]}." if detail else ""


def apart(observations: Sequence[Observation], target: tuple[str, int], catalog: Catalog) -> str:
    """The hop at fault where one place gets further than another; empty where they agree."""
    parted = partings(observations)
    if not parted:
        return _other_machine(observations, target[0])
    seen, (lowest, *_) = by_place(observations), parted
    fine = any(normal(catalog, derive(seen[vantage])) for vantage in lowest.past)
    return _hop(lowest, target, fine=fine)


def normal(catalog: Catalog, evidence: Mapping[str, str]) -> bool:
    """Whether nothing that a probe saw of the host itself is abnormal, whatever was reported."""
    return not any(
        state in entry.abnormal
        for item, state in evidence.items()
        if item not in _NOT_OF_THE_HOST
        and (entry := catalog.evidence.get(item)) is not None
        and entry.origin == "probe"
    )


def _hop(parting: Parting, target: tuple[str, int], *, fine: bool) -> str:
    """The place between which and the host the fault lies, and whether the host is fine."""
    rung, near, far = parting.rung, parting.stopped, parting.past
    host, port = target
    seers = listed([network(each) for each in far])
    if list(near) == [DIRECT]:
        so = "The host is fine" if fine else f"{host} answers {seers}"
        return f"{so}; {_BLOCKED.get(rung, _BLOCKED['host']).format(port=port)}."
    those = listed([network(each) for each in near])
    cannot = _CANNOT.get(rung, _CANNOT["host"]).format(host=host, port=port)
    what = "name servers of" if rung == "name" else "path from"
    also = ", not the host" if fine else ""
    are = "are" if rung == "name" else "is"
    return f"{those} {cannot}, {seers} can: the {what} {those} {are} at fault{also}."


def _other_machine(observations: Sequence[Observation], host: str) -> str:
    """Places that get equally far and yet do not see the same machine."""
    seen = by_place(observations)
    if derive(observations).get("vantages") in (None, "agree"):
        return ""
    leads = _each(seen, "name.lookup", "addresses")
    if len(set(leads.values())) > 1:
        said = [f"to {address} from {place(each)}" for each, address in leads.items()]
        return f"The name {host} leads {listed(said)}: they may be two machines."
    shown = _each(seen, "tls.certificate", "sha256")
    if len(set(shown.values())) > 1:
        names = listed([network(each) for each in shown])
        return (
            f"{names} are shown different certificates: several machines answer as {host}, "
            "or something in between opens TLS."
        )
    clients = _each(seen, "tls.hello", "modern_client")
    near, far = ([network(p) for p in clients if clients[p] == w] for w in ("refused", "agrees"))
    if near and far:
        return (
            f"{host} refuses the TLS of a Windows 11 PC to {listed(near)} and takes it from "
            f"{listed(far)}: something on the way is at least as likely as the host."
        )
    told = _each(seen, "rdp.negotiation", "security") | _each(seen, "nla.challenge", "computer")
    if len(told) > 1 and derive(observations).get("ladder") == "ok":
        return (
            f"{listed([network(each) for each in told])} get different answers: several machines "
            f"answer as {host}, or something in between does."
        )
    return ""


def _each(seen: Mapping[str, Sequence[Observation]], probe: str, key: str) -> dict[str, str]:
    """The first such fact of each place that has one."""
    found = {}
    for vantage, observations in seen.items():
        facts = [each.facts.get(key) for each in observations if each.probe == probe]
        value = next(filter(None, facts), None)
        if value:
            found[vantage] = clean(str(value[0] if isinstance(value, list) else value))
    return found
