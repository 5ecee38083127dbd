"""Who may do what: the one authoriser, for commands and clicks alike.

Strategy: deny by default.  A person is judged by what the directory says now (kept for ten
minutes) and by the settings; a directory that does not answer is a refusal, never a pass.
Refusals are sentences for the person, with the way out.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.desk.intents import Click, Opening, Verb
from bot.settings import Settings
from bot.store.base import Tenant, Ticket

KEPT = timedelta(minutes=10)
MOST_KEPT = 10_000


class NotAllowed(Exception):
    """A person may not do what they asked for; the text says why and what would help."""


class DirectoryError(Exception):
    """The directory did not answer; nobody is let in on a guess."""


@dataclass(frozen=True, slots=True)
class Person:
    """What the directory knows: ``member`` is a full, active, human member of ``team``."""

    id: str
    team: str
    member: bool


class Directory(Protocol):
    """Looks people up."""

    async def person(self, user: str) -> Person:
        """One person; raises DirectoryError."""
        ...


class Access(Protocol):
    """Judges openings and clicks."""

    async def open(self, opening: Opening) -> None:
        """Pass, or raise NotAllowed."""
        ...

    async def click(self, click: Click, ticket: Ticket) -> None:
        """Pass, or raise NotAllowed."""
        ...

    async def read(self, user: str, tenant: Tenant, channel: str) -> None:
        """Pass whoever may read the history, or raise NotAllowed."""
        ...

    def knows(self, user: str) -> bool:
        """Whether it is known without asking anybody that this is a full member."""
        ...

    @property
    def approvers(self) -> frozenset[str]:
        """Who may allow steps of risk 3; without any they are not offered."""
        ...


class Owner:
    """The terminal: whoever can run the program on this database may use it, risk 3 excepted."""

    approvers: frozenset[str] = frozenset()

    async def open(self, opening: Opening) -> None:
        """Everybody at this terminal."""

    async def click(self, click: Click, ticket: Ticket) -> None:
        """Everybody at this terminal."""

    async def read(self, user: str, tenant: Tenant, channel: str) -> None:
        """Everybody at this terminal."""

    def knows(self, user: str) -> bool:
        """Everybody at this terminal."""
        return True


@dataclass(frozen=True, slots=True)
class Rights:
    """The settings that decide, as sets."""

    team: str
    users: frozenset[str] = frozenset()
    channels: frozenset[str] = frozenset()
    admins: frozenset[str] = frozenset()
    approvers: frozenset[str] = frozenset()
    helpdesk: frozenset[str] = frozenset()
    second_line: str = ""
    """The channel in which packets stand."""

    @classmethod
    def of(cls, settings: Settings, team: str) -> "Rights":
        """From settings and the team that the bot's own token belongs to."""
        access = settings.access
        return cls(
            team,
            frozenset(access.users),
            frozenset(access.channels),
            frozenset(access.admins),
            frozenset(access.approvers),
            frozenset(settings.slack.helpdesk_channels),
            settings.slack.escalation_channel or "",
        )


class Members:
    """Slack: full members of the home workspace, narrowed by the settings."""

    def __init__(self, rights: Rights, directory: Directory, clock: Callable[[], datetime]) -> None:
        self._rights = rights
        self._directory = directory
        self._clock = clock
        self._known: OrderedDict[str, tuple[datetime, Person]] = OrderedDict()

    @property
    def approvers(self) -> frozenset[str]:
        """Who may allow steps of risk 3."""
        return self._rights.approvers

    def adopt(self, rights: Rights) -> None:
        """Judge by other settings from now on; who people are stays known."""
        self._rights = rights

    async def open(self, opening: Opening) -> None:
        """A member who is listed, or who asks in a listed channel."""
        sender = opening.sender
        await self._may_triage(sender.user, sender.tenant, sender.channel)

    async def read(self, user: str, tenant: Tenant, channel: str) -> None:
        """Whoever may triage may read."""
        await self._may_triage(user, tenant, channel)

    def knows(self, user: str) -> bool:
        """Whether the directory told so within the last minutes."""
        kept = self._kept(user)
        return kept is not None and kept.member and kept.team == self._rights.team

    async def click(self, click: Click, ticket: Ticket) -> None:
        """Asker, claimant and admins; in a helpdesk channel everybody who may triage.

        Of an escalated ticket also whom it was handed to, and in the second line's channel
        everybody who may triage.
        """
        user, rights = click.sender.user, self._rights
        if click.sender.tenant != ticket.tenant:
            raise NotAllowed("This ticket belongs to another workspace.")
        await self._member(user, click.sender.tenant)
        if click.verb in (Verb.ALLOW, Verb.DENY):
            self._may_approve(user, ticket)
            return
        if click.to:
            await self._reachable(click.to)
        handed = {ticket.body.get("handed")} if ticket.state == "escalated" else set()
        if user in {ticket.asked_by, ticket.owner} | handed or user in rights.admins:
            return
        if handed and click.sender.channel and click.sender.channel == rights.second_line:
            await self._may_triage(user, click.sender.tenant, click.sender.channel)
            return
        if ticket.channel not in rights.helpdesk:
            raise NotAllowed(
                f"Only the person who asked, the one who claimed #{ticket.number} "
                "and administrators can answer here."
            )
        await self._may_triage(user, click.sender.tenant, ticket.channel or "")

    async def _reachable(self, user: str) -> None:
        """A ticket is handed to full members only; raises NotAllowed."""
        try:
            person = await self._person(user)
        except DirectoryError:
            raise NotAllowed(
                "Slack did not tell who the person is that you chose, so nothing was handed over. "
                "Try again in a minute."
            ) from None
        if not person.member or person.team != self._rights.team:
            raise NotAllowed(
                "The person that you chose is not a full member of this workspace, so nothing was "
                "handed over. Choose somebody else, or nobody for the second line."
            )

    def _may_approve(self, user: str, ticket: Ticket) -> None:
        if user not in self._rights.approvers:
            raise NotAllowed("Only an approver named in the settings can allow this step.")
        if user == ticket.asked_by:
            raise NotAllowed("Somebody other than the person who asked has to allow this step.")

    async def _may_triage(self, user: str, tenant: Tenant, channel: str) -> None:
        await self._member(user, tenant)
        rights = self._rights
        if not rights.users and not rights.channels:
            return
        if user in rights.users or user in rights.admins or channel in rights.channels:
            return
        where = ", ".join(f"<#{each}>" for each in sorted(rights.channels))
        raise NotAllowed(
            "You are not on the list of people who can use this"
            + (f"; in {where} every member can." if where else "; an administrator can add you.")
        )

    async def _member(self, user: str, tenant: Tenant) -> None:
        if tenant.team_id != self._rights.team:
            raise NotAllowed("Only members of this workspace can use this; guests cannot.")
        try:
            person = await self._person(user)
        except DirectoryError:
            raise NotAllowed(
                "Slack did not tell who you are, so nothing was done. Try again in a minute."
            ) from None
        if not person.member or person.team != self._rights.team:
            raise NotAllowed("Only members of this workspace can use this; guests cannot.")

    def _kept(self, user: str) -> Person | None:
        at, person = self._known.get(user, (None, None))
        if at is None or abs(self._clock() - at) >= KEPT:  # the clock may be set back
            return None
        return person

    async def _person(self, user: str) -> Person:
        kept = self._kept(user)
        if kept is not None:
            return kept
        now = self._clock()
        person = await self._directory.person(user)
        self._known[user] = (now, person)
        self._known.move_to_end(user)
        if len(self._known) > MOST_KEPT:
            self._known.popitem(last=False)
        return person
