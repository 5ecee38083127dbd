"""The buttons of a card: what people say about the step, and what they do with the ticket."""

import json
import re
from dataclasses import dataclass
from typing import Any

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.desk.api import BadValue, Click, Desk, NotAllowed, Sender, StoreBusy, Verb
from handlers import answers
from handlers import blocks as b
from handlers.door import Door
from handlers.ids import MENU, MODALS, STEPS, Action, Field, View
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
        app.action(Action.TICKET_MORE.value)(self.chosen)
        app.action(Action.TICKET_DETAILS.value)(self.details)
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
        view = _reason(verb, json.dumps(kept))
        await self.open_or_offer(body, action, view)

    async def open_or_offer(self, body: Body, action: dict[str, Any], view: b.Block) -> None:
        """Open a modal; where that came too late, offer the same button again, privately."""
        if not await self.door.open(body["trigger_id"], view):
            await self._offer_again(body, action)

    async def _offer_again(self, body: Body, action: dict[str, Any]) -> None:
        button = b.button(str(action["action_id"]), "Open again", str(action["value"]))
        text = "It was too late to open that form."
        answer = answers.private(text, [b.words(text), *b.actions([button])])
        await self.door.answer(str(body.get("response_url") or ""), answer)

    async def reasoned(self, ack: AsyncAck, body: Body, view: dict[str, Any]) -> None:
        """The reason was given: now it is an intent."""
        kept = json.loads(view["private_metadata"])
        verb = Verb(view["callback_id"])
        values = view["state"]["values"]
        try:
            click = Click.parse(
                clicker(body, kept["channel"]), verb, kept["value"], _given(values), kept["card"]
            )
            claim = await self.desk.accept(click)
        except BadValue:
            await ack(response_action="errors", errors={_field_of(verb): OLD})
            return
        except StoreBusy:
            await ack(response_action="errors", errors={_field_of(verb): answers.NOT_TAKEN})
            return
        await ack()
        self.desk.start(claim)

    async def details(self, ack: AsyncAck, body: Body, action: dict[str, Any]) -> None:
        """The raw facts in a modal; nothing is changed, so there is no intent."""
        await ack()
        sender = clicker(body)
        number = action["value"].partition(":")[0]
        title = f"Details of #{number[:10]}"

        async def made() -> b.Block:
            return b.modal(View.DETAILS, title, await self._facts(number, sender))

        if not await self.door.open_then(body["trigger_id"], View.DETAILS, title, made):
            await self._offer_again(body, action)

    async def _facts(self, number: str, sender: Sender) -> list[b.Block]:
        try:
            await self.desk.may_read(sender.user, sender.tenant, sender.channel)
        except NotAllowed as refusal:
            return [b.words(str(refusal))]
        story = await self.desk.story(int(number), sender.tenant) if number.isdigit() else None
        return answers.story(story) if story is not None else [b.words("No such ticket.")]


@dataclass(frozen=True, slots=True)
class _Press:
    """What an answer to a button needs."""

    ack: AsyncAck
    body: Body


def _reason(verb: Verb, kept: str) -> b.Block:
    """The modal that asks why."""
    if verb is Verb.ESCALATE:
        element = {"type": "plain_text_input", "multiline": True, "max_length": 1000}
        blocks = [b.field(Field.WHY, "What should the second line know?", element, optional=True)]
        return b.modal(
            View.ESCALATE, "Hand over", blocks, private_metadata=kept, submit="Hand over"
        )
    options = [
        b.option("No rights or no access for it", "access"),
        b.option("Not now, or not possible here", "other"),
    ]
    select = {"type": "radio_buttons", "options": options, "initial_option": options[0]}
    blocks = [b.field(Field.REASON, "Why not?", select)]
    return b.modal(View.CANNOT, "Cannot do this", blocks, private_metadata=kept, submit="Next step")


def _field_of(verb: Verb) -> str:
    fields = {Verb.ESCALATE: Field.WHY, Verb.CAUSE: Field.CAUSE}
    return fields.get(verb, Field.REASON).value


def _given(values: dict[str, Any]) -> str:
    """The reason as typed or chosen."""
    for field in (Field.REASON, Field.CAUSE):
        if field in values:
            chosen = values[field][field].get("selected_option") or {}
            return str(chosen.get("value") or "other")
    return str(values.get(Field.WHY, {}).get(Field.WHY, {}).get("value") or "")[:1000]
