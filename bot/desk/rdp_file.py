"""The .rdp file of a ticket: read at the border, compared at each look, said in one line.

Strategy: only the settings that ``bot.wire.rdp_file`` lets through go further, so that no password
and no token of a file is ever stored, logged or shown.  How a reading is worded stands in the
knowledge base, in the states of the items that it sets.
"""

from collections.abc import Iterator, Sequence

from bot.catalog.entries import Catalog, Evidence
from bot.desk.body import Body
from bot.evidence import Observation
from bot.evidence.rdp_file import Filed, readings
from bot.store.base import Ticket
from bot.wire.cursor import Malformed
from bot.wire.rdp_file import LONGEST, read_rdp_file

__all__ = ["LONGEST", "REMEDY", "BadRdpFile", "filed_of", "said", "settings_of"]

REMEDY = "Save the connection in the client (Show Options > Save As) and give that file."
_VALUES = {
    ("target", "other-host"): ("full address", "alternate full address"),
    ("target", "other-port"): ("server port",),
    ("gateway", "used"): ("gatewayhostname",),
    ("gateway", "other"): ("gatewayhostname",),
}
"""Readings whose words want the settings that they rest on."""


class BadRdpFile(ValueError):
    """What was given is no .rdp file; the text says why and what to give."""


def settings_of(data: bytes | str) -> dict[str, str | int]:
    """The settings that matter, secrets left out; raises BadRdpFile."""
    try:
        return read_rdp_file(data)
    except Malformed as error:
        raise BadRdpFile(f"This is not an .rdp file: {error}. {REMEDY}") from None


def filed_of(ticket: Ticket, body: Body) -> Filed:
    """The file of a ticket and what it is compared with."""
    return Filed(dict(body.rdp_file), ticket.host, ticket.port, ticket.gateway or "")


def said(catalog: Catalog, filed: Filed, observations: Sequence[Observation]) -> str:
    """What was read, in one line; empty where no file was given."""
    found = readings(filed, observations)
    if not found:
        return ""
    told = [
        _valued(item, state, found, filed)
        for item in catalog.evidence.values()
        for state in _states(item, found)
        if state != item.usual_state
    ]
    return f".rdp file: {'; '.join(told) or 'nothing unusual in it'}."


def _states(item: Evidence, found: dict[str, str]) -> Iterator[str]:
    for state, match in item.matches.items():
        if any(found.get(key) in words for key, words in match.rdp_file.items()):
            yield state
            return


def _valued(item: Evidence, state: str, found: dict[str, str], filed: Filed) -> str:
    """A state as the knowledge base words it, with the setting behind it."""
    keys = [
        key
        for reading in item.matches[state].rdp_file
        for key in _VALUES.get((reading, found.get(reading, "")), ())
    ]
    values = [str(filed.settings[key]) for key in keys if key in filed.settings]
    worded = item.states[state]
    return f"{worded} ({', '.join(dict.fromkeys(values))})" if values else worded
