"""Cards: the same words in blocks and text, within Slack's limits, with nothing foreign live."""

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from slack_sdk.models.blocks import Block

from bot.desk.intents import Verb
from bot.desk.view import Button, Past, PastPage, Proof, Row, StepView, Story, TicketView
from bot.sandbox.blocks import check_message_blocks
from bot.sandbox.escape import live
from handlers import answers, blocks, cards, details
from handlers.prose import prose
from tests.desk import office as o

HOSTILE = "<!channel> <@U0ADMIN> <http://evil.example|click> & *bold* `code` :x: \u202e\u200b"
PROSE = """\
1. On **srv-1**, PowerShell as administrator:

   ```
   Restart-Service TermService -Force
   ```

2. Open `certlm.msc`:
   - Personal
   - Remote Desktop

You should see: a certificate with today's date.
"""


def view(text: str = "plain", count: int = 3) -> TicketView:
    """A card in which every string is ``text`` and every list has ``count`` entries."""
    button = Button(Verb.WORKED, text, "1:2:fix")
    answered = [Button(Verb.ANSWER, text, "1:2:q", f"state-{n}") for n in range(min(count, 5))]
    return TicketView(
        number=128,
        version=2,
        host=text,
        state="open",
        asked_by=o.ASKER,
        owner=o.TEAMMATE,
        opened_at=o.NOON,
        sentence=text,
        likelihood="Likely: 62 in 100",
        notice=text,
        elsewhere=text,
        codes=(text,) * count,
        rows=tuple(Row("fault", text, text) for _ in range(min(count, 9))),
        ruled_out=(text,) * count,
        last_time=text,
        step=StepView(text, (text,) * 3, text, PROSE + text, text),
        buttons=(button, *answered),
        tools=(Button(Verb.DETAILS, "Details", "1:2:"),),
        more=(Button(Verb.CLAIM, "Claim", "1:2:"), Button(Verb.CLOSE, "Close", "1:2:")),
    )


def sound(message: dict[str, Any]) -> None:
    """What Slack would take: by the rules of the local one, by its SDK, within the budget."""
    check_message_blocks(message["blocks"])
    assert all(block is not None for block in Block.parse_all(message["blocks"]))
    assert 0 < len(message["text"]) <= 3_000


@pytest.mark.parametrize("text", ["", "x", HOSTILE, "W" * 253, "\u4e2d" * 3_000, "&" * 4_000])
@pytest.mark.parametrize("count", [0, 1, 40])
def test_any_card_is_one_that_slack_takes(text: str, count: int) -> None:
    made = view(text, count)
    sound(cards.message(made))
    proof = Proof((text,) * min(count, 5), (text,) * min(count, 5), text)
    sound(cards.message(replace(made, step=None, buttons=(), proof=proof)))


@given(text=st.text(max_size=400), count=st.integers(0, 6))
@settings(max_examples=60)
def test_nothing_foreign_is_live(text: str, count: int) -> None:
    message = cards.message(view(text, count))
    sound(message)
    found = {each.target for each in live(message["text"], message["blocks"])}
    assert found <= {o.ASKER, o.TEAMMATE}


def test_hostile_text_is_shown_as_typed() -> None:
    message = cards.message(view(HOSTILE))
    found = [each.target for each in live(message["text"], message["blocks"])]
    assert set(found) == {o.ASKER, o.TEAMMATE}
    assert "&lt;!channel&gt;" in message["text"]
    assert "<!channel>" not in message["text"]


def test_the_text_says_what_the_blocks_say() -> None:
    message = cards.message(
        replace(view(), sentence="The certificate has expired.", notice="", elsewhere="So is #7.")
    )
    assert message["text"] == (
        "#128 plain, open. The certificate has expired. Likely: 62 in 100 So is #7. Next: plain"
    )


def test_buttons_carry_ticket_version_and_step_and_nothing_else() -> None:
    made = cards.message(view())["blocks"]
    elements = [each for block in made if block["type"] == "actions" for each in block["elements"]]
    ids = [each["action_id"] for each in elements]
    assert ids == [
        "step.worked", "answer.state-0", "answer.state-1", "answer.state-2", "ticket.details",
        "ticket.more",
    ]  # fmt: skip
    assert elements[0]["value"] == "1:2:fix"
    assert [each["value"] for each in elements[-1]["options"]] == ["claim:128:2", "close:128:2"]


def test_somebody_at_a_terminal_is_no_mention() -> None:
    message = cards.message(replace(view(), asked_by="cli:<root>", owner=""))
    assert live(message["text"], message["blocks"]) == []


def test_prose_keeps_steps_code_and_emphasis() -> None:
    (made,) = prose(PROSE)
    kinds = [(each["type"], each.get("style"), each.get("offset")) for each in made["elements"]]
    assert kinds == [
        ("rich_text_list", "ordered", None),
        ("rich_text_preformatted", None, None),
        ("rich_text_list", "ordered", 1),
        ("rich_text_list", "bullet", None),
        ("rich_text_section", None, None),
    ]
    first = made["elements"][0]["elements"][0]["elements"]
    assert {"type": "text", "text": "srv-1", "style": {"bold": True}} in first
    assert made["elements"][1]["elements"][0]["text"] == "Restart-Service TermService -Force"
    assert prose("") == []


@given(st.text(max_size=500))
@settings(max_examples=80)
def test_any_markdown_makes_sound_blocks(text: str) -> None:
    check_message_blocks(prose(text) or [blocks.divider()])
    assert live("", prose(text)) == []


@given(st.text(max_size=200), st.integers(2, 60))
def test_a_cut_text_never_ends_inside_an_escape(text: str, limit: int) -> None:
    short = blocks.cut(blocks.escape(text), limit)
    assert 1 <= len(short) <= limit
    rest = short.replace("&amp;", "").replace("&lt;", "").replace("&gt;", "")
    assert "&" not in rest
    assert "<" not in rest


@pytest.mark.parametrize("text", ["", HOSTILE, "W" * 5_000])
@pytest.mark.parametrize("count", [0, 1, 60])
def test_private_answers_are_sound_too(text: str, count: int) -> None:
    line = Past(7, text, o.NOON, text, text, text, o.ASKER)
    page = PastPage(text or "x", (line,) * min(count, 8), 5)
    for made in (answers.past(page, "{}"), answers.ticket(view(text, count)), answers.help_text()):
        check_message_blocks(made.get("blocks") or [blocks.divider()])
        assert made["text"]
        assert made["response_type"] == "ephemeral"
    story = Story(1, text, (("Seen", (text,) * count), ("Causes", (text,))))
    for facts in details.pages(story):
        assert 1 <= len(facts) <= 100
        assert live("", facts) == []
