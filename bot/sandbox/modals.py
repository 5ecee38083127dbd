"""What people do in modals and in the Home tab: fill in, submit, close, press.

``state.values`` has every input, untouched ones with their initial value, as Slack sends it.
"""

import copy
from typing import Any

from bot.sandbox import payloads
from bot.sandbox.actors import Actors
from bot.sandbox.blocks import check_view
from bot.sandbox.envelope import Receipt
from bot.sandbox.errors import ImpossibleInSlack, SlackError
from bot.sandbox.inputs import STATEFUL, elements, entered, initial, is_empty, option
from bot.sandbox.people import names_of, pressed
from bot.sandbox.views import View

Json = dict[str, Any]


class Modals(Actors):
    """The modal stack and the Home tab of each person."""

    def modal(self, user: str) -> View | None:
        """The modal that the person sees, None when there is none."""
        stack = self.state.views.stacks.get(self.who(user).id)
        return stack[-1] if stack else None

    def home(self, user: str) -> View | None:
        """The Home tab as published for the person."""
        return self.state.views.homes.get(self.who(user).id)

    async def submit(self, user: str, values: Json | None = None) -> Receipt:
        """Fill in the open modal by block id and press its submit button.

        A refusal (``response_action: errors``) stands in the view's ``errors`` afterwards; without
        an ack the modal stays open, too.
        """
        person, view = self.who(user), self._open(user)
        if not view.content.get("submit"):
            raise ImpossibleInSlack("this modal has no submit button")
        self.fill(user, values or {})
        self._complete(view)
        self.did(person, "submit", view=view.id, callback_id=view.content.get("callback_id"))
        view.errors = {}
        receipt = await self.delivery.send(
            "interactive", payloads.view_submission(self.state, view)
        )
        if receipt.ok:
            self._respond(view, receipt.payload or {})
        return receipt

    def fill(self, user: str, values: Json) -> None:
        """Type and choose in the open modal, by block id; nothing is sent."""
        view = self._open(user)
        self._touch(view)
        fields = {block["block_id"]: element for block, element in elements(view.blocks)}
        for block_id, value in values.items():
            element = fields.get(block_id)
            if element is None or element["type"] not in STATEFUL:
                raise ImpossibleInSlack(f"no input {block_id!r} among {sorted(fields)}")
            view.values[block_id][element["action_id"]] = entered(element, value)

    async def close(self, user: str, *, everything: bool = False) -> Receipt | None:
        """Close the modal on top, or the whole stack; the app is told when it asked for that."""
        person, view = self.who(user), self._open(user)
        stack = self.state.views.stacks[person.id]
        self.did(person, "close", view=view.id)
        if everything or view.content.get("clear_on_close"):
            everything = True
            stack.clear()
        else:
            stack.pop()
        if not view.content.get("notify_on_close"):
            return None
        payload = payloads.view_closed(self.state, view, cleared=everything)
        return await self.delivery.send("interactive", payload)

    async def press(self, user: str, button: str, *, choice: str = "") -> Receipt:
        """Act on an element of the modal, or of the Home tab when no modal is open.

        ``button`` is an action id, "BLOCK ACTION" ids or a label; ``choice`` an option where the
        element is a menu.
        """
        view = self.modal(user) or self.home(user)
        if view is None:
            raise ImpossibleInSlack(f"{user} sees no view")
        self._touch(view)
        block, element = _find(view, button)
        action = pressed(block, element)
        if choice:
            chosen = self._choose(view, block, element, choice)
            action |= chosen
        action["action_ts"] = f"{self.state.clock.now():.6f}"
        self.did(self.who(user), "action", view=view.id, action_id=element["action_id"])
        payload = payloads.view_action(self.state, view, action)
        return await self.delivery.send("interactive", payload)

    def _choose(self, view: View, block: Json, element: Json, choice: str) -> Json:
        if element["type"] not in STATEFUL:
            return {"selected_option": option(element, choice)}
        chosen = entered(element, choice)
        view.values[block["block_id"]][element["action_id"]] = chosen
        return chosen

    def _open(self, user: str) -> View:
        view = self.modal(user)
        if view is None:
            raise ImpossibleInSlack(f"{user} has no modal open")
        return view

    def _touch(self, view: View) -> None:
        """Give every input its initial value unless the person has entered another."""
        for block_id, states in initial(view.blocks).items():
            view.values[block_id] = {**states, **view.values.get(block_id, {})}

    def _complete(self, view: View) -> None:
        """Slack's client does not submit while a required input is empty."""
        for block in view.blocks:
            if block["type"] == "input" and not block.get("optional", False):
                state = view.values[block["block_id"]][block["element"]["action_id"]]
                if is_empty(state):
                    raise ImpossibleInSlack(f"input {block['block_id']!r} is required")

    def _respond(self, view: View, response: Json) -> None:
        """Do what the app's ack of a submission says; a bad one is shown as trouble."""
        stack = self.state.views.stacks.get(view.user_id, [])
        try:
            self._follow(view, stack, response)
        except SlackError as error:
            self.state.journal.record("notice", what="trouble", error=error.code, **error.extra)

    def _follow(self, view: View, stack: list[View], response: Json) -> None:
        match response.get("response_action"):
            case None:
                if view in stack:
                    stack.remove(view)
            case "clear":
                stack.clear()
            case "errors":
                self._show_errors(view, response.get("errors") or {})
            case "update":
                content = check_view(copy.deepcopy(response.get("view")), "modal")
                self.state.views.change(view, content, None)
            case "push":
                content = check_view(copy.deepcopy(response.get("view")), "modal")
                self.state.views.push(view.user_id, view.team_id, content)
            case _:
                raise SlackError("invalid_response_action")

    def _show_errors(self, view: View, errors: dict[str, str]) -> None:
        inputs = {block["block_id"] for block in view.blocks if block["type"] == "input"}
        if not errors.keys() <= inputs:
            raise SlackError("invalid_error_blocks", blocks=sorted(errors.keys() - inputs))
        view.errors = dict(errors)


def _find(view: View, wanted: str) -> tuple[Json, Json]:
    there = list(elements(view.blocks))
    found = [
        pair for pair in there if wanted in {*names_of(*pair), pair[1].get("text", {}).get("text")}
    ]
    if len(found) != 1:
        names = [element["action_id"] for _, element in there]
        raise ImpossibleInSlack(f"{len(found)} elements {wanted!r} among {names}")
    return found[0]
