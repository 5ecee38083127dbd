"""What one person sees on the screen of this Slack, as one JSON value for the page.

Nothing that the person could not see in Slack is in it: no foreign channel, no ephemeral message
of somebody else, no modal of anybody else.
"""

from typing import Any

from bot.sandbox.state import State
from bot.sandbox.views import View
from bot.sandbox.world import Channel, Message, User

Json = dict[str, Any]
LAST = 200
"""Messages of a conversation that the page gets."""


def screen(state: State, person: User) -> Json:
    """Everything before the eyes of ``person`` now."""
    dm = state.world.direct(state.app.user_id, person.id)
    mine = [each for each in state.world.channels.values() if person.id in each.members]
    places = [each for each in mine if each.kind != "im"]
    stack = state.views.stacks.get(person.id, [])
    home = state.views.homes.get(person.id)
    return {
        "me": person.id,
        "team": state.world.teams[person.team_id].name,
        "app": _app(state, dm),
        "people": [_person(each) for each in state.world.users.values()],
        "channels": [_channel(state, each) for each in (*places, dm)],
        "messages": {
            each.id: [
                _message(state, one) for one in each.messages if state.world.sees(person, one)
            ][-LAST:]
            for each in (*places, dm)
        },
        "modal": _view(state, stack[-1]) if stack else None,
        "depth": len(stack),
        "home": _view(state, home) if home else None,
    }


def _app(state: State, dm: Channel) -> Json:
    app = state.app
    return {
        "user": app.user_id,
        "name": app.name,
        "dm": dm.id,
        "home": app.home_tab,
        "commands": [
            {"name": each.name, "description": each.description, "hint": each.hint}
            for each in app.commands.values()
        ],
        "shortcuts": [
            {"callback_id": key, "name": app.shortcut_names[key], "type": kind}
            for key, kind in app.shortcuts.items()
        ],
    }


def _person(user: User) -> Json:
    return {
        "id": user.id,
        "name": user.name,
        "team": user.team_id,
        "bot": user.is_bot,
        "role": _role(user),
    }


def _role(user: User) -> str:
    if user.is_bot:
        return "app"
    if user.team_id != "T0HOME":
        return "from another company"
    if user.is_ultra_restricted:
        return "single-channel guest"
    if user.is_restricted:
        return "guest"
    return "workspace admin" if user.is_admin else "member"


def _channel(state: State, place: Channel) -> Json:
    return {
        "id": place.id,
        "name": place.name or state.app.name,
        "kind": place.kind,
        "archived": place.archived,
        "app": state.app.user_id in place.members,
    }


def _message(state: State, message: Message) -> Json:
    return {
        "ts": message.ts,
        "user": message.user,
        "text": message.text,
        "blocks": message.blocks,
        "version": len(message.versions) - 1,
        "edited": message.edited and not message.blocks,
        "thread": message.thread_ts,
        "ephemeral": message.only_for is not None,
        "typed": message.versions[-1].by == "person",
    }


def _view(state: State, view: View) -> Json:
    body = view.body(state.app)
    kept = ("id", "hash", "type", "title", "submit", "close", "blocks", "state", "callback_id")
    return {**{key: body.get(key) for key in kept}, "errors": view.errors}
