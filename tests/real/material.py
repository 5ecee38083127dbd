"""Certificates and SSH keys for the real servers, made for one test run."""

import datetime as dt
import socket
import ssl
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, padding, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

HOST_NAME = socket.gethostname()
"""What FreeRDP puts into its NTLM names; the certificates name the same machine."""

SHA256_RSA, SHA1_RSA = (bytes.fromhex(f"06092a864886f70d0101{number}") for number in ("0b", "05"))
"""The two signature algorithms in DER (RFC 8017 appendix C)."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate or public key, and its private key, as files."""

    public: Path
    private: Path


@dataclass(frozen=True, slots=True)
class Recipe:
    """What a certificate says; days count from now.  By default it is sound."""

    begins_days: float = -10
    ends_days: float = 90
    bits: int = 2048
    sha1: bool = False
    names: tuple[str, ...] = (HOST_NAME, "127.0.0.1")


def certificate(folder: Path, recipe: Recipe) -> Pair:
    """A self-signed certificate; the first name is its subject's."""
    folder.mkdir(parents=True, exist_ok=True)
    key = rsa.generate_private_key(public_exponent=65537, key_size=recipe.bits)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, recipe.names[0])])
    now = dt.datetime.now(dt.UTC)
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=recipe.begins_days))
        .not_valid_after(now + dt.timedelta(days=recipe.ends_days))
        .add_extension(x509.SubjectAlternativeName(_general(recipe.names)), critical=False)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pair = Pair(folder / "certificate.pem", folder / "key.pem")
    der = signed.public_bytes(serialization.Encoding.DER)
    if recipe.sha1:
        der = _with_sha1(der, key)
    pair.public.write_text(ssl.DER_cert_to_PEM_cert(der), encoding="ascii")
    pair.private.touch(mode=0o600)
    pair.private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    return pair


def _with_sha1(der: bytes, key: rsa.RSAPrivateKey) -> bytes:
    """The same certificate signed with SHA-1, which the library reads and no longer writes."""
    outer = x509.load_der_x509_certificate(der.replace(SHA256_RSA, SHA1_RSA))
    signature = key.sign(outer.tbs_certificate_bytes, padding.PKCS1v15(), hashes.SHA1())  # noqa: S303 - the fault
    return der.replace(SHA256_RSA, SHA1_RSA)[: -len(signature)] + signature


def _general(names: tuple[str, ...]) -> list[x509.GeneralName]:
    found: list[x509.GeneralName] = []
    for name in names:
        try:
            found.append(x509.IPAddress(ip_address(name)))
        except ValueError:
            found.append(x509.DNSName(name))
    return found


def ssh_key(folder: Path, name: str) -> Pair:
    """An Ed25519 key in OpenSSH's formats."""
    key = ed25519.Ed25519PrivateKey.generate()
    pair = Pair(folder / f"{name}.pub", folder / name)
    pair.private.touch(mode=0o600)
    pair.private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.OpenSSH,
            serialization.NoEncryption(),
        )
    )
    pair.public.write_bytes(
        key.public_key().public_bytes(
            serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH
        )
        + b"\n"
    )
    return pair
