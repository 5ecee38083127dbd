"""What the program's probes promise to the knowledge base: their names and evidence items.

The states are fixed by the program (``bot.evidence.findings`` sets them), so the knowledge base
must describe exactly these; everything else in an item (words, weights) is the editors'.
"""

from collections.abc import Mapping
from typing import NamedTuple

PROBES = (
    "jumpbox.session",
    "name.lookup",
    "port.tcp",
    "host.companions",
    "rdp.negotiation",
    "tls.hello",
    "tls.certificate",
    "nla.challenge",
    "path.quality",
    "path.mtu",
    "udp.transport",
    "gateway.tcp",
    "gateway.tls",
    "gateway.http",
)
"""Every probe of the program."""


class Item(NamedTuple):
    """States in the order of the path; the states that count as a fault."""

    states: tuple[str, ...]
    abnormal: frozenset[str]


def _item(states: str, abnormal: str) -> Item:
    return Item(tuple(states.split()), frozenset(abnormal.split()))


ITEMS: Mapping[str, Item] = {
    "ladder": _item(
        "ok name host port rdp tls nla logon session",
        "name host port rdp tls nla logon session",
    ),
    "name-lookup": _item("ok literal nxdomain no-answer timeout", "nxdomain no-answer timeout"),
    "asked-name": _item("short full", ""),
    "port-state": _item(
        "open refused timeout unreachable failed", "refused timeout unreachable failed"
    ),
    "addresses": _item("alike one-dead one-refuses one-silent", "one-refuses one-silent"),
    "host-life": _item("answers silent", "silent"),
    "companion-ports": _item("windows unix", ""),
    "neighbour": _item("answers absent", ""),
    "rdp-answer": _item(
        "answers closed silent not-rdp refused contradicts",
        "closed silent not-rdp refused contradicts",
    ),
    "security-layer": _item(
        "negotiate tls-required nla-required rdp-only tls-no-nla no-certificate legacy",
        "rdp-only no-certificate legacy",
    ),
    "server-kind": _item("windows windows-legacy xrdp gnome virtualbox", ""),
    "stranger": _item("ssh http tls other", "ssh http tls other"),
    "answer-delay": _item("prompt slow", ""),
    "tls-hello": _item("server-hello picky closed reset alert silent", "closed reset alert silent"),
    "modern-client": _item("agrees refused", "refused"),
    "tls-versions": _item("modern old-only", "old-only"),
    "certificate-validity": _item("valid expired not-yet-valid", "expired not-yet-valid"),
    "certificate-name": _item("matches differs", "differs"),
    "certificate-key": _item("sound weak-key weak-hash", "weak-key weak-hash"),
    "certificate-issuer": _item("windows-made self-signed issued", ""),
    "certificate-age": _item("settled fresh", ""),
    "certificates-shown": _item("one several", ""),
    "credssp-version": _item("patched unpatched", "unpatched"),
    "ntlm": _item("offered blocked none", "blocked"),
    "nla-answer": _item("challenge closed silent error not-offered", "closed silent error"),
    "clock": _item("right skewed", "skewed"),
    "host-names": _item("agree differ", "differ"),
    "path-quality": _item("good slow lossy", ""),
    "path-mtu": _item("full smaller black-hole", "black-hole"),
    "udp-transport": _item("answers answers-old-host refused silent", ""),
    "gateway-tcp": _item("open unreachable", "unreachable"),
    "gateway-certificate": _item("sound refused untrusted no-tls", "refused untrusted no-tls"),
    "gateway-http": _item("answers foreign unavailable closes", "foreign unavailable closes"),
    "gateway-vantages": _item(
        "agree works-elsewhere fails-elsewhere", "works-elsewhere fails-elsewhere"
    ),
    "jumpbox": _item(
        "ok unreachable host-key auth forwarding timeout",
        "unreachable host-key auth forwarding timeout",
    ),
    "vantages": _item(
        "agree direct-worse jumpbox-worse box-worse tls-cut name-apart led-apart differ",
        "direct-worse jumpbox-worse box-worse tls-cut name-apart led-apart differ",
    ),
}
"""Evidence item -> the states that probes set (``unknown`` means: simply absent)."""
