"""A real Chromium, driven by the WebDriver protocol (W3C Recommendation) over plain HTTP.

It opens files and pages on the loopback; it is started without a profile and without calls home.
"""

import asyncio
import base64
import os
import signal
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from tempfile import TemporaryFile
from typing import Any

import aiohttp

from tests.real_programs import program

ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
"""The key of an element's reference (WebDriver, section 12)."""

START = 40.0
STARTS = 5
POLL = 0.1
FLAGS = (
    "--headless=new",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--hide-scrollbars",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
    "--force-device-scale-factor=1",
)
KEYS = {
    "Enter": "\ue007",
    "Escape": "\ue00c",
    "Left": "\ue012",
    "Up": "\ue013",
    "Right": "\ue014",
    "Down": "\ue015",
    "Home": "\ue011",
    "Tab": "\ue004",
    "Space": "\ue00d",
    "Shift": "\ue008",
    "Backspace": "\ue003",
}


class Browser:
    """One window of one session."""

    def __init__(self, client: aiohttp.ClientSession, session: str) -> None:
        self._client = client
        self._session = session

    async def call(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Any:
        """One command; raises RuntimeError with the driver's own words."""
        return await _call(self._client, method, f"/session/{self._session}{path}", body)

    async def open(self, page: Path | str) -> None:
        """Open a file, or an address on the loopback."""
        await self.call("POST", "/url", {"url": page if isinstance(page, str) else page.as_uri()})

    async def run(self, script: str, *arguments: Any) -> Any:
        """What a function body returns in the page."""
        body = {"script": script, "args": list(arguments)}
        return await self.call("POST", "/execute/sync", body)

    async def press(self, *keys: str) -> None:
        """Press and release keys, one after the other."""
        strokes = [
            {"type": kind, "value": KEYS.get(key, key)}
            for key in keys
            for kind in ("keyDown", "keyUp")
        ]
        await self.call(
            "POST", "/actions", {"actions": [{"type": "key", "id": "k", "actions": strokes}]}
        )

    async def write(self, text: str) -> None:
        """Type a text into whatever has the focus."""
        await self.press(*text)

    async def chord(self, held: str, key: str) -> None:
        """Press a key while another one is held."""
        down, up = KEYS.get(held, held), KEYS.get(key, key)
        strokes = [
            {"type": "keyDown", "value": down},
            {"type": "keyDown", "value": up},
            {"type": "keyUp", "value": up},
            {"type": "keyUp", "value": down},
        ]
        await self.call(
            "POST", "/actions", {"actions": [{"type": "key", "id": "k", "actions": strokes}]}
        )

    async def until(self, expression: str, *arguments: Any, within: float = START) -> Any:
        """The first true value of an expression in the page; raises TimeoutError naming it."""
        end = time.monotonic() + within
        while not (value := await self.run(f"return {expression}", *arguments)):
            if time.monotonic() > end:
                raise TimeoutError(f"never true: {expression} {arguments}")
            await asyncio.sleep(POLL)
        return value

    async def drag(self, start: tuple[int, int], by: tuple[int, int]) -> None:
        """Move the mouse with its button down."""
        x, y = start
        moves = [
            {"type": "pointerMove", "duration": 0, "x": x, "y": y},
            {"type": "pointerDown", "button": 0},
            {"type": "pointerMove", "duration": 20, "x": x + by[0] // 2, "y": y + by[1] // 2},
            {"type": "pointerMove", "duration": 20, "x": x + by[0], "y": y + by[1]},
            {"type": "pointerUp", "button": 0},
        ]
        await self.call(
            "POST", "/actions", {"actions": [{"type": "pointer", "id": "m", "actions": moves}]}
        )

    async def click(self, selector: str) -> None:
        """Click the middle of an element."""
        found = await self.call("POST", "/element", {"using": "css selector", "value": selector})
        await self.call("POST", f"/element/{found[ELEMENT]}/click", {})

    async def emulate(self, feature: Mapping[str, Any]) -> None:
        """One command of the DevTools protocol (width, colour scheme)."""
        await self.call("POST", "/goog/cdp/execute", feature)

    async def size(self, width: int, height: int, *, dark: bool = False) -> None:
        """A viewport of exactly that size, light or dark."""
        metrics = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        await self.emulate({"cmd": "Emulation.setDeviceMetricsOverride", "params": metrics})
        scheme = [{"name": "prefers-color-scheme", "value": "dark" if dark else "light"}]
        await self.emulate({"cmd": "Emulation.setEmulatedMedia", "params": {"features": scheme}})

    async def picture(self) -> bytes:
        """The viewport as PNG."""
        return base64.b64decode(await self.call("GET", "/screenshot"))

    async def log(self) -> list[str]:
        """What the browser said since the last call: errors, refusals of the page's policy."""
        return [each["message"] for each in await self.call("POST", "/se/log", {"type": "browser"})]


async def _call(
    client: aiohttp.ClientSession, method: str, path: str, body: Mapping[str, Any] | None
) -> Any:
    async with client.request(method, path, json=body if method == "POST" else None) as answer:
        value = (await answer.json())["value"]
    if isinstance(value, dict) and "error" in value:
        raise RuntimeError(f"{value['error']}: {value.get('message', '')}")
    return value


@asynccontextmanager
async def browser(folder: Path) -> AsyncIterator[Browser]:
    """A browser with an empty profile in ``folder``; ended with everything that it started."""
    async with AsyncExitStack() as stack:
        port = await _started(stack)
        wait = aiohttp.ClientTimeout(total=START)
        client = aiohttp.ClientSession(f"http://127.0.0.1:{port}", timeout=wait)
        await stack.enter_async_context(client)
        options = {"binary": program("chromium"), "args": [*FLAGS, f"--user-data-dir={folder}"]}
        wanted = {"goog:chromeOptions": options, "goog:loggingPrefs": {"browser": "ALL"}}
        begun = await _call(client, "POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
        try:
            yield Browser(client, begun["sessionId"])
        finally:
            await _call(client, "DELETE", f"/session/{begun['sessionId']}", None)


async def _started(stack: AsyncExitStack) -> int:
    """Start a driver that the stack ends; its port.

    It takes a free port of IPv6 and then wants the same one of IPv4; beside other tests that one
    may be in use, and then it gives up at once.
    """
    with TemporaryFile() as complaints:
        for _ in range(STARTS):
            driver = await asyncio.create_subprocess_exec(
                program("chromedriver"),
                "--port=0",
                stdout=asyncio.subprocess.PIPE,
                stderr=complaints,
                start_new_session=True,
                env={**os.environ, "DBUS_SESSION_BUS_ADDRESS": "disabled:"},
            )
            stack.push_async_callback(_ended, driver)
            port = await asyncio.wait_for(_port(driver), START)
            if port is not None:
                return port
        complaints.seek(0)
        said = complaints.read().decode(errors="replace")
    raise RuntimeError(f"the driver ended {STARTS} times before it listened: {said}")


async def _ended(driver: asyncio.subprocess.Process) -> None:
    """End a driver and all that it started."""
    with suppress(ProcessLookupError):
        os.killpg(driver.pid, signal.SIGKILL)
    await driver.wait()


async def _port(driver: asyncio.subprocess.Process) -> int | None:
    """The port that the driver chose, from its own words; None when it ended before."""
    if driver.stdout is None:
        raise RuntimeError("the driver has no output")
    async for line in driver.stdout:
        words = line.decode(errors="replace").rstrip(".\n").split()
        if "port" in words and words[-1].isdigit() and words[-1] != "0":
            return int(words[-1])
    return None
