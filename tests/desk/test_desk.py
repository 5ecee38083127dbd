"""The whole way from an accepted intent to the outcome, on the real store and engine."""

from pathlib import Path

from bot.desk.intents import Verb
from tests.desk import office as o


async def test_an_opening_ends_in_a_verdict_on_one_card(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        number = await office.open()
        view = office.wall.last
        assert len(office.wall.posts) == 1
        assert office.wall.posts[0][0] == o.HELPDESK
        assert view.sentence == "The server's RDP certificate has expired."
        assert view.likelihood.startswith(("Likely", "Very likely"))
        assert view.step is not None
        assert view.step.title == "Renew the RDP certificate"
        assert [row.mark for row in view.rows if row.title == "Certificate"] == ["fault"]
        assert await office.kinds(number) == ["opened", "observed", "offered"]


async def test_it_worked_before_the_repair_is_not_believed(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        before = await office.ticket()
        await office.press(Verb.WORKED)
        ticket = await office.ticket()
        assert ticket.state == "open"
        assert ticket.version > before.version
        assert "nothing has changed" in office.wall.last.notice
        assert office.wall.last.step is not None
        assert office.wall.last.step.title == "Renew the RDP certificate"
        assert office.scout.looks[-1] == frozenset({"tls.certificate"})


async def test_it_worked_after_the_repair_is_verified(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        office.scout.sight = o.healthy()
        await office.press(Verb.WORKED)
        ticket = await office.ticket()
        assert (ticket.state, ticket.outcome) == ("resolved", "verified")
        assert (ticket.cause, ticket.fix) == ("certificate-expired", "renew-certificate")
        proof = office.wall.last.proof
        assert proof is not None
        assert proof.before == ("Certificate validity: expired",)
        assert proof.now == ("Certificate validity: valid",)
        assert "verified" in await office.kinds()
