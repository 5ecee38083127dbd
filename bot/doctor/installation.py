"""The installed app beside the manifest: scopes, bot user, Socket Mode, one app for both tokens.

What only a configuration token shows (commands, shortcuts, events) is not seen from here.
"""

import re

from bot.doctor.credentials import APP, WHERE, Keys
from bot.doctor.findings import Finding, Notes, Result, error, warning
from bot.doctor.slackapi import Answer, Slack, header
from bot.redact import clean
from handlers.manifest import manifest

MANIFEST = (
    '`rdp-triage manifest` prints the right one: api.slack.com/apps → your app → "App Manifest", '
    "paste and save it, then reinstall the app"
)
NEW_APP_TOKEN = f"make a new one and export SLACK_APP_TOKEN=xapp-… ({WHERE[APP]})"
_APP_ID = re.compile(r"xapp-\d+-(A[A-Z0-9]{5,20})-")


async def look(slack: Slack, keys: Keys, me: Answer) -> Result:
    """Judge the installation; ``me`` is the answer of auth.test."""
    notes = Notes()
    notes.add(*_scopes(header(me, "X-OAuth-Scopes")))
    if not me.text("bot_id"):
        notes.add(
            error("slack.no-bot-user", "the token belongs to no bot user of the app", MANIFEST)
        )
    else:
        notes.add(await _same_app(slack, keys, me.text("bot_id")))
    notes.fine.append(
        f"workspace {me.text('team')} ({me.text('team_id')}), the bot is {me.text('user')}; "
        "commands, shortcut and events are not seen from here, try /rdp help"
    )
    return notes.result()


async def socket(slack: Slack, token: str) -> Result:
    """Whether Slack hands out a socket; its address is thrown away unused."""
    answer = await slack.ask("apps.connections.open", token)
    if answer.ok:
        return Result((), ("Slack hands out a socket (Socket Mode)",))
    return Result((_no_socket(answer.error),))


def _no_socket(code: str) -> Finding:
    if code in {"missing_scope", "no_permission"}:
        return error(
            "slack.app-token-scope",
            "SLACK_APP_TOKEN lacks the scope connections:write",
            NEW_APP_TOKEN,
        )
    if code == "forbidden_team":
        return error(
            "slack.socket-mode-off",
            "Slack hands out no socket: Socket Mode is off for this app",
            'api.slack.com/apps → your app → "Socket Mode": switch it on '
            '(or set slack.mode = "http")',
        )
    return error(
        "slack.app-token-refused",
        f"SLACK_APP_TOKEN is refused: Slack says {code}",
        NEW_APP_TOKEN,
    )


def _scopes(told: str) -> list[Finding]:
    granted = {clean(each, 40) for each in told.split(",") if each.strip()}
    wanted = set(manifest()["oauth_config"]["scopes"]["bot"])
    if not granted:
        return []
    found = []
    if missing := ", ".join(sorted(wanted - granted)):
        found.append(
            error("slack.scopes-missing", f"the app was not granted the scope {missing}", MANIFEST)
        )
    if more := ", ".join(sorted(granted - wanted)):
        found.append(
            warning(
                "slack.scopes-superfluous",
                f"the app has more scopes than it uses: {more}",
                MANIFEST,
            )
        )
    return found


async def _same_app(slack: Slack, keys: Keys, bot_id: str) -> Finding | None:
    """Both tokens must be of one app: an app-level token carries the id of its own."""
    named = _APP_ID.match(keys.app)
    if named is None:
        return None
    info = (await slack.ask("bots.info", keys.bot, bot=bot_id)).body.get("bot")
    app = clean(str(info.get("app_id") or ""), 30) if isinstance(info, dict) else ""
    if not app or app == named[1]:
        return None
    return error(
        "slack.two-apps",
        f"SLACK_APP_TOKEN is of app {named[1]}, SLACK_BOT_TOKEN of app {app}",
        "take both tokens from the pages of one app (api.slack.com/apps)",
    )
