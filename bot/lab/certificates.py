"""Certificates and TLS contexts of the simulated hosts, made when the lab starts.

Strategy: all hosts of one key size share one key, because making keys is slow and no probe
compares them; certificates are dated relative to now, so that "expired" stays true.
"""

import datetime as dt
import functools
import ssl
import tempfile

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bot.lab.behaviour import Behaviour, Tls
from bot.lab.hosts import DOMAIN

ROOT = "Lab Root CA"

VERSIONS = {
    Tls.UP_TO_12: (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_2),
    Tls.UP_TO_13: (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3),
    Tls.ONLY_10: (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1),
}


def server_context(behaviour: Behaviour, host: str) -> ssl.SSLContext:
    """The server side of a host's TLS, with a certificate such as Windows makes for itself."""
    name = f"{behaviour.certificate_name or host}.{DOMAIN}"
    key = _key(behaviour.key_bits)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.set_ciphers(f"{behaviour.ciphers}:@SECLEVEL=0")
    context.minimum_version, context.maximum_version = VERSIONS[behaviour.tls]
    context.num_tickets = 0  # CredSSP forbids session resumption (MS-CSSP 3.1.5)
    with tempfile.NamedTemporaryFile() as file:  # ssl takes a certificate only from a file
        file.write(_pem(key) + _certificate(key, name, behaviour.valid_days))
        file.flush()
        context.load_cert_chain(file.name)
    return context


def web_context(name: str, valid_days: tuple[float, float]) -> ssl.SSLContext:
    """The server side of a web server's TLS, with a certificate of the lab's own authority."""
    key = _key(2048)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    with tempfile.NamedTemporaryFile() as file:
        file.write(_pem(key) + _issued(key, name, valid_days))
        file.flush()
        context.load_cert_chain(file.name)
    return context


@functools.cache
def root() -> bytes:
    """The certificate of the lab's authority as PEM; who trusts it trusts the lab's gateways."""
    now = dt.datetime.now(dt.UTC)
    usage = x509.KeyUsage(*(each in {5, 6} for each in range(9)))  # signs certificates and lists
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ROOT)])
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(_root_key().public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - dt.timedelta(days=365))
        .not_valid_after(now + dt.timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .sign(_root_key(), hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


@functools.cache
def _root_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@functools.cache
def _key(bits: int) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=bits)


def _pem(key: rsa.RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )


def _certificate(key: rsa.RSAPrivateKey, name: str, valid_days: tuple[float, float]) -> bytes:
    """The default RDP certificate: the computer's name as CN and issuer, no SAN, one EKU."""
    now = dt.datetime.now(dt.UTC)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    begins, ends = (now + dt.timedelta(days=days) for days in valid_days)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins - dt.timedelta(minutes=1))
        .not_valid_after(ends)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )


def _issued(key: rsa.RSAPrivateKey, name: str, valid_days: tuple[float, float]) -> bytes:
    """A web server's certificate: its name as SAN, signed by the lab's authority."""
    now = dt.datetime.now(dt.UTC)
    begins, ends = (now + dt.timedelta(days=days) for days in valid_days)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)]))
        .issuer_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, ROOT)]))
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins - dt.timedelta(minutes=1))
        .not_valid_after(ends)
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(_root_key(), hashes.SHA256())
        .public_bytes(serialization.Encoding.PEM)
    )
