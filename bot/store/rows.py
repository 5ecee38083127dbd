"""Values to rows and back.

Strategy: times are UTC text of fixed width (ISO 8601), so that text order is time order; lists
and mappings are JSON.  Text may come from a hostile target or user, so what UTF-8 cannot hold
(lone surrogates) is replaced before it reaches the database.
"""

import json
import zlib
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from bot.store.base import EVENT_KINDS, Claim, Event, Intent, Parcel, Tenant, Ticket

Row = dict[str, Any]

_ENCODER = json.JSONEncoder(separators=(",", ":"))


def iso(at: datetime) -> str:
    """An aware time as UTC text of fixed width; ValueError for a naive one."""
    if at.tzinfo is None:
        raise ValueError(f"a time without a zone cannot be kept: {at!r}")
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def _iso(at: datetime | None) -> str | None:
    return None if at is None else iso(at)


def _time(text: str | None) -> datetime | None:
    return None if text is None else datetime.fromisoformat(text)


def clean(text: str) -> str:
    """Text that UTF-8 can hold."""
    return text.encode("utf-8", "replace").decode()


def _clean(text: str | None) -> str | None:
    return None if text is None else clean(text)


def _json(value: Mapping[str, Any]) -> str:
    return _ENCODER.encode(dict(value))


def _words(words: tuple[str, ...]) -> str:
    """A list of words as JSON in plain letters, which full-text search can read."""
    return clean(json.dumps(words, ensure_ascii=False))


def ticket_row(ticket: Ticket) -> Row:
    """What ``change`` may write: not number, version, tenant, asker, opening and card."""
    return {
        "host": clean(ticket.host),
        "port": ticket.port,
        "closed_at": _iso(ticket.closed_at),
        "state": ticket.state,
        "outcome": ticket.outcome,
        "cause": _clean(ticket.cause),
        "fix": _clean(ticket.fix),
        "owner": _clean(ticket.owner),
        "knowledge": ticket.knowledge,
        "epoch": ticket.epoch,
        "codes": _words(ticket.codes),
        "names": _words(ticket.names),
        "message": clean(ticket.message),
        "notes": clean(ticket.notes),
        "via": _clean(ticket.via),
        "gateway": _clean(ticket.gateway),
        "vantages": _words(ticket.vantages),
        "steps": ticket.steps,
        "signature": clean(ticket.signature),
        "body": _json(ticket.body),
    }


def new_ticket_row(ticket: Ticket, claim_id: int | None) -> Row:
    """The whole row of a new ticket; the database gives the number."""
    return {
        "version": 1,
        "enterprise_id": ticket.tenant.enterprise_id,
        "team_id": ticket.tenant.team_id,
        "asked_by": clean(ticket.asked_by),
        "opened_at": iso(ticket.opened_at),
        "channel": _clean(ticket.channel),
        "card": _clean(ticket.card),
        "claim": claim_id,
        **ticket_row(ticket),
    }


def ticket_value(row: Row) -> Ticket:
    """A ticket from its row."""
    plain = (
        "number port asked_by state version knowledge epoch outcome cause fix owner message via "
        "gateway steps notes channel card host signature"
    )
    return Ticket(
        tenant=_tenant(row),
        opened_at=datetime.fromisoformat(row["opened_at"]),
        closed_at=_time(row["closed_at"]),
        codes=tuple(json.loads(row["codes"])),
        names=tuple(json.loads(row["names"])),
        vantages=tuple(json.loads(row["vantages"])),
        body=json.loads(row["body"]),
        **{column: row[column] for column in plain.split()},
    )


def export_row(ticket: Ticket) -> Row:
    """A ticket as the command line and the export show it; times are ISO 8601 UTC."""
    return {
        "number": ticket.number,
        "host": ticket.host,
        "port": ticket.port,
        "asked_by": ticket.asked_by,
        "opened_at": iso(ticket.opened_at),
        "closed_at": _iso(ticket.closed_at),
        "state": ticket.state,
        "outcome": ticket.outcome,
        "cause": ticket.cause,
        "fix": ticket.fix,
        "codes": list(ticket.codes),
        "vantages": list(ticket.vantages),
        "knowledge": ticket.knowledge,
        "epoch": ticket.epoch,
        "steps": ticket.steps,
    }


def event_row(number: int, event: Event) -> Row:
    """An event of a ticket; ValueError for a kind that is not in EVENT_KINDS."""
    if event.kind not in EVENT_KINDS:
        raise ValueError(f"{event.kind!r} is not a kind of event")
    return {
        "ticket": number,
        "kind": event.kind,
        "by": clean(event.by),
        "at": iso(event.at),
        "data": _json(event.data),
    }


def event_value(row: Row) -> Event:
    """An event from its row."""
    at = datetime.fromisoformat(row["at"])
    return Event(row["kind"], row["by"], at, json.loads(row["data"]), row["number"])


def intent_row(intent: Intent) -> Row:
    """A new intent, pending."""
    return {
        "key": clean(intent.key),
        "kind": intent.kind,
        "enterprise_id": intent.tenant.enterprise_id,
        "team_id": intent.tenant.team_id,
        "user": clean(intent.user),
        "at": iso(intent.at),
        "payload": _json(intent.payload),
        "ticket": intent.ticket,
        "version": intent.version,
    }


def intent_value(row: Row) -> Intent:
    """An intent from its row."""
    return Intent(
        key=row["key"],
        kind=row["kind"],
        tenant=_tenant(row),
        user=row["user"],
        at=datetime.fromisoformat(row["at"]),
        payload=json.loads(row["payload"]),
        ticket=row["ticket"],
        version=row["version"],
    )


def taken(row: Row) -> Claim:
    """The claim on an intent that is ours to do."""
    return Claim("taken", row["id"], intent_value(row))


def parcel_row(parcel: Parcel) -> Row:
    """A parcel that is asked for."""
    return {
        "kind": parcel.kind,
        "key": clean(parcel.key),
        "ticket": parcel.ticket,
        "payload": _json(parcel.payload),
        "state": "due",
        "tries": 0,
        "not_before": _iso(parcel.not_before),
    }


def parcel_value(row: Row) -> Parcel:
    """A parcel from its row."""
    return Parcel(
        kind=row["kind"],
        key=row["key"],
        ticket=row["ticket"],
        payload=json.loads(row["payload"]),
        state=row["state"],
        tries=row["tries"],
        not_before=_time(row["not_before"]),
        id=row["id"],
    )


def packed(files: Mapping[str, str]) -> bytes:
    """Files as compressed JSON."""
    return zlib.compress(json.dumps(dict(files)).encode(), level=9)


def unpacked(data: bytes) -> Mapping[str, str]:
    """The inverse of packed()."""
    files: dict[str, str] = json.loads(zlib.decompress(data))
    return files


def _tenant(row: Row) -> Tenant:
    return Tenant(row["enterprise_id"], row["team_id"])
