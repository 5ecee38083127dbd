"""What people do in Slack, as one would say it: a command, a click, a choice, a message.

Every act returns after the app has acknowledged it, or after the person saw that it did not.
What Slack's client would not let anybody do raises ImpossibleInSlack: the test is wrong then.
"""

from typing import Any

from bot.sandbox import payloads
from bot.sandbox.actors import Actors
from bot.sandbox.envelope import Receipt
from bot.sandbox.errors import ImpossibleInSlack, SlackError
from bot.sandbox.escape import escaped
from bot.sandbox.hooks import answer
from bot.sandbox.inputs import STATEFUL, elements, entered, initial, option
from bot.sandbox.once import ResponseUrl
from bot.sandbox.world import Message, User

Json = dict[str, Any]


class People(Actors):
    """Commands, clicks, choices, shortcuts, messages; users and channels go by name or id."""

    async def command(
        self, user: str, channel: str, line: str, *, thread_ts: str | None = None
    ) -> Receipt:
        """Type a slash command into the composer of a conversation."""
        person, place = self.who(user), self.where(user, channel)
        if thread_ts:
            raise ImpossibleInSlack("slash commands do not work in threads")
        name, _, text = line.partition(" ")
        command = self.state.app.commands.get(name)
        if command is None:
            raise ImpossibleInSlack(f"{name} is not a command of this workspace")
        self.did(person, "command", channel=place.id, line=line)
        sent = escaped(self.state.world, text) if command.should_escape else text
        payload = payloads.command(self.state, person, place, (name, sent.strip()))
        receipt = await self.delivery.send("slash_commands", payload)
        if receipt.ok and receipt.payload:
            url = ResponseUrl("commands", place.id, person.id, None, 0.0)
            try:
                answer(self.state, url, receipt.payload)
            except SlackError as error:
                self.state.journal.record("notice", what="trouble", error=error.code)
        return receipt

    async def click(
        self, user: str, message: Message, button: str, *, version: int = -1
    ) -> Receipt:
        """Press a button, found by action id, by "BLOCK ACTION" ids, or by its words.

        ``version`` tells which version of the message is on the person's screen: 0 is the first.
        """
        self._sees(self.who(user), message)
        block, element = _button(message.versions[version].blocks, button)
        action = {**pressed(block, element), "action_ts": f"{self.state.clock.now():.6f}"}
        return await self._act(user, message, action)

    async def choose(
        self, user: str, message: Message, choice: str, *, menu: str = "", version: int = -1
    ) -> Receipt:
        """Choose an option of a menu in a message: by value, by label, or by the verb of its value.

        ``menu`` is the action id, needed where there are several menus.
        """
        self._sees(self.who(user), message)
        menus = [
            (block, element)
            for block, element in elements(message.versions[version].blocks)
            if ("options" in element or "option_groups" in element)
            and menu in {"", *names_of(block, element)}
        ]
        if len(menus) != 1:
            names = [element["action_id"] for _, element in menus]
            raise ImpossibleInSlack(f"which menu: {names}?")
        block, element = menus[0]
        chosen = (
            entered(element, choice)
            if element["type"] in STATEFUL
            else {"type": element["type"], "selected_option": option(element, choice)}
        )
        action = {**_named(block, element), **chosen}
        return await self._act(user, message, action)

    async def shortcut(
        self, user: str, callback_id: str, message: Message | None = None
    ) -> Receipt:
        """Use a shortcut; a message shortcut needs the message."""
        person = self.who(user)
        kind = self.state.app.shortcuts.get(callback_id)
        if kind != ("message" if message else "global"):
            raise ImpossibleInSlack(f"no such shortcut in the manifest: {callback_id}")
        if message:
            self._sees(person, message)
        self.did(person, "shortcut", callback_id=callback_id)
        payload = payloads.shortcut(self.state, person, callback_id, message)
        return await self.delivery.send("interactive", payload)

    async def open_home(self, user: str) -> Receipt | None:
        """Look at the app's Home tab; None when the app does not want the event."""
        person = self.who(user)
        if not self.state.app.home_tab:
            raise ImpossibleInSlack("the app has no Home tab")
        self.did(person, "home")
        if "app_home_opened" not in self.state.app.events:
            return None
        inner: Json = {
            "type": "app_home_opened",
            "user": person.id,
            "channel": self.where(user, "dm").id,
            "event_ts": self.state.world.new_ts(),
            "tab": "home",
        }
        if home := self.state.views.homes.get(person.id):
            inner["view"] = home.body(self.state.app)
        return await self.delivery.event(payloads.event(self.state, inner))

    def say(self, user: str, channel: str, text: str, *, thread_ts: str | None = None) -> Message:
        """Post a message as a person."""
        person, place = self.who(user), self.where(user, channel)
        self.did(person, "say", channel=place.id, text=text)
        version = self.state.world.version(text, [], "person")
        return self.state.world.post(place, person.id, version, thread_ts=thread_ts)

    def delete(self, user: str, message: Message) -> None:
        """Delete a message, one's own or as an admin."""
        person = self.who(user)
        if person.id != message.user and not person.is_admin:
            raise ImpossibleInSlack("only its author or an admin deletes a message")
        self.did(person, "delete", ts=message.ts)
        message.deleted_at = self.state.clock.now()

    def reload(self, user: str) -> None:
        """Reload the client: ephemeral messages and open modals are lost."""
        person = self.who(user)
        self.did(person, "reload")
        for message in self.state.world.ephemerals(person):
            message.gone = True
        self.state.views.stacks.pop(person.id, None)

    async def _act(self, user: str, message: Message, action: Json) -> Receipt:
        person = self.who(user)
        if not self.state.app.interactivity:
            raise ImpossibleInSlack("the manifest has no interactivity")
        self.did(person, "action", ts=message.ts, action_id=action["action_id"])
        stateful = initial(message.blocks)
        held = stateful.get(action["block_id"], {})
        if action["action_id"] in held:
            held[action["action_id"]] = _value_only(action)
        payload = payloads.message_action(self.state, person, message, action, stateful)
        return await self.delivery.send("interactive", payload)

    def _sees(self, person: User, message: Message) -> None:
        if not self.state.world.sees(person, message):
            raise ImpossibleInSlack(f"{person.name} does not see message {message.ts}")


def pressed(block: Json, element: Json) -> Json:
    """The action of a pressed button."""
    kept = ("text", "value", "style", "url")
    return {**_named(block, element), **{key: element[key] for key in kept if key in element}}


def names_of(block: Json, element: Json) -> tuple[str, str]:
    """Names of an element: its action id, or block and action id where that is shared."""
    return element["action_id"], f"{block['block_id']} {element['action_id']}"


def buttons(blocks: list[Json]) -> list[tuple[Json, Json]]:
    """Every button with its block."""
    return [pair for pair in elements(blocks) if pair[1]["type"] == "button"]


def _button(blocks: list[Json], wanted: str) -> tuple[Json, Json]:
    there = buttons(blocks)
    found = [pair for pair in there if wanted in {*names_of(*pair), pair[1]["text"]["text"]}]
    if len(found) != 1:
        labels = [f"{element['text']['text']} ({element['action_id']})" for _, element in there]
        raise ImpossibleInSlack(f"{len(found)} buttons {wanted!r} among {labels}")
    return found[0]


def _named(block: Json, element: Json) -> Json:
    return {
        "type": element["type"],
        "action_id": element["action_id"],
        "block_id": block["block_id"],
    }


def _value_only(action: Json) -> Json:
    names = {"action_id", "block_id", "action_ts"}
    return {key: value for key, value in action.items() if key not in names}
