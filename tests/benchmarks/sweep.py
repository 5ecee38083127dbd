"""What a sweep costs: hosts a second, and CPU of this process for each host, beside the goals.

The simulated hosts are a process of their own on the loopback, so that their CPU is not counted;
it is the same machine, so hosts a second also wait for them.  A bare negotiation with a TLS
handshake is timed in the same run, so that the ratio holds on a slow machine too.
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

from bot.catalog import load, shipped
from bot.catalog.entries import Catalog
from bot.cli.sweep_rows import FORMS
from bot.desk.looking import Scout
from bot.desk.sweeping import Sweeper, Swept
from bot.lab.hosts import HOSTS, Host
from bot.lab.machine import Machine
from bot.probes import Target
from bot.wire.x224 import REQUESTS, connection_request

COUNT = 200
LOOPBACK = "127.0.0.1"
CPU_GOAL_MS = 8.0
SECONDS_GOAL = 79.0 / 15
"""A fifteenth of what nmap's four RDP scripts took for 200 hosts."""


async def serve() -> None:
    """Be the hosts: print their ports, live until stdin ends."""
    behaviours = [
        row.behaviour for row in HOSTS if row.ladder == "ok" and not row.behaviour.delay_s
    ]
    machines = [
        Machine(Host(f"srv-{number:03}", LOOPBACK, behaviour, None, "ok", "", ""))
        for number, behaviour in enumerate(islice(cycle(behaviours), COUNT))
    ]
    for machine in machines:
        await machine.start()
    print(json.dumps([machine.port for machine in machines]), flush=True)
    await asyncio.to_thread(sys.stdin.read)
    for machine in machines:
        await machine.close()


@contextmanager
def hosts() -> Iterator[list[int]]:
    """The ports of the hosts, which live as long as the block."""
    with subprocess.Popen(
        [sys.executable, "-m", "tests.benchmarks.sweep", "serve"],
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


async def sweep(ports: Sequence[int], catalog: Catalog) -> int:
    """Look at the hosts as the command does; the answer is how many of them could be judged."""
    judged = 0
    scout = Scout.exactly(LOOPBACK)

    async def emit(swept: Swept) -> None:
        nonlocal judged
        FORMS["jsonl"].write(swept, catalog)
        judged += swept.diagnosis is not None and swept.diagnosis.ladders == {"direct": "ok"}

    await Sweeper(scout, catalog).sweep([Target(LOOPBACK, port) for port in ports], None, emit)
    await scout.close()
    return judged


def main() -> None:
    """Print the figures."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with warnings.catch_warnings(action="ignore", category=DeprecationWarning):
        context.minimum_version = ssl.TLSVersion.TLSv1
    context.set_ciphers("ALL:@SECLEVEL=0")
    with hosts() as ports:
        catalog = load(shipped())
        asyncio.run(sweep(ports[:10], catalog))  # imports and caches
        began = time.process_time()
        for port in ports:
            bare(port, context)
        alone = (time.process_time() - began) * 1000 / COUNT
        began, clock = time.process_time(), time.perf_counter()
        judged = asyncio.run(sweep(ports, catalog))
        cpu = (time.process_time() - began) * 1000 / COUNT
        seconds = time.perf_counter() - clock
    print(f"hosts judged              {judged:6} of {COUNT}")
    print(
        f"client CPU a host         {cpu:6.1f} ms  {cpu / alone:.0f} x a bare handshake   "
        f"goal {CPU_GOAL_MS:.0f} ms"
    )
    print(f"hosts a second            {COUNT / seconds:6.0f}")
    print(f"sweep of {COUNT} hosts        {seconds:6.1f} s   goal {SECONDS_GOAL:.1f} s")


if __name__ == "__main__":
    if sys.argv[1:] == ["serve"]:
        asyncio.run(serve())
    else:
        main()
