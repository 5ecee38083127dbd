"""The channels of the settings: do they exist, are they alive, can the bot speak there?

Strategy: the bot has no scope that reads channels, so each is tried by a private message to
Slackbot, who is in no channel: Slack judges the channel, then refuses the recipient
(chat.postEphemeral, ``user_not_in_channel``), and nobody sees anything.
"""

import asyncio

from bot.doctor.findings import Finding, Notes, Result, error
from bot.doctor.slackapi import Answer, Slack
from bot.settings import Settings

NOBODY = "USLACKBOT"
GOOD = frozenset({"user_not_in_channel"})
COPY = "copy the id (C…) from the channel's details in Slack, at the very bottom"


def named(settings: Settings) -> dict[str, str]:
    """Channel id -> the setting that names it."""
    slack, access = settings.slack, settings.access
    found = dict.fromkeys(access.channels, "access.channels")
    found |= dict.fromkeys(slack.helpdesk_channels, "slack.helpdesk_channels")
    if slack.escalation_channel:
        found[slack.escalation_channel] = "slack.escalation_channel"
    return found


async def look(slack: Slack, token: str, me: Answer, settings: Settings) -> Result:
    """Try every channel."""
    notes = Notes()
    wanted = named(settings)
    judged = await asyncio.gather(
        *(_one(slack, token, channel, key) for channel, key in wanted.items())
    )
    notes.add(*judged)
    unknown = [each for each in judged if each and each.id == "slack.channel-unknown"]
    if len(unknown) > 1 and len(unknown) == len(wanted):
        notes.add(_other(me))
    elif good := len(judged) - len(notes.findings):
        notes.fine.append(f"the bot can speak in {good} of {len(judged)} channels of the settings")
    return notes.result()


async def _one(slack: Slack, token: str, channel: str, key: str) -> Finding | None:
    if not channel.startswith(("C", "G")):
        return error("slack.channel-kind", f"{key}: {channel} is no channel", COPY)
    answer = await slack.ask(
        "chat.postEphemeral", token, channel=channel, user=NOBODY, text="rdp-triage doctor"
    )
    if answer.ok or answer.error in GOOD:
        return None
    return _refused(answer.error, channel, key)


def _refused(code: str, channel: str, key: str) -> Finding | None:
    if code == "channel_not_found":
        return error(
            "slack.channel-unknown",
            f"{key}: there is no channel {channel} that the bot can see",
            f"{COPY}; if it is private, type /invite @rdp-triage there first",
        )
    if code in {"is_archived", "is_inactive"}:
        return error(
            "slack.channel-archived",
            f"{key}: channel {channel} is archived",
            f"unarchive it in Slack, or name another one in {key}",
        )
    if code == "not_in_channel":
        return error(
            "slack.channel-not-joined",
            f"{key}: the bot is not a member of channel {channel}",
            "type /invite @rdp-triage in that channel",
        )
    if code == "missing_scope":
        return None  # the scopes are judged by themselves
    return error(
        "slack.channel-closed",
        f"{key}: Slack does not let the bot speak in {channel} ({code})",
        "see the posting permissions of that channel in Slack, or name another one",
    )


def _other(me: Answer) -> Finding:
    return error(
        "slack.other-workspace",
        f"none of the channels of the settings exists in {me.text('team')} ({me.text('team_id')}), "
        "the workspace of SLACK_BOT_TOKEN",
        "take the token of the workspace where these channels are, or name channels of this one",
    )
