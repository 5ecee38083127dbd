"""``/rdp``: open a ticket, or answer privately what can be answered at once."""

from dataclasses import dataclass, replace

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.desk.api import BadCode, Desk, NotAllowed, Opening, Query, Sender, StoreBusy
from handlers import answers, command, filters
from handlers.door import Door
from handlers.ids import Command
from handlers.pages import PAGE, cursor_of, ticket_answer
from handlers.sending import Body, commander
from handlers.slip import Slip
from handlers.start import Prefilled, begin


@dataclass(frozen=True, slots=True)
class TriageFlow:
    """The slash command.  ``port`` is used where none was typed."""

    desk: Desk
    door: Door
    port: int = 3389

    def register(self, app: AsyncApp) -> None:
        """Tell Bolt which id leads here."""
        app.command(Command.RDP.value)(self.typed)

    async def typed(self, ack: AsyncAck, body: Body) -> None:
        """Read the command; only a triage is an intent, everything else is a private answer."""
        try:
            wanted = command.read(str(body.get("text") or ""))
        except Slip as slip:
            await ack(**answers.private(str(slip)))
            return
        if isinstance(wanted, command.Triage):
            await self._open(wanted, ack, body)
            return
        await ack()
        if isinstance(wanted, command.Start) and await self._form(body):
            return
        await self.door.answer(body["response_url"], await self._answer(wanted, body))

    async def _form(self, body: Body) -> bool:
        """Open the start form; False when it was too late for that."""
        sender, found = commander(body), Prefilled(body["channel_id"])
        return await begin(self.desk, self.door, body["trigger_id"], sender, found)

    async def _open(self, wanted: command.Triage, ack: AsyncAck, body: Body) -> None:
        """Commit the intent, acknowledge, let the desk do the rest."""
        opening = Opening(
            commander(body),
            wanted.host.host,
            wanted.host.port or self.port,
            wanted.codes,
            wanted.message,
            wanted.via,
            wanted.gateway,
        )
        try:
            claim = await self.desk.accept(opening)
        except StoreBusy:
            await ack(**answers.private(answers.NOT_TAKEN))
            return
        await ack()
        self.desk.start(claim)

    async def _answer(self, wanted: command.Command, body: Body) -> dict[str, object]:
        sender = commander(body)
        if isinstance(wanted, command.Start | command.Help):
            return answers.help_text()
        if isinstance(wanted, command.Codes):
            return self._codes(wanted.text)
        try:
            await self.desk.may_read(sender.user, sender.tenant, sender.channel)
        except NotAllowed as refusal:
            return answers.private(str(refusal))
        if isinstance(wanted, command.Show):
            return await ticket_answer(self.desk, wanted.number, sender)
        if isinstance(wanted, command.Stats):
            return answers.tally(await self.desk.stats(sender.tenant, wanted.days))
        return await self._past(wanted, sender)

    async def _past(self, wanted: command.Command, sender: Sender) -> dict[str, object]:
        query, title = Query(tenant=sender.tenant, limit=PAGE), "Former tickets"
        if isinstance(wanted, command.Mine):
            query, title = replace(query, user=sender.user), "Your tickets"
        elif isinstance(wanted, command.Past):
            title = wanted.filters.title
            try:
                query = filters.query(wanted.filters, self.desk, sender, PAGE)
            except Slip as slip:
                return answers.private(str(slip))
        page = await self.desk.history(query, title)
        return answers.past(page, cursor_of(query, page))

    def _codes(self, text: str) -> dict[str, object]:
        try:
            return answers.codes(self.desk.explain_codes(text))
        except BadCode as error:
            return answers.private(str(error))
