"""Who and what exists in the local Slack: teams, people, conversations and their messages.

Only state and the rules that hold for everybody; what an app may do with it is decided in the
methods. Nothing is ever removed: an edit adds a version and a deletion sets a time, so that a
test can read the history of a message.
"""

from dataclasses import dataclass, field
from typing import Any, Literal

from bot.sandbox.clock import Clock
from bot.sandbox.errors import SlackError

Kind = Literal["public", "private", "im"]
Blocks = list[dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Team:
    """A workspace."""

    id: str
    name: str
    domain: str


@dataclass(slots=True)
class User:
    """A person or the app's bot user; guests are ``is_restricted``."""

    id: str
    name: str
    team_id: str
    is_admin: bool = False
    is_restricted: bool = False
    is_ultra_restricted: bool = False
    is_bot: bool = False
    deleted: bool = False
    tz: str = "Europe/Berlin"
    tz_offset: int = 3600


@dataclass(frozen=True, slots=True)
class Version:
    """What a message said from ``at`` on; ``by`` is api, response_url or person."""

    at: float
    text: str
    blocks: Blocks
    by: str


@dataclass(slots=True)
class Message:
    """A message; ``only_for`` names the one who sees it when it is ephemeral."""

    channel: str
    ts: str
    user: str
    versions: list[Version]
    thread_ts: str | None = None
    only_for: str | None = None
    metadata: dict[str, Any] | None = None
    deleted_at: float | None = None
    gone: bool = False  # ephemeral and lost by a reload of the client

    @property
    def text(self) -> str:
        """The text as it reads now."""
        return self.versions[-1].text

    @property
    def blocks(self) -> Blocks:
        """The blocks as they stand now."""
        return self.versions[-1].blocks

    @property
    def edited(self) -> bool:
        """Whether it was ever changed."""
        return len(self.versions) > 1

    @property
    def exists(self) -> bool:
        """Whether anybody can still see it."""
        return self.deleted_at is None and not self.gone


@dataclass(slots=True)
class Channel:
    """A conversation; an ``im`` has two members and no name."""

    id: str
    name: str
    kind: Kind
    team_id: str
    members: set[str] = field(default_factory=set)
    archived: bool = False
    messages: list[Message] = field(default_factory=list)


class World:
    """All of it, looked up by id or by name."""

    def __init__(self, clock: Clock, home: Team) -> None:
        self.clock = clock
        self.home = home
        self.teams = {home.id: home}
        self.users: dict[str, User] = {}
        self.channels: dict[str, Channel] = {}
        self._last_ts = 0

    def user(self, ref: str) -> User:
        """The user with this id or name; raises SlackError user_not_found."""
        for user in self.users.values():
            if ref in {user.id, user.name, f"@{user.name}"}:
                return user
        raise SlackError("user_not_found")

    def channel(self, ref: str) -> Channel:
        """The conversation with this id or name; raises SlackError channel_not_found."""
        for channel in self.channels.values():
            if ref == channel.id or (channel.name and ref.lstrip("#") == channel.name):
                return channel
        raise SlackError("channel_not_found")

    def direct(self, one: str, other: str) -> Channel:
        """The direct message of two users, opened when there is none yet."""
        for channel in self.channels.values():
            if channel.kind == "im" and channel.members == {one, other}:
                return channel
        identifier = f"D0{len(self.channels):07d}"
        channel = Channel(identifier, "", "im", self.users[one].team_id, {one, other})
        self.channels[identifier] = channel
        return channel

    def new_ts(self) -> str:
        """A message timestamp: unique, increasing, microseconds as Slack prints them."""
        self._last_ts = max(int(self.clock.now() * 1_000_000), self._last_ts + 1)
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06d}"

    def post(
        self, channel: Channel, user: str, version: Version, *, thread_ts: str | None = None
    ) -> Message:
        """Add a message to a conversation."""
        message = Message(channel.id, self.new_ts(), user, [version], thread_ts)
        channel.messages.append(message)
        return message

    def version(self, text: str, blocks: Blocks, by: str) -> Version:
        """A version that begins now."""
        return Version(self.clock.now(), text, blocks, by)

    def find(self, channel: Channel, ts: str) -> Message:
        """An existing message; raises SlackError message_not_found."""
        for message in channel.messages:
            if message.ts == ts and message.exists:
                return message
        raise SlackError("message_not_found")

    def sees(self, user: User, message: Message) -> bool:
        """Whether this user has the message before their eyes."""
        if not message.exists or (message.only_for and message.only_for != user.id):
            return False
        return user.id in self.channels[message.channel].members

    def ephemerals(self, user: User) -> list[Message]:
        """The ephemeral messages that this user sees now, oldest first."""
        return [
            message
            for channel in self.channels.values()
            for message in channel.messages
            if message.only_for == user.id and message.exists
        ]
