"""Knowledge that is edited while the bot runs: a bad folder changes nothing, a good one only what
is opened from then on.

Strategy: the title of the cause that the lab's host has and its weight are edited, so that both
words and numbers on a card tell the version that it was made with.
"""

import os
import re
import shutil
import signal
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.catalog import load, read_folder, shipped
from bot.catalog.loader import digest
from bot.lab import Lab
from tests.whole.cards import number, said
from tests.whole.processes import HOME, cli
from tests.whole.support import Whole, whole

pytestmark = pytest.mark.asyncio(loop_scope="module")

CAUSE = "causes/certificate/certificate-expired.md"
SLIP = ("how_common:", "how_comon:")
TITLE = load(shipped()).causes["certificate-expired"].title
NEW = "The proof of the host has run out."
PINS = "select knowledge from ticket where number = ?"


def own(folder: Path) -> Path:
    """A copy of the shipped knowledge, as somebody makes it who wants to edit it."""
    shutil.copytree(HOME / "knowledge", folder, ignore=shutil.ignore_patterns("__pycache__"))
    return folder


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def running(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Whole]:
    folder = tmp_path_factory.mktemp("reload")
    own(folder / "mine")
    more = '\n[knowledge]\nfolder = "mine"\n\n[access]\nadmins = ["U0LEAD"]\n'
    async with whole(folder, more) as world:
        yield world
        if world.bot.runs:
            await world.bot.stop()


@pytest_asyncio.fixture(loop_scope="module")
async def world(running: Whole) -> AsyncIterator[Whole]:
    """A clean desk, and the folder as it was copied."""
    await running.tidy()
    yield running
    folder = mine(running)
    shutil.rmtree(folder)
    own(folder)
    await again(running)


def mine(world: Whole) -> Path:
    return world.config.parent / "mine"


def share_of(card: str) -> int:
    """The probability of the first cause on a card, in per cent."""
    found = re.search(r"(\d+) in 100", card)
    assert found, card
    return int(found[1])


def edit(world: Whole, file: str, old: str, new: str) -> int:
    """Change a file of the folder; the line in which it was changed."""
    path = mine(world) / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


async def again(world: Whole) -> str:
    """Ask the bot to read the folder again; what it then logged."""
    begun = len(world.bot.said)
    os.kill(world.bot.pid, signal.SIGHUP)

    def logged() -> str:
        news = world.bot.said[begun:]
        ends = ("stays in use", "replaces", "nothing to take over")
        return news if any(end in news for end in ends) else ""

    return await world.wait(logged, "the bot having read its knowledge again")


async def test_a_bad_folder_never_starts(tmp_path: Path) -> None:
    folder = own(tmp_path / "mine")
    path = folder / CAUSE
    path.write_text(path.read_text(encoding="utf-8").replace(*SLIP), encoding="utf-8")
    async with Lab() as lab:
        more = '[knowledge]\nfolder = "mine"\n[http]\nlisten = "127.0.0.1:0"\n'
        config = lab.settings_toml(tmp_path, more)
        tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
        done = await cli("serve", "--config", str(config), env=tokens)
    assert done.code == 2
    assert done.out == ""
    assert f"{folder}/{CAUSE}:" in done.err
    assert "unknown field 'how_comon'; did you mean 'how_common'?" in done.err
    assert "Traceback" not in done.err


async def test_forbidden_advice_never_starts(tmp_path: Path) -> None:
    """What can be read but breaks a rule is as bad."""
    folder = own(tmp_path / "mine")
    path = folder / "fixes/restart-host.md"
    path.write_text(path.read_text(encoding="utf-8") + "\n\nThen turn the firewall off.\n")
    async with Lab() as lab:
        config = lab.settings_toml(tmp_path, '[knowledge]\nfolder = "mine"\n')
        tokens = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1"}
        done = await cli("serve", "--config", str(config), env=tokens)
    assert done.code == 2
    assert "never advised: 'turn the firewall off'" in done.err


async def test_a_bad_folder_is_not_taken_over(world: Whole) -> None:
    card = await world.open()
    (pinned,) = world.stored(PINS, number(card))
    line = edit(world, CAUSE, *SLIP)
    told = await again(world)
    assert f"{mine(world)}/{CAUSE}:{line}:1: unknown field 'how_comon'" in told
    assert f"knowledge {pinned} stays in use" in told

    lead = await world.wait(
        lambda: [said(each) for each in world.slack.from_app("dm", user="lead")],
        "the administrator told",
    )
    assert f"{CAUSE}:{line}:1" in lead[-1]

    await world.press(card, "Not sure")  # the ticket goes on
    other = await world.open("/rdp pc-sales-11")  # and others are opened
    assert world.stored(PINS, number(other)) == [pinned]


async def test_a_good_folder_is_for_new_tickets_only(world: Whole) -> None:
    before = await world.open()
    assert TITLE in said(before)
    was = said(before)
    (pinned,) = world.stored(PINS, number(before))

    edit(world, CAUSE, TITLE, NEW)
    edit(world, CAUSE, "how_common: ", "how_common: 0.06 # ")  # so little tips no case
    assert "replaces" in await again(world)

    after = await world.open()
    assert NEW in said(after)
    assert TITLE not in said(after)
    (current,) = world.stored(PINS, number(after))
    assert current == digest(read_folder(mine(world))) != pinned

    await world.press(before, "Re-check")
    assert share_of(said(before)) == share_of(was)
    assert share_of(said(after)) > share_of(was)
    assert TITLE in said(before)
    assert NEW not in said(before)

    await world.bot.stop()  # and over a restart, from the store
    await world.bot.start()
    await world.press(before, "Re-check")
    assert TITLE in said(before)
    assert share_of(said(before)) == share_of(was)
    assert world.stored(PINS, number(before)) == [pinned]


async def test_a_running_bot_survives_a_folder_that_is_gone(world: Whole) -> None:
    shutil.move(mine(world), mine(world).with_name("away"))
    try:
        assert f"{mine(world)} is not a folder" in await again(world)
        await world.open()
    finally:
        shutil.move(mine(world).with_name("away"), mine(world))
