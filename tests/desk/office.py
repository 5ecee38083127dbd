"""A desk with the real store and engine, a scripted scout and a surface that only remembers."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from bot.desk.access import Members, Person, Rights
from bot.desk.body import Body
from bot.desk.desk import Desk
from bot.desk.intents import Click, Opening, Sender, Verb
from bot.desk.library import Library
from bot.desk.limits import Allowance
from bot.desk.parts import Parts
from bot.desk.planning import InlinePlanner
from bot.desk.surface import Note, SurfaceError
from bot.desk.view import Packet, TicketView
from bot.evidence import Failure, Observation
from bot.probes.base import Report, Target
from bot.store.base import Claim, Tenant, Ticket
from bot.store.sqlite import SqliteStore
from bot.targets import TargetRefused
from tests.desk import small

TEAM = Tenant("", "T0HOME")
HELPDESK = "C0HELPDESK"
ASKER, TEAMMATE, LEAD, ADMIN, GUEST = "U0ASKER", "U0TEAMMATE", "U0LEAD", "U0ADMIN", "U0GUEST"
NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
HOST = "srv-app-07.corp.example"


class Clock:
    """A clock that tests set; ``flowing`` lets real time pass as well."""

    def __init__(self, *, flowing: bool = False) -> None:
        self.now = NOON
        self._began = time.monotonic() if flowing else None

    def __call__(self) -> datetime:
        if self._began is None:
            return self.now
        return self.now + timedelta(seconds=time.monotonic() - self._began)

    def pass_(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


def healthy(place: str = "dc1", **certificate: Any) -> list[Observation]:
    """What a sound host shows; ``certificate`` changes facts of its certificate."""
    facts = {
        "subject": "CN=SRV-APP-07",
        "not_after": "2027-05-19T00:00:00+00:00",
        "days_left": 180.0,
        "self_signed": True,
        **certificate,
    }
    made = [
        Observation.passed("jumpbox.session", state="ok", connect_ms=12.0),
        Observation.passed("name.lookup", asked=HOST, status="ok", addresses=["10.1.2.3"]),
        Observation.passed("port.tcp", state="open", address="10.1.2.3", connect_ms=41.0),
        Observation.passed(
            "rdp.negotiation", answers={"nla": "selected:nla"}, security="nla-required",
            server="windows",
        ),
        Observation.passed("tls.certificate", **facts),
        Observation.passed("nla.challenge", patched=True, ntlm="offered", credssp_version=6),
    ]  # fmt: skip
    return [each.stamped(place, 5.0) for each in made]


def expired(place: str = "dc1") -> list[Observation]:
    """A host whose certificate expired three days ago."""
    return healthy(place, not_after="2026-11-17T00:00:00+00:00", days_left=-3.2)


def switched_off(place: str = "dc1") -> list[Observation]:
    """A host on which nothing listens."""
    seen = healthy(place)[:2]
    refused = Observation.failed("port.tcp", Failure.TCP_REFUSED, state="refused")
    rest = [Observation.not_run(each.probe, "the port is closed") for each in healthy()[3:]]
    return [*seen, *(each.stamped(place, 5.0) for each in (refused, *rest))]


def nla_broken(place: str = "dc1") -> list[Observation]:
    """A host that closes when sign-in begins."""
    closed = Observation.failed("nla.challenge", Failure.NLA_CLOSED).stamped(place, 5.0)
    return [*healthy(place)[:-1], closed]


def box_down(place: str = "dc1") -> list[Observation]:
    """The jump box does not answer; nothing is known of the host."""
    down = Observation.failed("jumpbox.session", Failure.JUMPBOX_UNREACHABLE, state="unreachable")
    rest = [Observation.not_run(each.probe, "no jump box") for each in healthy()[1:]]
    return [each.stamped(place, 5.0) for each in (down, *rest)]


@dataclass
class ScriptedScout:
    """Shows what ``sight`` holds at the time; ``gate`` lets a test keep a look waiting."""

    sight: list[Observation] = field(default_factory=healthy)
    looks: list[frozenset[str] | None] = field(default_factory=list)
    gate: asyncio.Event | None = None
    everything: bool = False
    """Show all of it even where only some probes are asked for."""
    others: tuple[str, ...] = ()
    """Places that nobody has looked from yet."""
    refuse: str = ""
    breaks: Exception | None = None

    def admit(self, target: Target) -> None:
        if self.refuse:
            raise TargetRefused(target.host, self.refuse)

    def places(self, host: str, via: str | None = None) -> tuple[str, ...]:
        seen = tuple(dict.fromkeys(each.vantage for each in self.sight))
        return (*seen, *(each for each in self.others if via == "all" and each not in seen))

    def _asked(self, seen: Observation, only: frozenset[str] | None) -> bool:
        return only is None or seen.probe in only or self.everything

    async def look(
        self,
        target: Target,
        places: Sequence[str],
        *,
        seconds: float,
        only: frozenset[str] | None = None,
        report: Report | None = None,
    ) -> list[Observation]:
        self.looks.append(only)
        seen = [each for each in self.sight if self._asked(each, only)]
        for each in seen[:2]:
            if report is not None:
                report(each)
        if self.gate is not None:
            await self.gate.wait()
        if self.breaks is not None:
            raise self.breaks
        return seen


@dataclass
class Wall:
    """A surface that remembers; ``errors`` are raised first, one a call."""

    cards: dict[str, list[TicketView]] = field(default_factory=dict)
    shown: list[TicketView] = field(default_factory=list)
    posts: list[tuple[str, str]] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    packets: list[tuple[str, Packet]] = field(default_factory=list)
    packet_posts: list[tuple[str, str]] = field(default_factory=list)
    errors: list[SurfaceError] = field(default_factory=list)
    lost_answers: list[SurfaceError] = field(default_factory=list)

    async def show(self, view: TicketView, channel: str, card: str | None) -> tuple[str, str]:
        if self.errors:
            raise self.errors.pop(0)
        if card is None:
            card = f"{1000 + len(self.posts)}.0001"
            self.posts.append((channel, card))
        self.cards.setdefault(card, []).append(view)
        self.shown.append(view)
        if self.lost_answers:
            raise self.lost_answers.pop(0)
        return channel, card

    async def hand(self, packet: Packet, channel: str, message: str | None) -> tuple[str, str]:
        if self.errors:
            raise self.errors.pop(0)
        self.packets.append((channel, packet))
        where = (channel, message or f"{2000 + len(self.packets)}.0001")
        if message is None:
            self.packet_posts.append(where)
        if self.lost_answers:
            raise self.lost_answers.pop(0)
        return where

    async def tell(self, note: Note) -> None:
        if self.errors:
            raise self.errors.pop(0)
        self.notes.append(note)

    @property
    def last(self) -> TicketView:
        """What was shown last."""
        return self.shown[-1]


@dataclass
class People:
    """A directory: one guest, everybody else a member."""

    asked: list[str] = field(default_factory=list)
    broken: Exception | None = None

    async def person(self, user: str) -> Person:
        self.asked.append(user)
        if self.broken is not None:
            raise self.broken
        return Person(user, TEAM.team_id, member=user != GUEST)


@dataclass
class Office:
    """Everything around one desk."""

    desk: Desk
    store: SqliteStore
    scout: ScriptedScout
    wall: Wall
    people: People
    clock: Clock
    count: int = 0

    def sender(self, user: str = ASKER, channel: str = HELPDESK) -> Sender:
        self.count += 1
        return Sender(user, TEAM, channel, f"trigger-{self.count}")

    async def open(self, host: str = HOST, user: str = ASKER, channel: str = HELPDESK) -> int:
        """Type the command and wait until everything has been done; the ticket's number."""
        claim = await self.ask(host, user, channel)
        await self.quiet()
        newest = (await self.store.unfinished())[-1:]
        assert claim.outcome == "taken"
        return newest[0].number if newest else 0

    async def ask(self, host: str = HOST, user: str = ASKER, channel: str = HELPDESK) -> Claim:
        claim = await self.desk.accept(Opening(self.sender(user, channel), host, 3389))
        self.desk.start(claim)
        return claim

    async def press(
        self, verb: Verb, *, user: str = ASKER, detail: str = "", number: int = 1, version: int = 0
    ) -> Claim:
        """Press a button of the card as it is (or of an older version) and wait."""
        ticket = await self.ticket(number)
        offer = Body.of(ticket).offer
        step = offer.step.id if offer is not None else ""
        click = Click(self.sender(user), verb, number, version or ticket.version, step, detail)
        claim = await self.desk.accept(click)
        self.desk.start(claim)
        await self.quiet()
        return claim

    async def quiet(self) -> None:
        """Wait until nothing is being done and everything has been shown."""
        await self.desk.settled()
        await self.desk.flush()

    async def ticket(self, number: int = 1) -> Ticket:
        found = await self.store.ticket(number)
        assert found is not None
        return found

    async def body(self, number: int = 1) -> Body:
        return Body.of(await self.ticket(number))

    async def kinds(self, number: int = 1) -> list[str]:
        return [event.kind for event in await self.store.events(number)]


