"""The filters of ``/rdp history`` as typed: ``host:srv-app* state:open since:30d lost connection``.

Strategy: two steps.  ``typed`` reads the words by one grammar, without knowing anything; ``query``
asks the desk for what a word means (a cause, a day).  Every slip names the filter and shows how it
is written; nothing is guessed and nothing passed over.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from difflib import get_close_matches

from bot.catalog.codes import BadCode, canonical
from bot.desk.api import Desk, Query, Sender
from bot.targets import BadHost, parse_host, sought_host
from handlers.slip import Slip

STATES = ("open", "resolved", "escalated", "abandoned", "cancelled")
LONGEST = 200
"""Characters of one filter; all of them must fit on the button "Older"."""

EXAMPLES: Mapping[str, str] = {
    "host": "host:srv-app-07 (its full name, too), or host:srv-app* for a beginning",
    "user": "user:@somebody, or user:me",
    "cause": "cause:certificate-expired",
    "code": "code:0x904",
    "text": 'text:"lost connection"',
    "since": "since:2026-11-01, or since:30d",
    "until": "until:2026-11-30, or until:yesterday",
    "state": f"state:open ({', '.join(STATES)})",
}
NAMES = " ".join(f"{name}:" for name in EXAMPLES)
_TOKEN = re.compile(r'(?:(?P<name>[A-Za-z]+):)?(?:"(?P<quoted>[^"]*)"|(?P<plain>\S+))')
_PERSON = re.compile(r"(?:<?@)?([UW][A-Z0-9]{2,30})(?:\|[^>]*)?>?")
_AGO = re.compile(r"([0-9]{1,4})([dwmy])")
_SPANS = {"d": 1, "w": 7, "m": 30, "y": 365}
MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Typed:
    """The filters as words, each checked for its form only."""

    given: Mapping[str, str]

    @property
    def title(self) -> str:
        """What the list is called: the filters as people read them."""
        said = ", ".join(f"{name} {value}" for name, value in self.given.items())
        return f"Former tickets: {said}" if said else "Former tickets"


def typed(text: str) -> Typed:
    """Read what stands behind ``/rdp history``; raises Slip."""
    given: dict[str, str] = {}
    words: list[str] = []
    for found in _TOKEN.finditer(text):
        name = (found["name"] or "").casefold()
        value = (found["quoted"] if found["quoted"] is not None else found["plain"]).strip()
        if not name and value.endswith(":") and value[:-1].casefold() in EXAMPLES:
            raise _wrong(value[:-1].casefold(), "has nothing right behind its colon")
        if not name or _is_host_with_port(name, value):
            words.append(found[0].strip('"'))
        else:
            _take(given, name, value)
    if words and "text" in given:
        raise _wrong("text", f"and other words ({' '.join(words)[:40]}) do not go together")
    return Typed(_with_words(given, words))


def _take(given: dict[str, str], name: str, value: str) -> None:
    if name not in EXAMPLES:
        near = get_close_matches(name, EXAMPLES, n=1)
        hint = f"; did you mean {near[0]}:?" if near else "."
        raise Slip(
            f"“{name}:” is no filter{hint} Filters are {NAMES} "
            f"To look for these words themselves: text:{name}:{value[:40]}"
        )
    if name in given:
        raise _wrong(name, "stands there twice")
    if not value:
        raise _wrong(name, "has nothing right behind its colon")
    if len(value) > LONGEST:
        raise _wrong(name, f"has {len(value)} characters, at most {LONGEST} are read")
    given[name] = value


def _with_words(given: dict[str, str], words: list[str]) -> dict[str, str]:
    """A single word that is a host or a person says so by itself; anything else is text."""
    if not words:
        return given
    text = " ".join(words)
    if len(text) > LONGEST:
        raise _wrong("text", f"has {len(text)} characters, at most {LONGEST} are read")
    if len(words) == 1 and _PERSON.fullmatch(words[0]) and "user" not in given:
        return {"user": words[0], **given}
    if words[0].startswith("@"):
        raise Slip("Pick the person from the list that Slack offers after the @.")
    alone = len(words) == 1 and "host" not in given and not text.endswith("*")
    return {"host": text, **given} if alone and _is_host(text) else {**given, "text": text}


def query(found: Typed, desk: Desk, sender: Sender, limit: int) -> Query:
    """The filters as the store takes them; raises Slip."""
    given = dict(found.given)
    first, last = (_day(given, name, desk.today()) for name in ("since", "until"))
    if first and last and last < first:
        raise _wrong("until", f"({last}) is before since: ({first})")
    since, until = desk.days(first, last)
    state = given.get("state", "").casefold()
    if state and state not in STATES:
        raise _wrong("state", f"is “{state[:40]}”, which no ticket has")
    return Query(
        tenant=sender.tenant,
        host=_read(given, "host", _host),
        user=_read(given, "user", lambda said: _person(said, sender)),
        state=state or None,
        cause=_read(given, "cause", lambda said: cause_of(desk.causes(), said)),
        code=_read(given, "code", _code),
        text=given.get("text"),
        since=since,
        until=until,
        limit=limit,
    )


def cause_of(causes: tuple[tuple[str, str], ...], said: str) -> str:
    """The cause that is meant by an id, a title or a part of one; raises Slip."""
    plain = said.casefold().strip()
    wanted = plain.replace(" ", "-")
    exact = [name for name, title in causes if wanted == name or plain == title.casefold()]
    near = exact or [n for n, title in causes if wanted in n or plain in title.casefold()]
    if len(near) == 1:
        return near[0]
    if near:
        named, more = ", ".join(near[:MOST_NAMED]), len(near) - MOST_NAMED
        rest = f" and {more} more" if more > 0 else ""
        raise _wrong("cause", f"“{said[:40]}” fits {len(near)}: {named}{rest}")
    likely = get_close_matches(wanted, [name for name, _ in causes], n=MOST_NAMED, cutoff=0.5)
    hint = f"; near it: {', '.join(likely)}" if likely else ""
    raise _wrong("cause", f"“{said[:40]}” is not in the knowledge base{hint}")


def _wrong(name: str, why: str) -> Slip:
    return Slip(f"{name}: {why}. For example: {EXAMPLES[name]}. Filters are {NAMES}".strip())


def _read(given: Mapping[str, str], name: str, reader: Callable[[str], str]) -> str | None:
    return reader(given[name]) if name in given else None


def _is_host(text: str) -> bool:
    try:
        parse_host(text)
    except BadHost:
        return False
    return True


def _is_host_with_port(name: str, value: str) -> bool:
    return value.isdigit() and name not in EXAMPLES


def _host(said: str) -> str:
    try:
        return sought_host(said)
    except BadHost as error:
        raise _wrong("host", str(error).rstrip(".")) from None


def _person(said: str, sender: Sender) -> str:
    if said.casefold() == "me":
        return sender.user
    found = _PERSON.fullmatch(said)
    if found is not None:
        return found[1]
    if re.fullmatch(r"cli:[\w.-]{1,64}", said):
        return said
    raise _wrong("user", "wants a person picked from the list that Slack offers after the @")


def _code(said: str) -> str:
    try:
        return canonical(said)
    except BadCode:
        raise _wrong("code", f"“{said[:40]}” is no error code") from None


def _day(given: Mapping[str, str], name: str, today: date) -> date | None:
    said = given.get(name, "").casefold()
    if not said:
        return None
    named = {"today": 0, "yesterday": 1}
    ago = _AGO.fullmatch(said)
    try:
        if said in named:
            return today - timedelta(days=named[said])
        if ago is not None:
            return today - timedelta(days=int(ago[1]) * _SPANS[ago[2]])
        return date.fromisoformat(said)
    except (ValueError, OverflowError):
        raise _wrong(name, f"“{said[:40]}” is not a day") from None
