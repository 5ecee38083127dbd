"""Marked secrets and hosts go in; nothing that comes out of the program repeats them.

Strategy: the bot as a process, at log level debug, with secrets in its environment, in its key
file and in what people type.  Then everything that it wrote anywhere is searched for them.
"""

import asyncio
import json
import stat
import sys
from dataclasses import asdict
from pathlib import Path

import aiohttp
import pytest

from tests.whole.cards import said
from tests.whole.processes import HOME, Done, cli
from tests.whole.support import HOST, Whole, free_port, whole

TYPED = {
    "password: Sesame-leak-1": "Sesame-leak-1",
    "pwd=Sesame-leak-2": "Sesame-leak-2",
    "cmdkey /add:srv /user:corp\\jo /pass:Sesame-leak-3": "Sesame-leak-3",
    "my password is Sesame-leak-4!": "Sesame-leak-4",
    "ssh://jo:Sesame-leak-5@srv/": "Sesame-leak-5",
    "Authorization: Bearer Sesame-leak-6": "Sesame-leak-6",
    "xoxb-99-Sesame-leak-7": "Sesame-leak-7",
    "Kennwort: 'Sesame leak-8'": "leak-8",
}
"""What people paste into the free text, and what must not come out again."""

UNLABELLED = "xyzzy-nobody-knows-what-this-is"
"""A word that nothing marks as a secret: it may stand on the ticket, and in no log."""

STRANGERS = ("guest", "visitor", "outsider")
WRONG = {
    "SLACK_BOT_TOKEN": "xoxb-11-Sesame-bot",
    "SLACK_APP_TOKEN": "xapp-11-Sesame-app",
    "SLACK_SIGNING_SECRET": "Sesame-signing",
}


def secrets_of(world: Whole) -> dict[str, str]:
    """What must stand nowhere: the three of Slack, the lines of the private key, typed ones."""
    key = (world.config.parent / "lab_key").read_text(encoding="ascii")
    lines = [line for line in key.splitlines() if not line.startswith("-----")]
    return {
        "bot token": world.slack.bot_token,
        "app token": world.slack.app_token,
        "signing secret": world.slack.signing_secret,
        **{f"key line {index}": line for index, line in enumerate(lines)},
        **TYPED,
    }


def found(secrets: dict[str, str], place: str, text: str) -> list[str]:
    """The secrets that a text holds, each with the place."""
    return [f"{name} in {place}" for name, secret in secrets.items() if secret in text]


async def talk(world: Whole) -> None:
    """Type every secret wherever the bot takes free text, and let everything else happen too."""
    words = f"{UNLABELLED} {' '.join(TYPED)}"
    card = await world.open(f"/rdp {HOST} 0x904 {words}")
    await world.press(card, "Not sure")
    await world.slack.click("asker", card, "ticket.details")
    await world.slack.command("asker", "helpdesk", "/rdp history")
    await world.slack.command("asker", "helpdesk", f"/rdp {words}")
    await world.slack.command("asker", "helpdesk", "/rdp code 0x904")
    await world.slack.command("asker", "helpdesk", "/rdp stats")
    await world.slack.click("asker", card, "ticket.escalate")
    await world.wait(lambda: world.slack.modal("asker"), "the form")
    await world.slack.submit("asker", {"why": f"it is urgent, {words}"})
    await world.wait(lambda: "escalated" in said(card), "the hand-over")
    for user in STRANGERS:
        channel = "partner" if user == "outsider" else "helpdesk"
        await world.slack.command(user, channel, "/rdp mine")
        await world.slack.command(user, channel, "/rdp history")
        await world.slack.command(user, channel, "/rdp ticket 1")
        await world.private(user, "Only members of this workspace")
    await world.slack.settle()


async def commands(world: Whole) -> dict[str, Done]:
    """Every command that reads or writes tickets, with the secrets typed into it."""
    words = " ".join(TYPED)
    told = {}
    for line in (
        ("tickets", "list", "--json"),
        ("tickets", "show", "1"),
        ("tickets", "show", "1", "--json"),
        ("tickets", "search", HOST),
        ("tickets", "export", "--format", "csv"),
        ("tickets", "export", "--format", "json"),
        ("backup", str(world.config.parent / "copy.db")),
        ("triage", HOST, "0x904", "--message", words),
        ("tickets", "show", "2"),
        ("jumpbox", "trust", "lab", "--fingerprint", "SHA256:Sesame"),
    ):
        told[" ".join(line[:2])] = await world.cli(*line)
    return told


