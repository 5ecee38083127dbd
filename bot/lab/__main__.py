"""The lab in a process of its own: ``python -m bot.lab FOLDER``.

Strategy: settings, key and known_hosts are written into FOLDER, one line of JSON tells the
ports on 127.0.0.1, and then every line on standard input is a command that is answered by one
line of JSON: ``repair NAME``, ``damage NAME``, ``seen NAME``, ``jumpbox STATE [PLACE]`` or
``quit``, as the end of input does.
"""

import asyncio
import contextlib
import dataclasses
import json
import sys
import threading
from pathlib import Path
from typing import Any, TextIO

from bot.lab.gateways import GATEWAYS
from bot.lab.host import BRANCH, MAIN
from bot.lab.jumpbox import JumpboxState
from bot.lab.world import Lab, NoSuchHost, Place


class BadCommand(Exception):
    """The line is no command of the lab."""


async def main(folder: Path) -> None:
    """Run until ``quit`` or the end of input."""
    async with Lab() as lab:
        _say({"settings": str(lab.settings_toml(folder)), **_ports(lab)})
        lines = _lines(sys.stdin)
        while (line := await lines.get()) not in {"", "quit"}:
            try:
                _say({"ok": True, **await _obey(lab, line.split())})
            except (BadCommand, NoSuchHost) as error:
                _say({"ok": False, "error": str(error)})


def _ports(lab: Lab) -> dict[str, Any]:
    """Where everything listens."""
    main, branch = (_place(lab.places[name]) for name in (MAIN, BRANCH))
    return {
        **main,
        BRANCH: branch,
        "gateways": {
            row.fqdn: {"address": row.address, "port": lab.gateway(row.name).port}
            for row in GATEWAYS
        },
        "hosts": {
            row.fqdn: {"address": row.address, "port": lab.host(row.name).port, "cause": row.cause}
            for row in lab.faults()
        },
    }


def _place(place: Place) -> dict[str, Any]:
    dns = {"udp": place.names.udp_port, "tcp": place.names.tcp_port}
    return {"jumpbox": place.box.port, "dns": dns}


async def _obey(lab: Lab, words: list[str]) -> dict[str, Any]:
    match words:
        case ["repair", name]:
            return {"host": name, "done": (await lab.repair(name)).repair}
        case ["damage", name]:
            return {"host": name, "done": (await lab.damage(name)).wrong}
        case ["seen", name]:
            return dataclasses.asdict(lab.host(name).seen)
        case ["jumpbox", state, *place] if state in set(JumpboxState) and len(place) <= 1:
            name = place[0] if place else MAIN
            await lab.switch_jumpbox(JumpboxState(state), name)
            return {"jumpbox": state, "place": name}
    states = ", ".join(JumpboxState)
    acts = "repair NAME, damage NAME, seen NAME"
    raise BadCommand(f"{acts}, jumpbox STATE [{'|'.join(lab.places)}] ({states}) or quit")


def _say(message: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(message) + "\n")
    sys.stdout.flush()


def _lines(source: TextIO) -> asyncio.Queue[str]:
    """The lines of a blocking stream, stripped; ``quit`` at its end.  A daemon thread reads."""
    queue: asyncio.Queue[str] = asyncio.Queue()
    loop = asyncio.get_running_loop()

    def read() -> None:
        for line in source:
            if line.strip():
                loop.call_soon_threadsafe(queue.put_nowait, line.strip())
            if line.strip() == "quit":
                return
        loop.call_soon_threadsafe(queue.put_nowait, "quit")

    threading.Thread(target=read, daemon=True).start()
    return queue


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit("usage: python -m bot.lab FOLDER")
    target = Path(sys.argv[1])
    target.mkdir(parents=True, exist_ok=True)
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main(target))
