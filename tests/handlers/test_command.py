"""The grammar of ``/rdp``, in the escaped and the plain form."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from handlers import command
from handlers.command import Codes, Help, Mine, Past, Show, Start, Stats, Triage, read
from handlers.filters import Typed
from handlers.slip import Slip


def past(**given: str) -> Past:
    return Past(Typed(given))


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
        ("stats 90d", Stats(90)),
        ("stats 12w", Stats(84)),
        ("stats 7", Stats(7)),
        ("stats ALL", Stats(None)),
        ("history", past()),
        ("history srv-1.corp.example", past(host="srv-1.corp.example")),
        ("history <@U0ASKER|asker>", past(user="@U0ASKER")),
        ("history <@U0ASKER>", past(user="@U0ASKER")),
        ("history certificate has expired", past(text="certificate has expired")),
        ("history conn*", past(text="conn*")),
        ("history host:srv-app* state:open", past(host="srv-app*", state="open")),
        ("history HOST:srv-1 lost connection", past(host="srv-1", text="lost connection")),
        ("history lost host:srv-1 connection", past(host="srv-1", text="lost connection")),
        ('history text:"error: 5" since:30d', past(text="error: 5", since="30d")),
        ("history user:<@U0ASKER|asker> code:0x904", past(user="@U0ASKER", code="0x904")),
        ("history \u201clost connection\u201d", past(text="lost connection")),
        ("history cause:\u201ccertificate expired\u201d", past(cause="certificate expired")),
        ("history srv-1:3390", past(host="srv-1:3390")),
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


def test_a_host_that_is_nearly_a_word_of_ours_can_be_typed_all_the_same() -> None:
    assert triage("helpe:3389").host.host == "helpe"
    assert triage("mines.corp.example").host.host == "mines.corp.example"
    assert triage("history-01").host.host == "history-01"


def test_a_host_that_is_named_in_the_text_is_text() -> None:
    assert triage("srv-1 cannot reach srv-2").message == "cannot reach srv-2"


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
        ("history hots:srv-1", r"“hots:” is no filter; did you mean host:\?"),
        ("history error:5x", "Filters are host: user: cause: code: text: since: until: state:"),
        ("history error:5x", "text:error:5x"),
        ("history host: srv-1", "host: has nothing right behind its colon"),
        ("history state:open state:open", "state: stands there twice"),
        ("history text:a b", "do not go together"),
        (f"history {'x' * 201}", "at most 200"),
        ("histroy srv-1", "nearly “history”: for that, type /rdp history"),
        ("Stat", "If Stat is a host, type it with its domain or port: /rdp Stat:3389"),
        ("srv-1 srv-2", "Understood: look at srv-1; but “srv-2” looks like another host"),
        ("srv-1 srv-2", "One host at a time, for example /rdp srv-1 0x904"),
        ("srv-1 0x904 10.1.2.3", "another host"),
        ("stats soon", "30d, 12w"),
        ("stats 0d", "not a span"),
        (f"srv-1 {'word ' * 4_000}", "at most 16,000"),
    ],
)
def test_slips_are_answered_with_a_way_out(text: str, said: str) -> None:
    with pytest.raises(Slip, match=said):
        read(text)


@given(st.text(max_size=300).map("history {}".format))
def test_any_filter_is_read_or_refused(text: str) -> None:
    try:
        found = read(text)
    except Slip:
        return
    assert isinstance(found, Past)
    assert all(0 < len(value) <= 200 for value in found.filters.given.values())


@given(st.text(max_size=300))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        found = read(text)
    except Slip:
        return
    if isinstance(found, Triage):
        assert not set(found.host.host) & set(" <>&|;`$\n")
