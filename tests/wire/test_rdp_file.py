"""The parser of .rdp files: what it reads, what it leaves out, what it refuses."""

from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wire.cursor import Malformed
from bot.wire.rdp_file import LONGEST, USER_FORM, read_rdp_file

FILE = (
    "screen mode id:i:2\r\nfull address:s:srv-app-07.corp.example\r\nserver port:i:3390\r\n"
    "gatewayhostname:s:rdg.corp.example\r\ngatewayusagemethod:i:1\r\n"
    "enablecredsspsupport:i:0\r\nauthentication level:i:2\r\nusername:s:CORP\\max\r\n"
    "password 51:b:01000000D08C9DDF0115D1118C7A00C04FC297EB\r\n"
    "gatewayaccesstoken:s:eyJhbGciOi-secret\r\nsignature:s:AQABAAEA-secret\r\n"
)
READ = {
    "full address": "srv-app-07.corp.example",
    "server port": 3390,
    "gatewayhostname": "rdg.corp.example",
    "gatewayusagemethod": 1,
    "enablecredsspsupport": 0,
    "authentication level": 2,
    USER_FORM: "domain",
}


@pytest.mark.parametrize(
    "data",
    [
        b"\xff\xfe" + FILE.encode("utf-16-le"),
        b"\xfe\xff" + FILE.encode("utf-16-be"),
        b"\xef\xbb\xbf" + FILE.encode(),
        FILE.encode(),
        FILE.replace("\r\n", "\n").encode(),
        FILE.replace("max", "j\u00fcrgen").encode("latin-1"),
        FILE,
        "\ufeff" + FILE,
        FILE.upper().replace("CORP\\MAX", "CORP\\max"),
    ],
    ids=[
        "as mstsc writes it",
        "big endian",
        "UTF-8 with a mark",
        "UTF-8",
        "LF",
        "a code page",
        "pasted",
        "pasted with a mark",
        "capitals",
    ],
)
def test_every_way_of_writing_reads_alike(data: bytes | str) -> None:
    found = read_rdp_file(data)
    assert {
        key: value.lower() if isinstance(value, str) else value for key, value in found.items()
    } == READ


def test_no_secret_leaves_the_parser() -> None:
    assert "secret" not in str(read_rdp_file(FILE))
    assert "D08C9DDF" not in str(read_rdp_file(FILE))
    token = "loadbalanceinfo:s:tsv://one-time-token\nusername:s:max#one-time-token\n"
    assert read_rdp_file(token) == {"loadbalanceinfo": "set", USER_FORM: "bare"}


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        ("full address:s:srv:3390", {"full address": "srv", "server port": 3390}),
        ("full address:s:srv:3390\nserver port:i:1", {"full address": "srv", "server port": 3390}),
        ("full address:s:[fe80::1]:3390", {"full address": "fe80::1", "server port": 3390}),
        ("full address:s:a\nfull address:s:b", {"full address": "b"}),
        ("full address:s:a;reboot\nserver port:i:5", {"server port": 5}),
        ("full address:i:3\nserver port:s:3\nserver port:i:x\nprompt for credentials:i:1",
         {"prompt for credentials": 1}),
        ("  Server Port:I: 3390 ", {"server port": 3390}),
        ("gatewayhostname:s:\ngatewayusagemethod:i:4", {"gatewayusagemethod": 4}),
        ("remoteapplicationcmdline:s:a:b:c", {}),
    ],
)  # fmt: skip
def test_lines(lines: str, found: dict[str, str | int]) -> None:
    assert read_rdp_file(lines) == found


@pytest.mark.parametrize(
    ("lines", "form"),
    [
        ("username:s:max", "bare"),
        ("username:s:max\ndomain:s:CORP", "domain"),
        ("username:s:CORP\\max", "domain"),
        ("username:s:max@corp.example", "upn"),
        ("username:s:AzureAD\\max@corp.example", "azuread"),
        ("username:s:MicrosoftAccount\\max@example.org", "azuread"),
        ("username:s:.\\max", "local"),
        ("full address:s:srv-1.corp.example\nusername:s:SRV-1\\max", "local"),
        ("username:s:\ndomain:s:CORP", None),
        ("domain:s:CORP", None),
    ],
)
def test_of_the_user_only_the_form_is_kept(lines: str, form: str | None) -> None:
    found = read_rdp_file(lines)
    assert found.get(USER_FORM) == form
    assert "max" not in str(found)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "empty"),
        (b" \r\n \n", "empty"),
        (b"\xff\xfe", "empty"),
        (b"MZ\x90\x00\x03", "binary"),
        (b"\x89PNG\r\n\x1a\n", "binary"),
        (b"just a text", "name:type:value"),
        ("a:x:b", "name:type:value"),
        (b"full address:s:a\n" + b"x" * LONGEST, "larger than 64 KiB"),
    ],
)
def test_what_is_no_rdp_file_is_refused_by_name(data: bytes | str, said: str) -> None:
    with pytest.raises(Malformed, match=said):
        read_rdp_file(data)


@given(st.binary(max_size=400))
def test_any_bytes_give_a_value_or_malformed(data: bytes) -> None:
    with suppress(Malformed):
        read_rdp_file(data)


@given(st.sampled_from(["utf-8", "utf-16"]), st.integers(0, 65535), st.booleans())
def test_what_is_written_is_read(encoding: str, port: int, last: bool) -> None:
    junk = "winposstr:s:0,1,2\r\nserver port:i:1\r\n"
    text = f"{junk}server port:i:{port}\r\nenablecredsspsupport:i:{last:d}\r\n"
    found = read_rdp_file(text.encode(encoding))
    assert found == {"server port": port, "enablecredsspsupport": int(last)}
