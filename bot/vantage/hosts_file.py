"""A machine's hosts file, asked for one name at a time.

Strategy: such a file may hold thousands of names, of which a look needs one.  So nothing is read
before a name is asked for, and then only the lines that hold it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from ipaddress import ip_address

from bot.targets import BadHost, normal_name
from bot.vantage.base import Address
from bot.vantage.dns import MAX_ADDRESSES


@dataclass(frozen=True, slots=True)
class Entry:
    """A name of the hosts file: the first name of its line, and its addresses."""

    canonical: str
    addresses: tuple[Address, ...]


class HostsFile(Mapping[str, Entry]):
    """What hosts(5) says to a name as the rules compare it.

    Lines that make no sense are passed over, as the C library does.
    """

    def __init__(self, text: str) -> None:
        self._text = text

    def __getitem__(self, name: str) -> Entry:
        """The addresses of all its lines; raises KeyError."""
        canonical = ""
        tried = set[str]()
        found = list[Address]()
        for first, names in self._lines(name):
            if first in tried or not any(_is(one, name) for one in names):
                continue
            tried.add(first)
            address = _address(first)
            if address is None or address in found:
                continue
            canonical = canonical or next(filter(None, map(plain, names)))
            found.append(address)
            if len(found) == MAX_ADDRESSES:
                break
        if not found:
            raise KeyError(name)
        return Entry(canonical, tuple(found))

    def __iter__(self) -> Iterator[str]:
        """Every name once."""
        lines = (names for first, names in self._lines("") if _address(first) is not None)
        return iter(dict.fromkeys(known for names in lines for known in map(plain, names) if known))

    def __len__(self) -> int:
        """How many names there are."""
        return sum(1 for _ in self)

    def _lines(self, part: str) -> Iterator[tuple[str, list[str]]]:
        """The first word and the others of each line that has ``part`` somewhere, in any case."""
        if part not in self._text.lower():
            return
        for line in self._text.split("\n"):
            if part in line.lower():
                first, *names = line.partition("#")[0].split() or [""]
                yield first, names


def plain(name: str) -> str | None:
    """A name of a file as the rules compare it; None where it is none."""
    return normal(name) if name.isascii() else None


def normal(name: str) -> str | None:
    """A name as the rules compare it; None where it is none."""
    try:
        return normal_name(name)
    except BadHost:
        return None


def read_address(text: str) -> Address | None:
    """An address; None where it is none."""
    try:
        return ip_address(text)
    except ValueError:
        return None


def _address(text: str) -> Address | None:
    return read_address(text) if "%" not in text else None  # a zone may hold anything


def _is(word: str, name: str) -> bool:
    """Whether a word of the file is a (plain) name: as ``plain``, but cheap."""
    return word.isascii() and word.lower().removesuffix(".") == name
