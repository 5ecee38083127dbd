"""What all acts of people share: who acts, where, and the line in the journal."""

from typing import Any

from bot.sandbox.delivery import Delivery
from bot.sandbox.errors import ImpossibleInSlack, SlackError
from bot.sandbox.state import State
from bot.sandbox.world import Channel, User


class Actors:
    """People by id or name, and the conversations that they are in."""

    state: State
    delivery: Delivery

    def who(self, user: str) -> User:
        """The person of this name or id; raises ImpossibleInSlack."""
        try:
            return self.state.world.user(user)
        except SlackError:
            raise ImpossibleInSlack(f"there is no user {user}") from None

    def where(self, user: str, channel: str) -> Channel:
        """The conversation, which the person must be in; ``dm`` is the one with the app."""
        person = self.who(user)
        if channel == "dm":
            return self.state.world.direct(self.state.app.user_id, person.id)
        try:
            place = self.state.world.channel(channel)
        except SlackError:
            raise ImpossibleInSlack(f"there is no channel {channel}") from None
        if person.id not in place.members:
            raise ImpossibleInSlack(f"{user} is not in {channel}")
        if place.archived:
            raise ImpossibleInSlack(f"{channel} is archived")
        return place

    def did(self, person: User, what: str, **more: Any) -> None:
        """Write down what a person did."""
        self.state.journal.record("person", user=person.name, what=what, **more)
