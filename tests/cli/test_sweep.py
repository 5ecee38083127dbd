"""`rdp-triage sweep` as a process, through the lab's jump box.

Strategy: the lab lives in the test's process, which counts what reached each host; one lab for
the module, so each test counts from what was there before.
"""

import asyncio
import csv
import fcntl
import json
import os
import signal
import struct
import sys
import termios
from collections.abc import AsyncIterator, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio

from bot.cli.sweep_rows import COLUMNS
from bot.desk.sweeping import CONNECTIONS
from bot.lab import Lab
from bot.lab.hosts import HOSTS

pytestmark = pytest.mark.asyncio(loop_scope="module")

HOME = Path(__file__).parents[2]
PATIENCE = 60.0
SILENT = ["192.0.2.201", "192.0.2.202", "192.0.2.203"]
DENIED = 'deny = ["192.0.2.31/32", "srv-db-02.lab.example"]\n'
LOOKS_LIKE = {"pc-sales-11": "firewall-blocks-port", "srv-scope-01": "firewall-blocks-port"}
"""When only the RDP port is tried, a host that sleeps looks like one behind a firewall; from one
place alone, so does a rule that lets in another network."""

UNSEEN = {"srv-mtu-01", "srv-way-01", "srv-dns-01"}
"""What a sweep does not look for: the path's packet sizes, and what only another place sees."""


@dataclass(frozen=True, slots=True)
class Done:
    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class World:
    """The lab, a folder with its settings, and the command."""

    lab: Lab
    folder: Path

    async def start(
        self, *arguments: str, hosts: list[str], stdout: int = asyncio.subprocess.PIPE
    ) -> asyncio.subprocess.Process:
        (self.folder / "hosts").write_text("\n".join(hosts), encoding="utf-8")
        return await asyncio.create_subprocess_exec(
            sys.executable, "-m", "bot", "sweep", str(self.folder / "hosts"),
            "--config", str(self.folder / "rdp-triage.toml"), *arguments,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=stdout,
            stderr=asyncio.subprocess.PIPE,
            cwd=HOME,
            start_new_session=True,
        )  # fmt: skip

    async def sweep(self, *arguments: str, hosts: list[str]) -> Done:
        return await ended(await self.start(*arguments, hosts=hosts))

    def met(self) -> dict[str, int]:
        """Connections that reached each RDP listener so far."""
        return {row.name: self.lab.host(row.name).seen.connections for row in HOSTS}


async def ended(process: asyncio.subprocess.Process) -> Done:
    try:
        async with asyncio.timeout(PATIENCE):
            out, err = await process.communicate()
    except BaseException:
        process.kill()
        await process.wait()
        raise
    assert process.returncode is not None
    return Done(process.returncode, out.decode(), err.decode())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def lab() -> AsyncIterator[Lab]:
    async with Lab() as running:
        yield running


@pytest.fixture
def world(lab: Lab, tmp_path: Path) -> World:
    lab.settings_toml(tmp_path)
    return World(lab, tmp_path)


def lines(text: str) -> Iterator[Mapping[str, str]]:
    return csv.DictReader(text.splitlines())


async def test_the_whole_lab_in_one_sweep(world: World) -> None:
    before = world.met()
    done = await world.sweep("--format", "jsonl", hosts=[row.name for row in HOSTS])
    assert done.code == 1, done.err
    found = {raw["target"]["host"]: raw for raw in map(json.loads, done.out.splitlines())}
    assert set(found) == {row.name for row in HOSTS}
    for row in HOSTS:
        verdict = found[row.name]["verdict"]
        first = next(each["id"] for each in verdict["causes"] if each["id"] != "other")
        if row.cause is None or row.name in UNSEEN:
            assert verdict["state"] == "healthy"
        else:
            assert first == LOOKS_LIKE.get(row.name, row.cause)
            assert verdict["state"] != "healthy"
        assert found[row.name]["next"] is None
        assert "host.companions" not in {one["probe"] for one in found[row.name]["observations"]}
    now = world.met()
    assert max(now[name] - before[name] for name in now) == CONNECTIONS
    assert f"{len(HOSTS)} hosts\n" in done.err
    assert "found         certificate-expired" in done.err
    assert "expired: 1," in done.err


async def test_the_exit_code_tells_what_was_found(world: World) -> None:
    fine = await world.sweep(hosts=["srv-app-01 # healthy", "", "srv-app-02"])
    assert (fine.code, fine.out.count("ok ")) == (0, 2), fine.err
    assert (await world.sweep(hosts=["srv-app-01", "srv-file-01"])).code == 3
    assert (await world.sweep(hosts=["srv-file-01", "srv-app-07"])).code == 1


async def test_bad_lines_are_named_before_anything_is_looked_at(world: World) -> None:
    before = world.met()
    done = await world.sweep(
        "--output", str(world.folder / "out.csv"), "--format", "csv",
        hosts=["srv-app-01", "srv app 02", "# fine", "-oProxyCommand=x", "srv:99999"],
    )  # fmt: skip
    assert (done.code, done.out) == (2, "")
    for number in (2, 4, 5):
        assert f"hosts:{number}: " in done.err
    assert "hosts:1" not in done.err
    assert world.met() == before
    assert not (world.folder / "out.csv").exists()


