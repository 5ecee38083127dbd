"""Reads an .rdp file: what it says about connecting, and nothing that is a secret.

Strategy: a line is ``name:type:value`` with type ``i`` (number), ``s`` (text) or ``b`` (bytes).
Only the settings of ``_KINDS`` leave this module; a password, a token or a signature is dropped
with its line, and of the user's name only its form is kept.  Names do not depend on case, and of
a name that stands twice the last line counts, as clients read it.
Source: Microsoft Learn, "Supported RDP properties"; FreeRDP ``client/common/file.c`` for what a
client does with broken and repeated lines.  mstsc writes UTF-16 LE with a byte order mark.
"""

import re
import unicodedata
from collections.abc import Mapping

from bot.targets import BadHost, parse_host
from bot.wire.cursor import Malformed
from bot.wire.text import clean

LONGEST = 64 * 1024
"""Bytes; a real file has two or three thousand."""

Settings = Mapping[str, str | int]
"""Setting -> value; ``username`` is given as its form alone."""

USER_FORM = "username form"

_KINDS = {
    "full address": "s",
    "alternate full address": "s",
    "server port": "i",
    "gatewayhostname": "s",
    "gatewayusagemethod": "i",
    "gatewayprofileusagemethod": "i",
    "gatewaycredentialssource": "i",
    "username": "s",
    "domain": "s",
    "enablecredsspsupport": "i",
    "negotiate security layer": "i",
    "authentication level": "i",
    "prompt for credentials": "i",
    "disablecredentialsdelegation": "i",
    "redirectedauthentication": "i",
    "restrictedlogon": "i",
    "enablerdsaadauth": "i",
    "targetisaadjoined": "i",
    "loadbalanceinfo": "s",
    "use redirection server name": "i",
    "kdcproxyname": "s",
    "redirectsmartcards": "i",
}
_HOSTS = ("full address", "alternate full address", "gatewayhostname", "kdcproxyname")
_MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"), (b"\xef\xbb\xbf", "utf-8"))
_LINE = re.compile(r"([^:]{1,64}):([isb]):(.*)", re.IGNORECASE)
_NUMBER = re.compile(r"-?[0-9]{1,10}")
_ENDS = re.compile(r"\r\n|\n|\r")
_CLOUD = frozenset({"azuread", "microsoftaccount"})


def read_rdp_file(data: bytes | str) -> dict[str, str | int]:
    """The settings that matter for connecting; raises Malformed for what is no .rdp file."""
    if len(data) > LONGEST:
        raise Malformed(f"it is larger than {LONGEST // 1024} KiB, and no .rdp file is")
    lines = [_LINE.fullmatch(line.strip()) for line in _ENDS.split(_text(data))]
    written = [(line[1].strip().lower(), line[2].lower(), line[3]) for line in lines if line]
    if not written:
        raise Malformed("no line has the form name:type:value, as in full address:s:srv-app-07")
    found: dict[str, str | int] = {}
    for name, kind, value in written:
        if _KINDS.get(name) == kind:
            found |= _read(name, kind, value.strip())
    return _kept(found)


def _text(data: bytes | str) -> str:
    text = data if isinstance(data, str) else _decoded(data)
    text = text.removeprefix("\ufeff")
    if not text.strip():
        raise Malformed("it is empty")
    if any(unicodedata.category(char) == "Cc" and char not in "\t\r\n" for char in text):
        raise Malformed("it is binary, not the text of an .rdp file")
    return text


def _decoded(data: bytes) -> str:
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            return data.removeprefix(mark).decode(encoding, errors="replace")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        # Written in the code page of a PC; the settings that are read are ASCII there.
        return data.decode("latin-1")


def _read(name: str, kind: str, value: str) -> dict[str, str | int]:
    """One line as a setting; a number or a host that is none says nothing."""
    if kind == "i":
        return {name: int(value)} if _NUMBER.fullmatch(value) else {}
    if name not in _HOSTS or not value:
        return {name: clean(value)}
    try:
        host = parse_host(value)
    except BadHost:
        return {}
    # The port of an address stands for itself, whatever `server port` says.
    beside = {f"{name} port": host.port} if host.port and name == "full address" else {}
    return {name: host.host, **beside}


def _kept(found: dict[str, str | int]) -> dict[str, str | int]:
    """What may be stored and shown: of the user's name its form, of balancer data that it is there.

    Some gateways put one-time tokens into both.
    """
    port = found.pop("full address port", None)
    if port is not None:
        found["server port"] = port
    user, domain = str(found.pop("username", "")), str(found.pop("domain", ""))
    form = _form(user, domain, str(found.get("full address", "")))
    if form:
        found[USER_FORM] = form
    if found.get("loadbalanceinfo"):
        found["loadbalanceinfo"] = "set"
    return {name: value for name, value in found.items() if value != ""}


def _form(user: str, domain: str, host: str) -> str:
    """How the name is written: bare, domain, upn, azuread or local; empty where there is none."""
    before, slash, name = user.rpartition("\\")
    place = (before if slash else domain).strip().lower()
    if not name.strip():
        return ""
    if "@" in name and not place:
        return "upn"
    if place in _CLOUD:
        return "azuread"
    if place == "." or (place and place == host.partition(".")[0].lower()):
        return "local"
    return "domain" if place else "bare"
