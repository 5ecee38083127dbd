"""The people of the settings: full members of the bot's workspace, or none of their rights work."""

import asyncio
from collections.abc import Mapping
from typing import Any

from bot.doctor.findings import Finding, Notes, Result, error, warning
from bot.doctor.slackapi import Answer, Slack
from bot.settings import Settings

AT_ONCE = 5
GUEST = ("is_restricted", "is_ultra_restricted", "is_stranger")
BOT = ("is_bot", "is_workflow_bot")


async def look(slack: Slack, token: str, me: Answer, settings: Settings) -> Result:
    """Look every named person up."""
    notes, room = Notes(), asyncio.Semaphore(AT_ONCE)
    access = settings.access
    roles = {"access.users": access.users, "access.admins": access.admins}
    wanted = [(key, user) for key in roles for user in roles[key]]
    wanted += [("access.approvers", user) for user in access.approvers]

    async def one(key: str, user: str) -> Finding | None:
        async with room:
            answer = await slack.ask("users.info", token, user=user)
        return _judged(answer, key, user, me.text("team_id"))

    judged = await asyncio.gather(*(one(key, user) for key, user in wanted))
    notes.add(*judged)
    good = len(judged) - len(notes.findings)
    if good:
        notes.fine.append(f"{good} of {len(judged)} people of [access] are full members")
    if len(set(access.approvers)) == 1:
        notes.add(
            warning(
                "slack.approver-alone",
                f"access.approvers: {access.approvers[0]} is the only one, and nobody approves "
                "what they asked for themselves",
                "name a second person in access.approvers",
            )
        )
    return notes.result()


def _judged(answer: Answer, key: str, user: str, team: str) -> Finding | None:
    """What is wrong with one person."""
    change = f"name a full member of the workspace in {key} (profile → ⋮ → Copy member ID)"
    if not answer.ok:
        if answer.error == "missing_scope":
            return None
        known = answer.error in {"user_not_found", "users_not_found", "user_not_visible"}
        why = "there is no such person" if known else f"Slack says {answer.error}"
        return error("slack.person-unknown", f"{key}: {user}: {why}", change)
    found = answer.body.get("user")
    return _rights(found if isinstance(found, dict) else {}, f"{key}: {user}", team, change)


def _rights(found: Mapping[str, Any], who: str, team: str, change: str) -> Finding | None:
    if found.get("deleted"):
        return error("slack.person-deactivated", f"{who} is deactivated", change)
    if found.get("team_id") != team:
        return error("slack.person-outsider", f"{who} is of another workspace", change)
    if any(found.get(flag) for flag in GUEST):
        return error("slack.person-guest", f"{who} is a guest; guests may do nothing", change)
    if any(found.get(flag) for flag in BOT):
        return error("slack.person-bot", f"{who} is a bot", change)
    return None
