"""The secrets that the bot needs to be let in by Slack, and why it cannot serve without them."""

from dataclasses import dataclass, field

from pydantic import SecretStr

from bot.redact import hide
from bot.settings import Settings


class CannotServe(Exception):
    """The bot cannot be started, or has lost Slack for good; the text says what to do."""


class Passing(CannotServe):
    """It cannot serve now, and a new start may mend it: Slack is away, the database is held."""


@dataclass(frozen=True, slots=True)
class Tokens:
    """The secrets that the chosen mode needs."""

    bot: str = field(repr=False)
    app: str = field(repr=False)
    signing: str = field(repr=False)

    @classmethod
    def of(cls, settings: Settings) -> "Tokens":
        """Raises CannotServe naming every variable that is missing or looks wrong."""
        secrets, mode = settings.secrets, settings.slack.mode
        hide(*map(_plain, (secrets.bot_token, secrets.app_token, secrets.signing_secret)))
        wanted: list[tuple[str, SecretStr | None, str]] = [
            ("SLACK_BOT_TOKEN", secrets.bot_token, "xoxb-")
        ]
        if mode == "socket":
            wanted.append(("SLACK_APP_TOKEN", secrets.app_token, "xapp-"))
        else:
            wanted.append(("SLACK_SIGNING_SECRET", secrets.signing_secret, ""))
        faults = [
            f"{name}: set it in the environment"
            + (f"; it begins with {start}" if start else "")
            + f" (slack.mode is {mode!r})"
            for name, value, start in wanted
            if value is None or not value.get_secret_value().startswith(start)
        ]
        if faults:
            raise CannotServe("\n".join(faults))
        return cls(*map(_plain, (secrets.bot_token, secrets.app_token, secrets.signing_secret)))


def _plain(secret: SecretStr | None) -> str:
    return secret.get_secret_value() if secret is not None else ""
