"""Certificates and SSH keys for the real servers, made for one test run."""

import datetime as dt
import socket
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ed25519, rsa
from cryptography.x509.oid import NameOID

HOST_NAME = socket.gethostname()
"""What FreeRDP puts into its NTLM names; the certificates name the same machine."""


@dataclass(frozen=True, slots=True)
class Pair:
    """A certificate or public key, and its private key, as files."""

    public: Path
    private: Path


def certificate(folder: Path, *, begins_days: float, ends_days: float) -> Pair:
    """A self-signed certificate for this machine and 127.0.0.1; days count from now."""
    folder.mkdir(parents=True, exist_ok=True)
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, HOST_NAME)])
    now = dt.datetime.now(dt.UTC)
    names = [x509.DNSName(HOST_NAME), x509.IPAddress(ip_address("127.0.0.1"))]
    signed = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now + dt.timedelta(days=begins_days))
        .not_valid_after(now + dt.timedelta(days=ends_days))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .sign(key, hashes.SHA256())
    )
    pair = Pair(folder / "certificate.pem", folder / "key.pem")
    pair.public.write_bytes(signed.public_bytes(serialization.Encoding.PEM))
    pair.private.touch(mode=0o600)
    pair.private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.TraditionalOpenSSL,
            serialization.NoEncryption(),
        )
    )
    return pair


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
