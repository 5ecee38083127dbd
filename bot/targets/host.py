"""The grammar of a typed host: NAME[:PORT], A.B.C.D[:PORT], bare IPv6 or [IPv6]:PORT.

Strategy: typed text is data.  It is either exactly of this grammar or refused with a remedy, and
what comes out holds only letters, digits, hyphens, underscores, dots and (in addresses) colons.
Names are lower case and lose one final dot; labels in other scripts become their A-labels
(RFC 5891), so that the rules, the resolver and the card speak of the same name.
"""

import re
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

import idna

MAX_NAME = 253
MAX_LABEL = 63
_LABEL = re.compile(r"[a-z0-9_][a-z0-9_-]*")
_PORT = re.compile(r"[1-9][0-9]{0,4}")
_LINK = re.compile(r"<[a-z][a-z0-9+.-]*:(?://)?([^<>|]*)(?:\|([^<>|]*))?>", re.IGNORECASE)
_QUOTED = re.compile(r"(?<!\S)([\"'`])(\S+)\1(?!\S)")
_PASTED = str.maketrans(
    dict.fromkeys("\u2018\u2019\u201a\u201b\u2032", "'")
    | dict.fromkeys("\u201c\u201d\u201e\u201f\u2033\u00ab\u00bb", '"')
    | dict.fromkeys("\u00a0\u2007\u202f", " ")
    | dict.fromkeys("\u00ad\u180e\u200b\u200c\u200d\u200e\u200f\u2060\u2061\u2062\u2063\ufeff", "")
    | dict.fromkeys("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069", "")
)
_ENTITIES = {"&lt;": "<", "&gt;": ">", "&amp;": "&"}


class BadHost(ValueError):
    """The text is not a host; the message names the fault and the remedy."""


@dataclass(frozen=True, slots=True)
class TypedHost:
    """A host of the grammar: a lower-case name, or an address as ``ipaddress`` prints it."""

    host: str
    port: int | None = None

    @property
    def address(self) -> IPv4Address | IPv6Address | None:
        """The address, when one was typed instead of a name."""
        return _address(self.host)

    @property
    def shown(self) -> str:
        """The host for people: a name with A-labels is shown in both spellings."""
        try:
            native = idna.decode(self.host) if "xn--" in self.host else self.host
        except idna.IDNAError:
            return self.host
        return f"{native} ({self.host})" if native != self.host else self.host

    def __str__(self) -> str:
        if self.port is None:
            return self.host
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def unwrap(text: str) -> str:
    """Remove what Slack and word processors wrap round typed words.

    Links become their label (or what they point to), smart quotes plain ones, no-break spaces
    spaces; zero-width and direction marks go, and so do the quotes round a single word.
    """
    text = text.translate(_PASTED)
    text = _LINK.sub(lambda link: (link[2] or link[1]).strip().removesuffix("/"), text)
    text = re.sub(r"&(?:lt|gt|amp);", lambda entity: _ENTITIES[entity[0]], text)
    return _QUOTED.sub(r"\2", text).strip()


def parse_host(text: str) -> TypedHost:
    """Read one typed host; raises BadHost."""
    text = text.strip()
    if not text:
        raise BadHost("There is no host. Type a name such as srv-app-07 or an address.")
    if "://" in text:
        raise BadHost(f"{_quote(text)} is a link. Type only the name or address in it.")
    if text.startswith("["):
        return _bracketed(text)
    if text.count(":") > 1:
        return TypedHost(str(_ipv6(text)))
    name, colon, port = text.partition(":")
    if not name:
        raise BadHost(f"{_quote(text)} has no host. Type a name or an address before the port.")
    return TypedHost(_name_or_ipv4(name), _port(port) if colon else None)


def sought_host(text: str) -> str:
    """A host to look for in the history, as the store takes it; raises BadHost.

    ``srv*`` is a beginning; a short name gets a final dot, which finds its full names as well.
    """
    if text.endswith("*") and text.strip("*"):
        return text.rstrip("*") + "*"
    host = parse_host(text).host
    return host if "." in host or ":" in host else f"{host}."


def normal_name(name: str) -> str:
    """A host name as the rules compare it: A-labels, lower case, no final dot; raises BadHost."""
    ascii_name = _to_ascii(name).lower().removesuffix(".")
    if len(ascii_name) > MAX_NAME:
        raise BadHost(f"The name has more than {MAX_NAME} characters. Check what was pasted.")
    for label in ascii_name.split("."):
        _check_label(label, name)
    return ascii_name


def _address(text: str) -> IPv4Address | IPv6Address | None:
    for kind in (IPv4Address, IPv6Address):
        try:
            return kind(text)
        except ValueError:
            continue
    return None


def _bracketed(text: str) -> TypedHost:
    inside, bracket, rest = text[1:].partition("]")
    if not bracket or not rest.startswith(":"):
        raise BadHost(
            f"{_quote(text)} is not [IPv6]:PORT. Write the address without brackets, "
            "or add a port: [2001:db8::7]:3389."
        )
    return TypedHost(str(_ipv6(inside)), _port(rest[1:]))


def _ipv6(text: str) -> IPv6Address:
    if "%" in text:
        raise BadHost(f"{_quote(text)} has a zone after the %. Type the address without it.")
    try:
        return IPv6Address(text)
    except ValueError:
        raise BadHost(
            f"{_quote(text)} is not an IPv6 address. Type a name, an address or NAME:PORT."
        ) from None


def _port(text: str) -> int:
    if not _PORT.fullmatch(text) or int(text) > 65535:
        raise BadHost(f"{_quote(text)} is not a port. Use a number from 1 to 65535.")
    return int(text)


def _name_or_ipv4(text: str) -> str:
    name = normal_name(text)
    if not name.rpartition(".")[2].isdigit():
        return name
    try:
        return str(IPv4Address(name))
    except ValueError:
        raise BadHost(
            f"{_quote(text)} ends in a number but is not an address. "
            "An address has four numbers from 0 to 255, without leading zeros: 10.1.2.3."
        ) from None


def _to_ascii(name: str) -> str:
    if name.isascii():
        return name
    try:
        mapped = idna.uts46_remap(name, std3_rules=False, transitional=False)
        labels = [
            label if label.isascii() else idna.alabel(label).decode("ascii")
            for label in mapped.split(".")
        ]
    except UnicodeError:  # idna.IDNAError is one, and so is what its codecs raise
        raise BadHost(
            f"{_quote(name)} has a character that no host name may have. Type the name by hand."
        ) from None
    return ".".join(labels)


def _check_label(label: str, name: str) -> None:
    if not label:
        raise BadHost(f"{_quote(name)} has an empty part. Check the dots in the name.")
    if label.startswith("-"):
        raise BadHost(f"{_quote(name)} has a part that begins with a hyphen. Check the spelling.")
    if not _LABEL.fullmatch(label):
        raise BadHost(
            f"{_quote(name)} is not a host. Names have letters, digits, hyphens, underscores "
            "and dots; leave out paths, user names and spaces."
        )
    if len(label) > MAX_LABEL:
        raise BadHost(f"{_quote(name)} has a part of more than {MAX_LABEL} characters. Check it.")


def _quote(text: str) -> str:
    """Typed text as a message may show it: short and printable."""
    shown = "".join(char if char.isprintable() else "?" for char in text[:61])
    return f'"{shown[:60]}\u2026"' if len(text) > 60 else f'"{shown}"'
