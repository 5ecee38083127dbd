"""Hostile hosts against a real ``sh`` on a real sshd: nothing but our own commands ever runs."""

import asyncio
import os
from collections.abc import Iterator
from dataclasses import replace
from ipaddress import ip_address
from pathlib import Path
from random import Random

import dns.message
import dns.name
import dns.rdatatype
import dns.rrset
import pytest

from bot.cli.main import run
from bot.desk.looking import Scout
from bot.probes import Target
from bot.probes.run import look
from bot.targets import BadHost, Rules, TargetRefused, parse_host, unwrap
from bot.vantage.base import VantageError
from bot.vantage.jumpbox import Jumpbox
from tests.handlers.house import house
from tests.real.processes import free_port
from tests.real.shell import GRAMMARS, MARK, Shell, addresses, shell
from tests.vantage.servers import DnsServer, soon, tcp_server

pytestmark = pytest.mark.real

ROUNDS = 200_000 if os.environ.get("CI_LONG") else 10_000
SEED = 7
RULES = Rules.of(["*.corp.example", "srv", "localhost", "127.0.0.0/8"], [], [3389])
LETTERS = "$`;|&<>(){}[]!*?~#%^=+,@/\\'\"\n\r\t\0 -_.:\u200b\u202e\uff1b"


def hostile(rounds: int) -> Iterator[str]:
    """Texts that would leave a file if any part of them were run; reproducible."""
    chance = Random(SEED)  # noqa: S311 - to be the same each time
    for grammar in GRAMMARS:
        text = grammar.format(mark=MARK)
        yield from (text, f"srv{text}", f"srv.corp.example{text}", f"{text}.corp.example")
    for _ in range(rounds):
        pieces = [chance.choice(GRAMMARS).format(mark=MARK) for _ in range(chance.randint(1, 2))]
        noise = "".join(chance.choices(LETTERS, k=chance.randint(0, 4)))
        parts = [*pieces, noise, chance.choice(("srv", "127.0.0.1", "a.corp.example", "x"))]
        chance.shuffle(parts)
        yield "".join(parts)


class Lying(DnsServer):
    """Leads every name to the loopback by way of hostile names, and addresses back to such."""

    def reply(self, query: dns.message.Message) -> dns.message.Message:
        question, evil = query.question[0], dns.name.Name([f"$(touch {MARK})".encode(), b";x", b""])
        reply = dns.message.make_response(query)
        if question.rdtype == dns.rdatatype.PTR:
            text = evil.to_text()
            reply.answer.append(dns.rrset.from_text(question.name, 5, "IN", "PTR", text))
        elif question.rdtype == dns.rdatatype.A:
            alias = dns.rrset.from_text(question.name, 5, "IN", "CNAME", evil.to_text())
            reply.answer.append(alias)
            reply.answer.append(dns.rrset.from_text(evil, 5, "IN", "A", "127.0.0.1"))
        return reply


def settings(box: Shell, folder: Path, port: int) -> Path:
    """Settings that look from the jump box, at the loopback."""
    path, config = folder / "rdp-triage.toml", box.config
    path.write_text(
        f'[[jumpbox]]\nname = "dc1"\nhost = "127.0.0.1"\nport = {config.port}\n'
        f'user = "{config.user}"\nkey = "{config.key}"\nknown_hosts = "{config.known_hosts}"\n'
        'targets = ["*", "127.0.0.0/8"]\n[targets]\nallow = ["*", "127.0.0.0/8"]\n'
        f"ports = [{port}]\n",
        encoding="utf-8",
    )
    return path


def nothing_ran(box: Shell) -> set[str]:
    """Only our own commands, at allowed addresses; no file anywhere that a text named."""
    shapes = box.ours()
    for line in box.commands:
        for address in addresses(line):
            assert ip_address(address).is_loopback, line
    assert box.left == []
    assert not Path("/", MARK).exists()
    assert not Path(MARK).exists()
    return shapes


async def test_the_trap_itself_works(tmp_path: Path) -> None:
    async with shell(tmp_path) as box:
        vantage = Jumpbox(box.config)
        await vantage.session(soon())
        connection = await vantage._link.ready(soon())
        await connection.run(f"ping -n -c 1 -W 1 127.0.0.1;touch {MARK}", soon())
        await vantage.close()
        assert box.left == [MARK]
        with pytest.raises(AssertionError, match=MARK):
            box.ours()


