"""What happens to an app from outside: channels are archived, it is removed, its token revoked."""

from bot.sandbox import payloads
from bot.sandbox.actors import Actors
from bot.sandbox.envelope import Receipt
from bot.sandbox.world import Channel


class Upheavals(Actors):
    """Acts of workspace administrators; channels go by name or id."""

    def archive(self, channel: str) -> None:
        """Archive a channel."""
        self._change(channel, "archive").archived = True

    def unarchive(self, channel: str) -> None:
        """Bring a channel back."""
        self._change(channel, "unarchive").archived = False

    def kick(self, channel: str) -> None:
        """Remove the app from a channel."""
        self._change(channel, "kick").members.discard(self.state.app.user_id)

    def invite(self, channel: str) -> None:
        """Add the app to a channel."""
        self._change(channel, "invite").members.add(self.state.app.user_id)

    def wipe(self) -> None:
        """Begin anew: no message, no view and no fault is left; the app is where it was."""
        for channel in self.state.world.channels.values():
            for message in channel.messages:
                message.deleted_at = message.deleted_at or self.state.clock.now()
        self.state.views.stacks.clear()
        self.state.views.homes.clear()
        self.state.faults.clear()
        for place in ("C0HELPDESK", "C0ESCALATE"):
            self.unarchive(place)
            self.invite(place)
        self.state.journal.record("person", user="admin", what="wipe")

    def revoke(self) -> None:
        """Revoke the tokens; every further call is answered with token_revoked."""
        self.state.app.revoked = True
        self.state.journal.record("person", user="admin", what="revoke")

    async def uninstall(self) -> Receipt | None:
        """Uninstall the app, and tell it when it subscribed to that."""
        self.revoke()
        if "app_uninstalled" not in self.state.app.events:
            return None
        return await self.delivery.event(payloads.event(self.state, {"type": "app_uninstalled"}))

    def _change(self, channel: str, what: str) -> Channel:
        place = self.state.world.channel(channel)
        self.state.journal.record("person", user="admin", what=what, channel=place.id)
        return place
