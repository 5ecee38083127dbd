"""Open modals, stacked per user, and the published Home tabs."""

import secrets
from dataclasses import dataclass, field
from typing import Any

from bot.sandbox.clock import Clock
from bot.sandbox.errors import SlackError
from bot.sandbox.manifest import App

STACK_DEPTH = 3  # docs.slack.dev/surfaces/modals
DEFAULTS: dict[str, Any] = {
    "title": None,
    "close": None,
    "submit": None,
    "private_metadata": "",
    "callback_id": "",
    "external_id": "",
    "clear_on_close": False,
    "notify_on_close": False,
}


@dataclass(slots=True)
class View:
    """One view as a user has it before them; ``values`` is what they typed, by block and action."""

    id: str
    user_id: str
    team_id: str
    content: dict[str, Any]
    hash: str
    root_view_id: str
    previous_view_id: str | None
    values: dict[str, dict[str, Any]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)  # as shown, by block id

    @property
    def blocks(self) -> list[dict[str, Any]]:
        """The blocks of the view."""
        blocks: list[dict[str, Any]] = self.content["blocks"]
        return blocks

    def body(self, app: App) -> dict[str, Any]:
        """The view as Slack shows it to apps."""
        return {
            **DEFAULTS,
            **self.content,
            "id": self.id,
            "team_id": self.team_id,
            "state": {"values": self.values},
            "hash": self.hash,
            "root_view_id": self.root_view_id,
            "previous_view_id": self.previous_view_id,
            "app_id": app.id,
            "app_installed_team_id": self.team_id,
            "bot_id": app.bot_id,
        }


class Views:
    """Every view that is open or published; ids are never used again."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._count = 0
        self.stacks: dict[str, list[View]] = {}
        self.homes: dict[str, View] = {}

    def open(self, user_id: str, team_id: str, content: dict[str, Any]) -> View:
        """Open a modal; whatever this app had open for the user is replaced."""
        view = self._new(user_id, team_id, content)
        self.stacks[user_id] = [view]
        return view

    def push(self, user_id: str, team_id: str, content: dict[str, Any]) -> View:
        """Put a modal on top of the open one; raises not_found or push_limit_reached."""
        stack = self.stacks.get(user_id)
        if not stack:
            raise SlackError("not_found")
        if len(stack) >= STACK_DEPTH:
            raise SlackError("push_limit_reached")
        view = self._new(user_id, team_id, content)
        view.root_view_id, view.previous_view_id = stack[0].id, stack[-1].id
        stack.append(view)
        return view

    def publish(
        self, user_id: str, team_id: str, content: dict[str, Any], wanted: str | None
    ) -> View:
        """Set the Home tab of a user; raises hash_conflict."""
        home = self.homes.get(user_id)
        if home is None:
            home = self.homes[user_id] = self._new(user_id, team_id, content)
            return home
        self.change(home, content, wanted)
        return home

    def change(self, view: View, content: dict[str, Any], wanted: str | None) -> None:
        """Replace the content; typed values stay where block and action id stay."""
        if wanted is not None and wanted != view.hash:
            raise SlackError("hash_conflict")
        self._claim_external_id(content, view)
        view.content, view.hash, view.errors = content, self._hash(), {}
        view.values = {
            block["block_id"]: view.values[block["block_id"]]
            for block in content["blocks"]
            if block["block_id"] in view.values
        }

    def find(self, view_id: str | None, external_id: str | None) -> View:
        """An open modal by either id; raises SlackError not_found."""
        for view in self._all():
            if view.id == view_id or (external_id and _external(view) == external_id):
                return view
        raise SlackError("not_found")

    def _all(self) -> list[View]:
        return [*(view for stack in self.stacks.values() for view in stack), *self.homes.values()]

    def _new(self, user_id: str, team_id: str, content: dict[str, Any]) -> View:
        self._claim_external_id(content, None)
        self._count += 1
        identifier = f"V0{self._count:07d}"
        return View(identifier, user_id, team_id, content, self._hash(), identifier, None)

    def _claim_external_id(self, content: dict[str, Any], owner: View | None) -> None:
        wanted = content.get("external_id")
        if wanted and any(_external(view) == wanted and view is not owner for view in self._all()):
            raise SlackError("duplicate_external_id")

    def _hash(self) -> str:
        return f"{self._clock.now():.0f}.{secrets.token_hex(4)}"


def _external(view: View) -> str:
    return str(view.content.get("external_id") or "")
