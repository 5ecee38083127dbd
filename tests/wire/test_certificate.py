from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from bot.wire.certificate import certificate_facts
from bot.wire.cursor import Malformed
from tests.wire.samples import NOW, certificate, ec_key, rsa_key

DER = certificate("srv-app-07", key=rsa_key(), eku=[ExtendedKeyUsageOID.SERVER_AUTH])


def test_the_facts_are_those_of_the_contract() -> None:
    facts = certificate_facts((DER, DER), ["srv-app-07"], NOW)
    assert facts.pop("sha256").isalnum()
    assert facts == {
        "subject": "CN=srv-app-07",
        "issuer": "CN=srv-app-07",
        "self_signed": True,
        "names": ["srv-app-07"],
        "not_before": "2026-01-30T12:00:00Z",
        "not_after": "2026-07-29T12:00:00Z",
        "days_left": 150.0,
        "key_type": "rsa",
        "key_bits": 2048,
        "signature_hash": "sha256",
        "eku": ["1.3.6.1.5.5.7.3.1"],
        "matches_host": True,
        "chain_length": 2,
    }


def test_an_expired_certificate_of_an_authority() -> None:
    der = certificate(issuer="Corp CA", begins=NOW - timedelta(days=10), days=8.5)
    facts = certificate_facts((der,), ["srv-app-07"], NOW)
    assert facts["days_left"] == -1.5
    assert facts["self_signed"] is False
    assert (facts["key_type"], facts["key_bits"]) == ("ec", 256)


@pytest.mark.parametrize(
    ("host", "common", "names", "verdict"),
    [
        ("srv-app-07", "SRV-APP-07", [], True),
        ("srv-app-07.corp.example", "SRV-APP-07", [], True),
        ("srv-app-07.corp.example", "srv-app-07.corp.example", [], True),
        ("srv-app-07", "srv-app-07.corp.example", [], False),
        ("srv-app-07", "srv-app-08", [], False),
        ("srv-application-07", "SRV-APPLICATION", [], True),
        ("srv-application-07.corp.example", "SRV-APPLICATION", [], True),
        ("srv-application-07", "SRV-APPLICATIO", [], False),
        ("srv-application-07.corp.example", "srv.application", [], False),
        ("srv-application-07", "x", ["SRV-APPLICATION"], False),
        # NetBIOS keeps 15 characters of a name; who cuts elsewhere means another one.
        ("application-server-01.corp.example", "APPLICATION-SER", [], True),
        ("application-server-01", "APPLICATION-SE", [], False),
        ("application-server-01", "APPLICATION-SERV", [], False),
        ("application-server-01", "x", ["APPLICATION-SER"], False),
        ("application-ser", "application-server-01", [], False),
        ("srv.corp.example.", "x", ["SRV.corp.example"], True),
        ("srv.corp.example", "srv", ["other.corp.example"], False),
        ("srv.corp.example", "x", ["*.corp.example"], True),
        ("a.srv.corp.example", "x", ["*.corp.example"], False),
        ("example", "x", ["*.example"], False),
        ("corp.example", "x", ["*.example"], False),
        ("srv.corp.example", "x", ["s*.corp.example"], False),
        ("192.0.2.7", "192.0.2.7", [], None),
        ("192.0.2.7", "x", ["192.0.2.7"], True),
        ("2001:db8:0::7", "x", ["2001:db8::7"], True),
        ("192.0.2.8", "x", ["192.0.2.7", "srv"], False),
        ("192.0.2.8", "x", ["srv"], None),
        ("::ffff:c000:207", "x", ["192.0.2.7"], True),
        ("xn--mller-pc-65a", "MÜLLER-PC", [], True),
        ("xn--mller-pc-65a.corp.example", "MÜLLER-PC", [], True),
        ("xn--mller-pc-65a.corp.example", "x", ["XN--MLLER-PC-65A.corp.example"], True),
        ("xn--mller-pc-65a.corp.example", "x", ["*.corp.example"], True),
        ("xn--zzzzzzzz", "xn--zzzzzzzz", [], True),
        ("xn--mller-pc-65a", "MULLER-PC", [], False),
    ],
)
def test_names_match_by_the_rules(
    host: str, common: str, names: list[str], verdict: bool | None
) -> None:
    facts = certificate_facts((certificate(common, names=names),), [host], NOW)
    assert facts.get("matches_host") is verdict


