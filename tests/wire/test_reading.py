import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wire.hello import SHAPES, VERSIONS
from bot.wire.reading import lacking, read, takes

CLOSED, SILENT = {"result": "closed"}, {"result": "silent"}
GCM, CBC = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_RSA_WITH_AES_128_CBC_SHA"
TRIPLE_DES = "TLS_RSA_WITH_3DES_EDE_CBC_SHA"
RC4, CHACHA = "TLS_RSA_WITH_RC4_128_MD5", "TLS_CHACHA20_POLY1305_SHA256"


def hello(version: str = "TLSv1.2", cipher: str = GCM) -> dict[str, str]:
    return {"result": "server-hello", "version": version, "cipher": cipher}


def alert(code: int) -> dict[str, str]:
    return {"result": f"alert:{code}"}


@pytest.mark.parametrize(
    ("agreed", "lacks"),
    [
        ([hello("TLSv1.2", TRIPLE_DES)], True),
        ([hello("TLSv1.1", CBC)], True),
        ([hello("TLSv1.2", GCM)], False),
        ([hello("TLSv1.0", CBC), hello("TLSv1.2", GCM)], False),
        ([hello("TLSv1.2", TRIPLE_DES), hello("TLSv1.3", "")], False),
        ([], False),
    ],
)
def test_what_the_pc_of_today_lacks(agreed: list[dict[str, str]], lacks: bool) -> None:
    shapes = {"windows-11": CLOSED, **{str(n): each for n, each in enumerate(agreed)}}
    assert lacking(shapes) is lacks


@pytest.mark.parametrize(
    ("wide", "client", "others", "word", "said"),
    [
        (hello(), hello("TLSv1.3", "TLS_AES_256_GCM_SHA384"), {}, "agrees", "TLS 1.3 with TLS_AES"),
        (hello(), hello(), {"tls10": alert(70)}, "agrees", f"TLS 1.2 with {GCM}"),
        (hello("TLSv1.2", TRIPLE_DES), CLOSED, {}, "suite-gap", f"{TRIPLE_DES}, a suite that such"),
        (hello("TLSv1.2", GCM), alert(40), {}, "suite-gap", "meets alert 40"),
        (hello("TLSv1.2", GCM), alert(40), {}, "suite-gap", "kind of the host's key or signature"),
        (hello("TLSv1.2", GCM), SILENT, {"tls10": hello("TLSv1.0")}, "suite-gap", "meets silence"),
        (hello("TLSv1.0", CBC), hello("TLSv1.0", CBC), {}, "version-gap", "TLS 1.0 only"),
        (hello("TLSv1.1", CBC), CLOSED, {"tls10": hello("TLSv1.0")}, "version-gap", "TLS 1.1 only"),
        (CLOSED, hello(), {"tls12": hello()}, "strange-hello", "a close: the host or a device"),
        (alert(40), hello(), {}, "strange-hello", "alert 40"),
        (alert(70), hello("TLSv1.3"), {}, "agrees", "TLS 1.3"),
        (CLOSED, CLOSED, {"tls12": CLOSED, "tls10": CLOSED}, "key-fault", "every form"),
        (
            CLOSED,
            CLOSED,
            {"tls12": CLOSED},
            "key-fault",
            "may be unusable, all its versions of TLS",
        ),
        (CLOSED, CLOSED, {"tls10": alert(70)}, "key-fault", "the usual forms of hello are met by"),
        (CLOSED, SILENT, {"tls10": alert(70)}, "mixed", "no form"),
        (alert(40), alert(70), {}, "refused", "(40, 70)"),
        (SILENT, SILENT, {}, "silent", "no form of hello is answered"),
        (CLOSED, alert(40), {}, "mixed", "no form"),
        (hello("TLSv1.2", "0xCAFE"), CLOSED, {}, "own-limit", "0xCAFE"),
        (CLOSED, CLOSED, {"tls10": hello("TLSv1.0", CBC)}, "version-gap", "TLS 1.0 only"),
        (hello("TLSv1.0", RC4), CLOSED, {}, "version-gap", f"takes, {RC4}, is none of such a PC's"),
        (hello("SSLv3", RC4), CLOSED, {}, "version-gap", "goes up to SSLv3 only, and a current"),
        (hello(), hello("TLSv1.2", RC4), {}, "suite-gap", f"with TLS 1.2 with {RC4}, which"),
        (hello(), hello("TLSv1.3", CHACHA), {}, "suite-gap", "such a PC has not offered"),
        (hello(), hello("TLSv1.0", CBC), {}, "suite-gap", "answered with TLS 1.0 with"),
        (alert(80), alert(80), {}, "refused", "(80), which tells of an error inside the host"),
        (alert(80), alert(70), {}, "refused", "(70, 80), of which 80 tells of an error inside"),
        (alert(112), alert(112), {}, "refused", "does not know the name"),
        (alert(0), alert(0), {}, "refused", "only says goodbye"),
        (alert(49), alert(49), {}, "refused", "is no word on versions, suites or keys"),
    ],
)
def test_the_table_of_two_shapes_and_the_rest(
    wide: dict[str, str],
    client: dict[str, str],
    others: dict[str, dict[str, str]],
    word: str,
    said: str,
) -> None:
    reading = read({"wide": wide, "windows-11": client, **others})
    assert reading.word == word
    assert said in reading.text


