"""Each planted mistake is found by its name, with the remedy for it, and nothing leaks."""

import json
from pathlib import Path

import pytest

from bot.sandbox.server import LocalSlack
from bot.store.lock import ServeLock
from tests.doctor.mistakes import MISTAKES, Mistake
from tests.doctor.setup import Setup, shown
from tests.real.sshd import sshd

pytestmark = pytest.mark.real

# What a mistake cannot but bring along: a closed door hides what is behind it.
ALONG = {
    "slack.bot-token-kind": {"slack.app-token-kind"},
    "slack.app-token-kind": {"slack.bot-token-kind"},
    "slack.bot-token-refused": {"slack.app-token-refused"},
    "store.disk-full": {"store.not-writable"},
    "slack.other-workspace": {"slack.channel-unknown"},
    "slack.api-url-plain": {"slack.unreachable"},
    "slack.api-url-other": {"slack.unreachable"},
    "targets.box-without-targets": {"targets.allow-unseen"},
    "targets.box-closed": {"targets.allow-unseen"},
}


def test_there_are_enough_of_them() -> None:
    assert len({each.id for each in MISTAKES}) >= 50


@pytest.mark.parametrize("mistake", MISTAKES, ids=[each.name for each in MISTAKES])
async def test_a_mistake_is_found_with_its_remedy(setup: Setup, mistake: Mistake) -> None:
    mistake.spoil(setup)
    report = await setup.report()
    found = {each.id: each for each in report.findings}
    assert mistake.id in found, found
    remedy = found[mistake.id].remedy
    assert [word for word in mistake.remedy if word not in remedy] == []
    assert set(found) - {mistake.id} <= ALONG.get(mistake.id, set())
    assert_no_secret(setup, shown(report))


def assert_no_secret(setup: Setup, said: str) -> None:
    """No token, signing secret or key of the set-up stands in a text, whole or in part."""
    slack = setup.slack
    secrets = [*setup.env.values(), slack.bot_token, slack.app_token, slack.signing_secret]
    if setup.key.exists():
        secrets += setup.key.read_text("utf-8", errors="replace").splitlines()[1:-1]
    assert [each for each in secrets if each and each in said] == []
    assert [each for each in secrets if len(each) > 12 and each[5:-5] in said] == []


@pytest.mark.parametrize(
    ("lines", "forwarding", "identifier", "words"),
    [
        ("", False, "jumpbox.forwarding-refused", ("AllowTcpForwarding", "127.0.0.1")),
        ("PermitOpen 10.0.0.5:3389", True, "jumpbox.forwarding-refused", ("PermitOpen", "port 53")),
        ("AllowUsers nobody-here", True, "jumpbox.login-refused", ("authorized_keys",)),
    ],
)
async def test_what_only_the_jump_box_tells(  # noqa: PLR0913, PLR0917 (a table)
    tmp_path: Path,
    slack: LocalSlack,
    lines: str,
    forwarding: bool,
    identifier: str,
    words: tuple[str, ...],
) -> None:
    with sshd(tmp_path / "sshd", forwarding=forwarding, lines=lines) as box:
        found = await (await Setup(tmp_path, slack, box).make()).found()
    assert list(found) == [identifier]
    assert [word for word in words if word not in found[identifier].remedy] == []


async def test_a_jump_box_whose_clock_is_off(tmp_path: Path, slack: LocalSlack) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "date").write_text("#!/bin/sh\nexec /bin/date -d '-2 minutes' \"$@\"\n", "ascii")
    (tools / "date").chmod(0o755)
    # Only the first SetEnv of a block counts, and a Match block goes before the rest.
    lines = f"Match all\nSetEnv PATH={tools}:/usr/bin:/bin SHLVL=1 HOME={tmp_path}"
    with sshd(tmp_path / "sshd", lines=lines) as box:
        found = await (await Setup(tmp_path, slack, box).make()).found()
    assert list(found) == ["jumpbox.clock"]
    assert "behind" in found["jumpbox.clock"].what
    assert "NTP" in found["jumpbox.clock"].remedy


async def test_two_jump_boxes_are_told_apart(setup: Setup) -> None:
    text = setup.file.read_text("utf-8")
    start, end = text.index("[[jumpbox]]"), text.index("[targets]")
    second = text[start:end].replace('"dc1"', '"dc2"\nvia = "dc1"')
    second = second.replace('host = "127.0.0.1"', 'host = "localhost"')
    setup.file.write_text(text[:end] + second + text[end:], "utf-8")
    found = await setup.found()
    assert list(found) == ["jumpbox.host-key-unknown"]
    assert "dc2" in found["jumpbox.host-key-unknown"].what
    assert "rdp-triage jumpbox trust dc2" in found["jumpbox.host-key-unknown"].remedy


async def test_a_running_bot_is_told_and_is_no_fault(setup: Setup) -> None:
    setup.change(
        '[http]\nlisten = "127.0.0.1:0"', f'[http]\nlisten = "127.0.0.1:{setup.box.server.port}"'
    )
    with ServeLock(setup.database):
        report = await setup.report()
    assert report.findings == ()
    told = json.dumps(dict(report.fine))
    assert "serves it now" in told
    assert "the running bot's" in told


async def test_an_area_that_breaks_off_leaves_the_others(
    setup: Setup, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def broken(*_: object) -> None:
        raise RuntimeError(f"with {setup.env['SLACK_BOT_TOKEN']} in it")

    monkeypatch.setattr("bot.doctor.knowledge.look", broken)
    setup.change('level = "info"', 'level = "debug"')
    report = await setup.report()
    assert [each.id for each in report.findings] == ["knowledge.broken-off", "machine.log-debug"]
    assert_no_secret(setup, shown(report))
