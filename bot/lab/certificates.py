"""Certificates and TLS contexts of the simulated hosts, made when the lab starts.

Strategy: all hosts of one key size share one key, because making keys is slow and no probe
compares them; certificates are dated relative to now, so that "expired" stays true.
"""

import datetime as dt
import ssl
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from bot.lab.hosts import DOMAIN, Behaviour, Tls

VERSIONS = {
    Tls.UP_TO_12: (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_2),
    Tls.UP_TO_13: (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3),
    Tls.ONLY_10: (ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1),
}


class Authority:
    """Makes self-signed certificates as Windows does; files stand in ``folder``."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._keys: dict[int, rsa.RSAPrivateKey] = {}

    def context(self, behaviour: Behaviour, host: str) -> ssl.SSLContext:
        """The server side of the host's TLS, with the certificate of this behaviour."""
        name = f"{behaviour.certificate_name or host}.{DOMAIN}"
        key = self._key(behaviour.key_bits)
        path = self._folder / f"{host}.pem"
        path.write_bytes(_pem(key) + _certificate(key, name, behaviour.valid_days))
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.set_ciphers("ALL:@SECLEVEL=0")
        context.minimum_version, context.maximum_version = VERSIONS[behaviour.tls]
        context.num_tickets = 0  # CredSSP forbids session resumption (MS-CSSP 3.1.5)
        context.load_cert_chain(path)
        return context

    def _key(self, bits: int) -> rsa.RSAPrivateKey:
        if bits not in self._keys:
            self._keys[bits] = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        return self._keys[bits]


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
