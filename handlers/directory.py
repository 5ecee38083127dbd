"""Who a person is, from ``users.info``; every failure is the desk's DirectoryError."""

from dataclasses import dataclass
from typing import Any

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient

from bot.desk.api import DirectoryError, Person

_NOT_A_MEMBER = (
    "deleted",
    "is_bot",
    "is_restricted",
    "is_ultra_restricted",
    "is_stranger",
    "is_workflow_bot",
    "is_invited_user",
)


@dataclass(frozen=True, slots=True)
class SlackDirectory:
    """The workspace's people."""

    client: AsyncWebClient

    async def person(self, user: str) -> Person:
        """One person; raises DirectoryError."""
        try:
            answer = await self.client.users_info(user=user)
            found: dict[str, Any] | None = answer.get("user")
        except (TimeoutError, SlackApiError, aiohttp.ClientError, AttributeError) as error:
            # slack_sdk takes every answer of a proxy for an object, hence the last one
            raise DirectoryError(f"users.info: {error}") from None
        if not found:
            raise DirectoryError("users.info: an empty answer")
        member = not any(found.get(flag) for flag in _NOT_A_MEMBER)
        return Person(user, str(found.get("team_id") or ""), member)
