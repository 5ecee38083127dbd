"""The parts of the demo in the test's own process, and what a person does in a window on it."""

from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.cli.show import APPROVERS
from bot.cli.stage import SLACK, Bot, DemoStage
from bot.lab.world import Lab
from bot.sandbox.server import LocalSlack
from bot.sandbox.site import Site
from handlers.manifest import manifest
from tests.browser import Browser, browser

PATIENCE = 60.0
MORE = "\n[limits]\nsame_host_seconds = 0\nper_user_minute = 1000\n"
CARD = """[...document.querySelectorAll('#log article')].filter((each) =>
  each.querySelector('h3.header')?.textContent.includes(arguments[0])).at(-1)"""
TEXT = f"return ({CARD})?.innerText ?? ''"
LABELS = f"[...(({CARD})?.querySelectorAll('.actions button') ?? [])].map((each) => each.innerText)"


@dataclass(slots=True)
class Theatre:
    """Lab, local Slack with its page, and the bot; ``folder`` keeps the browsers' profiles."""

    lab: Lab
    slack: LocalSlack
    site: Site
    bot: Bot
    folder: Path
    windows: AsyncExitStack = field(default_factory=AsyncExitStack)
    opened: int = 0

    async def window(self, user: str = "asker", width: int = 1440, height: int = 900) -> "Window":
        """A browser of its own, looking at the page as ``user``."""
        self.opened += 1
        found = await self.windows.enter_async_context(
            browser(self.folder / f"profile-{self.opened}")
        )
        await found.size(width, height)
        await found.open(self.site.url)
        window = Window(found, self)
        await window.at_home(user)
        return window


async def theatre(stack: AsyncExitStack, folder: Path) -> Theatre:
    """Start everything; ``stack`` ends it."""
    lab = await stack.enter_async_context(Lab())
    slack = LocalSlack(manifest())
    bot = Bot(folder / "rdp-triage.toml", slack.tokens)
    stage = DemoStage(lab, bot, slack)
    site = Site(slack, stage)
    await slack.start(0, site.routes)
    stack.push_async_callback(slack.stop)
    settings = SLACK.format(api_url=slack.api_url).replace("[limits]\nsame_host_seconds = 0\n", "")
    lab.settings_toml(folder, settings + APPROVERS + MORE)
    await bot.start()
    stack.push_async_callback(stage.close)
    await slack.connected(within=PATIENCE)
    return Theatre(lab, slack, site, bot, folder)


@dataclass(frozen=True, slots=True)
class Window:
    """One person's browser window."""

    browser: Browser
    demo: Theatre

    async def at_home(self, user: str) -> None:
        """Be ``user`` with the conversation on the screen."""
        await self.until("document.querySelector('#switcher').options.length")
        if await self.run("return document.querySelector('#switcher').value") != user:
            await self.run(
                "const box = document.querySelector('#switcher'); box.value = arguments[0];"
                "box.dispatchEvent(new Event('change'))",
                user,
            )
        await self.until("document.querySelector('#place').textContent")

    async def run(self, script: str, *arguments: Any) -> Any:
        """What a function body returns in the page."""
        return await self.browser.run(script, *arguments)

    async def until(self, expression: str, *arguments: Any) -> Any:
        """The first true value of an expression in the page."""
        return await self.browser.until(expression, *arguments, within=PATIENCE)

    async def type(self, line: str) -> None:
        """Type a line into the composer with the keyboard, and Enter."""
        await self.run("document.querySelector('#composer').focus()")
        await self.browser.write(line)
        await self.browser.press("Enter")

    async def card(self, host: str) -> str:
        """The words of the newest card of a host."""
        return str(await self.run(TEXT, host))

    async def reads(self, host: str, words: str) -> str:
        """Wait until the newest card of a host says ``words``; returns all of it."""
        said = f"(({CARD})?.innerText ?? '').toLowerCase()"
        await self.until(f"{said}.includes(arguments[1])", host, words.lower())
        return await self.card(host)

    async def offers(self, host: str, label: str) -> None:
        """Wait until the card has a button of that name."""
        await self.until(f"{LABELS}.includes(arguments[1])", host, label)

    async def click(self, host: str, label: str) -> None:
        """Click a button of the newest card of a host with the mouse."""
        await self.offers(host, label)
        await self.run(
            f"const found = [...({CARD}).querySelectorAll('.actions button')]"
            ".find((each) => each.innerText === arguments[1]);"
            "document.querySelectorAll('[data-aim]').forEach((each) => delete each.dataset.aim);"
            "found.dataset.aim = '1'; found.scrollIntoView({block: 'center'})",
            host,
            label,
        )
        await self.browser.click("[data-aim]")

    async def stage(self, host: str) -> None:
        """Let the lab's administrator repair a host, in the drawer."""
        await self.run(
            "if (document.querySelector('#open-try').ariaExpanded !== 'true')"
            " document.querySelector('#open-try').click()"
        )
        wanted = f"document.querySelector('[data-key=\"repair {host}\"]')"
        await self.until(f"!!{wanted}")
        await self.run(f"{wanted}.closest('details').open = true; {wanted}.click()")
        await self.until(f"{wanted}.innerText === 'Break it again'")
