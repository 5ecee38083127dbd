"""What the demo prints of a Slack card: names for people, and of an edited card only the news."""

from bot.cli.blocktext import text_of
from bot.cli.play import SAME, news
from handlers.cards import mention


def test_people_are_named_as_they_are_called() -> None:
    blocks = [{"type": "section", "text": {"type": "mrkdwn", "text": f"by {mention('U0ASKER')}"}}]
    assert text_of(blocks, {"U0ASKER": "asker"}) == "by @asker"
    assert text_of(blocks) == "by @U0ASKER"


def test_lines_that_stood_there_before_are_not_printed_again() -> None:
    before = ["head", "a", "b", "foot"]
    assert news(before, []) == before
    assert news(["head", "a", "new", "b", "foot"], before) == [SAME, "new", SAME]
