"""Whatever a host calls itself: no command, packet, export, terminal, card or log carries it live.

Strategy: a real TLS and NLA conversation puts the names where a host would, and every output of
the program is read for what would be live there.
"""

import asyncio
import csv
import io
import json
import logging
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from functools import cache
from pathlib import Path

import pytest

from bot.catalog.entries import Catalog
from bot.catalog.source import Source
from bot.cli.main import run
from bot.desk.intents import Verb
from bot.desk.looking import Scout
from bot.desk.saying import filled
from bot.engine import Model
from bot.evidence import Observation
from bot.probes import Target
from bot.redact import JsonFormatter, TextFormatter
from bot.sandbox.escape import NOTIFYING, live
from bot.settings import read
from handlers.packets import message as packet_message
from tests.desk import office as o
from tests.handlers.house import house, text_of
from tests.hostile.impostor import MARK, NAMES, commands, evil, moving
from tests.probes.servers import hosting

LONG = bool(os.environ.get("CI_LONG"))


def kinds(*usual: str) -> pytest.MarkDecorator:
    """Every kind of name in the long form, else those that this output is most at risk from."""
    return pytest.mark.parametrize("kind", list(NAMES) if LONG else usual)


SETTINGS = """\
[targets]
allow = ["127.0.0.0/8"]
ports = {ports}
direct = true
[store]
path = "tickets.db"
[limits]
same_host_seconds = 0
"""
HOST = "127.0.0.1"


@cache
def knowledge() -> Catalog:
    return Source().catalog(cases=False)


@asynccontextmanager
async def standing(folder: Path, *names: str) -> AsyncIterator[tuple[list[str], Path]]:
    """Running impostors: how to type them, and settings that let them be looked at."""
    async with AsyncExitStack() as stack:
        hosts = [await stack.enter_async_context(hosting(evil(name))) for name in names]
        ports = [host.port for host in hosts]
        path = folder / "rdp-triage.toml"
        path.write_text(SETTINGS.format(ports=ports), encoding="utf-8")
        yield [f"{HOST}:{port}" for port in ports], path


def told(capfd: pytest.CaptureFixture[str], words: list[str], config: Path) -> str:
    """What a command says on both streams; nothing in it moves anything."""
    assert run([*words, "--config", str(config)]) in {0, 1, 3}, words
    said = capfd.readouterr()
    assert moving(said.out + said.err) == [], words
    return said.out


def cells(text: str) -> list[str]:
    """Every cell of a CSV text."""
    return [cell for row in csv.reader(io.StringIO(text)) for cell in row]


def no_formula(table: str) -> None:
    """No cell of a CSV text begins as a formula does."""
    for cell in cells(table):
        assert cell.lstrip()[:1] not in set("=+@-") or cell.startswith("'"), cell


