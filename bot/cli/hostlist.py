"""The file of a sweep: one host a line, ``#`` begins a comment; all its faults at once."""

from collections.abc import Iterable

from bot.cli.common import Refused
from bot.probes.base import Target
from bot.targets import BadHost, parse_host


def read_hosts(lines: Iterable[str], name: str, port: int) -> list[Target]:
    """Each host once, in the order of the lines; ``port`` is that of lines without one.

    Raises Refused with ``name:line`` of every bad line, or when there is no host at all.
    """
    found: dict[Target, None] = {}
    faults = []
    for number, line in enumerate(lines, 1):
        text = line.partition("#")[0].strip()
        if not text:
            continue
        try:
            host = parse_host(text)
        except BadHost as error:
            faults.append(f"{name}:{number}: {error}")
            continue
        found[Target(host.host, host.port or port)] = None
    if faults:
        raise Refused(f"{len(faults)} bad lines, so nothing was looked at\n" + "\n".join(faults))
    if not found:
        raise Refused(f"{name} has no host; write one a line, such as srv-app-07")
    return list(found)
