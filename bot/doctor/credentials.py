"""The three secrets of the environment by their looks alone: missing, swapped, cut off."""

import re
from dataclasses import dataclass, field

from pydantic import SecretStr

from bot.doctor.findings import Finding, error, warning
from bot.settings import Settings

BOT, APP, SIGNING = "SLACK_BOT_TOKEN", "SLACK_APP_TOKEN", "SLACK_SIGNING_SECRET"
KINDS = {
    "xoxb-": "a bot token",
    "xapp-": "an app-level token",
    "xoxp-": "a user token",
    "xoxe": "a rotating token",
    "xoxe.": "a rotating token",
}
WHERE = {
    BOT: 'api.slack.com/apps → your app → "OAuth & Permissions", "Bot User OAuth Token"',
    APP: 'api.slack.com/apps → your app → "Basic Information", "App-Level Tokens", with the scope '
    "connections:write",
    SIGNING: 'api.slack.com/apps → your app → "Basic Information", "App Credentials", '
    '"Signing Secret"',
}
_SIGNING = re.compile(r"[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Keys:
    """The tokens worth trying, empty where not, and what is wrong with the others."""

    bot: str = field(default="", repr=False)
    app: str = field(default="", repr=False)
    findings: tuple[Finding, ...] = ()


def judge(settings: Settings) -> Keys:
    """Judge what the environment held, for the mode of the settings."""
    secrets, socket = settings.secrets, settings.slack.mode == "socket"
    bot = _token(BOT, "xoxb-", secrets.bot_token)
    app = _token(APP, "xapp-", secrets.app_token) if socket else None
    signing = None if socket else _signing(secrets.signing_secret)
    found = tuple(each for each in (bot, app, signing) if each is not None)
    return Keys(
        "" if bot else _plain(secrets.bot_token),
        "" if app or not socket else _plain(secrets.app_token),
        found,
    )


def _token(name: str, start: str, secret: SecretStr | None) -> Finding | None:
    """What is wrong with a token by its looks."""
    value, short = _plain(secret), name.removeprefix("SLACK_").replace("_", "-").lower()
    if not value:
        return error(
            f"slack.{short}-missing",
            f"{name} is not set",
            f"export {name}={start}… ({WHERE[name]})",
        )
    if value.startswith(start) and value == value.strip() and value.isascii():
        return None
    kind = next((word for begin, word in KINDS.items() if value.startswith(begin)), "")
    what = f"{name} holds {kind}" if kind else f"{name} does not look like a token of Slack"
    return error(
        f"slack.{short}-kind",
        f"{what}; it must begin with {start} and hold no blank",
        f"export {name}={start}… ({WHERE[name]})",
    )


def _signing(secret: SecretStr | None) -> Finding | None:
    value, remedy = _plain(secret), f"export {SIGNING}=… ({WHERE[SIGNING]})"
    if not value:
        return error(
            "slack.signing-secret-missing", f"{SIGNING} is not set and slack.mode is http", remedy
        )
    if value.startswith(("xox", "xapp")):
        return error("slack.signing-secret-kind", f"{SIGNING} holds a token", remedy)
    if not _SIGNING.fullmatch(value):
        return warning(
            "slack.signing-secret-odd",
            f"{SIGNING} does not look like one: Slack's are 32 digits 0-9a-f",
            remedy,
        )
    return None


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret is not None else ""
