"""Making the SSH connection: pinned host key, one private key, nothing from the user's own setup.

Strategy: no passwords, no agent, no configuration file can change what a login does.  The jump
box's name is resolved first, so that a dead resolver is told from a dead jump box and nothing
waits for a lookup that cannot be interrupted.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any, cast

import asyncssh

from bot.evidence import Failure
from bot.secrecy import exposure
from bot.vantage.base import Address, VantageError
from bot.vantage.jumpbox import words
from bot.vantage.jumpbox.connection import Connection, Lost
from bot.vantage.jumpbox.gathering import Tcp
from bot.vantage.jumpbox.trust import Doorman, OfferedKey, read_known_hosts

log = logging.getLogger(__name__)
# asyncssh logs whole command lines at INFO.
asyncssh.set_log_level(logging.WARNING)

# A login that takes longer than this is given up, whoever still waits for it; seconds.
LOGIN_TIMEOUT = 15.0
# A jump box that does not answer for 3 x 5 seconds is gone, and the connection is made anew.
KEEPALIVE_INTERVAL = 5.0
KEEPALIVE_COUNT = 3

# First those that cost least: a small packet takes a seventh of what asyncssh's first choice takes.
CIPHERS = "^aes128-gcm@openssh.com,aes256-gcm@openssh.com"

Locate = Callable[[str, float], Awaitable[tuple[Address, ...]]]


@dataclass(frozen=True, slots=True)
class Account:
    """Where to log in and as whom."""

    name: str
    host: str
    port: int
    user: str
    key: Path
    known_hosts: Path


async def log_in(account: Account, locate: Locate, outer: Connection | None) -> Connection:
    """Connect, over another jump box if given; raises VantageError (``jumpbox.*``)."""
    loop = asyncio.get_running_loop()
    started = loop.time()
    known_hosts = read_known_hosts(account.name, account.known_hosts)
    keys = _keys(account)
    addresses = await locate(account.host, started + LOGIN_TIMEOUT)
    error: Exception = OSError("it has no address")
    for address in addresses:
        doorman = Doorman(account.name, known_hosts)
        options = _options(account, keys, known_hosts)
        try:
            ssh = await _connect(account, address, doorman, outer, options)
        except asyncssh.HostKeyNotVerifiable as stop:
            raise doorman.complaint(stop) from None
        except (asyncssh.Error, OSError, ValueError, Lost) as failed:
            error = failed  # the next address may do
        except VantageError as failed:  # the outer jump box, or what it met on the way here
            if failed.failure.value.startswith("jumpbox."):
                raise
            error = OSError(failed.detail)
        else:
            took_ms = (loop.time() - started) * 1000
            return Connection(account.name, ssh, doorman, took_ms, outer)
    if outer is not None and outer.lost:
        raise outer.gone(str(error))
    raise words.failed_login(account.name, error)


async def offered_key(
    account: Account, locate: Locate, outer: Connection | None, deadline: float
) -> OfferedKey:
    """The host key that the jump box shows now, unverified; raises VantageError."""
    error: Exception = OSError("it has no address")
    for address in await locate(account.host, deadline):
        try:
            async with asyncio.timeout_at(deadline):
                key = await asyncssh.get_server_host_key(
                    str(address), account.port, tunnel=cast("Any", outer), config=None
                )
        except (asyncssh.Error, OSError, Lost) as failed:
            error = failed
        else:
            if key is not None:
                return OfferedKey.of(account.host, account.port, key)
    raise words.failed_login(account.name, error)


def _options(account: Account, keys: Any, known_hosts: asyncssh.SSHKnownHosts) -> dict[str, Any]:
    return {
        "config": None,
        "username": account.user,
        "client_keys": keys,
        "known_hosts": known_hosts,
        "host_key_alias": account.host,
        "agent_path": None,
        "public_key_auth": True,
        "password_auth": False,
        "kbdint_auth": False,
        "host_based_auth": False,
        "gss_auth": False,
        "gss_kex": False,
        "encryption_algs": CIPHERS,
        "connect_timeout": LOGIN_TIMEOUT,
        "login_timeout": LOGIN_TIMEOUT,
        "keepalive_interval": KEEPALIVE_INTERVAL,
        "keepalive_count_max": KEEPALIVE_COUNT,
    }


async def _connect(
    account: Account,
    address: Address,
    doorman: Doorman,
    outer: Connection | None,
    options: dict[str, Any],
) -> asyncssh.SSHClientConnection:
    async def attempt(**more: Any) -> asyncssh.SSHClientConnection:
        return await asyncssh.connect(
            str(address),
            account.port,
            tunnel=outer or Tcp(),
            client_factory=lambda: doorman,
            **options,
            **more,
        )

    try:
        return await attempt()
    except asyncssh.KeyExchangeFailed:
        # Only algorithms of pinned keys were asked for.  Ask for any: a key of another kind is
        # a changed key and shall be reported as one (it is still not accepted).
        return await attempt(server_host_key_algs="default")


def _keys(account: Account) -> Any:
    which = f"the private key {account.key} for jump box {account.name}"
    try:
        exposed = exposure(account.key)
        if not exposed:
            return asyncssh.load_keypairs([str(account.key)])
        why = f"{which} is not used: {exposed}; make a new key if it may have been read"
    except (OSError, ValueError) as error:  # asyncssh.KeyImportError is a ValueError
        why = f"{which} cannot be used ({error}); it must be readable and have no passphrase"
    log.warning("%s", why)
    raise VantageError(Failure.JUMPBOX_AUTH, why, words.AUTH_REFUSED, account.name)
