"""Switches of the page's chaos drawer: what Slack can do to an app, one switch a trouble."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any

from bot.sandbox.faults import Fault
from bot.sandbox.server import LocalSlack

Json = dict[str, Any]
ALWAYS = 10**9
BUSY = 3
"""Posts and edits that are answered with 429 after one push of the button."""

PLACE = "C0HELPDESK"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One rule of misbehaviour that the drawer can turn on and off."""

    label: str
    hint: str
    match: str
    action: str
    times: int = ALWAYS


TROUBLES = {
    "lost-acks": Trouble(
        "Overlook acknowledgements",
        "Slack does not notice that the bot answered: a click shows a warning, its effect must "
        "still come exactly once.",
        "envelope:*",
        "hold-ack",
    ),
    "duplicates": Trouble(
        "Deliver everything twice",
        "Each command and click reaches the bot two times; it must act once.",
        "envelope:*",
        "duplicate",
    ),
    "busy": Trouble(
        f"Rate-limit the next {BUSY} posts",
        "chat.* answers 429 with Retry-After 2; the last state must still win.",
        "chat.*",
        "429",
        BUSY,
    ),
    "lost-answers": Trouble(
        "Lose the answer to the next post",
        "The message is posted, but the bot never learns it: no second card may appear.",
        "chat.postMessage",
        "drop-after",
        1,
    ),
}


class Chaos:
    """What is switched on, and the acts that need no switch."""

    def __init__(self, slack: LocalSlack) -> None:
        self._slack = slack
        self._on: dict[str, Fault] = {}
        self.acts: dict[str, Callable[[], Awaitable[None]]] = {
            "refresh": self._refresh,
            "archive": self._archive,
            "kick": self._kick,
        }

    def state(self) -> list[Json]:
        """The switches and acts as the drawer shows them."""
        place = self._slack.state.world.channel(PLACE)
        inside = self._slack.state.app.user_id in place.members
        return [
            *(
                {
                    "id": key,
                    "kind": "switch",
                    "label": trouble.label,
                    "hint": trouble.hint,
                    "on": self._is_on(key),
                }
                for key, trouble in TROUBLES.items()
            ),
            {
                "id": "refresh",
                "kind": "act",
                "label": "Refresh the socket",
                "hint": "Slack asks the bot to connect anew, as it does several times a day.",
            },
            {
                "id": "archive",
                "kind": "switch",
                "label": "Archive #helpdesk",
                "hint": "The bot can no longer post or edit there; it must say so elsewhere.",
                "on": place.archived,
            },
            {
                "id": "kick",
                "kind": "switch",
                "label": "Remove the bot from #helpdesk",
                "hint": "Commands still reach it, but it may not post there.",
                "on": not inside,
            },
        ]

    async def flip(self, name: str) -> None:
        """Turn a switch or push a button of the drawer; raises KeyError for an unknown one."""
        if name in self.acts:
            await self.acts[name]()
            return
        trouble = TROUBLES[name]
        if self._is_on(name):
            self._on.pop(name).times = 0
            return
        self._on[name] = self._slack.fault(
            trouble.match, trouble.action, times=trouble.times, seconds=2.0
        )

    def _is_on(self, name: str) -> bool:
        fault = self._on.get(name)
        return fault is not None and fault.times > 0 and self._slack.state.faults.holds(fault)

    async def _refresh(self) -> None:
        await self._slack.sockets.refresh()

    async def _archive(self) -> None:
        place = self._slack.state.world.channel(PLACE)
        (self._slack.unarchive if place.archived else self._slack.archive)(PLACE)

    async def _kick(self) -> None:
        place = self._slack.state.world.channel(PLACE)
        inside = self._slack.state.app.user_id in place.members
        (self._slack.kick if inside else self._slack.invite)(PLACE)
