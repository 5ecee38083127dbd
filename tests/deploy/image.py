"""Runs the built image between a local Slack and one host: ``python -m tests.deploy.image NAME``.

Strategy: the container gets nothing but its settings and its tokens; what it may not do is tried
inside it.  ``.ci/image`` builds the image and calls this.
"""

import asyncio
import contextlib
import json
import sys
import tempfile
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

from bot.sandbox.server import LocalSlack
from handlers.manifest import manifest

NAME = "rdp-triage-try"
PATIENCE = 60.0
SETTINGS = """\
[slack]
api_url = "{api}"
helpdesk_channels = ["C0HELPDESK"]
[store]
path = "/data/tickets.db"
[targets]
allow = ["127.0.0.1"]
ports = [1]
direct = true
"""
INSIDE = """\
import os, sys
status = dict(line.split(":", 1) for line in open("/proc/self/status"))
assert os.getuid() == 10001, os.getuid()
rights = {name: status[name].strip() for name in status if name.startswith("Cap")}
assert set(rights.values()) == {"0" * 16}, rights
try:
    open("/usr/bin/x", "w")
except OSError as error:
    assert error.errno == 30, error
else:
    sys.exit("the root can be written")
print("user 10001, no capability, read-only root")
"""


@dataclass
class Image:
    """How the container engine is called."""

    name: str
    engine: list[str]
    limits: list[str]

    async def call(self, *arguments: str, check: bool = True) -> str:
        """Call the engine; what it printed."""
        process = await asyncio.create_subprocess_exec(
            *self.engine,
            *arguments,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
        )
        said, _ = await process.communicate()
        if check and process.returncode:
            raise SystemExit(f"{' '.join(arguments[:2])}: {process.returncode}\n{said.decode()}")
        return said.decode()

    @contextlib.asynccontextmanager
    async def running(self, slack: LocalSlack, config: Path, volume: str) -> AsyncIterator[None]:
        """The container, from its start to a SIGTERM, which it must obey with 0."""
        tokens = [word for key, value in slack.tokens.items() for word in ("-e", f"{key}={value}")]
        await self.call(
            *("run", "-d", "--name", NAME, "--network=host", "--read-only", "--cap-drop=all"),
            *("--security-opt=no-new-privileges", "--memory=400m", *self.limits, *tokens),
            *("-v", f"{config}:/etc/rdp-triage/rdp-triage.toml:ro", "-v", f"{volume}:/data"),
            self.name,
        )
        try:
            await slack.connected(within=PATIENCE)
            yield
            await self.call("stop", "-t", "20", NAME)
            code = await self.call("inspect", "--format", "{{.State.ExitCode}}", NAME)
            assert code.strip() == "0", code
        finally:
            print(await self.call("logs", NAME, check=False))
            await self.call("rm", "-f", NAME, check=False)


async def main(image: Image) -> None:
    """One ticket, a green health check, no rights, and the ticket after another start."""
    with tempfile.TemporaryDirectory() as folder:
        config = Path(folder) / "rdp-triage.toml"
        async with LocalSlack(manifest(), limits="off") as slack:
            config.write_text(SETTINGS.format(api=slack.api_url))
            config.chmod(0o644)
            config.parent.chmod(0o755)
            volume = f"{NAME}-data"
            try:
                async with image.running(slack, config, volume):
                    await slack.command("asker", "helpdesk", "/rdp 127.0.0.1")
                    await slack.wait_for(
                        lambda: any("Next" in str(m.blocks) for m in slack.from_app("helpdesk")),
                        PATIENCE,
                        "a verdict",
                    )
                    print(await image.call("exec", NAME, "python3", "-c", INSIDE))
                    await image.call("healthcheck", "run", NAME)
                    print("health check: green")
                async with image.running(slack, config, volume):
                    listed = await image.call(
                        "exec", NAME, "rdp-triage", "tickets", "list", "--json"
                    )
                    (row,) = (line for line in listed.splitlines() if line.startswith("{"))
                    assert json.loads(row)["host"] == "127.0.0.1", listed
                    print("the ticket is there after another start")
            finally:
                await image.call("volume", "rm", "-f", volume, check=False)


if __name__ == "__main__":
    asyncio.run(main(Image(sys.argv[1], sys.argv[2].split(), sys.argv[3].split())))