async def test_nothing_repeats_a_secret(tmp_path: Path) -> None:
    port = free_port()
    async with whole(tmp_path, 'level = "debug"\n', start=False) as world:
        text = world.config.read_text(encoding="utf-8")
        listen = f'listen = "127.0.0.1:{port}"'
        world.config.write_text(text.replace('listen = "127.0.0.1:0"', listen), encoding="utf-8")
        await world.bot.start()
        secrets, leaks = secrets_of(world), list[str]()
        await talk(world)
        web = await health(port)
        for command, done in (await commands(world)).items():
            leaks += found(secrets, command, done.out + done.err)
        await world.bot.stop()
        for page, body in web.items():
            leaks += found({**secrets, "host": HOST, "person": "U0ASKER"}, page, body)
        leaks += found(secrets, "the log", world.bot.said)
        # What the bot sent to Slack, its answers beside messages and its modals included.
        for entry in world.slack.journal.of("call") + world.slack.journal.of("hook"):
            leaks += found(secrets, f"call {entry.get('method')}", json.dumps(asdict(entry)))
        for user in STRANGERS:
            heard = " ".join(said(each) for each in world.slack.ephemerals(user))
            leaks += found({"host": HOST}, f"what {user} was told", heard)
        files = written(tmp_path)
        assert {"tickets.db", "copy.db"} <= {each.name for each in files}
        for file in files:
            leaks += found(secrets, file.name, file.read_bytes().decode("latin-1"))
            assert stat.S_IMODE(file.stat().st_mode) & 0o077 == 0, file.name
        assert leaks == []
        assert not found({"Sesame": "Sesame", "a word": UNLABELLED}, "", world.bot.said)
        assert "[redacted]" in (await world.cli("tickets", "show", "1")).out


def written(folder: Path) -> list[Path]:
    """The database, its companions and the backup."""
    return [each for each in folder.iterdir() if each.name.startswith(("tickets", "copy"))]


async def health(port: int) -> dict[str, str]:
    """What anybody can read who reaches the address of health and metrics."""
    pages = {}
    async with aiohttp.ClientSession() as session:
        for page in ("livez", "readyz", "metrics", "", "debug"):
            async with session.get(f"http://127.0.0.1:{port}/{page}") as answer:
                pages[page] = await answer.text() + str(dict(answer.headers))
    return pages


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_a_start_that_fails_repeats_no_secret(tmp_path: Path, mode: str) -> None:
    """Tokens that Slack refuses, tokens that are none, and a Slack that is not there."""
    async with whole(tmp_path, 'level = "debug"\n', mode=mode, start=False) as world:
        away = world.config.parent / "away.toml"
        text = world.config.read_text(encoding="utf-8")
        text = text.replace(world.slack.api_url, f"http://127.0.0.1:{free_port()}/api/")
        away.write_text(text, encoding="utf-8")
        for config in (world.config, away):
            for more in (
                {},
                {"SLACK_BOT_TOKEN": "Sesame-none"},
                {"SLACK_APP_TOKEN": "Sesame-none"},
            ):
                env = {**WRONG, **more}
                if more:  # then only the other one is wrong
                    env = {**world.bot.tokens, **more}
                if mode == "http" and "SLACK_APP_TOKEN" in more:
                    continue
                done = await cli("serve", "--config", str(config), env=env)
                assert done.code in {2, 75}, done
                assert "Sesame" not in done.out + done.err
                assert not found(world.bot.tokens, "", done.out + done.err)


async def test_a_secret_in_the_settings_file_is_not_repeated(tmp_path: Path) -> None:
    """People put tokens where they do not belong; the complaint is read in a terminal or a log."""
    for line in (
        '[slack]\nbot_token = "xoxb-1-Sesame"\n',
        '[slack]\napi_url = "xoxb-1-Sesame"\n',
        '[slack]\nmode = "xapp-1-Sesame"\n',
        '[[jumpbox]]\nname = "a"\nhost = "h"\nuser = "u"\nknown_hosts = "k"\n'
        'key = ["-----BEGIN OPENSSH PRIVATE KEY-----\\nSesame"]\n',
    ):
        config = tmp_path / "rdp-triage.toml"
        config.write_text(f"{line}[targets]\nallow = []\n", encoding="utf-8")
        done = await cli("serve", "--config", str(config))
        assert done.code == 2
        assert "Sesame" not in done.out + done.err, done.err


@pytest.mark.parametrize("secret", ["xoxb-1-Sesame", "password=Sesame", "Authorization: x Sesame"])
async def test_a_crash_repeats_no_secret(secret: str) -> None:
    broken = (
        "import sys, bot.__main__ as program\n"
        "def run(): raise RuntimeError(sys.argv[1])\n"
        "program.run = run; program.main()"
    )
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", broken, secret), cwd=HOME, stderr=asyncio.subprocess.PIPE
    )
    _, err = await process.communicate()
    assert process.returncode == 70
    assert b"RuntimeError" in err
    assert b"Sesame" not in err
