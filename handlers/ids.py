"""Every id that Slack sends back to us; no other module spells one."""

from enum import StrEnum

from bot.desk.intents import Verb  # not by way of the api: a manifest needs no whole desk


class Command(StrEnum):
    """Slash commands."""

    RDP = "/rdp"


class Shortcut(StrEnum):
    """Callback ids of shortcuts."""

    TRIAGE_HOST = "triage_host"


class EventName(StrEnum):
    """Events that the manifest subscribes to."""

    HOME_OPENED = "app_home_opened"


class Action(StrEnum):
    """Action ids of buttons and menus."""

    STEP_WORKED = "step.worked"
    STEP_FAILED = "step.failed"
    STEP_CANNOT = "step.cannot"
    STEP_UNSURE = "step.unsure"
    STEP_UNDONE = "step.undone"
    STEP_ALLOW = "step.allow"
    STEP_DENY = "step.deny"
    ANSWER = "answer."
    """Followed by the answer's state."""
    TICKET_CANCEL = "ticket.cancel"
    TICKET_RECHECK = "ticket.recheck"
    TICKET_DETAILS = "ticket.details"
    TICKET_ESCALATE = "ticket.escalate"
    TICKET_CLAIM = "ticket.claim"
    TICKET_HANDBACK = "ticket.handback"
    TICKET_REOPEN = "ticket.reopen"
    TICKET_JOIN = "ticket.join"
    TICKET_NEW = "ticket.new"
    TICKET_ASK = "ticket.ask"
    TICKET_PACKET = "ticket.packet"
    TICKET_CAUSE = "ticket.cause"
    TICKET_LOOK = "ticket.look."
    """Followed by the place's name."""
    TICKET_MORE = "ticket.more"
    DETAILS_BACK = "details.back"
    DETAILS_ON = "details.on"
    HISTORY_PAGE = "history.page"
    HISTORY_OPEN = "history.open."
    """Followed by the ticket's number."""
    HISTORY_FILTER = "history.filter"
    HOME_START = "home.start"


class View(StrEnum):
    """Callback ids of modals."""

    START = "start"
    CANNOT = "cannot"
    ESCALATE = "escalate"
    DETAILS = "details"
    HISTORY = "history"
    CAUSE = "cause"


class Field(StrEnum):
    """Input blocks of modals; block id and action id are the same."""

    HOST = "host"
    CODES = "codes"
    AFFECTED = "affected"
    SINCE = "since"
    GATEWAY = "gateway"
    RDP_FILE = "rdp_file"
    REASON = "reason"
    TO = "to"
    WHY = "why"
    CAUSE = "cause"
    USER = "user"
    CODE = "code"
    TEXT = "text"
    STATE = "state"
    FIRST = "first"
    LAST = "last"


STEPS = {
    Action.STEP_WORKED: Verb.WORKED,
    Action.STEP_FAILED: Verb.FAILED,
    Action.STEP_UNSURE: Verb.UNSURE,
    Action.STEP_UNDONE: Verb.UNDONE,
    Action.STEP_ALLOW: Verb.ALLOW,
    Action.STEP_DENY: Verb.DENY,
    Action.TICKET_CANCEL: Verb.CANCEL,
    Action.TICKET_RECHECK: Verb.RECHECK,
    Action.TICKET_HANDBACK: Verb.HANDBACK,
    Action.TICKET_REOPEN: Verb.REOPEN,
    Action.TICKET_ASK: Verb.ASK,
    Action.TICKET_CLAIM: Verb.CLAIM,
}
"""Buttons that are an intent by themselves."""

MODALS = {Action.STEP_CANNOT: Verb.CANNOT, Action.TICKET_ESCALATE: Verb.ESCALATE}
"""Buttons that first ask for a reason."""

BUTTONS = {
    verb: action
    for action, verb in {
        **STEPS,
        **MODALS,
        Action.TICKET_DETAILS: Verb.DETAILS,
        Action.TICKET_CAUSE: Verb.CAUSE,
        Action.TICKET_PACKET: Verb.PACKET,
    }.items()
}
"""The action id of a verb's button; answers have one of their own for each state."""

MENU = (Verb.CLAIM, Verb.SHARE, Verb.BACK, Verb.CLOSE)
"""What the overflow menu can hold."""
