"""One broken jump box under many tickets: every card says so, the channel hears of it once."""

from pathlib import Path

from tests.desk import office as o
from tests.handlers.house import house, text_of

HOSTS = ("srv-1.corp.example", "srv-2.corp.example", "srv-3.corp.example")


async def test_every_card_names_the_others_and_the_channel_hears_it_once(tmp_path: Path) -> None:
    async with house(tmp_path, scout=o.ScriptedScout(o.box_down())) as bot:
        for host in HOSTS:
            await bot.slack.command("asker", "helpdesk", f"/rdp {host}")
            await bot.shows(host)

        def told() -> list[str]:
            said = [text_of(each) for each in bot.slack.from_app("helpdesk")]
            return [each for each in said if "failed at the jump box dc1" in each]

        await bot.slack.wait_for(lambda: len(told()) == 4, what="three cards and a note")
        cards = [each for each in told() if "Not this host alone" in each]
        assert len(cards) == 3
        assert any("#2 and #3 failed at the jump box dc1 too" in each for each in cards)
        (note,) = set(told()) - set(cards)
        assert "3 tickets of different hosts" in note
        await bot.desk.flush()
        assert len(told()) == 4


async def test_the_name_that_a_target_sent_is_not_live(tmp_path: Path) -> None:
    name = "<!channel> <@U0LEAD> http://x.y"
    seen = o.healthy(days_left=-3.0, self_signed=False, issuer=name)
    async with house(tmp_path, scout=o.ScriptedScout(seen)) as bot:
        for host in HOSTS:
            await bot.slack.command("asker", "helpdesk", f"/rdp {host}")
            await bot.shows(host)
        note = await bot.shows("3 tickets of different hosts")
        assert "&lt;!channel&gt; &lt;@U0LEAD&gt;" in note.text
        live = {(each.kind, each.target) for each in bot.slack.notifications()}
        assert live <= {("user", o.ASKER)}
