"""Sound inputs of every parser: recorded from real servers, or made by other implementations."""

import struct
from collections.abc import Mapping, Sequence
from functools import cache

from cryptography.x509.oid import ExtendedKeyUsageOID

from bot.wire import credssp, x224
from bot.wire.flight import FlightReader, ServerHello
from tests.fuzz import names
from tests.fuzz.capture import captures
from tests.fuzz.parsers import NUMBER
from tests.wire.samples import certificate, confirm, ec_key, rsa_key

NTLM = b"NTLMSSP"
HEADS = (
    b"HTTP/1.1 401 Unauthorized\r\nServer: Microsoft-HTTPAPI/2.0\r\nWWW-Authenticate: Negotiate\r\n"
    b'WWW-Authenticate: NTLM, Basic realm="a, b", Digest qop="auth",algorithm=MD5\r\n'
    b"Content-Length: 0\r\n\r\n",
    b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n\r\nmore",
    b"HTTP/1.0 503 Service Unavailable\n\n",
)
FILES = (
    b"search corp.example lab.example\nnameserver 10.0.0.53\nnameserver fe80::1\n"
    b"options ndots:2 timeout:1\n...127.0.0.1 localhost\n10.0.0.7 srv-app-07.corp.example srv\n",
    b"domain corp.example\nnameserver 127.0.0.53\n...::1 ip6-localhost # what a comment\n"
    b"10.0.0.8\tb\xc3\xbccher.example x\n10.0.0.8 x\n",
)
RDP = (
    "full address:s:srv-app-07:3390\r\nusername:s:CORP\\max\r\npassword 51:b:0100D08C\r\n"
    "enablecredsspsupport:i:0\r\ngatewayhostname:s:rdg.corp.example\r\nserver port:i:3389\r\n"
)
RDP_FILES = (b"\xff\xfe" + RDP.encode("utf-16-le"), b"\xef\xbb\xbf" + RDP.encode(), RDP.encode())
SYN_ACK = struct.pack(">IHHIHH", NUMBER, 1024, 5, 99, 1232, 1232).ljust(1232, b"\0")
PRINTED: Mapping[str, Sequence[bytes]] = {
    "survey": (
        b"survey 42\nsystem Linux\nping ping from iputils 20240117\nhas ss\nhas ip\nhas udp\n",
        b"'sh' is not recognized as an internal or external command\r\n",
        b"survey 42\nsystem FreeBSD\nping \n",
    ),
    "echoes": (
        b"1500 PING 10.0.0.7 (10.0.0.7) 1472(1500) bytes of data.\n"
        b"1500 From 10.0.0.1 icmp_seq=1 Frag needed and DF set (mtu = 1400)\n1500 rc 1\n"
        b"84 64 bytes from 10.0.0.7: icmp_seq=1 ttl=127 time=0.412 ms\n84 rc 0\n1400 rc 1\n",
        b"1400 1380 bytes from 2001:db8::7: icmp_seq=1 ttl=64 time=12.3 ms\n"
        b"1500 ping: local error: message too long, mtu: 1492\n",
    ),
    "clock": (b"1772366400.123456789\n", b"1772366400.%N\n", b"motd\n1772366400\n"),
    "neighbour": (
        b"10.0.0.7 dev eth0 src 10.0.0.2 uid 0 \n    cache \n"
        b"10.0.0.7 dev eth0 lladdr 52:54:00:12:34:56 REACHABLE \n",
        b"10.1.0.7 via 10.0.0.1 dev eth0 src 10.0.0.2 uid 0 \n    cache \n",
        b"RTNETLINK answers: Network is unreachable\n",
    ),
    "datagram": (b"sent\n 01 02 03 04 00 40 00 05\n ff\n", b"sent\ndd: Connection refused\n"),
    "own-lookup": (
        b"\n10.0.0.7        STREAM srv.example\n2001:db8::7     DGRAM  \nfe80::7%eth0 RAW\nrc 0\n",
        b"motd\nrc 2\n",
    ),
    "sockets": (
        b"State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n"
        b"ESTAB 0 0 10.0.0.2:50042 10.0.0.7:3389\n"
        b"\t cubic wscale:7,7 rto:201 rtt:0.61/0.3 mss:1448 pmtu:1500 advmss:1448 "
        b"bytes_acked:3001 unacked:2 retrans:1/3 lost:1 sacked:1 backoff:2\n"
        b"SYN-SENT 0 1 10.0.0.2:50044 10.0.0.7:3389\n\t cubic rto:1000 mss:524\n",
    ),
}


@cache
def samples() -> Mapping[str, Sequence[bytes]]:
    """The sound inputs of each parser, by its name."""
    flights, requests = tuple(captures("tls")), tuple(captures("credssp"))
    confirms = (*captures("x224"), confirm(x224.Bare(0x3412)), b"HTTP/1.1 400 Bad Request\r\n")
    chains = _certificates(flights)
    return {
        "x224": confirms,
        "negotiation": _conversations(confirms),
        "flight": flights,
        "flight-short": flights,
        "credssp": (*requests, credssp.encode(credssp.TsRequest(6, None, 0xC000006D))),
        "challenge": requests,
        "ntlm": tuple(one[one.index(NTLM) :] for one in requests if NTLM in one),
        "certificate": chains,
        "gateway-certificate": chains,
        "gateway-head": HEADS,
        "dns-addresses": tuple(names.samples("A")),
        "dns-reverse": tuple(names.samples("PTR")),
        "rdp-udp": (SYN_ACK, SYN_ACK[:16]),
        "files": FILES,
        "rdp-file": RDP_FILES,
        **PRINTED,
        "ping": (b"\x00", b"\x01", b"\x02", b"\xff"),
    }


def _conversations(confirms: Sequence[bytes]) -> tuple[bytes, ...]:
    """Five answers each, in every turn of their order."""
    found = []
    for at in range(len(confirms)):
        five = [confirms[(at + step) % len(confirms)] for step in range(len(x224.REQUESTS))]
        found.append(b"".join(bytes((len(answer),)) + answer for answer in five))
    return tuple(found)


def _certificates(flights: Sequence[bytes]) -> tuple[bytes, ...]:
    """Those of the recorded flights, and some with every field that we read."""
    seen = [FlightReader().feed(flight) for flight in flights]
    recorded = {
        one for hello in seen if isinstance(hello, ServerHello) for one in hello.certificates
    }
    usages = (ExtendedKeyUsageOID.SERVER_AUTH,)
    many = ("a.corp.example", "*.corp.example", "10.0.0.7", "2001:db8::7")
    made = (
        certificate("srv-app-07", key=rsa_key(), eku=usages),
        certificate("srv", names=many, key=ec_key(), eku=usages, issuer="Corp CA"),
        certificate("b\u00fccher \u202e\u0000", key=ec_key()),
    )
    return (*sorted(recorded), *made)
