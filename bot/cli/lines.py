"""Lines that a person types or a pipe brings, awaited without holding up the program's end.

Strategy: a daemon thread reads the descriptor itself.  A worker thread of asyncio would have to
return before the program could end, and a buffered reader holds a lock when it is abandoned.
"""

import asyncio
import contextlib
import os
import threading

CHUNK = 4096


class Lines:
    """Reads ``descriptor`` from the first call of ``next`` on; needs a running event loop."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._queue: asyncio.Queue[str] | None = None
        self._ended = False

    async def next(self) -> str:
        """The next line with its end; empty at the end of input and ever after."""
        if self._ended:
            return ""
        if self._queue is None:
            self._queue = asyncio.Queue()
            reader = (asyncio.get_running_loop(), self._queue)
            threading.Thread(target=self._read, args=reader, daemon=True).start()
        line = await self._queue.get()
        self._ended = not line
        return line

    def _read(self, loop: asyncio.AbstractEventLoop, queue: asyncio.Queue[str]) -> None:
        """Hand line after line to the loop; what stands after the last line end is a line."""
        rest = b""
        with contextlib.suppress(RuntimeError, OSError):  # the loop or the terminal is gone
            while chunk := os.read(self._descriptor, CHUNK):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    text = line.decode("utf-8", "replace") + "\n"
                    loop.call_soon_threadsafe(queue.put_nowait, text)
        with contextlib.suppress(RuntimeError):
            if rest:
                loop.call_soon_threadsafe(queue.put_nowait, rest.decode("utf-8", "replace"))
            loop.call_soon_threadsafe(queue.put_nowait, "")
