"""What stands behind ``/rdp``, read by one strict grammar into frozen values.

Strategy: the first word decides; anything that is no known word is a host.  After the host come
codes, ``via NAME`` and ``gateway HOST`` in any order, then whatever error text was pasted.  Both
forms that Slack sends (escaped and plain) are understood.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from difflib import get_close_matches

from bot.catalog.codes import BadCode, canonical, find_codes
from bot.targets import BadHost, TypedHost, parse_host, unwrap
from handlers.filters import Typed, typed
from handlers.slip import Slip

EXAMPLE = "/rdp srv-app-07 0x904 0x7"
LONGEST_MESSAGE = 16_000
"""Characters of pasted text; more is refused, never cut."""
STATS_DAYS = 30
LONGEST_SPAN = 3_650
SPANS = {"d": 1, "w": 7, "m": 30, "y": 365}
_SPAN = re.compile(r"([0-9]{1,4})([dwmy]?)")
_USER = re.compile(r"<@([UW][A-Z0-9]{2,30})(?:\|[^>]*)?>")
_NUMBER = re.compile(r"#?([1-9][0-9]{0,14})")
_PLACE = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]{0,30}")
_CODE = re.compile(r"-?[0-9][0-9a-fA-FxXhH]*(?:[/,;][0-9a-fA-FxXhH-]+)*[,;/]?")


@dataclass(frozen=True, slots=True)
class Start:
    """No word at all: the start form."""


@dataclass(frozen=True, slots=True)
class Help:
    """What can be typed."""


@dataclass(frozen=True, slots=True)
class Codes:
    """Explain error codes."""

    text: str


@dataclass(frozen=True, slots=True)
class Show:
    """Show one ticket."""

    number: int


@dataclass(frozen=True, slots=True)
class Past:
    """Former tickets, those that fit the filters."""

    filters: Typed


@dataclass(frozen=True, slots=True)
class Mine:
    """The tickets of whoever asks."""


@dataclass(frozen=True, slots=True)
class Stats:
    """How the last days went; None for all of them."""

    days: int | None = STATS_DAYS


@dataclass(frozen=True, slots=True)
class Triage:
    """Open a ticket for a host."""

    host: TypedHost
    codes: tuple[str, ...] = ()
    message: str = ""
    via: str | None = None
    gateway: str | None = None


Command = Start | Help | Codes | Show | Past | Mine | Stats | Triage


def read(text: str) -> Command:
    """Read the text behind the command; raises Slip."""
    text = _USER.sub(lambda person: f"@{person[1]}", text)  # before unwrap takes it for a link
    plain = unwrap(text)
    first, _, rest = plain.partition(" ")
    reader = _WORDS.get(first.casefold())
    if reader is None:
        _not_misspelt(first)
        return _triage(plain)
    return reader(rest.strip())


def _wanted(rest: str, example: str) -> str:
    if not rest:
        raise Slip(f"Something is missing after that word. For example: {example}")
    return rest


def _number(rest: str) -> int:
    found = _NUMBER.fullmatch(rest)
    if found is None:
        raise Slip(f"“{rest[:40]}” is not a ticket number. For example: /rdp ticket 128")
    return int(found[1])


def _span(rest: str) -> int | None:
    said = rest.casefold()
    if not said:
        return STATS_DAYS
    if said == "all":
        return None
    found = _SPAN.fullmatch(said)
    days = int(found[1]) * SPANS[found[2] or "d"] if found is not None else 0
    if not 1 <= days <= LONGEST_SPAN:
        raise Slip(
            f"“{rest[:40]}” is not a span of days. For example: /rdp stats 30d, 12w, 6m, 1y or all"
        )
    return days


def _not_misspelt(word: str) -> None:
    """Refuse what is nearly a word of ours, so that no ticket is opened for a slip of the hand."""
    near = get_close_matches(word.casefold(), [each for each in _WORDS if each], n=1, cutoff=0.75)
    if near and word.isalpha():
        raise Slip(
            f"“{word}” is nearly “{near[0]}”: for that, type /rdp {near[0]}. "
            f"If {word} is a host, type it with its domain or port: /rdp {word}:3389"
        )


def _one_host(host: TypedHost, words: list[str]) -> None:
    """Refuse a second host: which of them is meant, nobody can tell."""
    if len(words) == 1 and looks_like_host(words[0]):
        raise Slip(
            f"Understood: look at {host}; but “{words[0][:60]}” looks like another host. "
            f"One host at a time, for example /rdp {host} 0x904, then /rdp {words[0][:60]}"
        )


def _triage(text: str) -> Triage:
    words = text.split()
    try:
        host = parse_host(words[0])
    except BadHost as error:
        raise Slip(f"{error} For example: {EXAMPLE}") from None
    options = _Options(words[1:])
    options.read()
    _one_host(host, options.rest)
    message = " ".join(options.rest)
    if len(message) > LONGEST_MESSAGE:
        raise Slip(
            f"The text after the host has {len(message):,} characters; at most "
            f"{LONGEST_MESSAGE:,} are read. Paste the part that names the error. "
            f"For example: {EXAMPLE}"
        )
    codes = tuple(dict.fromkeys((*options.codes, *find_codes(message))))
    return Triage(host, codes, message, options.via, options.gateway)


def looks_like_host(word: str) -> bool:
    """A host of the grammar that no ordinary word is: with a dot, or with a hyphen and a digit."""
    inner = word.partition(":")[0]
    told = "." in inner or ("-" in inner and any(char.isdigit() for char in inner))
    try:
        parse_host(word)
    except BadHost:
        return False
    return told and not word.casefold().startswith("0x")


_WORDS: Mapping[str, Callable[[str], Command]] = {
    "": lambda rest: Start(),
    "help": lambda rest: Help(),
    "code": lambda rest: Codes(_wanted(rest, "/rdp code 0x904 0x7")),
    "ticket": lambda rest: Show(_number(rest)),
    "history": lambda rest: Past(typed(rest)),
    "mine": lambda rest: Mine(),
    "stats": lambda rest: Stats(_span(rest)),
}


class _Options:
    """Takes options and codes off both ends of the words; what stays is the pasted text."""

    def __init__(self, words: list[str]) -> None:
        self.rest = list(words)
        self.codes: list[str] = []
        self.via: str | None = None
        self.gateway: str | None = None

    def read(self) -> None:
        """Read until the pasted text begins; raises Slip."""
        while self.rest:
            if len(self.rest) >= 2 and self._option(self.rest[0], self.rest[1]):
                del self.rest[:2]
            elif _CODE.fullmatch(self.rest[0]) and self._code(self.rest[0]):
                del self.rest[0]
            else:
                break
        while len(self.rest) >= 2 and self._option(self.rest[-2], self.rest[-1]):
            del self.rest[-2:]

    def _option(self, name: str, value: str) -> bool:
        if name.casefold() == "via" and self.via is None:
            if not _PLACE.fullmatch(value):
                raise Slip(f"“{value[:40]}” is not a place to look from. For example: via dc1")
            self.via = value
            return True
        if name.casefold() == "gateway" and self.gateway is None:
            try:
                self.gateway = str(parse_host(value))
            except BadHost as error:
                raise Slip(f"{error} For example: gateway rdg.corp.example") from None
            return True
        return False

    def _code(self, word: str) -> bool:
        try:
            found = [canonical(part) for part in re.split(r"[/,;]+", word) if part]
        except BadCode:
            return False
        self.codes += found
        return True
