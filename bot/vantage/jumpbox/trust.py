"""Host keys: the known_hosts file is law, an unknown or changed key is a hard stop.

asyncssh gives one error for both, so the file is looked at again when a key is not in it.
"""

from dataclasses import dataclass
from pathlib import Path

import asyncssh

from bot.evidence import Failure
from bot.secrecy import tampering
from bot.vantage.base import VantageError
from bot.vantage.jumpbox.words import HOST_KEY_CHANGED, HOST_KEY_UNKNOWN


@dataclass(frozen=True, slots=True)
class OfferedKey:
    """A host key that a jump box showed: its known_hosts line and what people compare."""

    line: str
    algorithm: str
    fingerprint: str

    @classmethod
    def of(cls, host: str, port: int, key: asyncssh.SSHKey) -> "OfferedKey":
        """Describe a key of a host."""
        algorithm, data = key.export_public_key("openssh").decode("ascii").split()[:2]
        where = host if port == asyncssh.DEFAULT_PORT else f"[{host}]:{port}"
        return cls(f"{where} {algorithm} {data}", algorithm, key.get_fingerprint())


def read_known_hosts(name: str, path: Path) -> asyncssh.SSHKnownHosts:
    """The pinned keys; raises VantageError when the file cannot be used."""
    try:
        changed = tampering(path)
        known = asyncssh.read_known_hosts(str(path))
    except (OSError, ValueError) as error:
        raise VantageError(
            Failure.JUMPBOX_HOST_KEY,
            f"known_hosts file {path} cannot be used ({error}); "
            f"`rdp-triage jumpbox trust {name}` writes it",
            HOST_KEY_UNKNOWN,
            name,
        ) from None
    if changed:
        raise VantageError(
            Failure.JUMPBOX_HOST_KEY,
            f"known_hosts file {path} of jump box {name} is not trusted: {changed}",
            HOST_KEY_UNKNOWN,
            name,
        )
    return known


class Doorman(asyncssh.SSHClient):
    """Watches one connection: remembers a key that is not trusted, and when it is over."""

    def __init__(self, name: str, known_hosts: asyncssh.SSHKnownHosts) -> None:
        self._name = name
        self._known_hosts = known_hosts
        self._complaint: VantageError | None = None
        self.lost = False

    def connection_made(self, conn: asyncssh.SSHClientConnection) -> None:
        """A connection begins; a second attempt starts afresh."""
        del conn
        self.lost = False

    def connection_lost(self, exc: Exception | None) -> None:
        """The connection is over."""
        del exc
        self.lost = True

    def validate_host_public_key(
        self, host: str, addr: str, port: int, key: asyncssh.SSHKey
    ) -> bool:
        """Called for a key that is not pinned; never accepts it."""
        offered = OfferedKey.of(host, port, key)
        special = None if port == asyncssh.DEFAULT_PORT else port
        pinned = asyncssh.match_known_hosts(self._known_hosts, host, addr, special)[0]
        shown = f"it shows {offered.algorithm} {offered.fingerprint}"
        if pinned:
            known = ", ".join(dict.fromkeys(one.get_fingerprint() for one in pinned))
            self._complaint = VantageError(
                Failure.JUMPBOX_HOST_KEY,
                f"the host key of jump box {self._name} ({host}) changed: {shown}, pinned is "
                f"{known}; if it was not rebuilt, somebody may sit in between",
                HOST_KEY_CHANGED,
                self._name,
            )
        else:
            self._complaint = VantageError(
                Failure.JUMPBOX_HOST_KEY,
                f"the host key of jump box {self._name} ({host}) is not pinned: {shown}; compare "
                f"it at the machine, then run `rdp-triage jumpbox trust {self._name}`",
                HOST_KEY_UNKNOWN,
                self._name,
            )
        return False

    def complaint(self, error: asyncssh.HostKeyNotVerifiable) -> VantageError:
        """Why the host key was not accepted."""
        return self._complaint or VantageError(
            Failure.JUMPBOX_HOST_KEY,
            f"the host key of jump box {self._name} is not accepted ({error})",
            HOST_KEY_CHANGED,
            self._name,
        )