RIGHTS = Rights(
    TEAM.team_id,
    admins=frozenset({ADMIN}),
    approvers=frozenset({LEAD}),
    helpdesk=frozenset({HELPDESK}),
    second_line="C0ESCALATE",
)


async def until(true: Callable[[], bool]) -> None:
    """Give way to others until something has happened; fails after five seconds."""
    async with asyncio.timeout(5):
        while not true():  # noqa: ASYNC110 - nothing signals it
            await asyncio.sleep(0.01)


@asynccontextmanager
async def office(path: Path, **changes: Any) -> AsyncIterator[Office]:
    """An office on the database at ``path``; ``changes`` replace parts."""
    store = await SqliteStore.open(path / "tickets.db")
    clock, people = changes.pop("clock", Clock()), People()
    scout, wall = changes.pop("scout", ScriptedScout()), Wall()
    rights = changes.pop("rights", RIGHTS)
    parts = Parts(
        store=store,
        scout=scout,
        planner=InlinePlanner(),
        access=Members(rights, people, clock),
        surface=wall,
        library=Library(store, changes.pop("model", None) or small.model()),
        clock=clock,
        allowance=Allowance(same_host_seconds=0),
        helpdesk=(HELPDESK,),
        escalation="C0ESCALATE",
    )
    desk = Desk(replace(parts, **changes))
    try:
        yield Office(desk, store, scout, wall, people, clock)
    finally:
        await desk.drain(1.0)
        await store.close()
