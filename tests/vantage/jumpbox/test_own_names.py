"""A resolver that does not answer over TCP: the jump box looks by itself, or the words say so."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncssh
import dns.rcode
import pytest

from bot.evidence import Failure
from bot.targets import TargetRefused
from bot.vantage.base import VantageError
from bot.vantage.commands import SURVEY, own_lookup
from bot.vantage.jumpbox import Jumpbox
from tests.vantage.servers import DnsServer, Handler, SshBox, Zone, reset, silence, soon, tcp_server

NAME = "srv.corp.example"
LOOK = own_lookup(NAME).line
RESOLVER = ("10.0.0.53", 53)
FOUND = (
    f"\n10.0.0.7        STREAM {NAME}\n10.0.0.7        DGRAM  \n10.0.0.7        RAW    \n"
    f"2001:db8::7     STREAM \nfe80::7%eth0    STREAM \nrc 0\n"
)
NOT_FOUND = "\nrc 2\n"
SHELL = "\nsurvey 42\nsystem Linux\nping \n"


@asynccontextmanager
async def answering(server: SshBox, handler: Handler | None) -> AsyncIterator[None]:
    """A resolver over TCP, or none that takes TCP."""
    if handler is None:
        yield
        return
    async with tcp_server(handler) as port:
        server.routes[RESOLVER] = port
        yield


def box(server: SshBox, said: str | None, survey: str | None = SHELL) -> None:
    server.commands = {"cat /etc/resolv.conf": "search corp.example\nnameserver 10.0.0.53\n"}
    server.commands |= {LOOK: said} if said is not None else {}
    server.commands |= {SURVEY.line: survey} if survey is not None else {}


@pytest.mark.parametrize("typed", [NAME, "srv"])
@pytest.mark.parametrize("handler", [None, silence, reset])
async def test_what_the_jump_box_finds_by_itself_counts(
    server: SshBox, jumpbox: Jumpbox, handler: Handler | None, typed: str
) -> None:
    box(server, FOUND)
    async with answering(server, handler):
        found = await jumpbox.lookup(typed, soon())
    assert found.facts() == {
        "asked": typed,
        "status": "ok",
        "addresses": ["10.0.0.7", "2001:db8::7"],
        "canonical": NAME,
        "resolver": "getent",
    }


async def test_nobody_looks_by_himself_where_the_resolver_answers(
    server: SshBox, jumpbox: Jumpbox
) -> None:
    zone: Zone = {(NAME, "A"): ["10.0.0.1"], ("x.corp.example", "A"): dns.rcode.SERVFAIL}
    box(server, FOUND)
    async with answering(server, DnsServer(zone).handle):
        assert (await jumpbox.lookup(NAME, soon())).resolver == "10.0.0.53"
        assert (await jumpbox.lookup("gone.corp.example", soon())).status == "nxdomain"
        refused = await jumpbox.lookup("x.corp.example", soon())
    assert refused.status == "no-answer"
    assert "TCP" not in refused.detail
    assert LOOK not in server.ran


async def test_what_neither_finds_is_no_dead_resolver(server: SshBox, jumpbox: Jumpbox) -> None:
    box(server, NOT_FOUND)
    async with answering(server, silence):
        found = await jumpbox.lookup(NAME, soon(2.0))
    assert found.status == "no-answer"
    assert "over TCP" in found.detail
    assert "getent" in found.detail


@pytest.mark.parametrize(
    "can",
    [
        (None, None),
        (FOUND, "no shell for you"),
        (FOUND, "'sh' is not recognized as an internal or external command"),
        ("", SHELL),
        ("rc 127\n", SHELL),
        ("10.0.0.7 STREAM\n", SHELL),
        ("hang", SHELL),
    ],
)
@pytest.mark.parametrize(("handler", "status"), [(None, "no-answer"), (silence, "timeout")])
async def test_where_it_cannot_look_the_words_say_that_only_tcp_was_tried(
    server: SshBox,
    jumpbox: Jumpbox,
    can: tuple[str | None, str | None],
    handler: Handler | None,
    status: str,
) -> None:
    box(server, *can)
    async with answering(server, handler):
        found = await jumpbox.lookup(NAME, soon(1.0))
    assert found.status == status
    assert "asked over TCP" in found.detail
    assert "nothing about UDP" in found.detail
    assert "10.0.0.53" in found.detail
    assert NAME in found.detail


async def test_a_server_without_sessions_tells_it_too(tmp_path: Path) -> None:
    server = SshBox()
    server.commands = None
    await server.start()
    vantage = Jumpbox(server.config(tmp_path, resolver=(RESOLVER,)))
    found = await vantage.lookup(NAME, soon())
    assert found.status == "no-answer"
    assert "nothing about UDP" in found.detail
    await vantage.close()
    await server.stop()


async def test_a_jump_box_that_does_not_tell_its_resolver_may_find_names_for_us(
    server: SshBox, jumpbox: Jumpbox
) -> None:
    server.commands = {SURVEY.line: SHELL, LOOK: FOUND}
    found = await jumpbox.lookup(NAME, soon())
    assert (found.status, found.resolver) == ("ok", "getent")


async def test_what_it_finds_is_judged_as_any_answer(server: SshBox, jumpbox: Jumpbox) -> None:
    box(server, "10.9.0.1 STREAM x\nrc 0\n")
    found = await jumpbox.lookup(NAME, soon())
    with pytest.raises(TargetRefused):  # a closed range
        await jumpbox.connect(found.addresses[0], 3389, soon())
    server.commands = {**(server.commands or {}), "cat /etc/resolv.conf": "search evil.example\n"}
    with pytest.raises(TargetRefused):
        await jumpbox.lookup("other.evil.example", soon())


async def test_forwarding_that_is_denied_is_still_a_fault_of_the_jump_box(
    server: SshBox, jumpbox: Jumpbox
) -> None:
    box(server, FOUND)
    server.routes[RESOLVER] = asyncssh.ChannelOpenError(1, "open failed")
    with pytest.raises(VantageError) as caught:
        await jumpbox.lookup(NAME, soon())
    assert caught.value.failure is Failure.JUMPBOX_FORWARDING


async def test_the_next_jump_box_is_found_so_as_well(server: SshBox, tmp_path: Path) -> None:
    box(server, "127.0.0.1 STREAM x\nrc 0\n")
    server.routes[("127.0.0.1", server.port)] = server.port
    outer = Jumpbox(server.config(tmp_path))
    inner = Jumpbox(server.config(tmp_path, name="dc2", host=NAME, via=outer))
    with pytest.raises(VantageError, match="dc2") as caught:
        await inner.session(soon())
    assert caught.value.failure is Failure.JUMPBOX_HOST_KEY  # it answered; its key has no pin here
    await inner.close()
    await outer.close()
