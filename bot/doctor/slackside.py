"""Slack as the bot will meet it: credentials, the installation, channels and people.

Strategy: the bot token is judged first; everything else asks with it, all at once.
"""

import asyncio
from datetime import UTC, datetime

import aiohttp

from bot.doctor import channels, clock, installation, people
from bot.doctor.credentials import Keys, judge
from bot.doctor.findings import Notes, Result, error
from bot.doctor.slackapi import NoAnswer, Slack, header
from bot.settings import Settings

UNUSABLE = {
    "invalid_auth": "Slack does not know it",
    "not_authed": "it is empty",
    "token_revoked": "it was revoked",
    "token_expired": "it has expired (token rotation must be off for this app)",
    "account_inactive": "the app was removed from the workspace",
    "not_allowed_token_type": "it is no bot token",
}
INSTALL = (
    'api.slack.com/apps → your app → "OAuth & Permissions": (re)install it, copy the '
    '"Bot User OAuth Token" and export SLACK_BOT_TOKEN=xoxb-…'
)


async def look(settings: Settings, *, offline: bool = False) -> Result:
    """Everything about Slack; ``offline`` only what the secrets look like."""
    notes = Notes()
    keys = judge(settings)
    notes.add(*keys.findings)
    if offline or not (keys.bot or keys.app):
        return notes.result()
    timeout = aiohttp.ClientTimeout(total=60)
    async with aiohttp.ClientSession(timeout=timeout, trust_env=False) as session:
        slack = Slack(settings.slack.api_url, session)
        try:
            await _ask(notes, slack, settings, keys)
        except NoAnswer as lost:
            notes.add(
                error(
                    "slack.unreachable",
                    f"Slack cannot be reached at {settings.slack.api_url}: {lost}",
                    "let this machine reach slack.com on port 443 (name server, firewall); proxies "
                    "of the environment are not used; see slack.api_url in docs/settings.md",
                )
            )
    return notes.result()


async def _ask(notes: Notes, slack: Slack, settings: Settings, keys: Keys) -> None:
    if keys.app:
        notes.take([await installation.socket(slack, keys.app)])
    if not keys.bot:
        return
    asked = datetime.now(UTC)
    me = await slack.ask("auth.test", keys.bot)
    notes.take([clock.compare(header(me, "Date"), asked, datetime.now(UTC))])
    if not me.ok:
        why = UNUSABLE.get(me.error, f"Slack says {me.error}")
        notes.add(error("slack.bot-token-refused", f"SLACK_BOT_TOKEN is refused: {why}", INSTALL))
        return
    looks = await asyncio.gather(
        installation.look(slack, keys, me),
        channels.look(slack, keys.bot, me, settings),
        people.look(slack, keys.bot, me, settings),
    )
    notes.take(looks)
