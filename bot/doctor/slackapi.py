"""Questions to Slack's Web API: one call, its answer or the reason why there is none.

Strategy: plain HTTP, since what matters here is what SDKs hide: the headers of an answer (granted
scopes, Slack's clock).  Every call has a time limit, a rate limit is waited for once, and a token
goes only into the header of its own call.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import aiohttp

from bot.redact import clean

CALL_S = 8.0
LONGEST_WAIT_S = 5.0
"""Seconds that Slack may ask us to wait."""
BODY = 1 << 20
TOO_MANY = 429


class NoAnswer(Exception):
    """Slack was not reached, or what answered is not Slack; the text says which."""


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer of the Web API."""

    ok: bool
    error: str = ""
    body: Mapping[str, Any] = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    def text(self, key: str) -> str:
        """A text of the body, cleaned; empty where there is none."""
        value = self.body.get(key)
        return clean(value, 100) if isinstance(value, str) else ""


@dataclass(frozen=True, slots=True)
class Slack:
    """The Web API at ``url`` (which ends with a slash)."""

    url: str
    session: aiohttp.ClientSession

    async def ask(self, method: str, token: str, **arguments: str) -> Answer:
        """Call a method; raises NoAnswer."""
        answer = await self._once(method, token, arguments)
        if answer.error == "ratelimited":
            said = answer.headers.get("Retry-After", "1")
            wait = float(said) if said.isdecimal() else 1.0
            await asyncio.sleep(min(wait, LONGEST_WAIT_S))
            answer = await self._once(method, token, arguments)
        return answer

    async def _once(self, method: str, token: str, arguments: Mapping[str, str]) -> Answer:
        try:
            async with asyncio.timeout(CALL_S):
                return await self._call(method, token, arguments)
        except TimeoutError:
            raise NoAnswer(f"no answer within {CALL_S:g} s") from None
        except aiohttp.ClientError as error:
            raise NoAnswer(clean(str(error) or type(error).__name__, 200)) from None
        except ValueError:
            raise NoAnswer("what answers there is not Slack's Web API") from None

    async def _call(self, method: str, token: str, arguments: Mapping[str, str]) -> Answer:
        async with self.session.post(
            self.url + method, data=arguments, headers={"Authorization": f"Bearer {token}"}
        ) as response:
            headers = dict(response.headers.items())
            if response.status == TOO_MANY:
                return Answer(False, "ratelimited", {}, headers)
            body = await response.json(content_type=None)
        if not isinstance(body, dict) or not isinstance(body.get("ok"), bool):
            raise ValueError(method)  # noqa: TRY004 - a wrong answer, no wrong call
        return Answer(body["ok"], clean(str(body.get("error") or ""), 60), body, headers)


def header(answer: Answer, name: str) -> str:
    """A header by its name in any case; empty where there is none."""
    return next((answer.headers[key] for key in answer.headers if key.lower() == name.lower()), "")
