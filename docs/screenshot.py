"""Make docs/page.png, the picture in the README: the demo as it runs, with one card in it.

Run it with `make pictures` after a change of cards or page; it needs Debian's chromium and
chromium-driver.
"""

import asyncio
import tempfile
from contextlib import AsyncExitStack
from pathlib import Path

from tests.page.theatre import theatre

PICTURE = Path(__file__).with_name("page.png")
HOST = "srv-app-07"
LARGEST = 300 * 1024


async def main() -> None:
    """Type the command, wait for the verdict, take the picture."""
    with tempfile.TemporaryDirectory() as folder:
        async with AsyncExitStack() as stack:
            demo = await theatre(stack, Path(folder))
            async with demo.windows:
                window = await demo.window(width=1360, height=900)
                await window.type(f"/rdp {HOST} 0x904 0x7")
                await window.offers(HOST, "Did not help")
                picture = await window.browser.picture()
    assert len(picture) < LARGEST
    PICTURE.write_bytes(picture)
    print(f"docs/{PICTURE.name}: {len(picture) // 1024 + 1} KiB")


if __name__ == "__main__":
    asyncio.run(main())
