"""The C library's lookup in a thread: its answers, its errors, and that nobody waits for it."""

import asyncio
import socket
import threading
from ipaddress import ip_address

import pytest

from bot.vantage import system
from tests.real_programs import program
from tests.vantage.servers import soon


def replace(monkeypatch: pytest.MonkeyPatch, answer: object) -> list[str]:
    asked: list[str] = []

    def getaddrinfo(name: str, *args: object, **options: object) -> object:
        asked.append(name)
        if isinstance(answer, Exception):
            raise answer
        return answer

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


async def test_addresses_come_once_and_ipv4_first(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [(10, 1, 6, "", (host, 0)) for host in ("::5", "10.0.0.1", "::5", "10.0.0.2")]
    asked = replace(monkeypatch, rows)
    found = await system.system_addresses("srv.corp.example", soon())
    assert [str(address) for address in found.addresses] == ["10.0.0.1", "10.0.0.2", "::5"]
    assert asked == ["srv.corp.example."]  # absolute: the search list has been applied already


@pytest.mark.parametrize(
    ("canonical", "leads_to"),
    [("real.corp.example", "real.corp.example"), ("SRV.corp.example.", None), ("", None)],
)
async def test_the_name_that_an_alias_leads_to(
    monkeypatch: pytest.MonkeyPatch, canonical: str, leads_to: str | None
) -> None:
    rows = [(2, 1, 6, canonical, ("10.0.0.1", 0)), (2, 1, 6, "", ("10.0.0.2", 0))]
    replace(monkeypatch, rows)
    assert (await system.system_addresses("srv.corp.example", soon())).leads_to == leads_to


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (socket.gaierror(socket.EAI_NONAME, "unknown"), "nxdomain"),
        (socket.gaierror(socket.EAI_NODATA, "no address"), "no-answer"),
        (socket.gaierror(socket.EAI_AGAIN, "try again"), "trouble"),
        (OSError(24, "too many files"), "trouble"),
        (UnicodeError("label too long"), "trouble"),
    ],
)
async def test_errors_keep_their_meaning(
    monkeypatch: pytest.MonkeyPatch, error: Exception, status: str
) -> None:
    replace(monkeypatch, error)
    assert (await system.system_addresses("srv", soon())).status == status


async def test_a_hanging_lookup_costs_the_deadline_only(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def hang(*args: object, **options: object) -> list[object]:
        release.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    monkeypatch.setattr(system, "_ROOM", threading.BoundedSemaphore(1))
    assert (await system.system_addresses("srv", soon(0.05))).status == "timeout"
    full = await system.system_addresses("srv", soon())
    assert full.status == "timeout"
    assert "too many" in full.detail
    release.set()
    async with asyncio.timeout(10):
        while not system._ROOM.acquire(blocking=False):  # noqa: ASYNC110  a thread has no event
            await asyncio.sleep(0.005)


def test_a_lookup_may_outlive_its_loop(monkeypatch: pytest.MonkeyPatch) -> None:
    release = threading.Event()

    def hang(*args: object, **options: object) -> list[object]:
        release.wait(20)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)

    async def lookup() -> str:
        return (await system.system_addresses("srv", soon(0.01))).status

    assert asyncio.run(lookup()) == "timeout"
    release.set()
    for thread in threading.enumerate():
        if thread.name == "name-lookup":
            thread.join(10)


@pytest.mark.real
async def test_the_loopback_answers_a_ping() -> None:
    program("ping")
    assert await system.ping(ip_address("127.0.0.1"), soon()) == "reply"


async def test_pings_end_at_the_deadline_and_need_a_program(
    monkeypatch: pytest.MonkeyPatch, tmp_path: object
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    assert await system.ping(ip_address("127.0.0.1"), soon()) == "unknown"


def test_the_exit_status_of_ping_is_what_counts() -> None:
    assert [system.ping_state(status) for status in (0, 1, 2, 127, None)] == [
        "reply", "silence", "unknown", "unknown", "unknown",
    ]  # fmt: skip


@pytest.mark.parametrize(
    "said",
    [
        "ping: permission denied (are you root?)\n",  # busybox
        "ping: invalid option -- 'n'\nBusyBox v1.30.1 multi-call binary.\n",
        "ping: unknown option -- W\nusage: ping [-DdEefHLnqRrv] host\n",  # OpenBSD
        "ping: sendmsg: Operation not permitted\n1 packets transmitted, 0 received\n",
    ],
)
def test_a_ping_that_could_not_try_heard_no_silence(said: str) -> None:
    assert system.ping_state(1, said) == "unknown"
