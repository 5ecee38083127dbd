import asyncio
import tomllib
from pathlib import Path

import pytest

from bot import settings
from bot.lab import JumpboxState, Lab, NoSuchHost
from tests.lab.client import BARE, dial


async def test_settings_are_those_of_the_product(lab: Lab, tmp_path: Path) -> None:
    read = settings.read(lab.settings_toml(tmp_path), {})
    assert [box.name for box in read.jumpbox] == ["lab", "branch"]
    for box, port in zip(read.jumpbox, (lab.jumpbox.port, lab.branch.port), strict=True):
        assert (box.host, box.port, box.user) == ("127.0.0.1", port, "probe")
        assert read.located(box.key).stat().st_mode & 0o777 == 0o600
        known = read.located(box.known_hosts).read_text(encoding="utf-8")
        assert f"[127.0.0.1]:{box.port} " in known


async def test_settings_can_say_more(lab: Lab, tmp_path: Path) -> None:
    path = lab.settings_toml(tmp_path, '[store]\npath = "here.db"\n')
    assert tomllib.loads(path.read_text(encoding="utf-8"))["store"] == {"path": "here.db"}


@pytest.mark.parametrize("name", ["srv-app-07", "SRV-APP-07", "srv-app-07.lab.example"])
def test_hosts_are_found_by_either_name(name: str) -> None:
    assert Lab().host(name).row.address == "192.0.2.17"


async def test_an_unknown_host(lab: Lab) -> None:
    with pytest.raises(NoSuchHost, match="srv-nowhere"):
        await lab.repair("srv-nowhere")


async def test_nothing_is_left_behind() -> None:
    before = asyncio.all_tasks()
    async with Lab() as lab:
        ports = [lab.host(row.name).port for row in lab.faults()]
        ports += [lab.jumpbox.port, lab.branch.port, lab.nameserver.tcp_port]
        async with dial(lab.host("srv-app-01").port) as stream:
            stream.writer.write(BARE)
            await stream.reader.readexactly(11)
            await lab.switch_jumpbox(JumpboxState.OTHER_HOST_KEY)
            await lab.close()
    await asyncio.sleep(0)
    assert asyncio.all_tasks() == before
    for port in filter(None, ports):
        with pytest.raises(ConnectionRefusedError):
            await asyncio.open_connection("127.0.0.1", port)
