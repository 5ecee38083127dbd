"""A simulated Windows Server 2022 that requires NLA, TLS 1.2 and 1.3, at any address.

No real Windows runs here.  It stands in for one where the conduct matters: FreeRDP's server side
looks like GNOME Remote Desktop, so that a real one is met one connection at a time.
``python -m tests.benchmarks.simulated ADDRESS PORT`` runs until it is ended.
"""

import asyncio
import sys

from bot.lab.behaviour import SERVER_2022, Behaviour, Tls
from bot.lab.certificates import server_context
from bot.lab.rdp import RdpServer, Seen

BEHAVIOUR = Behaviour(tls=Tls.UP_TO_13, version=SERVER_2022)
NAME = "srv-app-02"


async def serve(address: str, port: int) -> None:
    """Listen, with the short queue that xrdp has."""
    context = server_context(BEHAVIOUR, NAME)
    host = RdpServer(NAME, lambda: BEHAVIOUR, lambda: context, Seen())

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await host.converse(reader, writer)
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # how most probes end
        finally:
            writer.close()

    async with await asyncio.start_server(converse, address, port, backlog=2) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve(sys.argv[1], int(sys.argv[2])))
