"""Simulated hosts for the benchmarks, many of them, and what a bare handshake with one costs.

They are a process of their own on the loopback, so that their CPU is not counted; it is the same
machine, so hosts a second also wait for them.  ``python -m tests.benchmarks.sweep COUNT`` is it.
"""

import asyncio
import json
import socket
import ssl
import subprocess
import sys
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import cycle, islice

from bot.lab.hosts import HOSTS, Host
from bot.lab.machine import Machine
from bot.wire.x224 import REQUESTS, connection_request

LOOPBACK = "127.0.0.1"


async def serve(count: int) -> None:
    """Be the hosts: print their ports, live until stdin ends."""
    behaviours = [
        row.behaviour for row in HOSTS if row.ladder == "ok" and not row.behaviour.delay_s
    ]
    machines = [
        Machine(Host(f"srv-{number:03}", LOOPBACK, behaviour, None, "ok", "", ""))
        for number, behaviour in enumerate(islice(cycle(behaviours), count))
    ]
    for machine in machines:
        await machine.start()
    print(json.dumps([machine.port for machine in machines]), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for machine in machines:
        await machine.close()


@contextmanager
def hosts(count: int) -> Iterator[list[int]]:
    """The ports of the hosts, which live as long as the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.sweep", str(count)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        if process.stdout is None:  # it was asked for above
            raise RuntimeError
        yield json.loads(process.stdout.readline())
        process.communicate()


def bare(port: int, context: ssl.SSLContext) -> None:
    """One negotiation and, where the host chooses it, one TLS handshake; nothing else."""
    with socket.create_connection((LOOPBACK, port)) as plain:
        plain.sendall(connection_request(REQUESTS["nla"], "bench"))
        answer = plain.recv(64)
        if answer[11] == 2:  # a response, not a failure (MS-RDPBCGR 2.2.1.2)
            context.wrap_socket(plain).close()


def alone(ports: Sequence[int]) -> float:
    """CPU of a bare handshake with each of some hosts, in ms a host."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    began = time.process_time()
    for port in ports:
        bare(port, context)
    return (time.process_time() - began) * 1000 / len(ports)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1])))
