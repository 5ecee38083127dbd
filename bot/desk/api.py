"""The public face of the desk: everything that handlers and the terminal use."""

from bot.catalog.codes import BadCode
from bot.desk.access import Directory, DirectoryError, NotAllowed, Person
from bot.desk.desk import Desk
from bot.desk.intents import Again, BadValue, Click, Opening, Sender, Verb
from bot.desk.packet import markdown
from bot.desk.rdp_file import BadRdpFile, settings_of
from bot.desk.surface import Barred, Closed, Gone, Later, Note, Surface, SurfaceError, Unsure
from bot.desk.view import (
    Button,
    Chart,
    Dashboard,
    Happening,
    Meaning,
    Packet,
    Past,
    PastPage,
    Proof,
    Row,
    StepView,
    Story,
    Suspects,
    Tally,
    TicketView,
)
from bot.store.base import Claim, Query, StoreBusy, StoreError, Tenant

__all__ = [
    "Again",
    "BadCode",
    "BadRdpFile",
    "BadValue",
    "Barred",
    "Button",
    "Chart",
    "Claim",
    "Click",
    "Closed",
    "Dashboard",
    "Desk",
    "Directory",
    "DirectoryError",
    "Gone",
    "Happening",
    "Later",
    "Meaning",
    "NotAllowed",
    "Note",
    "Opening",
    "Packet",
    "Past",
    "PastPage",
    "Person",
    "Proof",
    "Query",
    "Row",
    "Sender",
    "StepView",
    "StoreBusy",
    "StoreError",
    "Story",
    "Surface",
    "SurfaceError",
    "Suspects",
    "Tally",
    "Tenant",
    "TicketView",
    "Unsure",
    "Verb",
    "markdown",
    "settings_of",
]
