"""How a run behaves: few connections, fewer at once, and never a logon attempt."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import bot
from bot.evidence import Failure, Observation
from bot.lab import Lab
from bot.lab.hosts import HOSTS, RDP_PORT, Host
from bot.probes import Target, host_companions
from bot.targets import Rules
from bot.vantage.jumpbox import JumpboxConfig
from bot.vantage.tls import TlsStream
from bot.wire import credssp, ntlm
from tests.hostile.hosts import STAGES, Act, close, cut_after, drip, good, reset, silence, until
from tests.hostile.ledger import CountedBox, CountedLoopback, Ledger
from tests.hostile.meter import seen
from tests.probes.servers import Serve, gnome, hosting

MOST, MOST_PENDING, MOST_SWEPT = 15, 3, 4
GATEWAY = Target("rdg-01.lab.example", 443)
AUTHENTICATE = b"NTLMSSP\0\x03\0\0\0"
SOURCES = Path(bot.__file__).parent


@pytest.fixture
def plaintext(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """Everything that is written into TLS during a test."""
    found, write = list[bytes](), TlsStream.write

    async def recorded(self: TlsStream, data: bytes, deadline: float) -> None:
        found.append(bytes(data))
        await write(self, data, deadline)

    monkeypatch.setattr(TlsStream, "write", recorded)
    yield found
    assert not [data for data in found if AUTHENTICATE in data], "a logon attempt"


def counted(lab: Lab, folder: Path) -> CountedBox:
    """The lab's jump box with a ledger."""
    lab.settings_toml(folder)
    rules = Rules.of(["*.lab.example", "192.0.2.0/24", "198.51.100.0/24"], [], [])
    key, known_hosts = folder / "lab_key", folder / "lab_known_hosts"
    port = lab.jumpbox.port
    vantage = CountedBox(JumpboxConfig("lab", "127.0.0.1", port, "probe", key, known_hosts, rules))
    vantage.ledger = Ledger()
    return vantage


def held(ledger: Ledger, port: int, most: int = MOST) -> None:
    """The rules of conduct towards one host."""
    assert ledger.to(port) <= most
    assert all(count <= MOST_PENDING for count in ledger.most.values()), ledger.most
    aside = {key: count for key, count in ledger.opened.items() if key[1] in host_companions.PORTS}
    others = [count for (_, other), count in aside.items() if other != 443]
    assert all(count == 1 for count in others), "a companion is tried once"
    assert not [data for data in ledger.written if AUTHENTICATE in data]


@pytest.mark.parametrize("row", HOSTS, ids=lambda row: row.name)
@pytest.mark.parametrize("swept", [False, True], ids=["look", "sweep"])
async def test_every_host_of_the_lab(
    row: Host, swept: bool, tmp_path: Path, plaintext: list[bytes]
) -> None:
    async with Lab() as lab:
        vantage = counted(lab, tmp_path)
        target = Target(row.fqdn, RDP_PORT, None if swept else GATEWAY)
        more = {"connections": MOST_SWEPT} if swept else {}
        await seen(vantage, target, seconds=8.0, patience=2.0, **more)
        await vantage.close()
        machine = lab.host(row.name)
        held(vantage.ledger, RDP_PORT, MOST_SWEPT if swept else MOST)
        assert machine.seen.connections <= (MOST_SWEPT if swept else MOST)
        assert machine.seen.authenticates == 0
        assert lab.gateway("rdg-01").seen.credentials == 0
        assert vantage.ledger.to(443) <= 3, "two handshakes with the gateway, one companion"
    challenged = machine.seen.challenges
    assert sum(ntlm.NEGOTIATE in data for data in plaintext) == challenged <= 2


ACTS: dict[str, Act] = {"drips": drip, "silent": silence, "closes": close, "resets": reset}


@pytest.mark.parametrize("act", ACTS)
@pytest.mark.usefixtures("plaintext")
async def test_hosts_that_do_not_answer(act: str) -> None:
    async def meet(stage: str, most: int) -> None:
        async with hosting(until(stage, ACTS[act])) as host:
            await met(host.port, most)
            assert host.connections <= most

    await asyncio.gather(*(meet(stage, most) for stage in STAGES for most in (MOST, MOST_SWEPT)))


@pytest.mark.parametrize(
    "serve", [good(), good(gnome), cut_after(19), cut_after(500)], ids=["nla", "gnome", "19", "500"]
)
@pytest.mark.usefixtures("plaintext")
async def test_hosts_that_answer(serve: Serve) -> None:
    for most in (MOST, MOST_SWEPT):
        async with hosting(serve) as host:
            await met(host.port, most)
            assert host.connections <= most


async def test_a_host_that_refuses() -> None:
    found = await met(1, MOST)
    assert found["port.tcp"].failure is Failure.TCP_REFUSED


async def met(port: int, most: int) -> dict[str, Observation]:
    vantage = CountedLoopback()
    more = {} if most == MOST else {"connections": most}
    found = await seen(vantage, Target("127.0.0.1", port), patience=1.5, **more)
    held(vantage.ledger, port, most)
    assert not vantage.live
    return {one.probe: one for one in found}


def test_nobody_can_build_an_authenticate() -> None:
    """NTLM's third message, and the fields of CredSSP that would carry credentials."""
    product = [path for path in SOURCES.rglob("*.py") if "lab" not in path.parts]
    assert len(product) > 100
    signed = {path for path in product if "NTLMSSP" in path.read_text(encoding="utf-8")}
    assert {path.relative_to(SOURCES).as_posix() for path in signed} == {"wire/ntlm.py"}
    constants = [one for one in vars(ntlm).values() if isinstance(one, bytes)]
    assert {one[:12] for one in constants} == {b"NTLMSSP\0\x01\0\0\0", b"NTLMSSP\0\x02\0\0\0"}
    # MS-CSSP 2.2.1: authInfo is field 2, pubKeyAuth field 3.
    source = Path(credssp.__file__).read_text(encoding="utf-8")
    assert not re.search(r"(?i)0xA[23]\b|auth_?info|pub_?key|password", source)
    assert set(credssp.TsRequest.__slots__) == {"version", "token", "error_code"}
