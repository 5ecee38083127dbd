"""What people hear when a card is not where, or as, they took it to be."""

from bot.desk.intents import Sender
from bot.desk.surface import Note
from bot.store.base import Claim, Parcel, Ticket


def moved(ticket: Ticket, why: str) -> Parcel:
    """The asker finds the card where it was not expected, and is told once why."""
    text = f"The card of #{ticket.number} ({ticket.host}) stands here because {why}."
    return Note(text, ticket.asked_by, ticket=ticket.number).parcel(f"moved:{ticket.number}")


def unsure(ticket: Ticket) -> Parcel:
    """A post was not confirmed; how to bring the card if it is not there."""
    text = (
        f"Slack did not confirm the card of #{ticket.number} ({ticket.host}). "
        f"If you do not see it, /rdp ticket {ticket.number} shows it."
    )
    note = Note(text, ticket.asked_by, ticket.channel or "", ticket=ticket.number)
    return note.parcel(f"unsure:{ticket.number}:{ticket.version}")


def second_line_unsure(ticket: Ticket) -> Parcel:
    """A post to the second line was not confirmed; what to do if it is not there."""
    number = ticket.number
    text = (
        f"Slack did not confirm that the second line was told of #{number} ({ticket.host}). "
        "Look whether it stands there; if not, hand it back and over again."
    )
    note = Note(text, ticket.asked_by, ticket.channel or "", ticket=number)
    return note.parcel(f"handed:{number}:{ticket.version}")


def untold(ticket: Ticket, parcel: Parcel) -> Parcel:
    """What a channel should have been told, it was not told."""
    number = ticket.number
    whom = "helpdesk" if parcel.key.startswith("hop:") else "second line"
    text = f"The {whom} could not be told of #{number}: the bot cannot post there."
    return Note(text, ticket.asked_by, ticket=number).parcel(f"untold:{parcel.key}")


def outrun(claim: Claim) -> Note:
    """Somebody came second: who was first, as far as that is known."""
    sender = Sender.of(claim.intent)
    text = (
        "That step was already answered by {by} at {at}. The card shows what comes next."
        if claim.by
        else "That step is not the current one any more. The card shows what comes next."
    )
    who = (sender.user, sender.channel, sender.reply, claim.by or "")
    return Note(text, *who, claim.at, claim.intent.ticket)