def test_the_completed_name_counts_as_well_as_the_typed_one() -> None:
    der = certificate("srv.corp.example")
    assert certificate_facts((der,), ["srv", "srv.corp.example"], NOW)["matches_host"] is True


def test_strings_of_the_target_are_made_safe() -> None:
    facts = certificate_facts((certificate("evil\x1b[2J\u202e"),), ["x"], NOW)
    assert facts["names"] == ["evil[2J"]
    assert "\x1b" not in facts["subject"]


@pytest.mark.parametrize("chain", [(), (b"",), (b"junk",), (DER[:-1],), (b"\x30\x80" + DER[2:],)])
def test_a_broken_certificate_is_malformed(chain: tuple[bytes, ...]) -> None:
    with pytest.raises(Malformed):
        certificate_facts(chain, ["srv"], NOW)


@given(st.integers(0, len(DER) - 1), st.integers(1, 255))
def test_one_changed_byte_gives_facts_or_malformed(at: int, change: int) -> None:
    der = DER[:at] + bytes((DER[at] ^ change,)) + DER[at + 1 :]
    try:
        facts = certificate_facts((der,), ["srv-app-07"], NOW)
    except Malformed:
        return
    assert facts["chain_length"] == 1


@given(st.binary(max_size=60))
def test_any_bytes_are_malformed(data: bytes) -> None:
    with pytest.raises(Malformed):
        certificate_facts((data,), ["srv"], NOW)


@pytest.mark.parametrize(
    ("host", "common", "names", "verdict"),
    [
        ("rdg.corp.example", "RDG.corp.example", [], True),
        ("rdg.corp.example", "RDG", [], False),
        ("rdg.corp.example", "rdg.corp.example", ["other.corp.example"], False),
        ("rdg.corp.example", "x", ["*.corp.example"], True),
        ("192.0.2.7", "192.0.2.7", [], False),
        ("192.0.2.7", "x", ["192.0.2.7"], True),
    ],
)
def test_a_strict_comparison_takes_whole_names_only(
    host: str, common: str, names: list[str], verdict: bool
) -> None:
    der = certificate(common, names=names)
    assert certificate_facts((der,), [host], NOW, strict=True)["matches_host"] is verdict


def big(oid: x509.ObjectIdentifier, size: int, **more: object) -> bytes:
    """A certificate whose subject has an attribute of that size; dates and names as given."""
    name = x509.Name([x509.NameAttribute(oid, "x" * size), COMMON])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(ec_key().public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(datetime(9999, 12, 31, 23, 59, 59, tzinfo=UTC))
    )
    names = more.get("names")
    if isinstance(names, list):
        builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(ec_key(), hashes.SHA512()).public_bytes(serialization.Encoding.DER)


COMMON = x509.NameAttribute(NameOID.COMMON_NAME, "srv-app-07")


def test_a_negative_serial_number_is_no_hindrance() -> None:
    strange = DER.replace(b"\x02\x01\x07", b"\x02\x01\xf9", 1)
    assert strange != DER
    assert certificate_facts((strange,), ["srv-app-07"], NOW)["names"] == ["srv-app-07"]


def test_a_subject_that_is_no_text_hides_no_other_name() -> None:
    der = certificate("srv-app-07", names=["srv.corp.example"], key=rsa_key())
    broken = der.replace(b"\x0c\x0asrv", b"\x0c\x0a\xff\xfev")
    assert broken != der
    facts = certificate_facts((broken,), ["srv.corp.example"], NOW)
    assert "subject" not in facts
    assert (facts["names"], facts["matches_host"]) == (["srv.corp.example"], True)


