"""The facts of one X.509 certificate, as observations show them.

Strategy: ``cryptography`` parses, we only name.  It parses lazily, so each group of fields is
read on its own: what cannot be read is absent, and only a certificate whose frame is broken
raises ``Malformed``.  Judging (expired, weak, wrong name) is done elsewhere.
Sources: RFC 5280; RFC 6125 6.4 and RFC 9525 6.3 for the comparison of names.
"""

import warnings
from collections.abc import Callable, Sequence
from datetime import datetime
from ipaddress import ip_address
from typing import Any

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, rsa
from cryptography.utils import CryptographyDeprecationWarning
from cryptography.x509.oid import NameOID

from bot.wire.cursor import Malformed
from bot.wire.text import NETBIOS_LENGTH, clean, native

MOST_NAMES = 64
LONGEST_TEXT = 4096

# Loading a key checks it.  For a Diffie-Hellman key, which no RDP host shows, that is a search for
# primes: ten seconds for a group of 16,384 bits.
_DIFFIE_HELLMAN = frozenset({"1.2.840.113549.1.3.1", "1.2.840.10046.2.1"})  # PKCS #3, X9.42

_UNREADABLE = (
    ValueError,
    TypeError,
    UnsupportedAlgorithm,
    x509.DuplicateExtension,
    x509.InvalidVersion,
    x509.UnsupportedGeneralNameType,
)


def certificate_facts(
    chain: Sequence[bytes], hosts: Sequence[str], now: datetime, *, strict: bool = False
) -> dict[str, Any]:
    """Facts of the leaf of a DER chain, judged against the names that were asked for.

    ``hosts`` are the typed name and, where there is one, its completed form; ``now`` is aware.
    ``strict`` compares as a web client does: whole names only, and an address must be listed.
    Raises Malformed when there is no certificate or the leaf is not one.
    """
    with warnings.catch_warnings():
        # Meant for those who make certificates; a host could write to our terminal with it.
        warnings.simplefilter("ignore", UserWarning)
        return _facts(chain, hosts, now, strict=strict)


def _facts(
    chain: Sequence[bytes], hosts: Sequence[str], now: datetime, *, strict: bool
) -> dict[str, Any]:
    if not chain:
        raise Malformed("no certificate")
    try:
        leaf = _parsed(chain[0])
        found: dict[str, Any] = {
            "sha256": leaf.fingerprint(hashes.SHA256()).hex(),
            "chain_length": len(chain),
        }
    except _UNREADABLE as error:
        raise Malformed(f"not a certificate: {clean(str(error), 120)}") from None
    readers: tuple[Callable[[], dict[str, Any]], ...] = (
        lambda: _people(leaf),
        lambda: _dates(leaf, now),
        lambda: _key(leaf),
        lambda: _signature(leaf),
        lambda: _usage(leaf),
        lambda: _names(leaf, hosts, strict),
    )
    for reader in readers:
        try:
            found |= reader()
        except _UNREADABLE:
            continue
    return found


