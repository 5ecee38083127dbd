"""Takes every connection and never says a word: ``python -m tests.real.silence PORT``."""

import asyncio
import sys


async def main(port: int) -> None:
    """Listen on the loopback until ended."""

    async def mute(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while await reader.read(4096):
            pass
        writer.close()

    async with await asyncio.start_server(mute, "127.0.0.1", port) as server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1])))
