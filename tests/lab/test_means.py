"""The lab's jump box as a vantage uses it: what it can do besides forwarding."""

from ipaddress import ip_address
from pathlib import Path

import pytest

from bot.lab import Lab
from bot.lab.jumpbox import USER
from bot.targets import Rules
from bot.vantage.base import Cannot
from bot.vantage.jumpbox import Jumpbox, JumpboxConfig
from tests.vantage.servers import soon

SYN = b"\xff\xff\xff\xff\x04\x00\x00\x01\x80\x81\x82\x83" + bytes(1220)


async def test_it_does_what_a_small_debian_can(lab: Lab, tmp_path: Path) -> None:
    lab.settings_toml(tmp_path)
    vantage = Jumpbox(
        JumpboxConfig(
            "lab", "127.0.0.1", lab.jumpbox.port, USER, tmp_path / "lab_key",
            tmp_path / "lab_known_hosts", Rules.of(["192.0.2.0/24"], [], []),
        )
    )  # fmt: skip
    host = ip_address(lab.host("srv-app-01").row.address)
    refusing = ip_address(lab.host("srv-file-01").row.address)
    ssh = ip_address(lab.host("srv-file-03").row.address)
    try:
        means = await vantage.means(soon())
        echoes = await means.echoes(host, [1600, 1500], soon())
        assert [echo.state for echo in echoes] == ["too-big", "reply"]
        clock = await means.clock(soon())
        assert abs(clock.offset_s) <= clock.error_s
        assert await means.neighbour(host, soon()) == "elsewhere"
        answer = await means.datagram(host, 3389, SYN, soon())
        assert (answer.state, len(answer.data), answer.data[:4]) == (
            "answers", 1232, b"\x80\x81\x82\x83",
        )  # fmt: skip
        assert (await means.datagram(refusing, 3389, SYN, soon())).state == "refused"
        assert (await means.datagram(ssh, 3389, SYN, soon())).state == "silent"
        assert await means.leg_ms(soon()) > 0
        with pytest.raises(Cannot, match="no ss command"):
            await means.sockets(host, 3389, soon())
    finally:
        await vantage.close()
