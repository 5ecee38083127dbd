"""What the lab's jump box answers to a command: the few that a small Linux is asked for.

Strategy: a pure function from the command line to its output; nothing is ever executed.
"""

import shlex
import time
from dataclasses import dataclass
from ipaddress import ip_address

from bot.lab import scripts
from bot.lab.hosts import DOMAIN, RESOLVER
from bot.lab.scripts import Awake, Network

SMALL = 84
"""Bytes of an ordinary ping."""

FILES = {
    "/etc/resolv.conf": f"search {DOMAIN}\nnameserver {RESOLVER}\noptions timeout:1 attempts:1\n",
    "/etc/hosts": "127.0.0.1 localhost\n127.0.1.1 jump\n",
}


@dataclass(frozen=True, slots=True)
class Reply:
    """Standard output, standard error and exit status."""

    out: str = ""
    err: str = ""
    status: int = 0


def wanted(command: str) -> int:
    """How many bytes of standard input a command line needs before it can be answered."""
    return scripts.wanted(command)


def run(command: str, network: Network, feed: bytes = b"") -> Reply:
    """Answer a command line that has read ``feed``."""
    try:
        words = shlex.split(command)
    except ValueError:
        return Reply(err="sh: syntax error\n", status=2)
    return _answer(words, network, feed)


def _answer(words: list[str], network: Network, feed: bytes) -> Reply:
    match words:
        case ["true"] | []:
            return Reply()
        case ["date", *form]:
            return Reply(_date(form))
        case ["cat", *paths]:
            return _cat(paths)
        case ["ping", *options]:
            return _ping(options, network.awake)
        case ["sh", "-c", script] | ["bash", "--norc", "-c", script]:
            return _script(script, network, feed)
        case _:
            return Reply(err=f"sh: 1: {words[0]}: not found\n", status=127)


def _script(script: str, network: Network, feed: bytes) -> Reply:
    out = scripts.run(script, network, feed)
    if out is None:
        return Reply(err="sh: 1: command not found\n", status=127)
    return Reply(out)


def _date(form: list[str]) -> str:
    now = time.time()
    if form and form[0] in {"+%s.%N", "+%s"}:
        return f"{now:.9f}\n" if form[0].endswith("%N") else f"{int(now)}\n"
    return time.strftime("%a %b %d %H:%M:%S UTC %Y\n", time.gmtime(now))


def _cat(paths: list[str]) -> Reply:
    missing = [path for path in paths if path not in FILES]
    return Reply(
        "".join(FILES.get(path, "") for path in paths),
        "".join(f"cat: {path}: No such file or directory\n" for path in missing),
        1 if missing else 0,
    )


def _ping(options: list[str], awake: Awake) -> Reply:
    """One echo as iputils prints it; status 1 when nothing comes back."""
    try:
        address = str(ip_address(options[-1] if options else ""))
    except ValueError:
        return Reply(err="ping: usage error: Destination address required\n", status=2)
    head = f"PING {address} ({address}) 56(84) bytes of data.\n"
    line = f"64 bytes from {address}: icmp_seq=1 ttl=127 time=0.412 ms\n"
    got = awake(address, SMALL)
    tail = (
        f"\n--- {address} ping statistics ---\n1 packets transmitted, {int(got)} received, "
        f"{0 if got else 100}% packet loss, time 0ms\n"
    )
    return Reply(head + (line if got else "") + tail, status=0 if got else 1)
