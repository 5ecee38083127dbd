"""Certificates that no library would make: built byte by byte."""

import pytest
from cryptography.hazmat.primitives.asymmetric import ec

from bot.wire.certificate import certificate_facts
from tests.fuzz.run import counted
from tests.wire.samples import NOW, certificate, ec_key

SHA256 = bytes.fromhex("300d06092a864886f70d01010b0500")
RSA, PKCS3, X942 = (bytes.fromhex(each) for each in (
    "06092a864886f70d010101", "06092a864886f70d010301", "06072a8648ce3e0201",
))  # fmt: skip
COMMON, COUNTRY = bytes.fromhex("0603550403"), bytes.fromhex("0603550406")
GENERALIZED = 0x18


def tlv(tag: int, *parts: bytes) -> bytes:
    value = b"".join(parts)
    if len(value) < 0x80:
        return bytes((tag, len(value))) + value
    length = len(value).to_bytes((len(value).bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + value


def integer(number: int) -> bytes:
    return tlv(2, number.to_bytes(number.bit_length() // 8 + 1, "big"))


def public(oid: bytes, key: bytes, *parameters: bytes) -> bytes:
    return tlv(0x30, tlv(0x30, oid, *parameters), tlv(3, b"\0", key))


SOUND = public(RSA, tlv(0x30, integer(1 << 2047 | 1), integer(65537)), b"\x05\x00")


def built(
    begins: bytes = b"20260101000000Z", key: bytes = SOUND, kind: bytes = COMMON, name: str = "srv"
) -> bytes:
    who = tlv(0x30, tlv(0x31, tlv(0x30, kind, tlv(12, name.encode()))))
    dates = tlv(0x30, tlv(GENERALIZED, begins), tlv(GENERALIZED, b"20600101000000Z"))
    signed = tlv(0x30, tlv(0xA0, integer(2)), integer(7), SHA256, who, dates, who, key)
    return tlv(0x30, signed, SHA256, tlv(3, b"\0", bytes(256)))


@pytest.mark.parametrize(
    ("kind", "last"), [(PKCS3, 256), (X942, 1 << 256 | 1)], ids=["PKCS #3", "X9.42"]
)
def test_a_diffie_hellman_key_is_named_and_not_checked(kind: bytes, last: int) -> None:
    """Its check looks for primes, during which the whole program stood still for ten seconds."""
    group = tlv(0x30, integer(1 << 512 | 1), integer(2), integer(last))
    facts = certificate_facts((built(key=public(kind, integer(5), group)),), ["srv"], NOW)
    assert facts["key_type"] == "dh"
    assert "key_bits" not in facts


@pytest.mark.parametrize("year", ["0001", "0042", "0999", "1949", "9999"])
def test_dates_of_any_year_are_iso_8601(year: str) -> None:
    facts = certificate_facts((built(f"{year}0101000000Z".encode()),), ["srv"], NOW)
    assert facts["not_before"] == f"{year}-01-01T00:00:00Z"


@pytest.mark.parametrize(
    ("kind", "name"),
    [(COMMON, ""), (COMMON, "s" * 65), (COUNTRY, "USA"), (COUNTRY, "x" * 5000)],
    ids=["no name", "a long name", "a country of three letters", "a long country"],
)
def test_a_name_of_another_length_than_the_standard_has_warns_nobody(
    kind: bytes, name: str
) -> None:
    """The warning would stand on the terminal of whoever looks."""
    facts = certificate_facts((built(kind=kind, name=name),), ["srv"], NOW)
    assert facts["subject"].partition("=")[2] == name[: 256 - 3 if kind is COMMON else 256 - 2]


def test_names_in_punycode_cost_no_more_than_others() -> None:
    def steps(label: str) -> int:
        names = [f"{number}.{label}.{label}.{label}.example" for number in range(300)]
        der = certificate("srv", names=names, key=key)
        return counted(lambda: certificate_facts((der,), ["srv-app-07.corp.example"], NOW))[0]

    key: ec.EllipticCurvePrivateKey = ec_key()
    assert steps("xn--mller-kva") < 2 * steps("mueller-kva-1")
