"""Settings from one TOML file, secrets from the environment; the only reader of os.environ.

All faults of a file are reported at once, each with its key and what would be right.
"""

import os
import re
import tomllib
from collections.abc import Mapping
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    PrivateAttr,
    SecretStr,
    ValidationError,
    model_validator,
)

from bot.targets import Rules, parse_host

CONFIG_VARIABLE = "RDP_TRIAGE_CONFIG"
DEFAULT_FILE = "rdp-triage.toml"


class SettingsError(Exception):
    """The settings cannot be used; ``faults`` holds one line for each key at fault."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(faults))
        self.faults = faults


class NoSettings(SettingsError):
    """There is no settings file where it was looked for."""


def _pattern(text: str) -> str:
    """A target pattern: an address, a range, a host name, ``*.domain`` or ``*``."""
    if re.fullmatch(r"[0-9a-fA-F.:]+/\d+", text):
        ip_network(text)  # names host bits that are set
    elif "/" in text:
        raise ValueError(f"{text!r} is not a range such as 10.0.0.0/8")
    Rules.of((text,), (), ())
    return text


def _clock_range(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d", text):
        raise ValueError(f"{text!r} is not a time span such as 08:00-18:00")
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{text!r} is not a time zone such as Europe/Berlin") from None
    return text


def _listen(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError(f"{text!r} is not host:port, such as 127.0.0.1:9464")
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]
Gateway = Annotated[str, AfterValidator(lambda text: str(parse_host(text)))]
Listen = Annotated[str, AfterValidator(_listen)]
Port = Annotated[int, Field(ge=1, le=65535, strict=True)]
SlackId = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,30}$")]


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


class StoreSection(Section):
    """Where tickets are kept."""

    path: Path = Path("data/tickets.db")


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

    timezone: Annotated[str, AfterValidator(_zone)] = "UTC"
    working_hours: Annotated[str, AfterValidator(_clock_range)] = "08:00-18:00"
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
    jumpbox: tuple[Jumpbox, ...] = ()
    targets: Targets
    access: Access = Access()
    desk: DeskSection = DeskSection()
    limits: Limits = Limits()
    http: Http = Http()
    log: Log = Log()
    _folder: Path = PrivateAttr(default=Path())
    _secrets: Secrets = PrivateAttr(default=Secrets())

    @property
    def secrets(self) -> Secrets:
        """What the environment held."""
        return self._secrets

    def located(self, path: Path) -> Path:
        """A path of the file: relative ones count from the file's folder."""
        return path if path.is_absolute() else self._folder / path

    @model_validator(mode="after")
    def _jumpboxes_fit_together(self) -> Self:
        names = [box.name for box in self.jumpbox]
        for box in self.jumpbox:
            if names.count(box.name) > 1 or box.name in {"direct", "all"}:
                raise ValueError(f"jumpbox: the name {box.name!r} is taken")
            if box.via is not None and (box.via not in names or box.via == box.name):
                raise ValueError(f"jumpbox: via = {box.via!r} names no other jump box")
        return self


def _say(error: Mapping[str, Any]) -> str:
    key = ".".join(str(part) for part in error["loc"]) or "file"
    kind, text = error["type"], error["msg"]
    if kind == "extra_forbidden":
        return f"{key}: there is no such setting; remove it or correct its spelling"
    if kind == "missing":
        return f"{key}: is required"
    return f"{key}: {text.removeprefix('Value error, ')} (it is {error['input']!r})"


def _secret(env: Mapping[str, str], name: str) -> SecretStr | None:
    return SecretStr(env[name]) if env.get(name) else None


def read(path: Path, environment: Mapping[str, str] | None = None) -> Settings:
    """Read a settings file; raises SettingsError with every fault in it, NoSettings without one."""
    env = os.environ if environment is None else environment
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
    settings._folder = path.resolve().parent
    settings._secrets = Secrets(
        bot_token=_secret(env, "SLACK_BOT_TOKEN"),
        app_token=_secret(env, "SLACK_APP_TOKEN"),
        signing_secret=_secret(env, "SLACK_SIGNING_SECRET"),
    )
    return settings


def find(option: str | None, environment: Mapping[str, str] | None = None) -> tuple[Path, bool]:
    """The settings file to use and whether somebody asked for it by name."""
    env = os.environ if environment is None else environment
    named = option or env.get(CONFIG_VARIABLE)
    return (Path(named), True) if named else (Path(DEFAULT_FILE), False)


def variable(name: str) -> str | None:
    """One variable of the environment, for the commands that need it (see docs/settings.md)."""
    return os.environ.get(name)