async def test_thousands_of_hostile_hosts_run_nothing(tmp_path: Path) -> None:
    """Past the grammar, too: each text is also given to the jump box as if it had been let in."""
    read = 0
    async with shell(tmp_path) as box, tcp_server(Lying({}).handle) as resolver:
        servers = (("127.0.0.1", resolver),)
        vantage = Jumpbox(replace(box.config, rules=RULES, resolver=servers))
        try:
            await vantage.session(soon())
            for text in hostile(ROUNDS):
                try:
                    host = parse_host(unwrap(text)).host
                except BadHost:
                    host = text
                else:
                    read += 1
                    assert not set(host) & set(LETTERS) - set("-_.:"), text
                try:
                    await vantage.lookup(host, soon())
                except (TargetRefused, VantageError):
                    continue
        finally:
            await vantage.close()
        assert read >= 20, "the texts are refused too early to say anything"
        nothing_ran(box)


async def test_whole_looks_at_hostile_names_run_our_own_commands_only(tmp_path: Path) -> None:
    names = ["srv", f"{MARK}.corp.example", f"{MARK}-{MARK}_x.corp.example", "127.0.0.1"]
    async with shell(tmp_path) as box, tcp_server(Lying({}).handle) as resolver:
        servers = (("127.0.0.1", resolver),)
        vantage = Jumpbox(replace(box.config, rules=RULES, resolver=servers))
        told = list[str]()
        try:
            for name in names:
                target = Target(name, free_port(), Target(f"{MARK}.corp.example", free_port()))
                seen = await look(vantage, target, deadline=soon(6), connect_timeout=2)
                assert {str(each.failure) for each in seen if each.probe == "port.tcp"} == {
                    "tcp.refused"
                }
                told += [str(each.facts) for each in seen]
        finally:
            await vantage.close()
        shapes = nothing_ran(box)
        assert len(shapes) >= 5, "too little was run to say anything"
        assert not [each for each in told if "$(" in each or ";" in each]


async def test_the_command_line_runs_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with shell(tmp_path) as box:
        path = settings(box, tmp_path, free_port())

        def check(*words: str) -> int:
            told = ["check", *words, "--via", "dc1", "--timeout", "3", "--config", str(path)]
            return run(told)

        texts = list(hostile(0))
        for text in texts[:: max(1, len(texts) // 100)]:
            ways: list[tuple[str, ...]] = [("--", text), ("srv", "--gateway", text), ("srv", text)]
            for words in ways:
                code = await asyncio.to_thread(check, *words)
                assert code in {2, 3}, words
        for words in (
            ("srv",),
            (f"{MARK}.corp.example",),
            ("srv", "--message", f"$(touch {MARK})"),
        ):
            assert await asyncio.to_thread(check, *words) in {1, 2, 3}
        capsys.readouterr()
        assert len(nothing_ran(box)) >= 4


async def test_the_desk_runs_nothing(tmp_path: Path) -> None:
    """Typed in Slack: as the host, as the gateway, as the place, and as the error text."""
    async with shell(tmp_path) as box, tcp_server(Lying({}).handle) as resolver:
        servers = (("127.0.0.1", resolver),)
        vantage = Jumpbox(replace(box.config, rules=RULES, resolver=servers))
        scout = Scout(RULES, {"dc1": vantage}, {"dc1": ["*", "127.0.0.0/8"]}, None)
        (tmp_path / "bot").mkdir()
        async with house(tmp_path / "bot", scout=scout) as bot:
            texts = list(hostile(0))
            lines = [f"/rdp {text}" for text in texts[::9]]
            lines += [f"/rdp srv gateway {text}" for text in texts[::25]]
            lines += [f"/rdp srv via {text}" for text in texts[::25]]
            lines += [f"/rdp srv 0x904 {text}" for text in texts[::40]]
            for line in lines:
                await bot.slack.command("asker", "helpdesk", line.replace("\n", " "))
            await bot.desk.settled()
            await bot.slack.settle()
        await vantage.close()
        nothing_ran(box)
