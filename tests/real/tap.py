"""A relay that counts and records: ``python -m tests.real.tap LISTEN TARGET``, loopback ports.

A connection is pending until the first byte of the server has gone to the client; one line of
JSON a connection is printed when it ends: its number, how many were pending when it began
(itself counted), and every byte that the client sent.
"""

import asyncio
import contextlib
import json
import sys
from collections.abc import Callable
from itertools import count


async def main(listening: int, target: int) -> None:
    """Relay until ended."""
    numbers, pending = count(1), set[int]()

    async def relay(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        number = next(numbers)
        pending.add(number)
        at_once = len(pending)
        sent = bytearray()
        try:
            there, back = await asyncio.open_connection("127.0.0.1", target)
            await asyncio.gather(
                carry(reader, back, sent.extend),
                carry(there, writer, lambda _data: pending.discard(number)),
            )
        finally:
            pending.discard(number)
            line = {"number": number, "pending": at_once, "sent": sent.hex()}
            print(json.dumps(line), flush=True)

    async with await asyncio.start_server(relay, "127.0.0.1", listening) as server:
        await server.serve_forever()


async def carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, tell: Callable[[bytes], object]
) -> None:
    """One direction, until either side leaves."""
    with contextlib.suppress(ConnectionError):
        while data := await reader.read(65536):
            tell(data)
            writer.write(data)
            await writer.drain()
    writer.close()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]), int(sys.argv[2])))
