"""Whole tickets in the page: by mouse, by keyboard alone, by two people, through accidents."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from tests.page.theatre import CARD, Theatre, Window

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

FOCUS = "document.activeElement"
MOST_TABS = 80


def when(
    event: asyncio.Event, start: Callable[[], Awaitable[None]]
) -> Callable[[], Awaitable[None]]:
    """``start``, but not before the event: on a slow machine two seconds pass within a click."""

    async def later() -> None:
        await event.wait()
        await start()

    return later


async def test_a_newcomers_whole_ticket_by_mouse(demo: Theatre) -> None:
    window = await demo.window()
    await window.until("!!document.querySelector('#drawer .command')")  # what can I try?
    await window.browser.click("#drawer .command")
    assert await window.run("return document.querySelector('#composer').value") == (
        "/rdp srv-app-07 0x904 0x7"
    )
    await window.browser.click("#composer-form button.primary")
    card = await window.reads("srv-app-07", "certificate has expired")
    assert "Next:" in card
    await window.click("srv-app-07", "It worked")
    await window.reads("srv-app-07", "nothing has changed")
    await window.stage("srv-app-07")
    await window.click("srv-app-07", "It worked")
    card = await window.reads("srv-app-07", "resolved, verified")
    assert "Before" in card
    assert await window.browser.log() == []


async def tab_to(window: Window, wanted: str) -> None:
    """Tab until an element that ``wanted`` is true of has the focus."""
    for _ in range(MOST_TABS):
        if await window.run(f"const it = {FOCUS}; return {wanted}"):
            return
        await window.browser.press("Tab")
    raise AssertionError(f"not reached by Tab: {wanted}")


async def test_a_whole_ticket_by_keyboard_alone(demo: Theatre) -> None:
    window = await demo.window("teammate")
    keys = window.browser
    await tab_to(window, "it.id === 'composer'")
    await keys.write("/r")
    assert await window.run("return document.querySelector('#suggestions').hidden") is False
    await keys.press("Tab")  # takes the command that is offered
    assert await window.run(f"return {FOCUS}.value") == "/rdp "
    await keys.write("pc-sales-12")
    await keys.press("Enter")
    await window.reads("pc-sales-12", "clock")
    await window.offers("pc-sales-12", "Re-check")
    await keys.chord("Shift", "Tab")
    await tab_to(window, "it.innerText === 'Details' || it.id === 'composer'")
    if await window.run(f"return {FOCUS}.id") == "composer":  # focus goes forward only
        for _ in range(MOST_TABS):
            await keys.chord("Shift", "Tab")
            if await window.run(f"return {FOCUS}.innerText") == "Details":
                break
    await keys.press("Enter")
    await window.until("document.querySelector('#modal').open")
    assert await window.run(f"return document.querySelector('#modal').contains({FOCUS})")
    await keys.press("Escape")
    await window.until("!document.querySelector('#modal').open")
    await demo.lab.repair("pc-sales-12")
    for _ in range(MOST_TABS):
        if await window.run(f"return {FOCUS}.innerText") == "Re-check":
            break
        await keys.press("Tab")
    await keys.press("Enter")
    await window.reads("pc-sales-12", "Changed since the last look")
    inside = f"return ({CARD}).contains({FOCUS})"
    assert await window.run(inside, "pc-sales-12"), "the new card keeps the focus"


async def test_two_people_on_one_ticket(demo: Theatre) -> None:
    asker, lead = await demo.window("asker"), await demo.window("lead")
    await asker.type("/rdp srv-db-03")
    await asker.offers("srv-db-03", "Re-check")
    await lead.offers("srv-db-03", "Re-check")
    await lead.click("srv-db-03", "Re-check")
    await asker.reads("srv-db-03", "nothing has changed")
    await lead.reads("srv-db-03", "nothing has changed")
    assert await asker.card("srv-db-03") == await lead.card("srv-db-03")


async def test_a_reload_in_mid_flow_keeps_the_ticket(demo: Theatre) -> None:
    window = await demo.window()
    await window.type("/rdp srv-old-01")
    await window.reads("srv-old-01", "TLS")
    await window.type("/rdp help")
    await window.until("!!document.querySelector('article.ephemeral')")
    await window.browser.call("POST", "/refresh", {})
    await window.at_home("asker")
    await window.reads("srv-old-01", "TLS")
    await window.until("!document.querySelector('article.ephemeral')")
    await window.click("srv-old-01", "Re-check")
    await window.reads("srv-old-01", "nothing has changed")


async def test_the_bot_is_killed_and_comes_back_in_mid_flow(
    demo: Theatre, monkeypatch: pytest.MonkeyPatch
) -> None:
    clicked = asyncio.Event()
    monkeypatch.setattr(demo.bot, "start", when(clicked, demo.bot.start))
    window = await demo.window()
    await window.type("/rdp srv-db-04")
    await window.offers("srv-db-04", "Re-check")
    await window.browser.click("#open-chaos")
    await window.until("!!document.querySelector('[data-key=kill]')")
    await window.browser.click("[data-key=kill]")
    await window.until("document.querySelector('#toasts').innerText.includes('SIGKILL')")
    await demo.slack.wait_for(lambda: not demo.slack.sockets.receivers, 10.0, "the end of the bot")
    await window.click("srv-db-04", "Re-check")
    await window.until(
        f"[...({CARD}).querySelectorAll('.trouble')].some((each) =>"
        " each.textContent.includes('dispatch_failed'))",
        "srv-db-04",
    )
    clicked.set()
    await demo.slack.connected(within=60)
    await window.click("srv-db-04", "Re-check")
    await window.reads("srv-db-04", "nothing has changed")
    cards = [each for each in demo.slack.from_app("helpdesk") if "srv-db-04" in each.text]
    assert len(cards) == 1


async def test_the_start_forms_errors_stand_at_their_fields(demo: Theatre) -> None:
    window = await demo.window()
    await window.type("/rdp")
    await window.until("!!document.querySelector('#modal .input input')")
    await window.browser.click("#modal button[type=submit]")
    assert await window.run(
        "return document.querySelector('#modal .trouble[role=alert]').innerText"
    )
    await window.browser.write("srv app 07!")
    await window.browser.press("Enter")
    await window.until("!!document.querySelector('#modal .input .trouble')")
    described = await window.run(
        "const it = document.querySelector('#modal [aria-invalid=true]');"
        "const id = it.getAttribute('aria-describedby').split(' ').at(-1);"
        "return document.getElementById(id).innerText"
    )
    assert "srv-app-07" in described or "host" in described.lower()
    assert await window.run("return document.querySelector('#modal input').value") == "srv app 07!"
    assert await window.run(f"return {FOCUS}.getAttribute('aria-invalid')") == "true"


async def test_a_reset_begins_anew(demo: Theatre) -> None:
    window = await demo.window()
    await window.type("/rdp srv-app-07")
    await window.reads("srv-app-07", "certificate has expired")
    await demo.lab.repair("srv-app-07")
    await window.browser.click("#open-chaos")
    await window.until("!!document.querySelector('[data-key=lost-acks]')")
    await window.browser.click("[data-key=lost-acks]")
    await window.until("document.querySelector('[data-key=lost-acks]').ariaChecked === 'true'")
    await window.run("document.querySelector('[data-key=reset]').click()")
    await window.until("!document.querySelector('#log article')")
    await window.until("document.querySelector('[data-key=lost-acks]').ariaChecked === 'false'")
    await demo.slack.connected(within=60)
    await window.type("/rdp srv-app-07")
    card = await window.reads("srv-app-07", "certificate has expired")
    assert "#1 " in card, "numbers begin anew"