def _parsed(der: bytes) -> x509.Certificate:
    """The certificate; one with a serial number that is no positive number is strange, not bad."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", CryptographyDeprecationWarning)
        return x509.load_der_x509_certificate(der)


def _short(text: str) -> str:
    """Cut before it is cleaned, since a target may send a megabyte."""
    return clean(text[:LONGEST_TEXT])


def _people(leaf: x509.Certificate) -> dict[str, Any]:
    subject, issuer = leaf.subject, leaf.issuer
    return {
        "subject": _short(subject.rfc4514_string()),
        "issuer": _short(issuer.rfc4514_string()),
        "self_signed": subject == issuer,
    }


def _dates(leaf: x509.Certificate, now: datetime) -> dict[str, Any]:
    begins, ends = leaf.not_valid_before_utc, leaf.not_valid_after_utc
    return {
        "not_before": _iso(begins),
        "not_after": _iso(ends),
        "days_left": round((ends - now).total_seconds() / 86400, 3),
    }


def _iso(moment: datetime) -> str:
    # Not by strftime, which writes the year 1 with one digit.
    return moment.replace(tzinfo=None, microsecond=0).isoformat() + "Z"


def _key(leaf: x509.Certificate) -> dict[str, Any]:
    if leaf.public_key_algorithm_oid.dotted_string in _DIFFIE_HELLMAN:
        return {"key_type": "dh"}
    key = leaf.public_key()
    if isinstance(key, rsa.RSAPublicKey):
        return {"key_type": "rsa", "key_bits": key.key_size}
    if isinstance(key, ec.EllipticCurvePublicKey):
        return {"key_type": "ec", "key_bits": key.key_size}
    if isinstance(key, dsa.DSAPublicKey):
        return {"key_type": "dsa", "key_bits": key.key_size}
    return {"key_type": type(key).__name__.removesuffix("PublicKey").lower()}


def _signature(leaf: x509.Certificate) -> dict[str, Any]:
    algorithm = leaf.signature_hash_algorithm
    return {} if algorithm is None else {"signature_hash": algorithm.name}


def _usage(leaf: x509.Certificate) -> dict[str, Any]:
    try:
        usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return {}
    return {"eku": [purpose.dotted_string for purpose in usage][:MOST_NAMES]}


def _names(leaf: x509.Certificate, hosts: Sequence[str], strict: bool) -> dict[str, Any]:
    dns, addresses = _alternative(leaf)
    common = [
        _short(str(attribute.value))
        for attribute in leaf.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
    ]
    found: dict[str, Any] = {"names": ([*dns, *addresses] or common)[:MOST_NAMES]}
    verdicts = [_matches(host, dns, addresses, common) for host in hosts]
    if strict:
        verdicts = [_matches_wholly(host, dns or common, addresses) for host in hosts]
    known = [verdict for verdict in verdicts if verdict is not None]
    if known:
        found["matches_host"] = any(known)
    return found


def _alternative(leaf: x509.Certificate) -> tuple[list[str], list[str]]:
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return [], []
    dns = [_short(name) for name in names.get_values_for_type(x509.DNSName)]
    return dns, [str(address) for address in names.get_values_for_type(x509.IPAddress)]


def _matches(
    host: str, dns: Sequence[str], addresses: Sequence[str], common: Sequence[str]
) -> bool | None:
    """Whether the certificate is for this host; None where a typed address cannot be judged."""
    typed = _address(host)
    if typed is not None:
        return typed in addresses if addresses else None
    if dns:
        return any(_same(host, pattern) for pattern in dns)
    # Windows writes no alternative names, and without a domain only its NetBIOS name.
    return any(_same(host, name) or _netbios(host, name) for name in common)


def _netbios(host: str, common: str) -> bool:
    """Whether a common name is what NetBIOS keeps of a host's: the first label, 15 characters."""
    first, common = native(host).partition(".")[0], native(common).rstrip(".")
    return common == first or (len(common) == NETBIOS_LENGTH and common == first[:NETBIOS_LENGTH])


def _matches_wholly(host: str, names: Sequence[str], addresses: Sequence[str]) -> bool:
    """As ``_matches``, but a NetBIOS name is no match, nor is an address that is not listed."""
    typed = _address(host)
    if typed is not None:
        return typed in addresses
    return any(_same(host, name) for name in names)


def _address(host: str) -> str | None:
    """A typed address as certificates write it (IPv4 without its IPv6 form); None for a name."""
    try:
        typed = ip_address(host)
    except ValueError:
        return None
    return str((typed.version == 6 and typed.ipv4_mapped) or typed)


def _same(host: str, pattern: str) -> bool:
    """Names are compared without case; ``*`` stands for exactly the whole first label."""
    if not host.isascii() or "xn--" in host.lower():
        pattern = native(pattern)  # for other hosts in vain, and dear: there may be thousands
    host, pattern = native(host).rstrip("."), pattern.lower().rstrip(".")
    if not pattern.startswith("*."):
        return host == pattern
    first, _, rest = host.partition(".")
    return bool(first) and rest == pattern[2:] and "." in rest
