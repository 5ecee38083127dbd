"""The operating system's own name lookup and ping, bounded by a deadline.

Strategy: the C library's lookup cannot be interrupted, so each one runs in a daemon thread of
its own: a dead resolver costs its caller the deadline, and neither a shared thread pool nor the
end of the program waits for it.
"""

import asyncio
import socket
import threading
from collections.abc import Callable
from contextlib import suppress
from ipaddress import ip_address

from bot.vantage.base import Address
from bot.vantage.dns import MAX_ADDRESSES, Found

# How many lookups may hang at the same time; a further one is told so at once.
_ROOM = threading.BoundedSemaphore(64)
_STATUS = {
    socket.EAI_NONAME: "nxdomain",
    getattr(socket, "EAI_NODATA", socket.EAI_NONAME): "no-answer",
}
# busybox, OpenBSD, and iputils where the packet filter of the place forbids it.
_UNTRIED = ("permission denied", "not permitted", " option", "usage:")
_STATUS[socket.EAI_NONAME] = "nxdomain"  # where both codes are one, this is what it says


async def system_addresses(name: str, deadline: float) -> Found:
    """Ask the C library for an absolute name.

    Besides the statuses of a lookup, ``trouble`` says that the library could not tell.
    """
    try:
        async with asyncio.timeout_at(deadline):
            found = await _in_thread(lambda: _addresses(f"{name}."))
    except TimeoutError:
        return Found("timeout", detail="the system's lookup did not end in time")
    return found


async def ping(address: Address, deadline: float) -> str:
    """One echo request by the system's ping: reply, silence, or unknown without such a program."""
    try:
        process = await asyncio.create_subprocess_exec(
            *("ping", "-n", "-c", "1", str(address)),
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )
    except OSError:
        return "unknown"
    try:
        async with asyncio.timeout_at(deadline):
            return ping_state(await process.wait())
    except TimeoutError:
        return "silence"
    finally:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()


def ping_state(status: int | None, said: str = "") -> str:
    """What ping's exit status says: 0 a reply, 1 none, anything else that it could not try.

    Where 1 stands for every trouble, what it ``said`` tells that it could not try.
    """
    if status == 1 and any(part in said.lower() for part in _UNTRIED):
        return "unknown"
    return {0: "reply", 1: "silence"}.get(-1 if status is None else status, "unknown")


def _addresses(name: str) -> Found:
    try:
        answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM, flags=socket.AI_CANONNAME)
    except socket.gaierror as error:
        status = _STATUS.get(error.errno or 0, "trouble")
        return Found(status, detail=f"the system's lookup said: {error.strerror}")
    except (OSError, UnicodeError) as error:
        return Found("trouble", detail=f"the system's lookup failed ({error})")
    found = dict.fromkeys(ip_address(answer[4][0]) for answer in answers)
    ordered = sorted(found, key=lambda address: address.version)
    ends = (answer[3].rstrip(".") for answer in answers)
    leads_to = next((end for end in ends if end and end.lower() != name.rstrip(".")), None)
    return Found("ok", tuple(ordered[:MAX_ADDRESSES]), leads_to=leads_to)


async def _in_thread(call: Callable[[], Found]) -> Found:
    if not _ROOM.acquire(blocking=False):
        return Found("timeout", detail="the system's resolver hangs: too many lookups wait for it")
    loop = asyncio.get_running_loop()
    done: asyncio.Future[Found] = loop.create_future()

    def settle(found: Found) -> None:
        if not done.done():
            done.set_result(found)

    def run() -> None:
        try:
            found = call()
        finally:
            _ROOM.release()
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, found)

    threading.Thread(target=run, name="name-lookup", daemon=True).start()
    return await done
