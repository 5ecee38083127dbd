"""The views.* methods: modals are bought with a trigger, Home tabs are published."""

from typing import Any

from bot.sandbox.arguments import Arguments
from bot.sandbox.blocks import check_view
from bot.sandbox.errors import SlackError
from bot.sandbox.state import State
from bot.sandbox.views import View

Json = dict[str, Any]


def views_open(state: State, call: Arguments) -> Json:
    """views.open; the trigger is used up even when the view is refused afterwards."""
    trigger = state.triggers.redeem(call.get("trigger_id"))
    content = check_view(call.get("view"), "modal")
    user = state.world.users[trigger.user_id]
    return _answer(state, state.views.open(user.id, user.team_id, content))


def views_push(state: State, call: Arguments) -> Json:
    """views.push; only a trigger from inside a modal buys a place on its stack."""
    trigger = state.triggers.redeem(call.get("trigger_id"))
    content = check_view(call.get("view"), "modal")
    if trigger.view_id is None:
        raise SlackError("not_found")
    user = state.world.users[trigger.user_id]
    return _answer(state, state.views.push(user.id, user.team_id, content))


def views_update(state: State, call: Arguments) -> Json:
    """views.update by view_id or external_id, guarded by the hash when one is given."""
    view = state.views.find(call.get("view_id"), call.get("external_id"))
    content = check_view(call.get("view"), str(view.content["type"]))
    state.views.change(view, content, call.get("hash"))
    return _answer(state, view)


def views_publish(state: State, call: Arguments) -> Json:
    """views.publish, where the manifest has a Home tab."""
    if not state.app.home_tab:
        raise SlackError("not_enabled")
    user = state.world.users.get(call.text("user_id"))
    if user is None or user.is_bot:
        messages = ["[ERROR] invalid `user_id`"]
        raise SlackError("invalid_arguments", response_metadata={"messages": messages})
    content = check_view(call.get("view"), "home")
    return _answer(state, state.views.publish(user.id, user.team_id, content, call.get("hash")))


def _answer(state: State, view: View) -> Json:
    return {"view": view.body(state.app)}
