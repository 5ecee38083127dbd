"""One more place to look from: asked for by a button, compared with those before."""

from pathlib import Path

from bot.desk.intents import Click, Verb
from tests.desk import office as o


async def look_from(office: o.Office, place: str, user: str = o.ASKER) -> None:
    version = (await office.ticket()).version
    click = Click(office.sender(user), Verb.LOOK, 1, version, detail=place)
    office.desk.start(await office.desk.accept(click))
    await office.quiet()


def offered(office: o.Office) -> list[tuple[str, str]]:
    return [(each.label, each.detail) for each in office.wall.last.tools if each.verb is Verb.LOOK]


async def test_places_that_were_not_looked_from_are_offered(tmp_path: Path) -> None:
    scout = o.ScriptedScout(o.switched_off(), others=("dc2", "direct", "dc3", "dc4"))
    async with o.office(tmp_path, scout=scout) as office:
        await office.open()
        assert offered(office) == [
            ("Look from dc2", "dc2"),
            ("Look from here", "direct"),
            ("Look from dc3", "dc3"),
        ]


async def test_the_card_compares_the_places(tmp_path: Path) -> None:
    scout = o.ScriptedScout(o.switched_off(), others=("dc2",))
    async with o.office(tmp_path, scout=scout) as office:
        await office.open()
        scout.sight = [*o.switched_off(), *o.healthy("dc2")]
        await look_from(office, "dc2")
        ticket, view = await office.ticket(), office.wall.last
        assert ticket.vantages == ("dc1", "dc2")
        assert view.notice == "Looked from dc2 as well: it does not see the same."
        assert "dc1" in view.sentence + view.besides
        assert "dc2" in view.sentence + view.besides
        (port,) = [row for row in view.rows if row.title.startswith("Port")]
        assert "(from dc1)" in port.detail
        assert "(from dc2)" in port.detail
        assert offered(office) == []


async def test_where_both_see_the_same_the_card_says_so(tmp_path: Path) -> None:
    scout = o.ScriptedScout(o.expired(), others=("dc2",))
    async with o.office(tmp_path, scout=scout) as office:
        await office.open()
        scout.sight = [*o.expired(), *o.expired("dc2")]
        await look_from(office, "dc2")
        assert office.wall.last.notice == "Looked from dc2 as well: it sees the same."
        assert office.wall.last.step is not None


async def test_where_none_could_look_the_new_place_comes_first(tmp_path: Path) -> None:
    scout = o.ScriptedScout(o.box_down(), others=("dc2",))
    async with o.office(tmp_path, scout=scout) as office:
        await office.open()
        assert office.wall.last.sentence.startswith("Jump box dc1 does not answer")
        scout.sight = [*o.expired("dc2"), *o.box_down()]
        await look_from(office, "dc2")
        assert (await office.ticket()).vantages == ("dc2", "dc1")
        assert office.wall.last.sentence.startswith("The server's RDP certificate has expired")


async def test_a_place_that_is_not_there_any_more_is_refused(tmp_path: Path) -> None:
    async with o.office(tmp_path, scout=o.ScriptedScout(o.expired())) as office:
        await office.open()
        for place, why in (("dc9", "no such place"), ("dc1", "among those looked from")):
            await look_from(office, place)
            assert why in office.wall.notes[-1].text
        assert (await office.ticket()).vantages == ("dc1",)
        assert len(office.scout.looks) == 1
