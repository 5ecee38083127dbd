import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.sandbox.cast import populate
from bot.sandbox.clock import Clock
from bot.sandbox.escape import Live, escaped, live
from bot.sandbox.manifest import App
from tests.sandbox.support import MANIFEST, section

WORLD = populate(Clock(flowing=False), App.from_manifest(MANIFEST))


@pytest.mark.parametrize(
    ("typed", "sent"),
    [
        ("srv-app-07 0x904 0x7", "srv-app-07 0x904 0x7"),
        ("srv-app-07.corp.example", "srv-app-07.corp.example"),
        ("10.1.2.3:3390", "10.1.2.3:3390"),
        ("rdp.example.com", "<http://rdp.example.com|rdp.example.com>"),
        ("https://rdp.example.com/x", "<https://rdp.example.com/x>"),
        ("admin@example.com", "<mailto:admin@example.com|admin@example.com>"),
        ("history @asker", "history <@U0ASKER>"),
        ("history @nobody", "history @nobody"),
        ("#helpdesk", "<#C0HELPDESK|helpdesk>"),
        ("#incident", "<#C0INCIDENT|>"),
        ("#nowhere", "#nowhere"),
        ("<!channel>", "&lt;!channel&gt;"),
        ("a & b", "a &amp; b"),
    ],
)
def test_how_a_command_is_escaped(typed: str, sent: str) -> None:
    assert escaped(WORLD, typed) == sent


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("<!channel> help", [Live("broadcast", "channel")]),
        ("<!here|here>", [Live("broadcast", "here", "here")]),
        ("<@U0ASKER>", [Live("user", "U0ASKER")]),
        ("<!subteam^S1|ops>", [Live("group", "S1", "ops")]),
        ("<#C1|helpdesk>", [Live("channel", "C1", "helpdesk")]),
        ("<http://evil.example|srv-app-07>", [Live("link", "http://evil.example", "srv-app-07")]),
        ("<!date^1^{date}|now>", [Live("date", "1^{date}", "now")]),
        ("see https://a.example/b", [Live("bare-link", "https://a.example/b")]),
        ("&lt;!channel&gt; &amp;", []),
        ("nothing", []),
    ],
)
def test_what_is_live_in_markup(text: str, found: list[Live]) -> None:
    assert live(text, []) == found
    assert live("", [section(text)]) == found


def test_plain_text_is_dead_and_verbatim_makes_no_links() -> None:
    plain = {"type": "plain_text", "text": "<!channel> https://a.example"}
    verbatim = {"type": "mrkdwn", "text": "https://a.example", "verbatim": True}
    blocks = [{"type": "header", "text": plain}, {"type": "section", "text": verbatim}]
    assert live("", blocks) == []


def test_what_is_live_in_rich_text() -> None:
    inline = [
        {"type": "text", "text": "<!channel>"},
        {"type": "user", "user_id": "U1"},
        {"type": "usergroup", "usergroup_id": "S1"},
        {"type": "broadcast", "range": "here"},
        {"type": "link", "url": "https://a.example", "text": "a"},
    ]
    sections = [{"type": "rich_text_section", "elements": inline}]
    assert live("", [{"type": "rich_text", "elements": sections}]) == [
        Live("user", "U1"),
        Live("group", "S1"),
        Live("broadcast", "here"),
        Live("link", "https://a.example", "a"),
    ]


@given(st.text())
def test_escaping_leaves_nothing_that_the_person_did_not_mean(text: str) -> None:
    """Angle brackets that a person typed are never markup afterwards."""
    meant = {"user", "channel", "link", "bare-link"}
    assert {found.kind for found in live(escaped(WORLD, text), [])} <= meant


@given(st.text())
def test_any_text_can_be_read(text: str) -> None:
    live(text, [section(text)])
