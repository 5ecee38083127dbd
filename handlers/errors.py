"""The last net: what nobody handles is acknowledged and explained; what breaks gets a reference.

Strategy: Slack shows a warning for everything that is not acknowledged, and in Socket Mode an
unhandled payload is never acknowledged, so catch-alls are registered last.
"""

import logging
import secrets
from dataclasses import dataclass

from slack_bolt.async_app import AsyncAck, AsyncApp
from slack_bolt.response import BoltResponse

from handlers import answers
from handlers.door import Door
from handlers.matching import ANYTHING
from handlers.sending import Body
from handlers.step import OLD

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class LastNet:
    """Catches what is left."""

    door: Door

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt; must come after every other flow."""
        app.action(ANYTHING)(self.unknown_action)
        app.command(ANYTHING)(self.unknown_command)
        app.view(ANYTHING)(self.unknown_view)
        app.view_closed(ANYTHING)(self.nothing)
        app.shortcut(ANYTHING)(self.nothing)
        app.event(ANYTHING)(self.nothing)
        app.error(self.failed)

    async def unknown_action(self, ack: AsyncAck, body: Body) -> None:
        """A button of an older version."""
        await ack()
        await self.door.answer(str(body.get("response_url") or ""), answers.private(OLD))

    async def unknown_command(self, ack: AsyncAck) -> None:
        """A command that the manifest does not know (any more)."""
        await ack(**answers.private("This command is not known here; /rdp help lists what is."))

    async def unknown_view(self, ack: AsyncAck) -> None:
        """A form of an older version closes."""
        await ack()

    async def nothing(self, ack: AsyncAck) -> None:
        """Acknowledged, nothing to do."""
        await ack()

    async def failed(
        self, error: Exception, body: Body, response: BoltResponse | None
    ) -> BoltResponse | None:
        """Something broke: acknowledge it all the same, say so, log it under a reference.

        Events are acknowledged before they are handled; of those Bolt takes no response here.
        """
        reference = secrets.token_hex(4)
        log.error("reference %s: a payload was not handled", reference, exc_info=error)
        said = f"That did not work because of a fault in here (reference {reference})."
        await self.door.answer(str(body.get("response_url") or ""), answers.private(said))
        return BoltResponse(status=200, body="") if response is not None else None
