"""What a person must be able to reach and read: at every width, by keyboard, with long names."""

import pytest

from tests.page.theatre import Theatre, Window

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

LONG = "averylongnameofahostthatnobodywouldtype.butsomebodydidnevertheless.corpoffice.lab.example"
INSIDE = """
const box = document.querySelector(arguments[0]).getBoundingClientRect();
return box.width > 0 && box.top >= 0 && box.left >= 0 &&
  box.bottom <= innerHeight + 1 && box.right <= innerWidth + 1;
"""
OVERLAPS = """
return [...document.querySelectorAll('#home .section')].filter((each) => {
  const control = each.querySelector(':scope > :not(.words)');
  if (!control) return false;
  const range = document.createRange();
  range.selectNodeContents(each.querySelector('.words'));
  const edge = Math.max(...[...range.getClientRects()].map((line) => line.right));
  return edge > control.getBoundingClientRect().left;
}).length;
"""


async def settled(demo: Theatre, window: Window) -> None:
    """Cards that are taller than a phone stand in the channel."""
    if not any(LONG in str(each.blocks) for each in demo.slack.from_app("helpdesk")):
        await window.type("/rdp srv-app-07 0x904 0x7")
        await window.offers("srv-app-07", "Did not help")
        await window.type(f"/rdp {LONG}")
    await window.offers(LONG, "Details")


@pytest.mark.parametrize("width", [1280, 820, 390])
async def test_the_composer_is_always_there(demo: Theatre, width: int) -> None:
    window = await demo.window(width=width, height=700)
    await settled(demo, window)
    await window.run("document.querySelector('#drawer [data-key=close]')?.click()")
    for selector in ("#composer", "#composer-form button", "#switcher", "#open-chaos"):
        assert await window.run(INSIDE, selector), selector
    taller = "const it = document.querySelector('#log'); return it.scrollHeight > it.clientHeight"
    assert await window.run(taller)


@pytest.mark.parametrize("width", [1280, 390])
async def test_long_names_run_into_nothing(demo: Theatre, width: int) -> None:
    window = await demo.window(width=width, height=700)
    await settled(demo, window)
    await window.run("document.querySelector('[data-place=home]').click()")
    words = "document.querySelector('#home').innerText.includes(arguments[0])"
    await window.until(words, LONG[:40])
    assert await window.run(OVERLAPS) == 0
    assert await window.run(INSIDE, "#places [aria-current]")


async def test_the_form_can_be_typed_into_at_once(demo: Theatre) -> None:
    window = await demo.window()
    await window.type("/rdp")
    await window.until("!!document.querySelector('#modal .input input')")
    await window.browser.write("srv app!")
    assert await window.run("return document.querySelector('#modal input').value") == "srv app!"


async def test_the_inspector_opens_at_the_newest_line(demo: Theatre) -> None:
    window = await demo.window(height=700)
    await settled(demo, window)
    await window.run("document.querySelector('#open-inspector').click()")
    last = "document.querySelector('.journal').lastElementChild.getBoundingClientRect()"
    await window.until(f"{last}.bottom <= innerHeight + 1")


async def test_every_host_of_the_lab_is_offered(demo: Theatre) -> None:
    window = await demo.window()
    await window.until("!!document.querySelector('#drawer .host')")
    offered = await window.run(
        "return [...document.querySelectorAll('.host .command')].map((each) => each.innerText)"
    )
    assert offered == [row.name for row in demo.lab.faults()]
    await window.run("document.querySelector('[data-key=srv-scope-01]').click()")
    line = await window.run("return document.querySelector('#composer').value")
    assert line == "/rdp srv-scope-01 via all"


async def test_the_list_does_not_move_under_a_hand_that_clicks(demo: Theatre) -> None:
    """A frame that brings no message, near the end of the list, scrolls nothing."""
    window = await demo.window(height=700)
    await settled(demo, window)
    await window.run("document.querySelector('#open-chaos').click()")
    await window.until("!!document.querySelector('[data-key=lost-acks]')")
    place = "const it = document.querySelector('#log'); return it.scrollTop"
    await window.run("const it = document.querySelector('#log'); it.scrollTop = it.scrollHeight")
    before = await window.run(f"{place} -= 50")
    switch = "document.querySelector('[data-key=lost-acks]')"
    for state in ("true", "false"):
        await window.run(f"{switch}.click()")
        await window.until(f"{switch}.ariaChecked === '{state}'")
        assert await window.run(place) == pytest.approx(before, abs=1)


async def test_an_opened_drawer_leaves_the_end_of_the_list_in_sight(demo: Theatre) -> None:
    window = await demo.window(height=700)
    await settled(demo, window)
    await window.run("document.querySelector('#drawer [data-key=close]')?.click()")
    await window.type("/rdp help")
    await window.until("!!document.querySelector('article.ephemeral')")
    last = "document.querySelector('#log').lastElementChild.getBoundingClientRect()"
    ends = f"{last}.bottom <= document.querySelector('#log').getBoundingClientRect().bottom + 1"
    await window.until(ends)
    for drawer in ("#open-chaos", "#open-chaos", "#open-inspector"):
        await window.run(f"document.querySelector('{drawer}').click()")
        await window.until(ends)
