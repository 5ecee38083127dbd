"""Who may do what: every kind of person at every way in, in the local Slack."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from bot.sandbox.views import View
from bot.sandbox.world import Message, User
from handlers.door import MOMENT
from tests.behaviours.scenes import FAILED, opened
from tests.desk import office as o
from tests.handlers.house import House, house, text_of, words_of

STRANGERS = "guests cannot"
SILENCE = "did not tell who you are"


@dataclass(frozen=True, slots=True)
class Role:
    """Somebody in the helpdesk channel; ``refusal`` is empty for whoever may."""

    user: str
    refusal: str = STRANGERS
    change: Callable[[User], User] = lambda user: user
    fault: str = ""
    on_a_ticket: str = ""
    """What is said on a card, where that differs."""

    def told(self, way: str) -> str:
        return self.refusal if way in OPENING or not self.on_a_ticket else self.on_a_ticket


OPENING = ("command", "start form", "shortcut")
ROLES = {
    "colleague": Role("teammate", ""),
    "administrator": Role("admin", ""),
    "guest of several channels": Role("guest"),
    "guest of one channel": Role("visitor"),
    "person of another organisation": Role("outsider", on_a_ticket="belongs to another workspace"),
    "bot": Role("teammate", change=lambda user: replace(user, is_bot=True)),
    "deactivated": Role("teammate", change=lambda user: replace(user, deleted=True)),
    "unanswered": Role("teammate", SILENCE, fault="500"),
    "no such user": Role("teammate", SILENCE, fault="error"),
    "empty answer": Role("teammate", SILENCE, fault="empty"),
}
REFUSED = [name for name, role in ROLES.items() if role.refusal]
ALLOWED = [name for name, role in ROLES.items() if not role.refusal]

Way = Callable[[House, str, Message], Awaitable[None]]


def typed(line: str) -> Way:
    async def way(bot: House, user: str, card: Message) -> None:
        assert (await bot.slack.command(user, "helpdesk", line)).ok

    return way


def pressed(action: str) -> Way:
    async def way(bot: House, user: str, card: Message) -> None:
        assert (await bot.slack.click(user, card, action)).ok

    return way


def chosen(verb: str) -> Way:
    async def way(bot: House, user: str, card: Message) -> None:
        assert (await bot.slack.choose(user, card, verb)).ok

    return way


async def page(bot: House, user: str) -> View:
    """The modal before somebody, once it is filled."""

    def filled() -> View | None:
        view = bot.slack.modal(user)
        return view if view is not None and MOMENT not in words_of(view.blocks) else None

    found = await bot.slack.wait_for(filled, what="a filled modal")
    assert found is not None
    return found


async def form(bot: House, user: str, values: dict[str, str]) -> None:
    """Submit the form that comes, unless it is a refusal."""
    if "submit" in (await page(bot, user)).content:
        assert (await bot.slack.submit(user, values)).ok


async def told(bot: House, user: str, words: str) -> None:
    """Wait until somebody has been told so, privately or in the modal before them."""

    def there() -> bool:
        view = bot.slack.modal(user)
        said = [text_of(each) for each in bot.slack.ephemerals(user)]
        said += [words_of(view.blocks)] if view is not None else []
        return any(words in each for each in said)

    await bot.slack.wait_for(there, what=f"{user} is told {words!r}")


async def start_form(bot: House, user: str, card: Message) -> None:
    await bot.slack.command(user, "helpdesk", "/rdp")
    await form(bot, user, {"host": "srv-2"})


async def shortcut(bot: House, user: str, card: Message) -> None:
    message = bot.slack.say("asker", "helpdesk", "srv-app-08.corp.example is dead")
    assert (await bot.slack.shortcut(user, "triage_host", message)).ok
    await form(bot, user, {})


async def cannot_form(bot: House, user: str, card: Message) -> None:
    await bot.slack.click(user, card, "step.cannot")
    await form(bot, user, {"reason": "access"})


async def escalate_form(bot: House, user: str, card: Message) -> None:
    await bot.slack.click(user, card, "ticket.escalate")
    await form(bot, user, {"why": ""})


ACTS: dict[str, Way] = {
    "command": typed("/rdp srv-2"),
    "start form": start_form,
    "shortcut": shortcut,
    "did not help": pressed(FAILED),
    "worked": pressed("step.worked"),
    "re-check": pressed("ticket.recheck"),
    "look from dc2": pressed("ticket.look.dc2"),
    "claim": chosen("claim"),
    "close": chosen("close"),
    "cannot form": cannot_form,
    "escalate form": escalate_form,
}
"""What changes something or sends something to a host."""
READS: dict[str, Way] = {
    "history": typed("/rdp history"),
    "history of a host": typed(f"/rdp history {o.HOST}"),
    "mine": typed("/rdp mine"),
    "stats": typed("/rdp stats"),
    "ticket": typed("/rdp ticket 1"),
}
"""What shows tickets."""


async def come(bot: House, role: Role) -> Message:
    """A ticket with a card in the helpdesk, and somebody of this role who sees it."""
    card = await opened(bot)
    users, channel = bot.slack.state.world.users, bot.slack.state.world.channels["C0HELPDESK"]
    person = next(each for each in users.values() if each.name == role.user)
    users[person.id] = role.change(person)
    channel.members.add(person.id)
    if role.fault:
        where = {"user": person.id}
        bot.slack.fault("users.info", role.fault, times=99, error="user_not_found", where=where)
    return card


async def state(bot: House) -> tuple[object, ...]:
    """Everything that an act could have moved."""
    await bot.desk.settled()
    ticket = await bot.store.ticket(1)
    assert ticket is not None
    found = len(await bot.store.unfinished())
    return ticket.version, ticket.state, ticket.owner, found, len(bot.scout.looks)


def scout() -> o.ScriptedScout:
    return o.ScriptedScout(o.expired(), others=("dc2",))


@pytest.mark.parametrize("name", REFUSED)
async def test_who_may_not_acts_nowhere(tmp_path: Path, name: str) -> None:
    role = ROLES[name]
    async with house(tmp_path, scout=scout()) as bot:
        card = await come(bot, role)
        before = await state(bot)
        for what, act in ACTS.items():
            await act(bot, role.user, card)
            await told(bot, role.user, role.told(what))
            bot.slack.reload(role.user)
            assert await state(bot) == before
        refusals = [event for event in await bot.store.events(1) if event.kind == "refused"]
        assert len(refusals) == len(ACTS) - len(OPENING)
        said = [text_of(each) for each in bot.slack.from_app("helpdesk")]
        assert not [each for each in said if role.refusal in each], "refusals are private"


@pytest.mark.parametrize("name", REFUSED)
async def test_who_may_not_reads_nothing(tmp_path: Path, name: str) -> None:
    role = ROLES[name]
    async with house(tmp_path, scout=scout()) as bot:
        card = await come(bot, role)
        for read in READS.values():
            await read(bot, role.user, card)
            await bot.private(role.user, role.refusal)
            told = " ".join(text_of(each) for each in bot.slack.ephemerals(role.user))
            assert o.HOST not in told
            bot.slack.reload(role.user)
        await bot.slack.click(role.user, card, "ticket.details")
        view = await page(bot, role.user)
        assert role.refusal in words_of(view.blocks)
        assert "days_left" not in words_of(view.blocks)
        if name == "bot":
            return  # it has no Home tab
        await bot.slack.open_home(role.user)
        tab = await bot.slack.wait_for(lambda: bot.slack.home(role.user), what="a tab")
        assert tab is not None
        assert role.refusal in words_of(tab.blocks)
        assert o.HOST not in words_of(tab.blocks)


@pytest.mark.parametrize("name", ALLOWED)
@pytest.mark.parametrize("act", ACTS)
async def test_who_may_does(tmp_path: Path, name: str, act: str) -> None:
    role = ROLES[name]
    async with house(tmp_path, scout=scout()) as bot:
        card = await come(bot, role)
        before = await state(bot)
        await ACTS[act](bot, role.user, card)
        await bot.slack.settle()
        assert await state(bot) != before
        assert not [each for each in await bot.store.events(1) if each.kind == "refused"]


@pytest.mark.parametrize("act", ["did not help", "re-check", "claim", "escalate form"])
async def test_who_leaves_loses_their_own_ticket_too(tmp_path: Path, act: str) -> None:
    async with house(tmp_path, scout=scout()) as bot:
        card = await come(bot, Role("asker", change=lambda user: replace(user, deleted=True)))
        bot.clock.pass_(601)
        before = await state(bot)
        await ACTS[act](bot, "asker", card)
        await bot.private("asker", STRANGERS)
        assert await state(bot) == before


async def test_buttons_of_an_old_list_are_judged_anew(tmp_path: Path) -> None:
    async with house(tmp_path, scout=scout()) as bot:
        await opened(bot)
        await bot.slack.command("teammate", "helpdesk", "/rdp history")
        await bot.private("teammate", "Former tickets")
        page = bot.slack.ephemerals("teammate")[-1]
        users = bot.slack.state.world.users
        users["U0TEAMMATE"] = replace(users["U0TEAMMATE"], is_restricted=True)
        bot.clock.pass_(601)
        for action in ("history.open.1", "history.filter"):
            await bot.slack.click("teammate", page, action)
            await told(bot, "teammate", STRANGERS)
            for each in bot.slack.ephemerals("teammate"):
                each.gone = each is not page
