"""What was seen of the way to a host, as people read it: jump box, name, ports, packets.

Strategy: one function a rung; it gives the parts of a sentence, the most telling first, and
leaves out what is not known.
"""

from collections.abc import Mapping, Sequence

from bot.desk.labels import NEIGHBOURS, PINGS, PORTS, UDP
from bot.desk.words import Facts, clean, listed, number
from bot.evidence import Observation, Status


def jumpbox(facts: Facts, host: str) -> list[str]:
    """How long the way took."""
    return [f"reached in {number(facts['connect_ms'])} ms" if "connect_ms" in facts else "reached"]


def name(facts: Facts, host: str) -> list[str]:
    """The addresses and whether the reverse name agrees."""
    addresses = [clean(str(each)) for each in facts.get("addresses", ())]
    if facts.get("status") == "literal":
        return ["typed as an address"]
    parts = [
        ", ".join(addresses[:2]) + (f" and {len(addresses) - 2} more" if addresses[2:] else "")
    ]
    first = _label(host)
    leads_to = clean(str(facts.get("canonical", ""))).rstrip(".")
    if leads_to and _label(leads_to) != first:
        parts.append(f"an alias of {leads_to}")
    backwards = [clean(str(each)).rstrip(".") for each in facts.get("reverse", {}).values()]
    if backwards:
        agrees = any(_label(each) == first for each in backwards)
        parts.append("reverse name agrees" if agrees else f"reverse name is {backwards[0]}")
    return parts


def _label(name: str) -> str:
    return name.partition(".")[0].casefold()


def port(facts: Facts) -> list[str]:
    """How fast the port opened."""
    return [f"open in {number(facts['connect_ms'])} ms" if "connect_ms" in facts else "open"]


def ports(seen: Sequence[Observation], states: Mapping[str, str]) -> list[str]:
    """The port at the address that opened, and what its other addresses did."""
    tried = [each for each in seen if each.status is not Status.NOT_RUN]
    opened = [each for each in tried if each.status is Status.PASSED]
    if not opened or len(tried) == len(opened):
        return port(opened[0].facts) if opened else []
    others = [
        f"{clean(str(each.facts['address']))} {PORTS.get(str(each.facts.get('state')), 'fails')}"
        for each in tried
        if each.failure is not None and "address" in each.facts
    ]
    return [f"{port(opened[0].facts)[0]} at {opened[0].facts.get('address')}", *others]


def companions(facts: Facts, host: str) -> list[str]:
    """What else of the host answers: other ports, a ping, its card on the same link."""
    found, ping = facts.get("ports"), facts.get("ping")
    found = found if isinstance(found, Mapping) else {}
    parts = []
    for state in ("open", "refused"):
        those = [str(each) for each, its in found.items() if its == state]
        if those:
            parts.append(f"{clean(listed(those))} {state}")
    if found and not parts and ping == "silence":
        parts = ["silent on every other port and to ping"]
    else:
        if found and not parts:
            parts = ["silent on every other port"]
        if ping in PINGS:
            parts.append(PINGS[ping])
    if facts.get("neighbour") in NEIGHBOURS:
        parts.append(NEIGHBOURS[facts["neighbour"]])
    return parts


def path(seen: Sequence[Observation], states: Mapping[str, str]) -> list[str]:
    """Round trips and loss, then the largest packets that pass."""
    by = {each.probe: each.facts for each in seen if each.status is not Status.NOT_RUN}
    return [*quality(by.get("path.quality", {})), *largest(by.get("path.mtu", {}))]


def quality(facts: Facts) -> list[str]:
    """RTT, jitter, loss."""
    parts = []
    rtt = facts.get("rtt_ms")
    if isinstance(rtt, Mapping) and "median" in rtt:
        parts.append(f"RTT {number(rtt['median'])} ms")
    if "jitter_ms" in facts:
        parts.append(f"jitter {number(facts['jitter_ms'])} ms")
    loss, samples = facts.get("loss_pct"), facts.get("samples")
    if loss is not None:
        of = f" in {samples} samples" if samples else ""
        parts.append(f"{number(loss)} % lost{of}" if loss else f"no loss{of}")
    elif parts and samples:
        parts.append(f"{samples} samples")
    return parts


def largest(facts: Facts) -> list[str]:
    """The path MTU in words."""
    size, tested = facts.get("mtu"), facts.get("tested_bytes")
    match facts.get("verdict"):
        case "full":
            whole = size or tested
            return [
                f"full-size packets pass ({whole} bytes)" if whole else "full-size packets pass"
            ]
        case "smaller":
            return [f"packets pass up to {size} bytes" if size else "only smaller packets pass"]
        case "black-hole":
            which = f"packets over {size} bytes" if size else "large packets"
            return [f"{which} vanish without a word (black hole)"]
        case _:
            return []


def udp(seen: Sequence[Observation], states: Mapping[str, str]) -> list[str]:
    """Whether sessions can use UDP: information, for a session works without it."""
    met = [each.facts.get("state") for each in seen if each.status is not Status.NOT_RUN]
    return [UDP[state] for state in met[:1] if state in UDP]
