"""The machine's side: who may change the settings, where the bot listens, how much it logs."""

import asyncio
import socket
from collections.abc import Iterator
from contextlib import closing
from ipaddress import ip_address
from pathlib import Path

from bot.doctor.findings import Finding, Notes, Result, error, warning
from bot.settings import Settings
from bot.store.inspection import server_of

OTHERS_WRITE = 0o022
SLACK = "https://slack.com/api/"


async def look(settings: Settings, file: Path) -> Result:
    """Judge the settings file itself and what the bot will do on this machine."""
    notes = Notes()
    notes.add(*_settings(settings, file))
    served = server_of(settings.located(settings.store.path)) is not None
    wanted = {"http.listen": settings.http.listen}
    if settings.slack.mode == "http":
        wanted["slack.listen"] = settings.slack.listen
    for key, listen in wanted.items():
        fault = None if served else await asyncio.to_thread(_bindable, key, listen)
        notes.add(fault)
        if fault is None:
            state = "is the running bot's" if served else "can be listened on"
            notes.fine.append(f"{key} {listen} {state}")
    notes.add(_exposed(settings.http.listen))
    if settings.log.level == "debug":
        notes.add(
            warning(
                "machine.log-debug",
                "log.level is debug: much text, and more about hosts than operation needs",
                'level = "info" in [log]',
            )
        )
    return notes.result()


def _settings(settings: Settings, file: Path) -> Iterator[Finding]:
    if file.stat().st_mode & OTHERS_WRITE:
        yield warning(
            "machine.settings-open",
            f"others can write {file}: they decide what is looked at and where the tokens are sent",
            f"`chmod go-w {file}`",
        )
    url = settings.slack.api_url
    if url.startswith("http://") and not _local(url.removeprefix("http://").split("/")[0]):
        yield error(
            "slack.api-url-plain",
            f"slack.api_url {url} sends the tokens unencrypted over the network",
            f'api_url = "{SLACK}" in [slack], or leave it out',
        )
    elif not url.startswith("http://") and url != SLACK:
        yield warning(
            "slack.api-url-other",
            f"slack.api_url is {url}: the tokens go there and not to Slack",
            f'api_url = "{SLACK}" in [slack], or leave it out',
        )


def _split(listen: str) -> tuple[str, int]:
    host, _, port = listen.rpartition(":")
    return host.strip("[]"), int(port)


def _bindable(key: str, listen: str) -> Finding | None:
    """Whether this address can be listened on now."""
    host, port = _split(listen)
    try:
        for family, kind, proto, _, address in socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        ):
            with closing(socket.socket(family, kind, proto)) as trial:
                trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                trial.bind(address)
    except OSError as wrong:
        return error(
            f"machine.{key.replace('.', '-')}-taken",
            f"{key}: cannot listen on {listen} ({wrong.strerror})",
            f"see who does with `ss -ltnp 'sport = :{port}'`, or set another {key}",
        )
    return None


def _exposed(listen: str) -> Finding | None:
    host, _ = _split(listen)
    if _local(listen):
        return None
    everywhere = host in {"0.0.0.0", "::", "*"}  # noqa: S104 - compared, not listened on
    return warning(
        "machine.health-exposed",
        f"http.listen {listen} can be asked from {'every' if everywhere else 'another'} network",
        'listen = "127.0.0.1:9464" in [http], or let only your monitoring through the firewall',
    )


def _local(where: str) -> bool:
    """Whether host[:port] is this machine and nobody else."""
    host = where.rpartition(":")[0] or where
    host = host.strip("[]")
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
