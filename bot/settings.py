"""Settings from one TOML file, secrets from the environment; the only reader of os.environ.

All faults of a file are reported at once, each with its key and what would be right.
"""

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Literal, Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    model_validator,
)

from bot.settings_environment import environment as whole_environment
from bot.settings_values import ClockRange, Gateway, GroupId, Listen, Pattern, Port, SlackId, Zone

CONFIG_VARIABLE = "RDP_TRIAGE_CONFIG"
DEFAULT_FILE = "rdp-triage.toml"


class SettingsError(Exception):
    """The settings cannot be used; ``faults`` holds one line for each key at fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class NoSettings(SettingsError):
    """There is no settings file where it was looked for."""


class Section(BaseModel):
    """A table of the file; unknown keys are faults."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Slack(Section):
    """How the bot is connected to Slack."""

    mode: Literal["socket", "http"] = "socket"
    listen: Listen = "127.0.0.1:3000"
    api_url: str = Field(default="https://slack.com/api/", pattern=r"^https?://\S+/$")
    helpdesk_channels: tuple[SlackId, ...] = ()
    escalation_channel: SlackId | None = None
    escalation_group: GroupId | None = None


class StoreSection(Section):
    """Where tickets are kept."""

    path: Path = Path("data/tickets.db")


class KnowledgeSection(Section):
    """Whose knowledge is used; without a folder the one that came with the program."""

    folder: Path | None = None


class Jumpbox(Section):
    """One jump box and the hosts that are looked at from it."""

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,30}$")
    host: str = Field(min_length=1)
    port: Port = 22
    user: str = Field(min_length=1)
    key: Path
    known_hosts: Path
    via: str | None = None
    targets: tuple[Pattern, ...] = ()


class Targets(Section):
    """What may be looked at; an empty ``allow`` denies all."""

    allow: tuple[Pattern, ...] = ()
    deny: tuple[Pattern, ...] = ()
    ports: tuple[Port, ...] = (3389,)
    direct: bool = False
    gateway: Gateway | None = None


class Access(Section):
    """Who may use the bot."""

    users: tuple[SlackId, ...] = ()
    channels: tuple[SlackId, ...] = ()
    admins: tuple[SlackId, ...] = ()
    approvers: tuple[SlackId, ...] = ()


class DeskSection(Section):
    """Working hours and how long things are kept."""

    timezone: Zone = "UTC"
    working_hours: ClockRange = "08:00-18:00"
    stale_hours: float = Field(default=4, gt=0)
    abandon_days: float = Field(default=5, gt=0)
    keep_days: int = Field(default=730, ge=1)


class Limits(Section):
    """How much one person, one host and the whole desk may ask for."""

    in_flight: int = Field(default=100, ge=1)
    per_user_minute: int = Field(default=10, ge=1)
    same_host_seconds: float = Field(default=15, ge=0)


class Http(Section):
    """Where health and metrics are served."""

    listen: Listen = "127.0.0.1:9464"


class Log(Section):
    """How the bot talks to its log."""

    level: Literal["debug", "info", "warning", "error"] = "info"
    format: Literal["json", "text"] = "json"


class Secrets(BaseModel):
    """The three secrets of Slack; never printed, never in the file."""

    model_config = ConfigDict(frozen=True)

    bot_token: SecretStr | None = None
    app_token: SecretStr | None = None
    signing_secret: SecretStr | None = None


class Settings(Section):
    """Everything that an administrator can set."""

    slack: Slack = Slack()
    store: StoreSection = StoreSection()
    knowledge: KnowledgeSection = KnowledgeSection()
    jumpbox: tuple[Jumpbox, ...] = ()
    targets: Targets
    access: Access = Access()
    desk: DeskSection = DeskSection()
    limits: Limits = Limits()
    http: Http = Http()
    log: Log = Log()
    _file: Path | None = PrivateAttr(default=None)
    _folder: Path = PrivateAttr(default=Path())
    _secrets: Secrets = PrivateAttr(default=Secrets())

    @property
    def file(self) -> Path | None:
        """The file that this was read from."""
        return self._file

    @property
    def secrets(self) -> Secrets:
        """What the environment held."""
        return self._secrets

    def located(self, path: Path) -> Path:
        """A path of the file: relative ones count from the file's folder."""
        return path if path.is_absolute() else self._folder / path

    @property
    def knowledge_folder(self) -> Path | None:
        """The folder of the knowledge base; None for the one that came with the program."""
        folder = self.knowledge.folder
        return None if folder is None else self.located(folder)

    @model_validator(mode="after")
    def _jumpboxes_fit_together(self) -> Self:
        names = [box.name for box in self.jumpbox]
        for box in self.jumpbox:
            if names.count(box.name) > 1 or box.name in {"direct", "all"}:
                raise ValueError(f"jumpbox: the name {box.name!r} is taken")
            if box.via is not None and (box.via not in names or box.via == box.name):
                raise ValueError(f"jumpbox: via = {box.via!r} names no other jump box")
        ways = {box.name: box.via for box in self.jumpbox}
        for name in names:
            walked = [name]
            while (onward := ways[walked[-1]]) is not None:
                if onward in walked:
                    circle = " via ".join([*walked, onward])
                    raise ValueError(f"jumpbox: via leads in a circle: {circle}")
                walked.append(onward)
        return self


LONGEST = 80
"""Characters of a wrong value that are repeated."""


def _say(error: Mapping[str, Any]) -> str:
    key = ".".join(str(part) for part in error["loc"]) or "file"
    kind, text = error["type"], error["msg"]
    if kind == "extra_forbidden":
        return f"{key}: there is no such setting; remove it or correct its spelling"
    if kind == "missing":
        return f"{key}: is required"
    text = str(text).removeprefix("Value error, ")
    if not error["loc"]:  # about several settings: each is named in the text
        return text
    given = repr(error["input"])
    return f"{key}: {text} (it is {given if len(given) <= LONGEST else given[:LONGEST] + '…'})"


def _secret(env: Mapping[str, str], name: str) -> SecretStr | None:
    return SecretStr(env[name]) if env.get(name) else None


def read(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read a settings file; raises SettingsError with every fault in it, NoSettings without one."""
    env = whole_environment() if environment is None else environment
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise NoSettings([f"{path}: no such file; `rdp-triage init` makes one"]) from None
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError([f"{path}: cannot be read ({error})"]) from None
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([f"{path}: {error}"]) from None
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        raise SettingsError([f"{path}: {_say(fault)}" for fault in error.errors()]) from None
    settings._file = path.resolve()
    settings._folder = settings._file.parent
    settings._secrets = Secrets(
        bot_token=_secret(env, "SLACK_BOT_TOKEN"),
        app_token=_secret(env, "SLACK_APP_TOKEN"),
        signing_secret=_secret(env, "SLACK_SIGNING_SECRET"),
    )
    return settings


def find(option: str | None, environment: Mapping[str, str] | None = None) -> tuple[Path, bool]:
    """The settings file to use and whether somebody asked for it by name."""
    env = whole_environment() if environment is None else environment
    named = option or env.get(CONFIG_VARIABLE)
    return (Path(named), True) if named else (Path(DEFAULT_FILE), False)


def variable(name: str) -> str | None:
    """One variable of the environment, for the commands that need it (see docs/settings.md)."""
    return os.environ.get(name)
