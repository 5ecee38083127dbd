"""Who may open and who may click, by the settings and the directory."""

import pytest

from bot.desk.access import DirectoryError, Members, NotAllowed, Owner, Rights
from bot.desk.intents import Click, Opening, Sender, Verb
from bot.desk.limits import Allowance, Limits
from bot.store.base import Tenant, Ticket
from tests.desk import office as o

AWAY = Tenant("", "T0AWAY")


def members(
    *, users: str = "", channels: str = "", people: o.People | None = None
) -> tuple[Members, o.People, o.Clock]:
    clock, asked = o.Clock(), people or o.People()
    rights = Rights(
        o.TEAM.team_id,
        frozenset(users.split()),
        frozenset(channels.split()),
        frozenset({o.ADMIN}),
        frozenset({o.LEAD}),
        frozenset({o.HELPDESK}),
    )
    return Members(rights, asked, clock), asked, clock


def opening(user: str, channel: str = "C0GENERAL", tenant: Tenant = o.TEAM) -> Opening:
    return Opening(Sender(user, tenant, channel, "t"), o.HOST, 3389)


def ticket(channel: str = "D1", owner: str | None = None) -> Ticket:
    return Ticket(
        1, o.TEAM, o.HOST, 3389, o.ASKER, o.NOON, "open", 1, "k", "expert",
        owner=owner, channel=channel,
    )  # fmt: skip


def click(user: str, verb: Verb = Verb.WORKED) -> Click:
    return Click(Sender(user, o.TEAM, "D1", "t"), verb, 1, 1, "x")


async def test_every_member_may_open_by_default() -> None:
    access, _, _ = members()
    await access.open(opening(o.TEAMMATE))
    for refused in (opening(o.GUEST), opening(o.ASKER, tenant=AWAY)):
        with pytest.raises(NotAllowed, match="guests cannot"):
            await access.open(refused)


async def test_lists_narrow_it_to_users_or_channels() -> None:
    access, _, _ = members(users=o.ASKER, channels=o.HELPDESK)
    await access.open(opening(o.ASKER))
    await access.open(opening(o.TEAMMATE, o.HELPDESK))
    await access.open(opening(o.ADMIN))
    with pytest.raises(NotAllowed, match="<#C0HELPDESK>"):
        await access.open(opening(o.TEAMMATE))
    access, _, _ = members(users=o.ASKER)
    with pytest.raises(NotAllowed, match="an administrator can add you"):
        await access.open(opening(o.TEAMMATE, o.HELPDESK))
    with pytest.raises(NotAllowed):
        await access.open(opening(o.GUEST, o.HELPDESK))


async def test_in_a_direct_message_few_click_and_in_the_helpdesk_all() -> None:
    access, _, _ = members()
    for user in (o.ASKER, o.ADMIN):
        await access.click(click(user), ticket())
    await access.click(click(o.TEAMMATE), ticket(owner=o.TEAMMATE))
    with pytest.raises(NotAllowed, match="Only the person who asked"):
        await access.click(click(o.TEAMMATE), ticket())
    await access.click(click(o.TEAMMATE), ticket(o.HELPDESK))
    with pytest.raises(NotAllowed):
        await access.click(click(o.GUEST), ticket(o.HELPDESK))


async def test_somebody_who_lost_membership_loses_their_own_ticket() -> None:
    access, people, clock = members()
    await access.click(click(o.ASKER), ticket())
    people.broken = DirectoryError("down")
    await access.click(click(o.ASKER), ticket())
    clock.pass_(601)
    with pytest.raises(NotAllowed, match="nothing was done"):
        await access.click(click(o.ASKER), ticket())
    assert people.asked == [o.ASKER, o.ASKER]


async def test_only_approvers_approve_and_never_for_themselves() -> None:
    access, _, _ = members()
    await access.click(click(o.LEAD, Verb.ALLOW), ticket())
    for user in (o.ASKER, o.ADMIN, o.TEAMMATE):
        with pytest.raises(NotAllowed, match="Only an approver"):
            await access.click(click(user, Verb.ALLOW), ticket(o.HELPDESK))
    own = Ticket(1, o.TEAM, o.HOST, 3389, o.LEAD, o.NOON, "open", 1, "k", "expert")
    with pytest.raises(NotAllowed, match="Somebody other"):
        await access.click(click(o.LEAD, Verb.ALLOW), own)


async def test_the_terminal_belongs_to_whoever_sits_there_but_approves_nothing() -> None:
    owner = Owner()
    await owner.open(opening("cli:root"))
    await owner.click(click("cli:root"), ticket())
    await owner.read("cli:root", o.TEAM, "")
    assert owner.approvers == frozenset()


def test_a_person_may_ask_so_often_and_then_waits() -> None:
    clock, limits = o.Clock(), Limits(Allowance(in_flight=5, per_user_minute=3))
    for _ in range(3):
        limits.admit(o.TEAM, o.ASKER, 0, clock())
    with pytest.raises(NotAllowed, match="3 times within a minute"):
        limits.admit(o.TEAM, o.ASKER, 0, clock())
    limits.admit(o.TEAM, o.TEAMMATE, 0, clock())
    clock.pass_(60)
    limits.admit(o.TEAM, o.ASKER, 0, clock())
    with pytest.raises(NotAllowed, match="5 hosts are being looked at"):
        limits.admit(o.TEAM, o.TEAMMATE, 5, clock())


def test_the_same_host_is_not_looked_at_twice_in_a_moment() -> None:
    clock, limits = o.Clock(), Limits(Allowance(same_host_seconds=15))
    limits.began(o.TEAM, "srv", 3389, clock(), 7)
    assert limits.same(o.TEAM, "SRV", 3389, clock()) == 7
    assert limits.same(o.TEAM, "srv", 3390, clock()) is None
    assert limits.same(AWAY, "srv", 3389, clock()) is None
    clock.pass_(15)
    assert limits.same(o.TEAM, "srv", 3389, clock()) is None


def test_without_that_limit_nobody_waits_even_when_two_ask_at_once() -> None:
    clock, limits = o.Clock(), Limits(Allowance(same_host_seconds=0))
    read_before = clock()
    clock.pass_(1)
    limits.began(o.TEAM, "srv", 3389, clock(), 7)
    assert limits.same(o.TEAM, "srv", 3389, read_before) is None


def test_a_clock_that_was_set_back_locks_nobody_out() -> None:
    clock, limits = o.Clock(), Limits(Allowance(per_user_minute=1, same_host_seconds=15))
    limits.admit(o.TEAM, o.ASKER, 0, clock())
    limits.began(o.TEAM, "srv", 3389, clock(), 7)
    clock.pass_(-1)
    assert limits.same(o.TEAM, "srv", 3389, clock()) == 7
    clock.pass_(-3600)
    limits.admit(o.TEAM, o.ASKER, 0, clock())
    assert limits.same(o.TEAM, "srv", 3389, clock()) is None


async def test_a_clock_that_was_set_back_keeps_no_membership() -> None:
    clock, people = o.Clock(), o.People()
    members = Members(o.RIGHTS, people, clock)
    await members.read(o.ASKER, o.TEAM, "")
    clock.pass_(-86_400)
    await members.read(o.ASKER, o.TEAM, "")
    assert people.asked == [o.ASKER, o.ASKER]
