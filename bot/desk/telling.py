"""Private sentences to whoever asked, and the refusal of what they asked for."""

from dataclasses import dataclass

from bot.desk.courier import Courier, card_parcel
from bot.desk.intents import Sender
from bot.desk.move import event
from bot.desk.parts import Parts
from bot.desk.surface import Note
from bot.desk.whereabouts import outrun
from bot.store.base import Claim


@dataclass(frozen=True, slots=True)
class Teller:
    """Queues notes, so that they reach the person even after a crash."""

    parts: Parts
    courier: Courier

    async def refuse(self, claim: Claim, why: str, number: int | None = None) -> None:
        """Nothing is done, the person is told, the card shows the state; a click may come again."""
        sender, now = Sender.of(claim.intent), self.parts.clock()
        refusals = [(number, event("refused", sender.user, now, why=why))] if number else []
        if claim.id is not None:
            note = _private(sender, why).parcel(f"refused:{claim.id}")
            await self.parts.store.settle(claim.id, "refused", refusals, [note])
        self.courier.wake()

    async def outrun(self, claim: Claim) -> None:
        """Somebody else was first: say who; one's own second click is passed over in silence."""
        late, number = f"late:{claim.intent.key}", claim.intent.ticket or 0
        notes = [] if claim.by == claim.intent.user else [outrun(claim).parcel(late)]
        if claim.id is None:
            await self.parts.store.queue(notes)
        else:
            await self.parts.store.settle(claim.id, "refused", (), [*notes, card_parcel(number)])
        self.courier.wake()

    async def tell(self, sender: Sender, text: str, key: str) -> None:
        """A private sentence to whoever asked."""
        await self.parts.store.queue([_private(sender, text).parcel(key)])
        self.courier.wake()


def _private(sender: Sender, text: str) -> Note:
    return Note(text, sender.user, sender.channel, sender.reply)
