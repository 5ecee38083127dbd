"""`rdp-triage doctor` as a command: verdict first, JSON, exit codes, and no secret anywhere."""

import asyncio
import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from tests.doctor.mistakes_places import no_place
from tests.doctor.setup import Setup
from tests.doctor.test_mistakes import assert_no_secret
from tests.whole.processes import cli

pytestmark = pytest.mark.real
HOME = Path(__file__).parents[2]


async def doctor(setup: Setup, *options: str) -> tuple[int, str, str]:
    env: Mapping[str, str] = {**setup.env, "PATH": "/usr/bin:/bin"}
    done = await cli("doctor", "--config", str(setup.file), *options, env=env)
    assert_no_secret(setup, done.out + done.err)
    return done.code, done.out, done.err


async def test_all_is_well(setup: Setup) -> None:
    code, out, err = await doctor(setup)
    assert (code, err) == (0, "")
    assert out.startswith("All is well")
    assert "dc1: logged in" in out
    code, out, err = await doctor(setup, "--json")
    told = json.loads(out)
    assert (code, told["schema"], told["findings"], told["errors"]) == (0, 1, [], 0)
    assert set(told["fine"]) == {"slack", "jumpbox", "targets", "store", "knowledge", "machine"}


async def test_the_verdict_comes_first_and_the_remedy_below_each_finding(setup: Setup) -> None:
    setup.key.chmod(0o640)
    setup.slack.kick("helpdesk")
    setup.change('level = "info"', 'level = "debug"')
    code, out, err = await doctor(setup)
    lines = out.splitlines()
    assert (code, err) == (1, "")
    assert lines[0] == "2 errors and 1 warning: it will not work as it is."
    assert out.index("jumpbox.key-open") < out.index("slack.channel-not-joined")
    assert out.index("slack.channel-not-joined") < out.index("machine.log-debug")
    assert f"-> `chmod 600 {setup.key}`" in out.replace("\n            ", " ")
    assert "-> type /invite @rdp-triage in that channel" in out
    code, out, _ = await doctor(setup, "--json")
    told = json.loads(out)
    assert (code, told["errors"], told["warnings"]) == (1, 2, 1)
    assert [sorted(each) for each in told["findings"]] == [
        ["area", "id", "remedy", "severity", "what"]
    ] * 3


async def test_settings_that_do_not_load_are_told_all_at_once(setup: Setup) -> None:
    setup.change('mode = "socket"', 'mode = "telepathy"')
    setup.change('name = "dc1"', 'name = "dc1"\nvia = "dc1"\nprot = 22')
    code, out, err = await doctor(setup)
    assert (code, out) == (2, "")
    assert "slack.mode" in err
    assert "jumpbox.0.prot" in err


@pytest.mark.parametrize("via", ["nowhere", "dc1"])
async def test_a_way_that_leads_nowhere_or_round_is_told(setup: Setup, via: str) -> None:
    setup.change('name = "dc1"', f'name = "dc1"\nvia = "{via}"')
    code, out, err = await doctor(setup)
    assert (code, out) == (2, "")
    assert f"via = '{via}' names no other jump box" in err


@pytest.mark.parametrize("command", [("doctor",), ("serve",), ("jumpbox", "trust", "dc1")])
async def test_a_circle_of_three_is_told_by_every_command(
    setup: Setup, command: tuple[str, ...]
) -> None:
    text = setup.file.read_text("utf-8")
    start, end = text.index("[[jumpbox]]"), text.index("[targets]")
    row = text[start:end]
    for name, via in (("dc1", "dmz"), ("dmz", "hall"), ("hall", "dc1")):
        more = row.replace('name = "dc1"', f'name = "{name}"\nvia = "{via}"')
        text = text.replace("[targets]", f"{more}[targets]", 1)
    setup.file.write_text(text.replace(row, "", 1), "utf-8")
    done = await cli(*command, "--config", str(setup.file), env=setup.env)
    assert (done.code, done.out) == (2, "")
    assert "via leads in a circle: dc1 via dmz via hall via dc1" in done.err


async def test_without_settings_it_names_init(tmp_path: Path) -> None:
    done = await cli("doctor", folder=tmp_path, env={"PYTHONPATH": str(HOME)})
    assert (done.code, done.out) == (2, "")
    assert "rdp-triage init" in done.err


async def test_offline_says_what_it_left_out(setup: Setup) -> None:
    setup.env.clear()
    code, out, _ = await doctor(setup, "--offline")
    assert code == 1
    assert "slack.bot-token-missing" in out
    checked = [line.split(maxsplit=1) for line in out.partition("Checked:\n")[2].splitlines()]
    assert ["slack", "left out (--offline)"] in checked
    assert ["jumpbox", "left out (--offline)"] in checked
    assert [area for area, _ in checked].count("jumpbox") == 1
    code, out, _ = await doctor(setup, "--offline", "--json")
    assert json.loads(out)["skipped"] == ["slack", "jumpbox"]


@pytest.mark.parametrize("options", [(), ("--offline",)])
async def test_no_jump_box_is_told_as_such(setup: Setup, options: tuple[str, ...]) -> None:
    no_place(setup)
    setup.change("[targets]", "[targets]\ndirect = true")
    code, out, _ = await doctor(setup, *options)
    assert code == 0
    lines = [line.split(maxsplit=1) for line in out.splitlines() if "jumpbox" in line]
    assert lines == [["jumpbox", "there is none in the settings"]]


async def test_a_slack_that_never_answers_costs_a_bounded_time(setup: Setup) -> None:
    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.read()
        writer.close()

    server = await asyncio.start_server(mute, "127.0.0.1", 0)
    async with server:
        port = server.sockets[0].getsockname()[1]
        setup.change(setup.slack.api_url, f"http://127.0.0.1:{port}/api/")
        code, out, _ = await doctor(setup)
    assert code == 1
    assert "[slack.unreachable]" in out.replace("\n         ", " ")
