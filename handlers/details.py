"""Details: a ticket's raw facts in a modal, page by page where one modal cannot hold them.

Strategy: nothing is changed, so there is no intent; each page is made anew from the store, and the
rights are judged each time.  Which ticket it is, and from which channel it was opened, stands in
the modal's private metadata; which page a button leads to is its value.
"""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.desk.api import Desk, NotAllowed, Sender, Story, Verb, markdown
from handlers import answers, packets
from handlers import blocks as b
from handlers.door import Door
from handlers.ids import Action, View
from handlers.sending import Body, clicker

NO_TICKET = "There is no such ticket."
MOST_RAW, MOST_RAW_BLOCKS = 60_000, 60
"""Bytes and blocks of one page, so that it can be read; Slack takes 250,000 and 100."""
LINES = 6
"""Lines in one block: so a block of long lines stays far below Slack's limit for one."""
LONGEST_LINE = 900


def view(
    number: str, story: Story | None, otherwise: str, *, page: int = 0, kept: str = "{}"
) -> b.Block:
    """One page of a ticket's raw facts as a modal, or why there are none; pages count from 0.

    A page that is not there (the ticket has changed) is the nearest one.
    """
    title = f"Details of #{number[:10]}"
    if story is None:
        return b.modal(View.DETAILS, title, [b.words(otherwise)])
    made = pages(story)
    page = min(max(page, 0), len(made) - 1)
    return b.modal(
        View.DETAILS, title, [*made[page], *_turning(page, len(made))], private_metadata=kept
    )


def pages(story: Story) -> list[list[b.Block]]:
    """All raw facts as pages of blocks, none of them empty; a chapter that goes on says so."""
    made: list[list[b.Block]] = [[]]
    size = 0
    for heading, lines in story.chapters:
        for first, block in _pieces(lines):
            weight = len(json.dumps(block, ensure_ascii=False).encode())
            fresh = size + weight > MOST_RAW or len(made[-1]) + 2 > MOST_RAW_BLOCKS
            if fresh and made[-1]:
                made.append([])
                size = 0
            if first or not made[-1]:
                made[-1].append(b.header(heading if first else f"{heading} (goes on)"))
            made[-1].append(block)
            size += weight
    return made if made[0] else [[b.words("Nothing was seen yet.")]]


def _pieces(lines: Sequence[str]) -> Iterator[tuple[bool, b.Block]]:
    """Blocks of a chapter, and whether each is its first."""
    for start in range(0, len(lines), LINES):
        some = [
            b.text_element(f"{b.cut(line, LONGEST_LINE)}\n")
            for line in lines[start : start + LINES]
        ]
        yield start == 0, b.rich_text([{"type": "rich_text_preformatted", "elements": some}])


def _turning(page: int, count: int) -> list[b.Block]:
    """Where this page stands, and buttons for those beside it; none for a single page."""
    if count == 1:
        return []
    buttons = []
    if page > 0:
        buttons.append(b.button(Action.DETAILS_BACK, "Earlier facts", str(page - 1)))
    if page + 1 < count:
        buttons.append(b.button(Action.DETAILS_ON, "More facts", str(page + 1)))
    return [b.context(b.plain(f"Page {page + 1} of {count}", 60)), *b.actions(buttons)]


@dataclass(frozen=True, slots=True)
class DetailsFlow:
    """The buttons that only read: Details and its pages, and the packet as Markdown."""

    desk: Desk
    door: Door

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which id leads here."""
        for action in (Action.TICKET_DETAILS, Action.TICKET_PACKET):
            app.action(action.value)(self.opened)
        for action in (Action.DETAILS_BACK, Action.DETAILS_ON):
            app.action(action.value)(self.turned)

    async def opened(self, ack: AsyncAck, body: Body, action: dict[str, Any]) -> None:
        """A button on a card."""
        await ack()
        sender = clicker(body)
        number = str(action["value"]).partition(":")[0]
        verb = Verb(str(action["action_id"]).rpartition(".")[2])

        async def made() -> b.Block:
            return await self._read(verb, number, sender)

        title = f"Details of #{number[:10]}"
        if not await self.door.open_then(body["trigger_id"], View.DETAILS, title, made):
            again = answers.again(str(action["action_id"]), str(action["value"]))
            await self.door.answer(str(body.get("response_url") or ""), again)

    async def turned(self, ack: AsyncAck, body: Body, action: dict[str, Any]) -> None:
        """Another page of the modal that is open."""
        await ack()
        standing = body["view"]
        kept = json.loads(standing["private_metadata"])
        sender = clicker(body, kept["channel"])
        value = str(action["value"])
        page = int(value) if value.isdigit() and len(value) < 6 else 0
        shown = await self._read(Verb.DETAILS, str(kept["number"]), sender, page)
        await self.door.fill(str(standing["id"]), str(standing.get("hash") or ""), shown)

    async def _read(self, verb: Verb, number: str, sender: Sender, page: int = 0) -> b.Block:
        """The modal for whoever may read."""
        try:
            await self.desk.may_read(sender.user, sender.tenant, sender.channel)
        except NotAllowed as refusal:
            return view(number, None, str(refusal))
        known = int(number) if number.isdigit() and len(number) <= 15 else 0
        if verb is Verb.PACKET:
            packet = await self.desk.packet(known, sender.tenant)
            return packets.page(number, markdown(packet) if packet is not None else NO_TICKET)
        story = await self.desk.story(known, sender.tenant)
        kept = json.dumps({"number": number, "channel": sender.channel})
        return view(number, story, NO_TICKET, page=page, kept=kept)
