"""Error codes as people type them, and what the tables say about them.

Clients show hexadecimal (``0x904``) or decimal (``2308``) and people mix the two: ``516`` is
``0x204``, and some write it ``0x516``.  One canonical form (``0x904``) is kept; where the digits
allow two readings, the one that looks like an RDP code wins, and ``explain`` shows every reading
that stands in a table.  In a pair the first code is the disconnect reason
(IMsTscAxEvents::OnDisconnected), the second the extended reason (ExtendedDisconnectReasonCode).
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from bot.catalog.entries import Catalog, Code

TABLES = {
    "disconnect": "disconnect reason",
    "extended": "extended reason",
    "status": "Windows status",
    "gateway": "RD Gateway code",
    "freerdp": "FreeRDP error",
}
FREERDP = range(0x20001, 0x20100)
"""Connect errors of FreeRDP (include/freerdp/error.h), which prints them as 0x00020005."""
_HEXADECIMAL = re.compile(r"0x([0-9a-f]{1,8})|([0-9][0-9a-f]{0,8}|[a-f][0-9a-f]{7})h")
_DECIMAL = re.compile(r"-?[0-9]{1,10}")
_BARE = re.compile(r"[0-9a-f]{2,8}")
_NUMBER = r"[ :=(#]{1,4}(-?[0-9]{1,10})(?!\.?[0-9a-z])"
_IN_TEXT = re.compile(
    r"(?<![0-9a-z])(0x[0-9a-f]{1,8})(?![0-9a-z])"
    r"|(?<![0-9a-z.-])(-2[0-9]{9}|(?:c0000|8009[0-9a-f]|8007[0-9a-f])[0-9a-f]{3})(?![0-9a-z])"
    rf"|(?<!reason )\b\w{{0,20}}code{_NUMBER}"
    rf"|\b(?:error|errore|erreur|fehler|reason){_NUMBER}"
    r"|(?<![0-9a-z.-])(503316(?:4[89]|[5-9][0-9])|503317[0-9]{2})(?![0-9a-z])"
)
"""With 0x; a signed or unmistakable Windows status; behind "code"; behind "error", if likely;
a gateway's code (0x3000000 and on), which programs print in decimal and nothing else looks like."""
_NO_CODE = "no error code was given; codes look like 0x904, or 2308"
LONGEST_SHOWN = 60
"""Characters of a wrong code that are repeated to who typed it."""
_BETWEEN = re.compile(r"[\s,;/|=\uff0c\u3001]+")
_AROUND = "()[]{}.,;:'\"\u2018\u2019\u201a\u201c\u201d\u201e"
_LABELS = frozenset(
    {"error", "code", "codes", "extended", "errorcode", "fehler", "fehlercode", "erweiterter"}
    | {"d'erreur", "d\u2019erreur", "\u00e9tendu", "error-code"}
)
"""What stands beside codes where a client shows them; it is often pasted with them."""
_INVISIBLE = dict.fromkeys(map(ord, "\u00ad\u200b\u200c\u200d\u2060\ufeff"))


class BadCode(ValueError):
    """Not an error code; the text names the token and an example."""


def canonical(token: str) -> str:
    """``0x904`` for ``0x904``, ``0X0904``, ``904h`` or ``2308``; raises BadCode."""
    text = _plain(token).strip(_AROUND)
    found = _HEXADECIMAL.fullmatch(text)
    if found:
        return _written(int(found[1] or found[2], 16))
    readings = [value for value in _readings_of(text) if value <= 0xFFFFFFFF]
    if not readings:
        shown = token if len(token) <= LONGEST_SHOWN else f"{token[:LONGEST_SHOWN]}\u2026"
        raise BadCode(f"{shown!r} is not an error code; codes look like 0x904, or 2308")
    return _written(next((value for value in readings if _plausible(value)), readings[0]))


def parse_codes(text: str) -> list[str]:
    """Codes separated by spaces, commas or slashes, in order; raises BadCode.

    The words that clients write beside them ("Error code:") are passed over.
    """
    return [canonical(token) for token in _split(text)]


def all_codes(given: Sequence[str], text: str) -> tuple[str, ...]:
    """The codes that were given and those in an error text, each once; raises BadCode."""
    known = parse_codes(" ".join(given))
    if given and not known:
        raise BadCode(_NO_CODE)
    return tuple(dict.fromkeys([*known, *find_codes(text)]))


def find_codes(text: str) -> list[str]:
    """The codes that stand in a pasted error text, in order, each once; never raises."""
    plain = re.sub(r"\box(?=[0-9a-f]{3,8}\b)", "0x", _plain(text))  # the letter for the digit
    found = []
    for match in _IN_TEXT.finditer(plain):
        written, status, code, likely, gateway = match.groups()
        token = (
            written or code or gateway or (f"0x{status}" if status and status[0] != "-" else status)
        )
        if token or (likely and _is_likely(likely)):
            found.append(as_reported(token or likely))
    return list(dict.fromkeys(each for each in found if each.startswith("0x")))


def as_reported(token: str) -> str:
    """The canonical form, or the token as it is: programs also report names and HTTP states."""
    try:
        return canonical(token)
    except BadCode:
        return token


