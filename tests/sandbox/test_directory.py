import copy
from typing import Any

import pytest
from slack_sdk.errors import SlackApiError

from bot.sandbox.server import LocalSlack
from tests.sandbox.support import MANIFEST, Json, client


async def error_of(call: Any) -> str:
    with pytest.raises(SlackApiError) as refused:
        await call
    return str(refused.value.response["error"])


def generous() -> Json:
    manifest: Json = copy.deepcopy(MANIFEST)
    manifest["oauth_config"]["scopes"]["bot"] += [
        *("channels:read", "groups:read", "im:read", "im:write", "team:read"),
    ]
    return manifest


@pytest.mark.parametrize(
    ("user", "restricted", "single", "admin", "team"),
    [
        ("U0ASKER", False, False, False, "T0HOME"),
        ("U0ADMIN", False, False, True, "T0HOME"),
        ("U0GUEST", True, False, False, "T0HOME"),
        ("U0VISITOR", True, True, False, "T0HOME"),
        ("U0OUTSIDER", False, False, False, "T0PARTNER"),
    ],
)
async def test_users_are_told_apart(  # noqa: PLR0913 (a table)
    slack: LocalSlack, user: str, *, restricted: bool, single: bool, admin: bool, team: str
) -> None:
    found = (await client(slack).users_info(user=user))["user"]
    assert found["is_restricted"] is restricted
    assert found["is_ultra_restricted"] is single
    assert found["is_admin"] is admin
    assert found["team_id"] == team


async def test_an_unknown_user(slack: LocalSlack) -> None:
    assert await error_of(client(slack).users_info(user="U0NOBODY")) == "user_not_found"


async def test_conversations_need_scopes_of_their_own(slack: LocalSlack) -> None:
    app = client(slack)
    assert await error_of(app.conversations_info(channel="C0HELPDESK")) == "missing_scope"
    assert await error_of(app.conversations_open(users="U0ASKER")) == "missing_scope"


async def test_conversations_with_the_scopes() -> None:
    async with LocalSlack(generous()) as slack:
        app = client(slack)
        info = await app.conversations_info(channel="C0PARTNER", include_num_members=True)
        assert info["channel"]["is_ext_shared"] is True
        assert info["channel"]["num_members"] == 3
        hidden = app.conversations_info(channel="C0MANAGE")
        assert await error_of(hidden) == "channel_not_found"
        nowhere = app.conversations_info(channel="C0NOWHERE")
        assert await error_of(nowhere) == "channel_not_found"
        members = await app.conversations_members(channel="C0INCIDENT")
        assert "U0TEAMMATE" in members["members"]
        opened = await app.conversations_open(users="U0ASKER", return_im=True)
        assert opened["channel"]["user"] == "U0ASKER"
        resumed = await app.conversations_open(channel=opened["channel"]["id"])
        assert resumed["channel"]["id"] == opened["channel"]["id"]
        assert await error_of(app.conversations_open(users="")) == "users_list_not_supplied"
        assert await error_of(app.conversations_open(users="U0NOBODY")) == "user_not_found"
        group = app.conversations_open(users="U0ASKER,U0LEAD")
        assert await error_of(group) == "too_many_users"
        assert (await app.team_info())["team"]["domain"] == "example-corp"
        assert await error_of(app.team_info(team="T0NONE")) == "team_not_found"
