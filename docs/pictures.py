"""Make the pictures of the decision tree in docs/trees: the page as Chromium shows it.

Run it with `make pictures` after a change of the knowledge; it needs Debian's chromium and
chromium-driver.  What it starts from are the situations beside the pictures.
"""

import asyncio
import tempfile
from pathlib import Path

from bot.catalog import load, shipped
from bot.cli.treepage import render_html
from bot.desk.cases import read_cases, situation_of
from bot.engine import Model, tree
from tests.browser import Browser, browser

FOLDER = Path(__file__).with_name("trees")
TITLES = {
    "healthy-0x904": "0x904 / 0x7, and everything that can be seen is healthy",
    "tls-closed": "TLS is closed right after the client's first message",
}
WIDE, PHONE = (1440, 900), (390, 844)
LARGEST = 300 * 1024


async def take(window: Browser, name: str, page: Path, size: tuple[int, int], dark: bool) -> None:
    """One picture of a page; on the phone with the first why open."""
    await window.size(*size, dark=dark)
    await window.open(page)
    if size == PHONE:
        await window.click(".node .title")
    picture = await window.picture()
    assert len(picture) < LARGEST, name
    (FOLDER / f"{name}.png").write_bytes(picture)
    print(f"docs/trees/{name}.png: {len(picture) // 1024 + 1} KiB")


async def main() -> None:
    """Both situations on a wide screen, one light and one dark; one on a phone."""
    model = Model.of(load(shipped()))
    with tempfile.TemporaryDirectory() as folder:
        async with browser(Path(folder, "profile")) as window:
            for name, title in TITLES.items():
                source = FOLDER / f"{name}.json"
                (case,) = read_cases(source.read_text(encoding="utf-8"), source.name)
                page = Path(folder, f"{name}.html")
                root = tree(model, situation_of(model.catalog, case))
                page.write_text(render_html(model, root, title), encoding="utf-8")
                await take(window, name, page, WIDE, dark=name == "tls-closed")
            await take(window, "phone", Path(folder, "tls-closed.html"), PHONE, dark=False)


if __name__ == "__main__":
    asyncio.run(main())
