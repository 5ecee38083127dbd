"""The grammar of ``/rdp``, in the escaped and the plain form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import command
from handlers.command import Codes, Help, Mine, Past, Show, Slip, Start, Stats, Triage, read


def triage(text: str) -> Triage:
    found = read(text)
    assert isinstance(found, Triage)
    return found


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("", Start()),
        ("   ", Start()),
        ("help", Help()),
        ("HELP", Help()),
        ("code 0x904 0x7", Codes("0x904 0x7")),
        ("ticket 128", Show(128)),
        ("ticket #128", Show(128)),
        ("mine", Mine()),
        ("stats", Stats()),
        ("history", Past()),
        ("history srv-1.corp.example", Past(host="srv-1.corp.example")),
        ("history <@U0ASKER|asker>", Past(user="U0ASKER")),
        ("history <@U0ASKER>", Past(user="U0ASKER")),
        ("history certificate has expired", Past(text="certificate has expired")),
    ],
)
def test_words_that_are_no_host(text: str, wanted: command.Command) -> None:
    assert read(text) == wanted


@pytest.mark.parametrize(
    ("text", "host", "port"),
    [
        ("srv-app-07", "srv-app-07", None),
        ("SRV-APP-07:3390", "srv-app-07", 3390),
        ("<http://srv.corp.example|srv.corp.example>", "srv.corp.example", None),
        ("<http://srv.corp.example>", "srv.corp.example", None),
        ("\u201csrv-1\u201d", "srv-1", None),
        ("srv-1\u200b", "srv-1", None),
        ("[2001:db8::7]:3390", "2001:db8::7", 3390),
    ],
)
def test_a_host_in_every_dress(text: str, host: str, port: int | None) -> None:
    found = triage(text)
    assert (found.host.host, found.host.port) == (host, port)


def test_codes_and_options_come_in_any_order() -> None:
    found = triage("srv-1 via dc1 0x904 0x7 gateway rdg.corp.example")
    assert found.codes == ("0x904", "0x7")
    assert (found.via, found.gateway) == ("dc1", "rdg.corp.example")
    assert found.message == ""
    assert triage("srv-1 0x904/0x7, via direct").codes == ("0x904", "0x7")
    assert triage("srv-1 2308").codes == ("0x904",)


def test_pasted_text_is_kept_and_its_codes_are_found() -> None:
    found = triage("srv-1 An internal error has occurred. Error code: 0x904 via all")
    assert found.message == "An internal error has occurred. Error code: 0x904"
    assert found.codes == ("0x904",)
    assert found.via == "all"


def test_an_option_word_inside_the_pasted_text_is_text() -> None:
    found = triage("srv-1 it failed via vpn since yesterday")
    assert found.via is None
    assert found.message == "it failed via vpn since yesterday"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("srv;reboot", "not a host"),
        ("-oProxyCommand=x", "hyphen"),
        ("10.1.2", "address"),
        ("srv-1 via ../../x", "not a place to look from"),
        ("srv-1 gateway a/b", "not a host"),
        ("ticket", "/rdp ticket 128"),
        ("ticket x", "not a ticket number"),
        ("code", "/rdp code 0x904 0x7"),
        ("history @someone", "Pick the person"),
    ],
)
def test_slips_are_answered_with_a_way_out(text: str, said: str) -> None:
    with pytest.raises(Slip, match=said):
        read(text)


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read(text)
    except Slip:
        return
    if isinstance(found, Triage):
        assert not set(found.host.host) & set(" <>&|;`$\n")
