"""How the page looks and reads: accessible, at every width, light and dark, nothing of it live."""

from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest

from tests.page.theatre import Theatre, Window

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]

AXE = """
const done = arguments[arguments.length - 1];
axe.run(document, {resultTypes: ['violations']}).then((found) => done(found.violations.map((each) =>
  [each.impact, each.id, each.nodes.map((node) => node.html.slice(0, 200) + ' ' +
    node.any.map((why) => why.message).join(' '))])));
"""
WIDER = "document.documentElement.scrollWidth > window.innerWidth"
HOSTILE = '<img src=x onerror="document.title=1"> *bold* <!channel> <https://evil.example|safe>'


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("pictures")


async def serious(window: Window) -> list[Any]:
    """What axe-core calls serious or critical."""
    script = files("axe_core_python").joinpath("axe.min.js").read_text(encoding="utf-8")
    await window.run(script)
    body = {"script": AXE, "args": []}
    found = await window.browser.call("POST", "/execute/async", body)
    return [each for each in found if each[0] in {"serious", "critical"}]


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1440, 820, 390])
async def test_no_serious_violation(demo: Theatre, dark: bool, width: int, pictures: Path) -> None:
    window = await demo.window()
    await window.browser.size(width, 900, dark=dark)
    if not demo.slack.from_app("helpdesk"):
        await window.type("/rdp srv-app-07 0x904 0x7")
    await window.offers("srv-app-07", "Did not help")
    await window.run("document.querySelector('#drawer [data-key=close]')?.click()")
    looks = {"try": "#open-try", "chaos": "#open-chaos", "inspector": "#open-inspector"}
    for name, opener in looks.items():
        await window.run("document.querySelector(arguments[0]).click()", opener)
        await window.until("!document.querySelector('#drawer').hidden")
        assert await serious(window) == [], name
        assert not await window.run(f"return {WIDER}"), name
        (pictures / f"{name}-{width}-{dark}.png").write_bytes(await window.browser.picture())
        await window.run("document.querySelector('#drawer [data-key=close]').click()")
    assert await serious(window) == [], "conversation"
    await window.type("/rdp")
    await window.until("document.querySelector('#modal').open")
    await window.until("!!document.querySelector('#modal .input')")
    assert await serious(window) == [], "form"
    assert not await window.run(f"return {WIDER}"), "form"
    await window.browser.press("Escape")
    await window.until("!document.querySelector('#modal').open")
    await window.run("document.querySelector('[data-place=home]').click()")
    await window.until("!!document.querySelector('#home h3')")
    assert await serious(window) == [], "home"
    assert not await window.run(f"return {WIDER}"), "home"
    assert await window.browser.log() == []


async def test_hostile_words_stay_words(demo: Theatre) -> None:
    window = await demo.window()
    demo.slack.say("teammate", "helpdesk", HOSTILE)
    await window.until(
        "[...document.querySelectorAll('.typed')].at(-1)?.textContent === arguments[0]", HOSTILE
    )
    assert not await window.run("return document.querySelector('#log img, #log a[href*=evil]')")
    assert "local Slack" in await window.run("return document.title")


async def test_a_hostile_certificate_is_text(demo: Theatre) -> None:
    window = await demo.window()
    machine = demo.lab.host("srv-app-09")
    name = "<img src=x onerror=alert(1)>&<!channel>"
    await machine.behave(machine.row.behaviour.__class__(certificate_name=name))
    await window.type("/rdp srv-app-09")
    await window.offers("srv-app-09", "Details")
    await window.click("srv-app-09", "Details")
    await window.until("document.querySelector('#modal').open")
    await window.until("document.querySelector('#modal').innerText.includes('onerror')")
    assert not await window.run(
        "return document.querySelector('#modal img, #log img, .mention.loud')"
    )
    assert [each for each in demo.slack.notifications() if each.kind != "user"] == []
    await demo.lab.damage("srv-app-09")
    assert await window.browser.log() == []


async def test_markup_reads_as_slack_shows_it(demo: Theatre) -> None:
    window = await demo.window()
    made = await window.run(
        "const {mrkdwn} = await import('/page/mrkdwn.js');"
        "const box = document.createElement('div');"
        "box.append(...mrkdwn(arguments[0], new Map([['U1', 'asker']])));"
        "return box.innerHTML",
        "*b* _i_ ~s~ `c*` <@U1> <!here> <https://x.example|x> <javascript:alert(1)|j> 2*3*4 "
        "&lt;b&gt;\n&gt; q",
    )
    assert made == (
        "<strong>b</strong> <em>i</em> <s>s</s> <code>c*</code> "
        '<span class="mention">@asker</span> <span class="mention loud">@here</span> '
        '<a href="https://x.example" target="_blank" rel="noopener noreferrer">x</a> j '
        "2*3*4 &lt;b&gt;<br><blockquote>q</blockquote>"
    )
