"""A sound set-up that a test spoils in one place: settings, secrets, a local Slack, a real sshd."""

import json
import os
import pwd
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

from bot.doctor import Finding, Report, examine
from bot.sandbox.server import LocalSlack
from bot.settings import read
from bot.store.sqlite import SqliteStore
from tests.real.processes import free_port
from tests.real.sshd import Jumpbox

SETTINGS = """\
[slack]
mode = "socket"
listen = "127.0.0.1:{port}"
api_url = "{api_url}"
helpdesk_channels = ["C0HELPDESK"]
escalation_channel = "C0ESCALATE"

[store]
path = "data/tickets.db"

[[jumpbox]]
name = "dc1"
host = "127.0.0.1"
port = {ssh}
user = "{user}"
key = "jump_key"
known_hosts = "known_hosts"
targets = ["*.corp.example", "10.0.0.0/8"]

[targets]
allow = ["*.corp.example", "10.0.0.0/8"]
deny = ["10.9.0.0/16"]
gateway = "rdg.corp.example"

[access]
admins = ["U0ADMIN"]
approvers = ["U0LEAD", "U0TEAMMATE"]

[http]
listen = "127.0.0.1:0"

[log]
level = "info"
"""


@dataclass(slots=True)
class Setup:
    """One administrator's folder; ``env`` is what the bot's environment holds."""

    folder: Path
    slack: LocalSlack
    box: Jumpbox
    env: dict[str, str] = field(default_factory=dict)
    findings: tuple[Finding, ...] = ()

    @property
    def file(self) -> Path:
        """The settings file."""
        return self.folder / "rdp-triage.toml"

    @property
    def key(self) -> Path:
        """The jump box's private key."""
        return self.folder / "jump_key"

    @property
    def database(self) -> Path:
        """The ticket database."""
        return self.folder / "data" / "tickets.db"

    async def make(self) -> "Setup":
        """Write a sound one."""
        user = pwd.getpwuid(os.geteuid()).pw_name
        text = SETTINGS.format(
            api_url=self.slack.api_url, ssh=self.box.server.port, user=user, port=free_port()
        )
        self.file.write_text(text, "utf-8")
        self.file.chmod(0o600)
        self.key.touch(0o600)
        self.key.write_bytes(self.box.client_key.private.read_bytes())
        known = self.box.host_key.public.read_text("ascii")
        where = f"[127.0.0.1]:{self.box.server.port}"
        (self.folder / "known_hosts").write_text(f"{where} {known}", "ascii")
        (self.folder / "known_hosts").chmod(0o644)
        store = await SqliteStore.open(self.database)
        await store.close()
        self.env = dict(self.slack.tokens)
        return self

    def change(self, old: str, new: str) -> None:
        """Replace a piece of the settings, which must be there."""
        text = self.file.read_text("utf-8")
        assert old in text, old
        self.file.write_text(text.replace(old, new, 1), "utf-8")

    async def report(self, *, offline: bool = False) -> Report:
        """What the doctor finds now."""
        found = await examine(read(self.file, self.env), self.file, offline=offline)
        self.findings = found.findings
        return found

    async def found(self, *, offline: bool = False) -> dict[str, Finding]:
        """The findings by their ids."""
        return {each.id: each for each in (await self.report(offline=offline)).findings}


def keygen(path: Path, passphrase: str) -> None:
    """A key with a passphrase, made by OpenSSH."""
    command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", passphrase, "-f", str(path)]
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


def shown(report: Report) -> str:
    """Everything that a report says."""
    return json.dumps([each.facts() for each in report.findings]) + json.dumps(dict(report.fine))


__all__ = ["Setup", "keygen", "shown"]
