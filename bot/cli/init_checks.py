"""Each answer of `init` is checked as it is given: what is wrong, and what would be right."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.settings import Jumpbox
from bot.settings_values import ClockRange, Gateway, Listen, Pattern, Zone
from bot.targets import BadHost, parse_host

Check = Callable[[str, Path], Any]
"""Reads one answer; the folder is that of the settings file.  Raises Wrong."""

_CHANNEL = re.compile(r"[CG][A-Z0-9]{2,30}")
_PERSON = re.compile(r"[UW][A-Z0-9]{2,30}")
_USER = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,63}")


class Wrong(ValueError):
    """The answer cannot stand; the text says what would be right."""


@dataclass(frozen=True, slots=True)
class Login:
    """A jump box as it is typed: USER@HOST[:PORT]."""

    user: str
    host: str
    port: int


def typed(kind: Any) -> Check:
    """A check by a type of the settings."""
    adapter: TypeAdapter[Any] = TypeAdapter(kind)

    def check(text: str, folder: Path) -> Any:
        del folder
        try:
            return adapter.validate_python(text)
        except ValidationError as error:
            raise Wrong(error.errors()[0]["msg"].removeprefix("Value error, ")) from None

    return check


pattern, gateway, listen = typed(Pattern), typed(Gateway), typed(Listen)
zone, hours = typed(Zone), typed(ClockRange)


def any_text(text: str, folder: Path) -> str:
    """Whatever was typed."""
    del folder
    return text


def port(text: str, folder: Path) -> int:
    """A port by its number."""
    del folder
    if not re.fullmatch(r"[1-9]\d{0,4}", text, re.ASCII) or int(text) > 65535:
        raise Wrong(f"{text!r} is not a port number such as 3389")
    return int(text)


def mode(text: str, folder: Path) -> str:
    """How Slack reaches the bot."""
    del folder
    if text not in {"socket", "http"}:
        raise Wrong(f'{text!r} is neither "socket" nor "http"')
    return text


def yes(text: str, folder: Path) -> bool:
    """Yes or no."""
    del folder
    known = {"y": True, "yes": True, "true": True, "n": False, "no": False, "false": False}
    if text.lower() not in known:
        raise Wrong(f"{text!r} is neither yes nor no")
    return known[text.lower()]


def channel(text: str, folder: Path) -> str:
    """A channel's id, not its name."""
    del folder
    if not _CHANNEL.fullmatch(text):
        raise Wrong(
            f"{text!r} is not the id of a channel (C0123ABCD); it stands at the bottom of the "
            "channel's details in Slack"
        )
    return text


def person(text: str, folder: Path) -> str:
    """A person's id, not their name."""
    del folder
    if not _PERSON.fullmatch(text):
        raise Wrong(
            f"{text!r} is not the id of a person (U0123ABCD); profile, the three dots, "
            '"Copy member ID"'
        )
    return text


def login(text: str, folder: Path) -> Login:
    """USER@HOST[:PORT] of a jump box."""
    del folder
    user, at, host = text.rpartition("@")
    if not at or not _USER.fullmatch(user):
        raise Wrong(
            f"{text!r} is not USER@HOST or USER@HOST:PORT, such as probe@jump1.corp.example"
        )
    try:
        found = parse_host(host)
    except BadHost as error:
        raise Wrong(str(error)) from None
    return Login(user, found.host, found.port or 22)


def name(text: str, folder: Path) -> str:
    """What a jump box is called on cards."""
    del folder
    shape = Jumpbox.model_fields["name"].metadata
    if text in {"direct", "all"} or not all(re.search(each.pattern, text) for each in shape):
        raise Wrong(f"{text!r} cannot be the name of a jump box; take letters, digits and hyphens")
    return text


def key(text: str, folder: Path) -> str:
    """A private key that can be used: there, ours alone, without a passphrase."""
    from bot.vantage.jumpbox.keyfile import KeyState, key_state

    path = Path(text).expanduser()
    where = path if path.is_absolute() else folder / path
    state = key_state(where)
    remedies = {
        KeyState.MISSING: f"make one: ssh-keygen -t ed25519 -N '' -f {where}",
        KeyState.UNREADABLE: "give this user the right to read it",
        KeyState.OPEN: f"chmod 600 {where}",
        KeyState.ENCRYPTED: "nobody is there to type its passphrase; take a key without one",
        KeyState.NOT_A_KEY: "name the private key, not the .pub",
    }
    if state is not KeyState.GOOD:
        raise Wrong(f"the key {where} is {state.value}; {remedies[state]}")
    return str(path)


def known_hosts(text: str, folder: Path) -> str:
    """A file that `jumpbox trust` can write."""
    path = Path(text).expanduser()
    where = path if path.is_absolute() else folder / path
    if where.is_dir() or not where.parent.is_dir():
        raise Wrong(f"{where} cannot be a known_hosts file; name a file in a folder that exists")
    return str(path)
