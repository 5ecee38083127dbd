"""A host that is open already: the buttons of the private offer to join, or to open another."""

import re
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.desk.api import Again, BadValue, Desk, Sender, StoreBusy
from handlers import answers
from handlers import blocks as b
from handlers.cards import mention
from handlers.door import Door
from handlers.ids import Action
from handlers.pages import ticket_answer
from handlers.sending import Body, clicker
from handlers.step import OLD

_NUMBER = re.compile(r"[1-9][0-9]{0,14}")


@dataclass(frozen=True, slots=True)
class JoinFlow:
    """Both answers to the offer."""

    desk: Desk
    door: Door

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which id leads here."""
        app.action(Action.TICKET_JOIN.value)(self.join)
        app.action(Action.TICKET_NEW.value)(self.another)

    async def join(self, ack: AsyncAck, body: Body, action: dict[str, Any]) -> None:
        """The ticket as it is, and where its card stands; nothing changes, so no intent."""
        await ack()
        sender, value = clicker(body), str(action["value"])
        if not _NUMBER.fullmatch(value):
            await self._answer(body, answers.private(OLD))
            return
        answer = await ticket_answer(self.desk, int(value), sender)
        if "blocks" in answer:
            answer["blocks"] = [await self._where(int(value), sender), *answer["blocks"]]
        await self._answer(body, answer)

    async def another(self, ack: AsyncAck, body: Body, action: dict[str, Any]) -> None:
        """Commit the wish for another ticket, acknowledge, let the desk do the rest."""
        try:
            claim = await self.desk.accept(Again.parse(clicker(body), str(action["value"])))
        except BadValue:
            await ack()
            await self._answer(body, answers.private(OLD))
            return
        except StoreBusy:
            await ack()
            await self._answer(body, answers.private(answers.NOT_TAKEN))
            return
        await ack()
        self.desk.start(claim)

    async def _answer(self, body: Body, payload: dict[str, Any]) -> None:
        await self.door.answer(str(body.get("response_url") or ""), payload)

    async def _where(self, number: int, sender: Sender) -> b.Block:
        channel, asker = await self.desk.whereabouts(number, sender.tenant)
        return where(number, channel, asker, sender.user)


def where(number: int, channel: str, asker: str, reader: str) -> b.Block:
    """Where a ticket's card stands, as somebody reads it."""
    if answers.CHANNEL.fullmatch(channel):
        return b.section(f"The card of *#{number}* stands in <#{channel}>.")
    if channel and reader not in (channel, asker):
        return b.section(
            f"The card of *#{number}* stands in a direct message to {mention(asker)}, "
            "who can bring it to the helpdesk channel with Share under More."
        )
    return b.section(f"The card of *#{number}* stands in a direct message to you.")
