"""Sound inputs of every parser: recorded from real servers, or made by other implementations."""

from collections.abc import Mapping, Sequence
from functools import cache

from cryptography.x509.oid import ExtendedKeyUsageOID

from bot.wire import credssp, x224
from bot.wire.flight import FlightReader, ServerHello
from tests.fuzz import names
from tests.fuzz.capture import captures
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
        "files": FILES,
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
