"""The real command line against the real servers: settings files, and one run of ``check``."""

import json
import os
import pwd
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.real.material import Pair
from tests.real.sshd import Jumpbox

NAME = "ssh1"
COMMAND = (sys.executable, "-m", "bot")

JUMPBOX = """\
[[jumpbox]]
name = "{way.name}"
host = "{way.host}"
port = {way.port}
user = "{user}"
key = "{way.key.private}"
known_hosts = "known_hosts"
targets = {allow}
{via}
"""
TARGETS = """\
[targets]
allow = {allow}
ports = {ports}
direct = true
"""
LOOPBACK_ONLY = ("127.0.0.0/8",)


@dataclass(frozen=True, slots=True)
class Way:
    """How the settings say to reach a jump box; by default as it really is."""

    port: int
    pinned: Pair
    key: Pair
    host: str = "127.0.0.1"
    name: str = NAME
    via: str | None = None

    @classmethod
    def to(cls, jumpbox: Jumpbox) -> "Way":
        server = jumpbox.server
        return cls(server.port, jumpbox.host_key, jumpbox.client_key, server.address)

    @property
    def inward(self) -> str:
        """The line of the settings that names the jump box before it."""
        return f'via = "{self.via}"' if self.via else ""

    @property
    def known_host(self) -> str:
        """Its line of known_hosts."""
        host = self.host if self.port == 22 else f"[{self.host}]:{self.port}"
        return f"{host} {self.pinned.public.read_text(encoding='ascii')}"


@dataclass(frozen=True, slots=True)
class Result:
    """What one run gave: exit code, standard output and standard error."""

    code: int
    out: str
    err: str

    @property
    def seen(self) -> dict[str, Any]:
        """The JSON object on standard output."""
        parsed = json.loads(self.out)
        assert isinstance(parsed, dict)
        return parsed

    def facts(self, probe: str, vantage: str = NAME) -> dict[str, Any]:
        """The facts of the only observation of a probe."""
        (found,) = (
            one
            for one in self.seen["observations"]
            if (one["probe"], one["vantage"]) == (probe, vantage)
        )
        assert isinstance(found["facts"], dict)
        return found["facts"]

    @property
    def verdict(self) -> tuple[str, str | None]:
        """The verdict's state and, if a cause was found, the id of the first."""
        verdict = self.seen["verdict"]
        found = verdict["state"] == "found"
        return verdict["state"], verdict["causes"][0]["id"] if found else None


def brief(result: Result) -> str:
    """What a failed assertion should show of a run."""
    causes = [(one["id"], one["probability"]) for one in result.seen["verdict"]["causes"][:4]]
    return f"{causes} from {result.seen['evidence']}, {result.err}"


def settings(
    folder: Path,
    ways: Way | Sequence[Way],
    ports: Sequence[int],
    allow: Sequence[str] = LOOPBACK_ONLY,
) -> Path:
    """Write a settings file that leads through the jump boxes, and its known_hosts."""
    path = folder / "rdp-triage.toml"
    user = pwd.getpwuid(os.geteuid()).pw_name
    found = [ways] if isinstance(ways, Way) else ways
    text = "".join(
        JUMPBOX.format(way=way, user=user, allow=[*allow], via=way.inward) for way in found
    )
    path.write_text(text + TARGETS.format(allow=[*allow], ports=[*ports]), encoding="utf-8")
    known = "".join(way.known_host for way in found)
    (folder / "known_hosts").write_text(known, encoding="ascii")
    return path


def check(
    target: str, config: Path, *options: str, via: str = NAME, inside: Sequence[str] = ()
) -> Result:
    """Run ``rdp-triage check`` in a process of its own; ``inside`` are words before it."""
    run = subprocess.run(
        [*inside, *COMMAND, "check", target, "--via", via, "--config", str(config), *options],
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    return Result(run.returncode, run.stdout, run.stderr)