def test_a_subject_that_is_no_text_leaves_the_names_unknown() -> None:
    facts = certificate_facts((DER.replace(b"\x0c\x0asrv", b"\x0c\x0a\xff\xfev"),), ["x"], NOW)
    assert not {"subject", "names", "matches_host"} & facts.keys()
    assert facts["days_left"] == 150.0


@pytest.mark.parametrize("strict", [False, True])
def test_the_days_left_are_told_to_the_second(strict: bool) -> None:
    """A host whose certificate ended half a minute ago, or was made this moment, is told right."""
    der = certificate("srv", begins=NOW - timedelta(days=9, seconds=30), days=9)
    facts = certificate_facts((der,), ["srv"], NOW, strict=strict)
    assert facts["days_left"] == pytest.approx(-30 / 86_400, abs=1e-5)


def test_a_date_of_antiquity_is_written_with_four_digits() -> None:
    der = certificate(key=rsa_key(), begins=datetime(1960, 1, 1, tzinfo=UTC), days=1)
    begins = b"\x17\x0d600101000000Z"
    at = der.index(begins)
    longer = bytearray(der.replace(begins, b"\x18\x0f00010101000000Z"))
    for head, width in ((2, 2), (6, 2), (at - 1, 1)):
        length = int.from_bytes(longer[head : head + width], "big") + 2
        longer[head : head + width] = length.to_bytes(width, "big")
    facts = certificate_facts((bytes(longer),), ["srv-app-07"], NOW)
    assert facts["not_before"] == "0001-01-01T00:00:00Z"


def test_a_subject_of_a_megabyte_is_cut() -> None:
    facts = certificate_facts((big(NameOID.ORGANIZATION_NAME, 1 << 20),), ["srv-app-07"], NOW)
    assert len(facts["subject"]) <= 256
    assert facts["matches_host"] is True
    assert facts["days_left"] > 2_900_000
    assert facts["signature_hash"] == "sha512"


def test_thousands_of_names_are_cut_and_yet_all_compared() -> None:
    names: list[x509.GeneralName] = [x509.DNSName(f"h{n}.corp.example") for n in range(5000)]
    der = big(NameOID.ORGANIZATION_NAME, 1, names=names)
    facts = certificate_facts((der,), ["h4999.corp.example"], NOW)
    assert len(facts["names"]) == 64
    assert facts["matches_host"] is True


@pytest.mark.parametrize("date", [b"269999999999Z", b"000000000000Z", b"2601301200\x00\x00Z"])
def test_a_date_that_is_none_breaks_the_certificate(date: bytes) -> None:
    at = DER.index(b"\x17\x0d") + 2
    with pytest.raises(Malformed):
        certificate_facts((DER[:at] + date + DER[at + len(date) :],), ["srv-app-07"], NOW)


def test_dates_in_the_wrong_order_are_facts() -> None:
    first = DER.index(b"\x17\x0d")
    begins, ends = DER[first : first + 15], DER[first + 15 : first + 30]
    facts = certificate_facts((DER.replace(begins + ends, ends + begins),), ["srv-app-07"], NOW)
    assert facts["not_before"] == "2026-07-29T12:00:00Z"
    assert facts["not_after"] == "2026-01-30T12:00:00Z"
    assert facts["days_left"] == -30.0


def test_dates_of_the_last_century_are_facts() -> None:
    der = certificate(begins=datetime(1950, 1, 1, tzinfo=UTC), days=1)
    facts = certificate_facts((der,), ["srv-app-07"], NOW)
    assert facts["not_before"] == "1950-01-01T00:00:00Z"
    assert facts["days_left"] < -27_000


def test_a_short_key_is_a_fact() -> None:
    facts = certificate_facts((certificate(key=rsa_key(1024)),), ["srv-app-07"], NOW)
    assert (facts["key_type"], facts["key_bits"]) == ("rsa", 1024)