def test_a_host_of_old_tls_that_has_a_suite_of_todays_lacks_nothing_but_the_version() -> None:
    """It likes RC4 best, and takes AES where no more is offered."""
    shapes = {"wide": hello("TLSv1.0", RC4), "windows-11": CLOSED, "rsa-cbc": hello("TLSv1.0", CBC)}
    assert read(shapes).word == "version-gap"
    assert RC4 not in read(shapes).text


def test_a_suite_of_todays_that_the_host_takes_elsewhere_is_not_what_decides() -> None:
    others = {"rsa-cbc": hello("TLSv1.2", CBC)}
    shapes = {"wide": hello("TLSv1.2", RC4), "windows-11": CLOSED, **others}
    assert f"gets TLS 1.2 with {CBC}; such a PC offers that suite too" in read(shapes).text


@pytest.mark.parametrize("codes", [(40,), (70,), (40, 70, 71)])
def test_only_some_alerts_say_that_nothing_is_shared(codes: tuple[int, ...]) -> None:
    shapes = {name: alert(code) for name, code in zip(SHAPES, codes * 2, strict=False)}
    assert "no version, suite or kind of key in common" in read(shapes).text


@pytest.mark.parametrize(
    "shapes", [{}, {"wide": hello()}, {"tls12": hello(), "wide": CLOSED}, {"wide": CLOSED}]
)
def test_without_the_hello_of_a_current_pc_nothing_is_said_of_it(
    shapes: dict[str, dict[str, str]],
) -> None:
    assert read(shapes).word == "unknown"
    assert read(shapes).text == ""


SHAPE = st.fixed_dictionaries(
    {"result": st.sampled_from(["server-hello", "closed", "silent", "alert:40", ""])},
    optional={
        "version": st.sampled_from([*VERSIONS.values(), ""]),
        "cipher": st.sampled_from([GCM, TRIPLE_DES, "0x1234", ""]),
    },
)


@given(st.dictionaries(st.sampled_from(sorted(SHAPES)), SHAPE))
def test_any_answers_give_one_reading(shapes: dict[str, dict[str, str]]) -> None:
    reading = read(shapes)
    if reading.word in ("agrees", "strange-hello"):
        assert takes(shapes["windows-11"])
    if reading.word in ("suite-gap", "version-gap"):
        assert not takes(shapes["windows-11"])
    assert bool(reading.text) == (reading.word != "unknown")
