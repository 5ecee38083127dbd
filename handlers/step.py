"""The buttons of a card: what people say about the step, and what they do with the ticket."""

import json
import re
from dataclasses import dataclass, replace
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.desk.api import BadValue, Click, Desk, StoreBusy, Verb
from handlers import answers, reasons
from handlers import blocks as b
from handlers.door import Door
from handlers.ids import MENU, MODALS, STEPS, Action, View
from handlers.matching import starts_with
from handlers.sending import Body, card_of, clicker

_CHOICE = re.compile(r"([a-z]+):([0-9]+:[0-9]+)")
OLD = "That button is from an older version. /rdp ticket NUMBER shows the ticket as it is."


@dataclass(frozen=True, slots=True)
class StepFlow:
    """Everything that can be pressed on a card."""

    desk: Desk
    door: Door

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which id leads here."""
        for action in STEPS:
            app.action(action.value)(self.pressed)
        for action in MODALS:
            app.action(action.value)(self.asked)
        app.action(starts_with(Action.ANSWER))(self.answered)
        app.action(starts_with(Action.TICKET_LOOK))(self.looked)
        app.action(Action.TICKET_MORE.value)(self.chosen)
        app.view(View.CANNOT.value)(self.reasoned)
        app.view(View.ESCALATE.value)(self.reasoned)
        app.view(View.CAUSE.value)(self.reasoned)

    async def pressed(self, ack: AsyncAck, body: Body, action: dict[str, Any]) -> None:
        """A button that says everything by itself."""
        verb = STEPS[Action(action["action_id"])]
        await self._take(verb, action["value"], "", _Press(ack, body))

    async def answered(self, ack: AsyncAck, body: Body, action: dict[str, Any]) -> None:
        """An answer to a question; the state stands in the action id."""
        state = str(action["action_id"]).removeprefix(Action.ANSWER)
        await self._take(Verb.ANSWER, action["value"], state, _Press(ack, body))

    async def looked(self, ack: AsyncAck, body: Body, action: dict[str, Any]) -> None:
        """Look from one more place; its name stands in the action id."""
        place = str(action["action_id"]).removeprefix(Action.TICKET_LOOK)
        await self._take(Verb.LOOK, action["value"], place, _Press(ack, body))

    async def chosen(self, ack: AsyncAck, body: Body, action: dict[str, Any]) -> None:
        """An entry of the menu: ``<verb>:<ticket>:<version>``."""
        found = _CHOICE.fullmatch(action["selected_option"]["value"])
        if found is None or found[1] not in MENU:
            await ack()
            await self.door.answer(body["response_url"], answers.private(OLD))
            return
        await self._take(Verb(found[1]), f"{found[2]}:", "", _Press(ack, body))

    async def _take(self, verb: Verb, value: str, detail: str, press: "_Press") -> None:
        """Commit the intent, acknowledge, let the desk do the rest."""
        try:
            click = Click.parse(clicker(press.body), verb, value, detail, card_of(press.body))
            claim = await self.desk.accept(click)
        except BadValue:
            await press.ack()
            await self.door.answer(press.body["response_url"], answers.private(OLD))
            return
        except StoreBusy:
            await press.ack()
            await self.door.answer(press.body["response_url"], answers.private(answers.NOT_TAKEN))
            return
        await press.ack()
        self.desk.start(claim)

    async def asked(self, ack: AsyncAck, body: Body, action: dict[str, Any]) -> None:
        """A button that needs a reason: ask for it; nothing is decided yet."""
        await ack()
        verb = MODALS[Action(action["action_id"])]
        kept = {"value": action["value"], "channel": clicker(body).channel, "card": card_of(body)}
        view = reasons.form(verb, json.dumps(kept), second_line=self.desk.second_line)
        await self.open_or_offer(body, action, view)

    async def open_or_offer(self, body: Body, action: dict[str, Any], view: b.Block) -> None:
        """Open a modal; where that came too late, offer the same button again, privately."""
        if not await self.door.open(body["trigger_id"], view):
            await self._offer_again(body, action)

    async def _offer_again(self, body: Body, action: dict[str, Any]) -> None:
        answer = answers.again(str(action["action_id"]), str(action["value"]))
        await self.door.answer(str(body.get("response_url") or ""), answer)

    async def reasoned(self, ack: AsyncAck, body: Body, view: dict[str, Any]) -> None:
        """The reason was given: now it is an intent."""
        kept = json.loads(view["private_metadata"])
        verb = Verb(view["callback_id"])
        sender = clicker(body, kept["channel"])
        values, second_line = view["state"]["values"], self.desk.second_line
        try:
            why, to = reasons.given(values, sender.user, second_line=second_line)
            click = Click.parse(sender, verb, kept["value"], why, kept["card"])
            claim = await self.desk.accept(replace(click, to=to))
        except reasons.Slip as slip:
            await ack(response_action="errors", errors={slip.field.value: str(slip)})
            return
        except BadValue:
            await ack(response_action="errors", errors={reasons.field_of(verb): OLD})
            return
        except StoreBusy:
            told = {reasons.field_of(verb): answers.NOT_TAKEN}
            await ack(response_action="errors", errors=told)
            return
        await ack()
        self.desk.start(claim)


@dataclass(frozen=True, slots=True)
class _Press:
    """What an answer to a button needs."""

    ack: AsyncAck
    body: Body
