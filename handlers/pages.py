"""The history, page by page: the query travels on the button, the rights are judged each time."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.desk.api import Desk, NotAllowed, PastPage, Query, Sender, Tenant
from handlers import answers
from handlers import blocks as b
from handlers.door import Door
from handlers.ids import Action, View
from handlers.matching import starts_with
from handlers.sending import Body, clicker

PAGE = 8
_FIELDS = ("host", "user", "text", "cause", "code", "state")
_TIMES = ("since", "until")


_TOO_OLD = answers.private("That list is too old; use /rdp history again.")


def cursor_of(query: Query, page: PastPage) -> str:
    """The value of the button for older tickets; empty on the last page."""
    if page.older is None:
        return ""
    kept = {name: getattr(query, name) for name in _FIELDS if getattr(query, name)}
    kept |= {name: at.isoformat() for name in _TIMES if (at := getattr(query, name))}
    return json.dumps({**kept, "before": page.older, "title": page.title})


def query_of(value: str, tenant: Tenant) -> tuple[Query, str]:
    """The inverse of cursor_of for this tenant; raises ValueError."""
    raw: Any = json.loads(value)
    if not isinstance(raw, dict) or not isinstance(raw.get("before"), int):
        raise ValueError("not a cursor")  # noqa: TRY004 - the text is foreign, not the type
    fields: dict[str, Any] = {name: str(raw[name])[:200] for name in _FIELDS if name in raw}
    fields |= {name: datetime.fromisoformat(str(raw[name])) for name in _TIMES if name in raw}
    query = Query(tenant=tenant, before=raw["before"], limit=PAGE, **fields)
    return query, str(raw.get("title", ""))[:100]


@dataclass(frozen=True, slots=True)
class HistoryFlow:
    """Buttons under the history."""

    desk: Desk
    door: Door

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which id leads here."""
        app.action(Action.HISTORY_PAGE.value)(self.older)
        app.action(starts_with(Action.HISTORY_OPEN))(self.open)

    async def older(self, ack: AsyncAck, body: Body, action: dict[str, Any]) -> None:
        """The next page, privately."""
        await ack()
        sender = clicker(body)
        try:
            query, title = query_of(action["value"], sender.tenant)
            await self.desk.may_read(sender.user, sender.tenant, sender.channel)
        except NotAllowed as refusal:
            await self.door.answer(body["response_url"], answers.private(str(refusal)))
            return
        except ValueError:
            await self.door.answer(str(body.get("response_url") or ""), _TOO_OLD)
            return
        page = await self.desk.history(query, title)
        await self.door.answer(body["response_url"], answers.past(page, cursor_of(query, page)))

    async def open(self, ack: AsyncAck, body: Body, action: dict[str, Any]) -> None:
        """One ticket of the list, privately."""
        await ack()
        number, sender = action["value"], clicker(body)
        if not number.isdigit() or len(number) > 15:
            await self.door.answer(sender.reply, _TOO_OLD)
        elif sender.reply:
            await self.door.answer(
                sender.reply, await ticket_answer(self.desk, int(number), sender)
            )
        else:  # a Home tab has no address to answer to, so the ticket is shown in a modal

            async def made() -> b.Block:
                return answers.as_modal(number, await ticket_answer(self.desk, int(number), sender))

            title = f"Ticket #{number}"
            await self.door.open_then(body["trigger_id"], View.DETAILS, title, made)


async def ticket_answer(desk: Desk, number: int, sender: Sender) -> dict[str, Any]:
    """A ticket of the sender's tenant for whoever may read; a card that was lost comes back."""
    try:
        await desk.may_read(sender.user, sender.tenant, sender.channel)
    except NotAllowed as refusal:
        return answers.private(str(refusal))
    view = await desk.ticket_view(number, sender.tenant)
    if view is None:
        return answers.private(f"There is no ticket #{number}.")
    await desk.bring(number)
    return answers.ticket(view, await desk.timeline(number, sender.tenant))
