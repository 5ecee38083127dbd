"""The page of the tree in a real Chromium: keys, search, folding, moving, paper."""

import base64
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from bot.catalog import load, shipped
from bot.cli.treepage import render_html
from bot.engine import Model, Situation, tree
from tests.browser import Browser, browser

pytestmark = pytest.mark.real

OPEN = "return document.querySelector('#panel.open .why.open')?.id ?? null"
FOCUS = "return document.activeElement.id"
VIEW = "return document.getElementById('world').getAttribute('transform')"
SHOWN = "return document.querySelectorAll('.node:not(.away)').length"
OUTSIDE = """
return [...document.querySelectorAll('.node:not(.away)')].flatMap((node) => {
  const frame = node.querySelector('.frame').getBoundingClientRect();
  return [...node.querySelectorAll(':scope > text')]
    .map((text) => [text.textContent, text.getBoundingClientRect()])
    .filter(([, box]) => box.left < frame.left || box.right > frame.right + 1
      || box.top < frame.top - 1 || box.bottom > frame.bottom + 1)
    .map(([text]) => text);
});
"""
OVERLAPS = """
const frames = [...document.querySelectorAll('.node:not(.away) .frame')];
const boxes = frames.map((frame) => frame.getBoundingClientRect());
return boxes.flatMap((a, i) => boxes.slice(i + 1).filter((b) =>
  a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom)).length;
"""


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Path:
    model = Model.of(load(shipped()))
    path = tmp_path_factory.mktemp("page") / "tree.html"
    made = render_html(model, tree(model, Situation(evidence={"ladder": "ok"}), 0.03))
    path.write_text(made, encoding="utf-8")
    return path


@pytest.fixture
async def window(page: Path, tmp_path: Path) -> AsyncIterator[Browser]:
    async with browser(tmp_path / "profile") as found:
        await found.size(1440, 900)
        await found.open(page)
        yield found
        assert await found.log() == []  # neither an error nor a refusal of the page's policy


async def child_of(window: Browser, node: str) -> Any:
    return await window.run(
        'return document.querySelector(`[data-parent="${arguments[0].slice(1)}"]`)?.id', node
    )


async def test_arrow_keys_walk_enter_opens_escape_closes(window: Browser) -> None:
    assert str(await window.run(OPEN)).startswith("why-")  # on a wide screen the start is open
    await window.press("Escape")
    assert await window.run(OPEN) is None
    root = await window.run(FOCUS)
    await window.press("Right")
    child = await window.run(FOCUS)
    assert child == await child_of(window, root)
    await window.press("Down")
    sibling = await window.run(FOCUS)
    assert sibling not in {root, child}
    await window.press("Up", "Left")
    assert await window.run(FOCUS) == root
    await window.press("Right", "Enter")
    assert await window.run(OPEN) == f"why-{child[1:]}"
    assert await window.run(FOCUS) == f"why-{child[1:]}"
    await window.press("Escape")
    assert await window.run(FOCUS) == child
    assert await window.run("return document.querySelectorAll('.node[tabindex=\"0\"]').length") == 1


async def test_a_folded_branch_opens_by_key_and_by_button(window: Browser) -> None:
    shown = await window.run(SHOWN)
    whole = await window.run("return document.querySelectorAll('.node').length")
    assert shown < whole
    folded = await window.run("return document.querySelector('.node.folded:not(.away)').id")
    await window.run("document.getElementById(arguments[0]).focus()", folded)
    await window.press("Right")
    assert await window.run(SHOWN) > shown
    assert await window.run(FOCUS) == folded
    await window.press(" ")
    assert await window.run(SHOWN) == shown
    await window.click("#all")
    assert await window.run(SHOWN) == whole
    assert await window.run(OVERLAPS) == 0
    assert await window.run(OUTSIDE) == []


async def test_search_shows_folded_places_too(window: Browser) -> None:
    await window.press("Escape", "/")
    assert await window.run(FOCUS) == "find"
    words = await window.run(
        "return [...document.querySelectorAll('.node .title')].at(-1).textContent"
    )
    word = max(str(words).split(), key=len)
    await window.press(*word)
    hits = await window.run("return document.querySelectorAll('.node.hit').length")
    assert hits >= 1
    assert await window.run("return document.querySelectorAll('.node.hit.away').length") == 0
    said = str(await window.run("return document.getElementById('hits').textContent"))
    assert said.startswith(f"{hits} of ")
    await window.press("Enter")
    opened = str(await window.run(OPEN)).replace("why-", "n")
    assert await window.run("return document.getElementById(arguments[0]).matches('.hit')", opened)
    await window.press("Escape")
    assert await window.run("return document.querySelectorAll('.node.hit').length") == 0


async def test_the_map_moves_under_the_mouse_and_fits_again(window: Browser) -> None:
    before = await window.run(VIEW)
    await window.drag((500, 700), (-120, -60))
    moved = await window.run(VIEW)
    assert moved != before
    assert await window.run(OPEN) is not None
    await window.press("+")
    assert await window.run(VIEW) != moved
    await window.click("#fit")
    inside = await window.run(
        """const map = document.getElementById('map').getBoundingClientRect();
        return [...document.querySelectorAll('.node:not(.away) .frame')].every((frame) => {
          const box = frame.getBoundingClientRect();
          return box.left >= map.left && box.bottom <= map.bottom + 1 && box.right <= map.right + 1;
        });"""
    )
    assert inside


async def test_a_click_opens_the_why_and_its_links_lead_on(window: Browser) -> None:
    second = await window.run("return document.querySelectorAll('.node:not(.away)')[1].id")
    await window.click(f"#{second} .title")
    assert await window.run(OPEN) == f"why-{second[1:]}"
    way = await window.run("return document.querySelector('.why.open .way a').hash")
    await window.click(".why.open .way a")
    assert await window.run(OPEN) == way[1:]


@pytest.mark.parametrize("dark", [False, True])
async def test_a_phone_shows_it_without_sideways_scrolling(window: Browser, dark: bool) -> None:
    await window.size(390, 844, dark=dark)
    await window.call("POST", "/refresh", {})
    assert await window.run(OPEN) is None
    wide = await window.run("return document.documentElement.scrollWidth")
    assert wide <= 390
    await window.click(".node .title")
    assert await window.run(OPEN) is not None
    panel = await window.run(
        "const box = document.getElementById('panel').getBoundingClientRect();"
        "return [box.left, box.right, box.height];"
    )
    assert panel[0] >= 0
    assert panel[1] <= 390
    assert panel[2] <= 0.7 * 844


async def test_it_prints_the_picture_and_the_outline(window: Browser) -> None:
    pdf = base64.b64decode(await window.call("POST", "/print", {"orientation": "landscape"}))
    assert pdf.startswith(b"%PDF")
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) >= 2
    on_screen = "return !document.getElementById('map').hasAttribute('viewBox')"
    assert await window.run(on_screen)


async def test_the_outline_takes_the_place_of_the_picture(window: Browser) -> None:
    await window.click("#text")
    assert await window.run("return document.getElementById('stage').hidden") is True
    link = "#outline ol ol a"
    goal = await window.run("return document.querySelector(arguments[0]).hash", link)
    await window.click(link)
    assert await window.run(OPEN) == goal[1:]
    assert await window.run("return document.getElementById('stage').hidden") is False
