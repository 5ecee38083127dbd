"""A person's data out of a bot that serves, and their erasure beside it."""

from pathlib import Path

from tests.whole.cards import number
from tests.whole.support import HOST, Whole, whole

WHO = "U0ASKER"
TYPED = "the flamingo grandmother cannot log on"
FORMS = (WHO.encode(), b"flamingo", b"grandmother")


def left(world: Whole) -> list[bytes]:
    """What of the person stands in the bytes of the database and of what lies beside it."""
    files = [each.read_bytes() for each in world.config.parent.glob("tickets.db*")]
    return [form for form in FORMS if any(form in each for each in files)]


async def test_a_person_comes_out_and_is_erased_while_the_bot_serves(tmp_path: Path) -> None:
    async with whole(tmp_path) as world:
        card = await world.open(f"/rdp {HOST} 0x904 {TYPED}")
        found = (await world.cli("tickets", "person", WHO, "--json")).rows[0]
        assert (found["schema"], found["person"]) == (1, WHO)
        assert found["ticket"][0]["message"].endswith(TYPED)
        assert found["intent"][0]["payload"]["host"] == HOST
        assert found["event"][0]["kind"] == "opened"

        refused = await world.cli("tickets", "erase", WHO, "--yes")
        assert (refused.code, refused.out) == (2, "")
        assert f"{WHO} has open tickets (#{number(card)}); close them first" in refused.err

        await world.choose(card, "close")
        await world.wait(lambda: world.stored("select state from ticket") != ["open"], "the end")
        await world.slack.settle()
        assert left(world)
        asked = await world.cli("tickets", "erase", WHO, stdin="n\n")
        assert asked.code == 130
        erased = await world.cli("tickets", "erase", WHO, "--yes")
        assert (erased.code, erased.out) == (0, ""), erased.err
        assert f"{WHO} is erased-" in erased.err
        assert left(world) == []
        again = await world.cli("tickets", "erase", WHO, "--yes")
        assert again.code == 0
        assert f"holds nothing about {WHO}" in again.err

        # The bot goes on, with the person as a new one.
        assert (await world.tickets())[0]["asked_by"].startswith("erased-")
        await world.open()
        await world.bot.stop()


async def test_who_is_no_person_is_named(tmp_path: Path) -> None:
    async with whole(tmp_path, start=False) as world:
        for word in ("asker", "C0HELPDESK", "@asker"):
            done = await world.cli("tickets", "erase", word, "--yes")
            assert (done.code, done.out) == (2, "")
            assert f"{word!r} is not a person: give a Slack user id" in done.err