async def test_a_sweep_of_impostors_holds_them_as_dead_text(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    async with standing(tmp_path, *NAMES.values()) as (hosts, config):
        file = tmp_path / "hosts"
        file.write_text("\n".join(hosts), encoding="utf-8")
        for form in ("text", "csv", "jsonl"):
            words = ["sweep", str(file), "--format", form]
            said = await asyncio.to_thread(told, capfd, words, config)
            assert MARK in said or form != "jsonl", "no name was read"
            if form == "csv":
                no_formula(said)
            if form == "jsonl":
                assert len([json.loads(line) for line in said.splitlines()]) == len(NAMES)


@kinds("powershell", "formula", "escape")
async def test_terminal_json_and_csv_hold_it_as_dead_text(
    kind: str, tmp_path: Path, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    answers = tmp_path / "answers"
    answers.write_text("failed\nfailed\nunsure\nescalate\n", encoding="utf-8")
    async with standing(tmp_path, NAMES[kind]) as ((host,), config):

        async def say(*words: str) -> str:
            return await asyncio.to_thread(told, capfd, [*words], config)

        await say("check", host, "--details", "--message", f"\x1b[2J {NAMES[kind]}")
        seen = json.loads(await say("check", host, "--json"))["observations"]
        assert MARK in json.dumps(seen), "the name was not read at all"
        with answers.open(encoding="utf-8") as stdin:
            monkeypatch.setattr("sys.stdin", stdin)
            await say("triage", host, "0x904", "--message", f"\x1b[2J {NAMES[kind]}")
        for words in (["list"], ["show", "1"], ["search", MARK]):
            await say("tickets", *words)
            json.loads((await say("tickets", *words, "--json")) or "null")
        no_formula(await say("tickets", "export", "--format", "csv"))
        json.loads(await say("tickets", "export", "--format", "json"))


async def seen(name: str, folder: Path) -> list[Observation]:
    """What the program sees of such a host."""
    async with standing(folder, name) as ((host,), config):
        settings = read(config)
        scout = Scout.of(settings)
        port = int(host.rpartition(":")[2])
        target = Target(HOST, port)
        found = await scout.look(target, scout.places(HOST), seconds=8)
        await scout.close()
    assert MARK in str([each.facts for each in found])
    return found


@kinds("powershell", "backticks", "template", "lines")
async def test_no_step_of_any_fix_or_question_repeats_it(kind: str, tmp_path: Path) -> None:
    """With the shipped knowledge: every text that can be shown, filled from what was seen."""
    observations = await seen(NAMES[kind], tmp_path)
    catalog = knowledge()
    shown = [
        *(fix.text for fix in catalog.fixes.values()),
        *(fix.undo for fix in catalog.fixes.values()),
        *(f"{question.ask} {question.where_to_look}" for question in catalog.questions.values()),
        *(cause.text for cause in catalog.causes.values()),
    ]
    for text in shown:
        assert MARK not in filled(text or "", "srv.corp.example", observations)
    asked = [each for text in shown for each in commands(text or "") if "{address}" in each]
    assert all("{address}" not in filled(each, HOST, observations) for each in asked)
    async with o.office(tmp_path, model=Model.of(catalog)) as office:
        office.scout.sight = observations
        await office.open()
        for _ in range(6):
            await office.press(Verb.FAILED)
        await office.press(Verb.ESCALATE)
        for view in office.wall.shown:
            step = asdict(view.step) if view.step else {}
            assert MARK not in str(step)
            assert MARK not in str(view.buttons)
            assert moving(view.summary) == []
        assert office.wall.packets
        for _, packet in office.wall.packets:
            assert moving(str(packet)) == []
            said = packet_message(packet)
            assert not [each for each in live(said["text"], said["blocks"]) if ringing(each)]


def ringing(each: object) -> bool:
    """Whether something live was not put there by us."""
    kind, target = getattr(each, "kind", ""), getattr(each, "target", "")
    return (kind in NOTIFYING and not target.startswith("U0")) or "link" in kind


@kinds("mention", "link", "bare link", "turned", "escape", "lines")
async def test_cards_and_logs_hold_it_as_dead_text(
    kind: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    observations = await seen(NAMES[kind], tmp_path)
    async with house(tmp_path, scout=o.ScriptedScout(observations)) as bot:
        await bot.slack.command("asker", "helpdesk", f"/rdp {o.HOST}")
        card = await bot.shows("#1")
        await bot.desk.settled()
        await bot.slack.settle()
        card = bot.card()
        await bot.slack.click("asker", card, "ticket.details")
        await bot.form("asker")
        await bot.slack.command("asker", "helpdesk", f"/rdp history {MARK}")
        await bot.slack.command("asker", "helpdesk", "/rdp ticket 1")
        await bot.slack.settle()
        lives = bot.slack.live()
        assert {each.target for each in lives if each.kind in NOTIFYING} <= {"U0ASKER"}
        assert not [each for each in lives if "link" in each.kind]
        said = [text_of(each) for each in (card, *bot.slack.ephemerals("asker"))]
        view = bot.slack.modal("asker")
        assert view is not None
        assert not [each for each in live("", view.blocks) if ringing(each)]
        said.append(json.dumps(view.blocks, ensure_ascii=False))
    for text in said:
        assert moving(text.replace("\t", " ")) == []
    for record in caplog.records:
        line = TextFormatter().format(record)
        assert moving(line) == []
        assert "\n" not in line
        assert "\n" not in JsonFormatter().format(record)