def _is_likely(digits: str) -> bool:
    """Whether a number behind the word "error" is an RDP code and no HTTP or Windows error."""
    value = int(digits)
    return value < -0x7000_0000 or (value >= 0x100 and _plausible(value))


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read one token; ``entries`` is empty where no table has it."""

    token: str
    code: str
    entries: tuple[Code, ...]

    def text(self) -> str:
        """The reading for people: name, meaning, what it proves, where that stands."""
        head = f"{self.code} ({int(self.code, 16)})"
        if self.code.lower() != self.token.lower():
            head = f"{self.token} read as {head}"
        if not self.entries:
            return f"{head}: in none of the published tables."
        return "\n".join(
            f"{head}, {TABLES[entry.table]}: {entry.meaning} [{entry.name}]\n"
            f"  {entry.says}\n  Source: {entry.source}"
            for entry in self.entries
        )

    def to_json(self) -> dict[str, object]:
        """Plain JSON."""
        return {
            "token": self.token,
            "code": self.code,
            "decimal": int(self.code, 16),
            "entries": [
                {
                    "table": entry.table,
                    "name": entry.name,
                    "meaning": entry.meaning,
                    "says": entry.says,
                    "source": entry.source,
                }
                for entry in self.entries
            ],
        }


def explain(catalog: Catalog, tokens: str | Sequence[str]) -> tuple[Reading, ...]:
    """Every reading of every token that a table has; at least one for each; raises BadCode.

    Of a pair the first is looked up as disconnect reason, the next as extended reason; a code
    that stands alone is shown from both tables.
    """
    listed = _split(tokens)
    if not listed:
        raise BadCode(_NO_CODE)
    tables: list[str | None] = ["disconnect", *["extended"] * (len(listed) - 1)]
    if len(listed) == 1:
        tables = [None]
    result: list[Reading] = []
    for token, table in zip(listed, tables, strict=True):
        readings = [
            Reading(token, code, lookup(catalog, code, table)) for code in alternatives(token)
        ]
        known = [reading for reading in readings if reading.entries]
        result += known or readings[:1]
    return tuple(result)


def alternatives(token: str) -> tuple[str, ...]:
    """The canonical form first, then the other base where the digits allow one; raises BadCode."""
    first = canonical(token)
    if int(first, 16) in FREERDP:
        return (first,)
    digits = re.sub(r"^0x|h$", "", _plain(token))
    values = [value for value in _readings_of(digits) if value <= 0xFFFFFFFF]
    return tuple(dict.fromkeys([first, *map(_written, values)]))


def lookup(catalog: Catalog, code: str, table: str | None = None) -> tuple[Code, ...]:
    """The entries of a canonical code; those of ``table`` alone where that table has it."""
    found = catalog.codes.get(code, ()) or _in_ranges(catalog, int(code, 16))
    preferred = tuple(entry for entry in found if entry.table == table)
    return preferred or found


def _in_ranges(catalog: Catalog, value: int) -> tuple[Code, ...]:
    """The narrowest range (written ``0x1000-0x7FFF``) that holds the value."""
    widths = []
    for key, entries in catalog.codes.items():
        low, dash, high = key.partition("-")
        if dash and int(low, 16) <= value <= int(high, 16):
            widths.append((int(high, 16) - int(low, 16), entries))
    return min(widths, key=lambda found: found[0])[1] if widths else ()


def _split(tokens: str | Sequence[str]) -> list[str]:
    joined = tokens if isinstance(tokens, str) else " ".join(tokens)
    # A code may stand close behind its label ("code:0x904"), and its sign belongs to it.
    parted = re.sub(r"(?<=[a-z]):(?=[-0-9])", " ", joined, flags=re.IGNORECASE)
    found = [token for token in _BETWEEN.split(parted) if token.strip(_AROUND)]
    return [token for token in found if _plain(token).strip(_AROUND) not in _LABELS]


def _plain(token: str) -> str:
    text = unicodedata.normalize("NFKC", token).translate(_INVISIBLE).lower()
    return text.replace("\u00d7", "x").replace("\u2212", "-").strip()


def _written(value: int) -> str:
    return f"0x{value:X}"


def _readings_of(digits: str) -> list[int]:
    """Decimal first, then hexadecimal; a negative decimal is a signed 32-bit value."""
    values = []
    if _DECIMAL.fullmatch(digits):
        value = int(digits)
        values.append(value + 0x1_0000_0000 if -0x8000_0000 <= value < 0 else abs(value))
    if _BARE.fullmatch(digits) and any(digit.isdigit() for digit in digits):
        values.append(int(digits, 16))
    return values


def _plausible(value: int) -> bool:
    """Whether a number has the form of an RDP code.

    Disconnect reasons carry their layer (0 to 10) in the low byte; extended reasons are small or
    lie in a few ranges (MS-RDPBCGR 2.2.5.1.1); gateway codes begin at 0x3000001.
    """
    return (
        value <= 0x1A
        or (value <= 0x2FFF and value & 0xFF <= 0x0A)
        or value in range(0x100, 0x10B)
        or value in range(0x400, 0x413)
        or value in range(0x10C9, 0x1196)
        or value in range(0x3000001, 0x3000100)
        or value >= 0x80000000
    )
