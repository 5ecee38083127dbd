"""Well-framed bytes for the readers: real OpenSSL flights, real certificates, ways to cut them."""

import ssl
import tempfile
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import cache
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from hypothesis import strategies as st

from bot.wire import x224

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

CUTS = st.lists(st.integers(1, 9), max_size=40)


def pieces(data: bytes, cuts: Sequence[int]) -> list[bytes]:
    """The data cut into pieces of these sizes, the rest as one."""
    found, at = list[bytes](), 0
    for size in cuts:
        if at >= len(data):
            break
        found.append(data[at : at + size])
        at += size
    return [*found, data[at:]] if at < len(data) else found


def play(feed: Callable[[bytes], object], parts: Sequence[bytes]) -> object:
    """What a reader says to these parts followed by the end of the stream."""
    for part in (*parts, b""):
        if (answer := feed(part)) is not None:
            return answer
    raise AssertionError("a reader must answer at the end of the stream")


def confirm(answer: x224.Answer) -> bytes:
    """The bytes a server sends for an answer: written apart from the reader."""
    match answer:
        case x224.Bare(src_ref):
            extra = b""
        case x224.Selected(protocol, flags, src_ref):
            extra = bytes((2, flags, 8, 0)) + protocol.to_bytes(4, "little")
        case x224.Refused(code, src_ref):
            extra = bytes((3, 0, 8, 0)) + code.to_bytes(4, "little")
        case _:
            raise AssertionError(answer)
    header = bytes((6 + len(extra), 0xD0, 0, 0)) + src_ref.to_bytes(2, "big") + b"\0"
    return b"\x03\x00" + (11 + len(extra)).to_bytes(2, "big") + header + extra


@cache
def rsa_key(bits: int = 2048) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def certificate(  # noqa: PLR0913
    common: str = "srv-app-07",
    *,
    names: Sequence[str] = (),
    key: Key | None = None,
    begins: datetime = NOW - timedelta(days=30),
    days: float = 180,
    issuer: str | None = None,
    eku: Sequence[x509.ObjectIdentifier] = (),
) -> bytes:
    """A real certificate as DER, signed by its own key."""
    key = key or ec_key()
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common)])
    signer = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, issuer)]) if issuer else subject
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(signer)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(begins)
        .not_valid_after(begins + timedelta(days=days))
    )
    if names:
        builder = builder.add_extension(
            x509.SubjectAlternativeName([_general(name) for name in names]), critical=False
        )
    if eku:
        builder = builder.add_extension(x509.ExtendedKeyUsage(eku), critical=False)
    return builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def _general(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def server_context(
    der: bytes, key: Key, lowest: ssl.TLSVersion, highest: ssl.TLSVersion
) -> ssl.SSLContext:
    """An OpenSSL server that takes every suite it still has."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers("ALL:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = lowest, highest
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "server.pem"
        path.write_bytes(
            x509.load_der_x509_certificate(der).public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM,
                serialization.PrivateFormat.PKCS8,
                serialization.NoEncryption(),
            )
        )
        context.load_cert_chain(path)
    return context


def first_flight(context: ssl.SSLContext, hello: bytes) -> bytes:
    """What OpenSSL answers to a ClientHello, alert included."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    server = context.wrap_bio(incoming, outgoing, server_side=True)
    incoming.write(hello)
    with suppress(ssl.SSLError):  # wants more, or has written an alert
        server.do_handshake()
    return outgoing.read()
