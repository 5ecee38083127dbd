"""The Home tab: one's own tickets, the team's, what is met most, and a button to begin.

Strategy: it is published when somebody opens it, never for everybody on a timer.  The hash of the
page that they have keeps an older page from replacing a newer one; where it has moved on, the
page is made anew from the store and set once more, without a hash because Slack tells none.  For
one person one page is made at a time, so that a page never replaces one that was made after it.
"""

from dataclasses import dataclass, field
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.desk.api import Dashboard, Desk, NotAllowed, Past, Sender
from handlers import answers
from handlers import blocks as b
from handlers.cards import ROOMS
from handlers.door import Door
from handlers.ids import Action, EventName
from handlers.sending import Body, clicker, opener
from handlers.start import TOO_LATE, Prefilled, begin


@dataclass(frozen=True, slots=True)
class HomeFlow:
    """Publishes the Home tab and opens the form from it."""

    desk: Desk
    door: Door
    _busy: set[str] = field(default_factory=set)
    _waiting: dict[str, str] = field(default_factory=dict)
    """The hash of the page that a person has, for those who opened the tab and wait."""

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which id leads here."""
        app.event(EventName.HOME_OPENED.value)(self.opened)
        app.action(Action.HOME_START.value)(self.start)

    async def opened(self, ack: AsyncAck, body: Body, event: dict[str, Any]) -> None:
        """Somebody looks at the tab."""
        await ack()
        if event.get("tab", "home") != "home":
            return
        sender = opener(body)
        self._waiting[sender.user] = str((event.get("view") or {}).get("hash") or "")
        if sender.user in self._busy:
            return  # whoever publishes for this person now does it once more
        self._busy.add(sender.user)
        try:
            while (seen := self._waiting.pop(sender.user, None)) is not None:
                if not await self.door.publish(sender.user, await self._page(sender), seen):
                    await self.door.publish(sender.user, await self._page(sender))
        finally:
            self._busy.discard(sender.user)

    async def start(self, ack: AsyncAck, body: Body) -> None:
        """The button: the start form; its card will be a direct message."""
        await ack()
        sender = clicker(body)
        if not await begin(self.desk, self.door, body["trigger_id"], sender, Prefilled()):
            # A Home tab has no address to answer to.
            await self.door.whisper(sender.user, sender.user, answers.private(TOO_LATE))

    async def _page(self, sender: Sender) -> b.Block:
        """The tab for whoever may read; for everybody else a polite sentence."""
        try:
            await self.desk.may_read(sender.user, sender.tenant, "")
        except NotAllowed as refusal:
            return refused(str(refusal))
        return page(await self.desk.dashboard(sender.user, sender.tenant))


def refused(why: str) -> b.Block:
    """The tab of somebody who may not see the rest."""
    return {"type": "home", "blocks": [b.words(why)]}


def page(found: Dashboard) -> b.Block:
    """The tab: at most 100 blocks, and fewer than 40 in fact."""
    blocks = [
        b.header("Remote Desktop triage"),
        b.words("Name a host, and it is looked at without credentials; nothing on it is changed."),
        *b.actions([b.button(Action.HOME_START, "Triage a host", "start", style="primary")]),
        b.divider(),
        *_list("Your open tickets", found.mine, "You have no open tickets."),
        *_list("Open, claimed by nobody", found.unclaimed, "Nothing waits for a hand."),
        *_list("Open, in somebody's hands", found.claimed, ""),
        b.context(b.plain(f"{found.open} open in all; /rdp history finds every one.", 100)),
        *answers.bars(f"Causes of the last {found.days} days", found.causes),
        *answers.bars(f"Hosts that keep coming back, last {found.days} days", found.hosts),
    ]
    return {"type": "home", "blocks": blocks[:100]}


def _list(title: str, lines: tuple[Past, ...], nothing: str) -> list[b.Block]:
    if not lines:
        return [b.header(title), b.words(nothing)] if nothing else []
    return [b.header(title), *(answers.line(each, ROOMS[1]) for each in lines)]