async def test_a_place_that_does_not_exist_is_wrong_usage(world: World) -> None:
    done = await world.sweep("--via", "nowhere", hosts=["srv-app-01"])
    assert (done.code, done.out) == (2, "")
    assert "nowhere" in done.err


async def test_refused_hosts_are_listed_and_not_looked_at(world: World) -> None:
    world.lab.settings_toml(world.folder, DENIED)
    before = world.met()
    closed = ["srv-db-01", "192.0.2.31", "srv-db-02", "10.0.0.1", "srv-app-01:22"]
    done = await world.sweep("--format", "csv", hosts=[*closed, "srv-app-01"])
    found = {f"{row['host']}:{row['port']}": row for row in lines(done.out)}
    refused = {host for host, row in found.items() if row["verdict"] == "refused"}
    assert refused == {host if ":" in host else f"{host}:3389" for host in closed}
    assert found["srv-app-01:3389"]["verdict"] == "healthy"
    now = world.met()
    assert {name for name in now if now[name] != before[name]} == {"srv-app-01"}
    assert "targets.deny has 192.0.2.31/32" in done.err
    assert "5  refused" in done.err
    assert done.code == 3


@pytest.mark.parametrize("form", ["csv", "jsonl"])
async def test_an_interrupted_sweep_goes_on_where_it_stopped(world: World, form: str) -> None:
    output = world.folder / f"out.{form}"
    hosts = ["srv-app-01", "srv-app-07", *SILENT, "srv-app-09"]
    options = ("--format", form, "--output", str(output))
    process = await world.start(*options, "--at-once", "1", "--timeout", "60", hosts=hosts)
    head = form == "csv"
    async with asyncio.timeout(PATIENCE):
        while not output.exists() or output.read_bytes().count(b"\n") < 2 + head:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.05)
    process.send_signal(signal.SIGINT)
    done = await ended(process)
    assert (done.code, done.out) == (130, "")
    assert "the same command goes on" in " ".join(done.err.split())
    assert "healthy" in done.err, "what is done is summed up"
    assert "Traceback" not in done.err
    half = output.read_text(encoding="utf-8")
    known = names(half, form)
    assert known == hosts[: len(known)]
    assert 2 <= len(known) < len(hosts)
    assert half.endswith("\n")

    before = world.met()
    done = await world.sweep(*options, "--timeout", "2", hosts=hosts)
    assert done.code == 1, "the fault of the first run counts"
    assert f"{len(known)} hosts are there already" in done.err
    assert output.read_text(encoding="utf-8").startswith(half)
    assert sorted(names(output.read_text(encoding="utf-8"), form)) == sorted(hosts)
    now = world.met()
    assert {name for name in now if now[name] != before[name]} == {"srv-app-09"}
    assert "6 hosts\n" in done.err


async def test_a_reader_that_has_stopped_reading_does_not_hold_up_ctrl_c(world: World) -> None:
    reader, writer = os.pipe()
    room = fcntl.fcntl(writer, fcntl.F_SETPIPE_SZ, 4096)
    process = await world.start("--format", "jsonl", hosts=["srv-app-01"], stdout=writer)
    os.close(writer)
    async with asyncio.timeout(PATIENCE):
        while waiting(reader) < room:  # noqa: ASYNC110 - another process writes it
            await asyncio.sleep(0.05)
        process.send_signal(signal.SIGINT)
        _, told = await process.communicate()
    os.close(reader)
    assert process.returncode == 130, told
    assert b"interrupted with 1 host left" in b" ".join(told.split())
    assert b"Fatal" not in told


def waiting(pipe: int) -> int:
    """Bytes that nobody has read yet."""
    count = fcntl.ioctl(pipe, termios.FIONREAD, struct.pack("i", 0))
    return int(struct.unpack("i", count)[0])


def names(text: str, form: str) -> list[str]:
    if form == "csv":
        return [row["host"] for row in lines(text)]
    return [json.loads(line)["target"]["host"] for line in text.splitlines()]


async def test_text_cannot_be_gone_on_with(world: World) -> None:
    output = world.folder / "out.txt"
    assert (await world.sweep("--output", str(output), hosts=["srv-app-01"])).code == 0
    text = output.read_text(encoding="utf-8")
    assert text.startswith("ok       srv-app-01")
    done = await world.sweep("--output", str(output), hosts=["srv-app-07"])
    assert done.code == 2
    assert "csv or jsonl" in done.err
    assert output.read_text(encoding="utf-8") == text


async def test_csv_has_its_head_and_numbers(world: World) -> None:
    done = await world.sweep("--format", "csv", hosts=["srv-app-07"])
    assert done.out.splitlines()[0] == ",".join(COLUMNS)
    row = next(iter(lines(done.out)))
    assert (row["cause"], row["security"], row["tls"]) == (
        "certificate-expired", "nla-required", "TLSv1.2",
    )  # fmt: skip
    assert float(row["days_left"]) < 0
    assert row["address"] == "192.0.2.17"
