"""Draw docs/card.svg: the card of a lab host as the terminal shows it, from a real look.

Run it with `make picture`; nothing in the picture is typed by hand.
"""

import asyncio
import html
import tempfile
from pathlib import Path

from bot.cli.render import card
from bot.cli.terminal import Guide, Terminal
from bot.cli.triage import opened_desk
from bot.desk.intents import Opening
from bot.desk.looking import Scout
from bot.lab.world import Lab
from bot.settings import read

HOST = "srv-app-07"
MARKS = {"ok": "#3fb950", "fault": "#ff7b72", "not checked": "#d29922"}
LINE, CHARACTER, MARGIN = 20, 8.43, 24


async def look() -> list[str]:
    """The lines of one card, buttons included."""
    with tempfile.TemporaryDirectory() as folder:
        async with Lab() as lab:
            settings = read(lab.settings_toml(Path(folder)), {})
            terminal = Terminal()
            async with opened_desk(settings, Scout.of(settings), terminal) as desk:
                guide = Guide(desk, terminal, "cli:demo")
                await guide.open(Opening(guide.sender(), HOST, 3389, ("0x904", "0x7")))
            view = terminal.view
            assert view is not None
            rows = [view.buttons, view.tools]
            buttons = ["  ".join(f"[{each.label}]" for each in row) for row in rows]
            return [f"$ rdp-triage triage {HOST} 0x904 0x7", *card(view).splitlines(), "", *buttons]


def drawn(lines: list[str]) -> str:
    """The lines as an SVG of a terminal, dark on any page."""
    width = max(map(len, lines)) * CHARACTER + 2 * MARGIN
    height = len(lines) * LINE + 2 * MARGIN
    rows = []
    for number, line in enumerate(lines):
        y = MARGIN + (number + 0.8) * LINE
        mark = next((each for each in MARKS if line.startswith(f"{each}  ")), "")
        coloured = f'<tspan fill="{MARKS[mark]}" font-weight="bold">{mark}</tspan>' if mark else ""
        rest = html.escape(line[len(mark) :])
        rows.append(f'<text x="{MARGIN}" y="{y:.0f}" xml:space="preserve">{coloured}{rest}</text>')
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width:.0f} {height}" role="img" '
        f'aria-label="The card of one ticket in a terminal">\n'
        f'<rect width="100%" height="100%" rx="10" fill="#0d1117"/>\n'
        f'<g font-family="DejaVu Sans Mono, Menlo, Consolas, monospace" font-size="14" '
        f'fill="#e6edf3">\n' + "\n".join(rows) + "\n</g>\n</svg>\n"
    )


if __name__ == "__main__":
    Path(__file__).with_name("card.svg").write_text(drawn(asyncio.run(look())), encoding="utf-8")
