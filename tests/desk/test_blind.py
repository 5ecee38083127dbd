"""Looks that the jump box kept from seeing: they are no "before" and no "after" of anything."""

from collections.abc import Callable
from pathlib import Path

import pytest

from bot.desk.intents import Verb
from bot.evidence import Failure, Observation
from tests.desk import office as o


def cut(place: str = "dc1") -> list[Observation]:
    """The jump box goes down while the host is looked at: the port opened, nothing came after."""
    seen = {each.probe: each for each in o.healthy(place)}
    gone = Observation.failed("jumpbox.session", Failure.JUMPBOX_UNREACHABLE, state="unreachable")
    missed = [
        Observation.not_run(probe, "the jump box failed").stamped(place, 0.0)
        for probe in ("rdp.negotiation", "tls.certificate", "nla.challenge")
    ]
    return [gone.stamped(place, 5.0), seen["name.lookup"], seen["port.tcp"], *missed]


async def looked(office: o.Office, sight: list[Observation], verb: Verb = Verb.RECHECK) -> str:
    """The notice on the card after one more look."""
    office.scout.sight = sight
    await office.press(verb)
    return office.wall.last.notice


@pytest.mark.parametrize("hindered", [cut, o.box_down], ids=["cut short", "never begun"])
async def test_the_first_look_that_sees_is_worse_than_none(
    tmp_path: Path, hindered: Callable[[], list[Observation]]
) -> None:
    async with o.office(tmp_path) as office:
        office.scout.everything = True
        office.scout.sight = hindered()
        await office.open()
        said = await looked(office, o.nla_broken())
        assert said == "Looked again: this time the jump box let the probes through."
        body = await office.body()
        assert body.before_evidence == body.situation.evidence
        assert body.before == body.now


async def test_a_proof_is_measured_against_the_first_look_that_saw(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.everything = True
        office.scout.sight = cut()
        await office.open()
        await looked(office, o.expired())
        assert await looked(office, o.healthy(), Verb.WORKED) == ""
        ticket = await office.ticket()
        assert (ticket.state, ticket.outcome) == ("resolved", "verified")


@pytest.mark.parametrize("hindered", [cut, o.box_down], ids=["cut short", "never begun"])
async def test_what_lies_between_two_looks_that_saw_is_left_out(
    tmp_path: Path, hindered: Callable[[], list[Observation]]
) -> None:
    async with o.office(tmp_path) as office:
        office.scout.everything = True
        office.scout.sight = o.expired()
        await office.open()
        assert "could not look" in await looked(office, hindered())
        assert "could not look" in await looked(office, o.box_down())
        assert await looked(office, o.expired()) == "Looked again: nothing has changed."
        await looked(office, hindered())
        assert await looked(office, o.healthy()) == (
            "Changed since the last look: Certificate validity: valid."
        )


async def test_a_jump_box_that_fails_after_a_step_begins_no_new_case(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.everything = True
        office.scout.sight = o.expired()
        await office.open()
        await looked(office, o.expired(), Verb.FAILED)
        await looked(office, o.box_down())
        await looked(office, o.expired())
        assert (await office.body()).situation.restarted == ()
        await looked(office, cut())
        await looked(office, o.healthy())
        assert (await office.body()).situation.restarted == ("renew-certificate",)


async def test_one_of_two_places_that_fails_hinders_no_proof(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        office.scout.everything = True
        office.scout.sight = [*o.expired(), *o.expired("dc2")]
        await office.open()
        await looked(office, [*o.healthy(), *o.box_down("dc2")], Verb.WORKED)
        assert (await office.ticket()).outcome == "verified"
