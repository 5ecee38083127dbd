"""The methods that tell who is who: auth.test, users.info, team.info, conversations.*."""

from typing import Any

from bot.sandbox import show
from bot.sandbox.arguments import Arguments
from bot.sandbox.errors import SlackError
from bot.sandbox.state import State
from bot.sandbox.world import Channel

Json = dict[str, Any]
READ_SCOPE = {"public": "channels:read", "private": "groups:read", "im": "im:read"}


def auth_test(state: State, _: Arguments) -> Json:
    """auth.test of the bot token."""
    home, app = state.world.home, state.app
    return {
        "url": f"{state.origin}/",
        "team": home.name,
        "team_id": home.id,
        "user": state.world.users[app.user_id].name,
        "user_id": app.user_id,
        "bot_id": app.bot_id,
        "is_enterprise_install": False,
    }


def connections_open(state: State, _: Arguments) -> Json:
    """apps.connections.open: a socket URL for one connection."""
    if "connections:write" not in state.app.app_scopes:
        provided = ",".join(state.app.app_scopes)
        raise SlackError("missing_scope", needed="connections:write", provided=provided)
    if not state.app.socket_mode:
        raise SlackError("forbidden_team")
    url = state.origin.replace("http", "ws", 1)
    return {"url": f"{url}/link/?ticket={state.tickets.issue()}&app_id={state.app.id}"}


def users_info(state: State, call: Arguments) -> Json:
    """users.info; guests are told by is_restricted, foreigners by team_id."""
    user = state.world.users.get(call.text("user"))
    if user is None:
        raise SlackError("user_not_found")
    return {"user": show.user(user)}


def bots_info(state: State, call: Arguments) -> Json:
    """bots.info of the app's own bot, the only one here."""
    app = state.app
    if call.text("bot") != app.bot_id:
        raise SlackError("bot_not_found")
    name = state.world.users[app.user_id].name
    bot = {"id": app.bot_id, "deleted": False, "name": name, "app_id": app.id}
    return {"bot": {**bot, "user_id": app.user_id}}


def team_info(state: State, call: Arguments) -> Json:
    """team.info of the home workspace."""
    team = state.world.teams.get(call.text("team") or state.world.home.id)
    if team is None:
        raise SlackError("team_not_found")
    return {"team": {"id": team.id, "name": team.name, "domain": team.domain}}


def conversations_info(state: State, call: Arguments) -> Json:
    """conversations.info."""
    channel = _readable(state, call.text("channel"))
    body = show.channel(state, channel)
    if call.flag("include_num_members"):
        body["num_members"] = len(channel.members)
    return {"channel": body}


def conversations_members(state: State, call: Arguments) -> Json:
    """conversations.members, all on one page."""
    channel = _readable(state, call.text("channel"))
    return {"members": sorted(channel.members), "response_metadata": {"next_cursor": ""}}


def conversations_open(state: State, call: Arguments) -> Json:
    """conversations.open of a direct message with one user."""
    if "channel" in call:
        channel = _readable(state, call.text("channel"))
    else:
        users = [user for user in call.text("users").split(",") if user]
        if len(users) != 1:
            raise SlackError("users_list_not_supplied" if not users else "too_many_users")
        if users[0] not in state.world.users or users[0] == state.app.user_id:
            raise SlackError("user_not_found")
        channel = state.world.direct(state.app.user_id, users[0])
    body = show.channel(state, channel) if call.flag("return_im") else {"id": channel.id}
    return {"channel": body}


def _readable(state: State, ref: str) -> Channel:
    """A conversation that the app may look at; raises channel_not_found or missing_scope."""
    channel = state.world.channels.get(ref)
    if channel is None:
        raise SlackError("channel_not_found")
    if channel.kind != "public" and state.app.user_id not in channel.members:
        raise SlackError("channel_not_found")
    needed = READ_SCOPE[channel.kind]
    if needed not in state.app.scopes:
        raise missing_scope(state, needed)
    return channel


def missing_scope(state: State, needed: str) -> SlackError:
    """The error that names the scope that is needed and those that were granted."""
    return SlackError("missing_scope", needed=needed, provided=",".join(state.app.scopes))
