"""The checks; each reports frozen observations and judges nothing.

``PROBES`` is the registry, written by hand in the order of the connection path: adding a probe
is adding a file and a row.  ``needs`` names the probes that must be part of a run with this one.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from bot.probes import (
    gateway_http,
    gateway_tcp,
    gateway_tls,
    host_companions,
    jumpbox_session,
    name_lookup,
    nla_challenge,
    path_mtu,
    path_quality,
    port_tcp,
    rdp_negotiation,
    tls_certificate,
    tls_hello,
    udp_transport,
)
from bot.probes.base import Probe, Report, Target

__all__ = ["PROBES", "Entry", "Report", "Target"]


@dataclass(frozen=True, slots=True)
class Entry:
    """A probe, the probes that it needs, and the promises on the trail that it owes."""

    probe: Probe
    needs: tuple[str, ...] = ()
    owes: tuple[str, ...] = ()


PROBES: Mapping[str, Entry] = MappingProxyType(
    {
        jumpbox_session.NAME: Entry(jumpbox_session.probe, (), ("session",)),
        name_lookup.NAME: Entry(name_lookup.probe, (jumpbox_session.NAME,), ("lookup",)),
        port_tcp.NAME: Entry(port_tcp.probe, (name_lookup.NAME,), ("port", "address")),
        host_companions.NAME: Entry(host_companions.probe, (port_tcp.NAME,)),
        rdp_negotiation.NAME: Entry(rdp_negotiation.probe, (port_tcp.NAME,), ("asked_first",)),
        # These two only want the port, but how to treat the host shows in the negotiation.
        # Two of the promises are to it: what nobody takes any more is not kept.
        tls_hello.NAME: Entry(
            tls_hello.probe,
            (rdp_negotiation.NAME,),
            ("hello", "chains", "asked_first", "not_nla"),
        ),
        tls_certificate.NAME: Entry(tls_certificate.probe, (tls_hello.NAME,)),
        nla_challenge.NAME: Entry(
            nla_challenge.probe, (rdp_negotiation.NAME,), ("handshake", "not_nla")
        ),
        # The path itself: the handshakes made anyway and one burst of echoes, then one hello that
        # fills whole packets beside the short ones, and one datagram.
        path_quality.NAME: Entry(path_quality.probe, (port_tcp.NAME,), ("ping", "echoes")),
        path_mtu.NAME: Entry(path_mtu.probe, (tls_hello.NAME, path_quality.NAME)),
        udp_transport.NAME: Entry(udp_transport.probe, (port_tcp.NAME,)),
        # These three only where the target has a gateway; they need nothing of the host.
        gateway_tcp.NAME: Entry(gateway_tcp.probe, (jumpbox_session.NAME,), ("gateway",)),
        gateway_tls.NAME: Entry(gateway_tls.probe, (gateway_tcp.NAME,), ("tunnel",)),
        gateway_http.NAME: Entry(gateway_http.probe, (gateway_tls.NAME,)),
    }
)
