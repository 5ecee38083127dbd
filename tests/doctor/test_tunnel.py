"""A jump box whose sshd lets through what a PermitOpen list names, and nothing else."""

import asyncio
from contextlib import AbstractContextManager
from pathlib import Path

import pytest

from bot.sandbox.server import LocalSlack
from tests.doctor.setup import Setup, shown
from tests.real.processes import free_port
from tests.real.sshd import Jumpbox, sshd

pytestmark = pytest.mark.real

HOST = "127.0.10.7"
OTHER = "127.0.10.8"
OWN_SHELL = "Match all\nForceCommand cat tests-have-no-such-file; exit 1"
"""A jump box that runs no command for us: its DNS server is then guessed to be its own."""


def limited(tmp_path: Path, *opens: str) -> AbstractContextManager[Jumpbox]:
    """A sshd that lets these through."""
    return sshd(tmp_path / "sshd", lines=f"PermitOpen {' '.join(opens)}\n{OWN_SHELL}")


async def made(tmp_path: Path, slack: LocalSlack, box: Jumpbox, *hosts: str) -> Setup:
    """A sound set-up whose rules name these hosts besides."""
    setup = await Setup(tmp_path, slack, box).make()
    more = "".join(f'"{host}", ' for host in hosts)
    setup.change('allow = ["*', f"allow = [{more}" + '"*')
    setup.change('\ntargets = ["*', f"\ntargets = [{more}" + '"*')
    return setup


async def test_a_list_that_names_hosts_and_the_dns_is_no_fault(
    tmp_path: Path, slack: LocalSlack
) -> None:
    with limited(tmp_path, f"{HOST}:3389", "127.0.0.1:53") as box:
        setup = await made(tmp_path, slack, box, HOST)
        report = await setup.report()
    assert report.findings == ()
    said = " ".join(report.fine["jumpbox"])
    assert f"forwards to its DNS server 127.0.0.1 port 53, {HOST} port 3389" in said


async def test_a_host_that_the_list_lacks_is_named(tmp_path: Path, slack: LocalSlack) -> None:
    with limited(tmp_path, f"{HOST}:3389", "127.0.0.1:53") as box:
        setup = await made(tmp_path, slack, box, HOST, OTHER)
        found = await setup.found()
    assert list(found) == ["jumpbox.permit-open"]
    lets, _, lacks = found["jumpbox.permit-open"].what.partition(", but not to ")
    assert f"{HOST} port 3389" in lets
    assert lacks == f"{OTHER} port 3389"


async def test_a_list_without_the_dns_stops_names(tmp_path: Path, slack: LocalSlack) -> None:
    with limited(tmp_path, f"{HOST}:3389") as box:
        setup = await made(tmp_path, slack, box, HOST)
        found = await setup.found()
    assert list(found) == ["jumpbox.permit-open"]
    assert "but not to its DNS server 127.0.0.1 port 53" in found["jumpbox.permit-open"].what
    assert "port 53" in found["jumpbox.permit-open"].remedy


async def test_hosts_that_no_rule_names_are_not_tried(tmp_path: Path, slack: LocalSlack) -> None:
    with limited(tmp_path, "10.0.0.5:3389", "127.0.0.1:53") as box:
        setup = await made(tmp_path, slack, box)
        report = await setup.report()
    (found,) = report.findings
    assert (found.id, found.severity) == ("jumpbox.permit-open", "warning")
    assert "hosts were not tried" in found.what
    assert "10.0.0.5" not in shown(report).replace(found.remedy, "")


async def test_what_is_denied_is_not_tried(tmp_path: Path, slack: LocalSlack) -> None:
    with limited(tmp_path, f"{HOST}:3389", "127.0.0.1:53") as box:
        setup = await made(tmp_path, slack, box, HOST, OTHER)
        setup.change('deny = ["', f'deny = ["{OTHER}", "')
        report = await setup.report()
    assert {each.area for each in report.findings} == {"targets"}
    assert OTHER not in " ".join(report.fine["jumpbox"])


async def test_no_host_hears_of_it_where_the_jump_box_lets_all_through(
    tmp_path: Path, slack: LocalSlack
) -> None:
    heard: list[object] = []

    def came(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        heard.append(writer.get_extra_info("peername"))
        writer.close()

    port = free_port()
    async with await asyncio.start_server(came, HOST, port):
        for lines in ("", f"PermitOpen {HOST}:{port} 127.0.0.1:53"):
            heard.clear()
            with sshd(tmp_path / f"sshd{len(lines)}", lines=f"{lines}\n{OWN_SHELL}") as box:
                setup = await made(tmp_path, slack, box, HOST)
                setup.change("[targets]", f"[targets]\nports = [{port}]")
                assert list(await setup.found()) == []
            assert bool(heard) is bool(lines)
