"""The page's door: who may come in, from where, and what one person gets to see."""

from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest

from bot.sandbox.server import LocalSlack
from bot.sandbox.site import Site
from handlers.manifest import manifest

pytestmark = pytest.mark.asyncio


class Lab:
    """A stage that only remembers."""

    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []

    def state(self) -> dict[str, Any]:
        """Nothing to see."""
        return {"hosts": [], "commands": [], "acts": []}

    async def act(self, name: str, argument: str) -> str:
        """Remember; raises KeyError for anything but repair."""
        if name != "repair":
            raise KeyError(name)
        self.done.append((name, argument))
        return f"repaired {argument}"


class Visitor:
    """A browser, or whoever pretends to be one."""

    def __init__(self, slack: LocalSlack, site: Site, client: aiohttp.ClientSession) -> None:
        self.slack = slack
        self.site = site
        self.client = client
        self.origin = slack.state.origin

    async def enter(self) -> int:
        """Follow the printed link."""
        async with self.client.get(self.site.url) as answer:
            return answer.status

    async def post(self, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
        """A request as the page's own script sends it, unless ``headers`` say otherwise."""
        sent = {"Origin": self.origin, **headers}
        async with self.client.post(
            f"{self.origin}{path}", json=body or {}, headers=sent
        ) as answer:
            return answer.status, await answer.text()

    async def get(self, path: str, **headers: str) -> tuple[int, str]:
        """A plain request."""
        async with self.client.get(f"{self.origin}{path}", headers=headers) as answer:
            return answer.status, await answer.text()

    async def frame(self, user: str) -> dict[str, Any]:
        """The first frame that ``user``'s page gets."""
        url = f"{self.origin}/page/live?user={user}"
        async with self.client.ws_connect(url, headers={"Origin": self.origin}) as socket:
            first: dict[str, Any] = await socket.receive_json(timeout=10)
            return first


@pytest.fixture
async def visitor() -> AsyncIterator[Visitor]:
    slack = LocalSlack(manifest())
    site = Site(slack, Lab())
    await slack.start(0, site.routes)
    jar = aiohttp.CookieJar(unsafe=True)  # which takes cookies of bare addresses, as browsers do
    try:
        async with aiohttp.ClientSession(cookie_jar=jar) as client:
            yield Visitor(slack, site, client)
    finally:
        await slack.stop()


PATHS = ("/", "/page/main.js", "/page/entry/0", "/page/live?user=asker")


@pytest.mark.parametrize("path", PATHS)
async def test_without_the_link_nothing_is_shown(visitor: Visitor, path: str) -> None:
    status, said = await visitor.get(path)
    assert status == 403
    assert "address that the demo printed" in said


async def test_a_guessed_link_does_not_open(visitor: Visitor) -> None:
    status, said = await visitor.get("/?token=guessed")
    assert (status, "not of this demo" in said) == (403, True)


async def test_the_link_opens_once_for_the_browser(visitor: Visitor) -> None:
    assert await visitor.enter() == 200
    (cookie,) = list(visitor.client.cookie_jar)
    assert cookie["httponly"]
    assert cookie["samesite"] == "Strict"
    status, page = await visitor.get("/")
    assert (status, "Local sandbox, not Slack" in page) == (200, True)


async def test_the_policy_allows_the_pages_own_files_only(visitor: Visitor) -> None:
    await visitor.enter()
    async with visitor.client.get(visitor.origin) as answer:
        policy = answer.headers["Content-Security-Policy"]
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http" not in policy


async def test_another_host_name_is_refused(visitor: Visitor) -> None:
    await visitor.enter()
    status, _ = await visitor.get("/", Host="evil.example")
    assert status == 403


@pytest.mark.parametrize("origin", ["http://evil.example", "null", ""])
@pytest.mark.parametrize("path", ["/page/do/type", "/page/chaos/kick", "/page/stage/repair"])
async def test_other_pages_change_nothing(visitor: Visitor, path: str, origin: str) -> None:
    await visitor.enter()
    body = {"user": "asker", "channel": "C0HELPDESK", "line": "hello", "argument": "x"}
    assert (await visitor.post(path, body, Origin=origin))[0] == 403
    assert visitor.slack.messages("helpdesk") == []
    assert visitor.slack.state.app.user_id in visitor.slack.state.world.channel("helpdesk").members


async def test_another_page_cannot_listen(visitor: Visitor) -> None:
    await visitor.enter()
    url = f"{visitor.origin}/page/live?user=asker"
    with pytest.raises(aiohttp.WSServerHandshakeError, match="403"):
        await visitor.client.ws_connect(url, headers={"Origin": "http://evil.example"})


@pytest.mark.parametrize(
    "name", ["../site.py", "%2e%2e%2fsite.py", "__init__.py", "nothing.js", "x"]
)
async def test_only_the_pages_files_are_served(visitor: Visitor, name: str) -> None:
    await visitor.enter()
    assert (await visitor.get(f"/page/{name}"))[0] == 404


async def test_what_a_person_types_is_posted(visitor: Visitor) -> None:
    await visitor.enter()
    body = {"user": "asker", "channel": "C0HELPDESK", "line": "<b>hello</b>"}
    assert (await visitor.post("/page/do/type", body))[0] == 200
    screen = (await visitor.frame("teammate"))["screen"]
    (message,) = screen["messages"]["C0HELPDESK"]
    assert (message["text"], message["typed"]) == ("<b>hello</b>", True)


@pytest.mark.parametrize(
    ("body", "word"),
    [
        ({"user": "nobody", "channel": "C0HELPDESK", "line": "x"}, "no user nobody"),
        ({"user": "asker", "channel": "C0NOWHERE", "line": "x"}, "no channel"),
        ({"user": "guest", "channel": "C0INCIDENT", "line": "x"}, "not in"),
        ({"user": "asker", "channel": "C0OLD", "line": "x"}, "archived"),
        ({"user": "asker", "channel": "C0HELPDESK", "line": "/nope"}, "not a command"),
        ({"user": "asker", "channel": "C0HELPDESK", "line": "/rdp", "thread": "1.0"}, "threads"),
        ({"user": "asker", "channel": "C0HELPDESK", "line": "  "}, "empty"),
        ({"user": "asker"}, "missing"),
    ],
)
async def test_what_slack_would_refuse_is_explained(
    visitor: Visitor, body: dict[str, str], word: str
) -> None:
    await visitor.enter()
    status, said = await visitor.post("/page/do/type", body)
    assert status == 400
    assert word in said


async def test_a_command_without_an_app_says_so(visitor: Visitor) -> None:
    await visitor.enter()
    body = {"user": "asker", "channel": "C0HELPDESK", "line": "/rdp help"}
    assert '"status": "dispatch_failed"' in (await visitor.post("/page/do/type", body))[1]


async def test_nobody_sees_what_is_not_theirs(visitor: Visitor) -> None:
    await visitor.enter()
    guest, asker = [(await visitor.frame(name))["screen"] for name in ("guest", "asker")]
    assert "C0INCIDENT" in asker["messages"]
    assert "C0INCIDENT" not in guest["messages"]
    assert not {each["id"] for each in guest["channels"]} & {"C0INCIDENT", "C0MANAGE"}


async def test_the_stage_acts_and_explains(visitor: Visitor) -> None:
    await visitor.enter()
    status, said = await visitor.post("/page/stage/repair", {"argument": "srv-app-07"})
    assert (status, "repaired srv-app-07" in said) == (200, True)
    assert (await visitor.post("/page/stage/explode"))[0] == 400


async def test_switches_turn_trouble_on_and_off(visitor: Visitor) -> None:
    await visitor.enter()

    async def on(name: str) -> bool:
        chaos = (await visitor.frame("asker"))["chaos"]
        return bool(next(each["on"] for each in chaos if each["id"] == name))

    for name in ("lost-acks", "duplicates", "busy", "lost-answers", "archive", "kick"):
        assert not await on(name)
        assert (await visitor.post(f"/page/chaos/{name}"))[0] == 200
        assert await on(name)
        assert (await visitor.post(f"/page/chaos/{name}"))[0] == 200
        assert not await on(name)
    assert (await visitor.post("/page/chaos/unheard-of"))[0] == 404


async def test_the_inspector_gives_whole_entries_without_tokens(visitor: Visitor) -> None:
    await visitor.enter()
    await visitor.post("/page/do/home", {"user": "asker"})
    lines = (await visitor.frame("asker"))["journal"]
    assert [each["name"] for each in lines if each["kind"] == "person"] == ["home"]
    for each in lines:
        status, said = await visitor.get(f"/page/entry/{each['number']}")
        assert status == 200
        assert visitor.slack.bot_token not in said
    assert (await visitor.get("/page/entry/99999"))[0] == 404
    assert (await visitor.get("/page/entry/x"))[0] == 404
