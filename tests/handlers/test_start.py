"""The start form and the message shortcut."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.blocks import check_view
from bot.sandbox.views import View
from bot.store.faults import StoreFull
from bot.store.sqlite import SqliteStore
from handlers.door import MOMENT
from handlers.start import form, found_in
from tests.behaviours.scenes import calls
from tests.desk import office as o
from tests.handlers.house import House, house, words_of

UPDATE = "views.update"


async def opened(bot: House, user: str = "asker") -> View:
    return await bot.form(user)


async def test_the_form_opens_a_ticket_with_what_was_reported(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await bot.slack.command("asker", "helpdesk", "/rdp")
        await opened(bot)
        values = {
            "host": f"{o.HOST}:3390",
            "codes": "0x904 0x7",
            "affected": "everybody",
            "since": "suddenly",
            "gateway": "rdg.corp.example",
        }
        receipt = await bot.slack.submit("asker", values)
        assert receipt.ok
        await bot.shows("It worked", "port 3390")
        ticket = await bot.store.ticket(1)
        assert ticket is not None
        assert (ticket.host, ticket.port, ticket.codes) == (o.HOST, 3390, ("0x904", "0x7"))
        assert ticket.gateway == "rdg.corp.example"
        assert ticket.body["report"] == {"scope": "everybody", "onset": "suddenly"}
        assert bot.slack.modal("asker") is None


async def test_a_slip_stands_beside_its_field(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await bot.slack.command("asker", "helpdesk", "/rdp")
        view = await opened(bot)
        await bot.slack.submit("asker", {"host": "srv;reboot"})
        assert "not a host" in str(view.errors["host"])
        await bot.slack.submit("asker", {"host": o.HOST, "gateway": "a b"})
        assert "not a host" in str(view.errors["gateway"])
        assert bot.scout.looks == []


async def test_a_form_that_comes_too_late_becomes_help(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        bot.slack.fault("views.open", "error", error="expired_trigger_id")
        await bot.slack.command("asker", "helpdesk", "/rdp")
        await bot.private("asker", "/rdp HOST")


async def test_a_message_is_read_for_the_form(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        text = f"Hi, {o.HOST.upper()}: since today I get error code 0x904!"
        message = bot.slack.say("teammate", "helpdesk", text)
        await bot.slack.shortcut("asker", "triage_host", message)
        await opened(bot)
        receipt = await bot.slack.submit("asker", {})
        assert receipt.ok
        await bot.shows("It worked", o.HOST)
        ticket = await bot.store.ticket(1)
        assert ticket is not None
        assert ticket.codes == ("0x904",)


async def test_a_message_in_a_thread_is_read_as_well(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        first = bot.slack.say("teammate", "helpdesk", "Something is wrong")
        reply = bot.slack.say("teammate", "helpdesk", f"It is {o.HOST}", thread_ts=first.ts)
        await bot.slack.shortcut("asker", "triage_host", reply)
        await opened(bot)
        assert (await bot.slack.submit("asker", {})).ok
        await bot.shows("It worked", o.HOST)


@pytest.mark.parametrize("error", ["expired_trigger_id", "trigger_expired"])
async def test_a_shortcut_that_comes_too_late_is_not_passed_over(
    tmp_path: Path, error: str
) -> None:
    async with house(tmp_path) as bot:
        message = bot.slack.say("teammate", "helpdesk", f"{o.HOST} is down")
        bot.slack.fault("views.open", "error", error=error)
        assert (await bot.slack.shortcut("asker", "triage_host", message)).ok
        await bot.private("asker", "too late", "once more")


async def test_a_guest_is_told_in_the_form_and_has_nothing_to_fill_in(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await bot.slack.command("guest", "helpdesk", "/rdp")
        view = await opened(bot, "guest")
        assert "guests cannot" in words_of(view.blocks)
        assert "submit" not in view.content


async def test_who_may_no_longer_is_refused_when_the_form_comes_back(tmp_path: Path) -> None:
    """Guard: ``Reception.open`` judges the rights again, whoever was shown the form."""
    async with house(tmp_path) as bot:
        await bot.slack.command("asker", "helpdesk", "/rdp")
        await opened(bot)
        world = bot.slack.state.world
        world.users["U0ASKER"] = replace(world.users["U0ASKER"], is_restricted=True)
        bot.clock.pass_(3_600)  # what is known of people is kept for ten minutes
        await bot.slack.submit("asker", {"host": o.HOST})
        await bot.private("asker", "guests cannot")
        assert bot.scout.looks == []


async def test_the_form_opens_at_once_and_is_filled_after(tmp_path: Path) -> None:
    """Guard: ``Door.open_then``: a trigger lives three seconds, a look-up may take longer."""
    async with house(tmp_path) as bot:
        bot.slack.fault("users.info", "delay", seconds=0.5)
        await bot.slack.command("asker", "helpdesk", "/rdp")
        view = await bot.slack.wait_for(lambda: bot.slack.modal("asker"), what="a modal")
        assert view is not None
        assert MOMENT in words_of(view.blocks)
        assert (await opened(bot)).id == view.id
        assert (await bot.slack.submit("asker", {"host": o.HOST})).ok
        await bot.shows("It worked")


async def test_a_form_that_was_closed_meanwhile_stays_closed(tmp_path: Path) -> None:
    """Guard: ``door.CLOSED``."""
    async with house(tmp_path) as bot:
        bot.slack.fault("users.info", "delay", seconds=0.3)
        await bot.slack.command("asker", "helpdesk", "/rdp")
        await bot.slack.wait_for(lambda: bot.slack.modal("asker"), what="a modal")
        await bot.slack.close("asker")
        await bot.slack.wait_for(lambda: calls(bot, UPDATE) == 1, what="the attempt")
        await bot.slack.settle()
        assert bot.slack.modal("asker") is None
        assert not bot.slack.ephemerals("asker")


async def test_a_form_that_moved_on_is_filled_all_the_same(tmp_path: Path) -> None:
    """Guard: after ``hash_conflict`` the second attempt has no hash."""
    async with house(tmp_path) as bot:
        bot.slack.fault(UPDATE, "error", error="hash_conflict")
        await bot.slack.command("asker", "helpdesk", "/rdp")
        await opened(bot)
        assert (await bot.slack.submit("asker", {"host": o.HOST})).ok
        await bot.shows("It worked")
        assert calls(bot, UPDATE) == 2


async def test_a_form_that_cannot_be_made_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path) as bot:

        async def broken(*_: Any) -> None:
            raise RuntimeError("a fault")

        monkeypatch.setattr(type(bot.desk), "may_read", broken)
        await bot.slack.command("asker", "helpdesk", "/rdp")
        assert "did not work" in words_of((await opened(bot)).blocks)


async def test_where_to_look_from_can_be_typed_with_the_codes(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await bot.slack.command("asker", "helpdesk", "/rdp")
        view = await opened(bot)
        await bot.slack.submit("asker", {"host": o.HOST, "codes": "0x904 via a;b"})
        assert "not a place" in str(view.errors["codes"])
        codes = "0x904 via dc1 gateway rdg.corp.example"
        assert (await bot.slack.submit("asker", {"host": o.HOST, "codes": codes})).ok
        await bot.shows("It worked")
        ticket = await bot.store.ticket(1)
        assert ticket is not None
        assert (ticket.codes, ticket.via) == (("0x904",), "dc1")
        assert ticket.gateway == "rdg.corp.example"


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("cannot reach srv-app-07 today", "srv-app-07"),
        ("<http://srv.corp.example|srv.corp.example> is down", "srv.corp.example"),
        ("is 10.1.2.3:3390 up?", "10.1.2.3:3390"),
        ("well-known problem, error 0x904", ""),
        ("", ""),
        ("<!channel> <@U0ADMIN>", ""),
    ],
)
def test_the_likeliest_host_in_a_message(text: str, host: str) -> None:
    assert found_in(text)[0] == host


def test_the_form_is_one_that_slack_takes() -> None:
    assert check_view(form("C0HELPDESK", "x" * 5_000, "y" * 5_000), "modal")


async def test_a_form_stays_open_while_the_disk_is_full(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with house(tmp_path) as bot:
        await bot.slack.command("asker", "helpdesk", "/rdp")
        view = await opened(bot)

        async def full(*_: Any, **__: Any) -> Any:
            raise StoreFull("there is no room left")

        monkeypatch.setattr(SqliteStore, "accept", full)
        await bot.slack.submit("asker", {"host": o.HOST})
        assert "not taken" in str(view.errors["host"])


async def test_a_pasted_rdp_file_becomes_evidence_without_its_secrets(tmp_path: Path) -> None:
    file = (
        "full address:s:another-host\r\nenablecredsspsupport:i:0\r\nusername:s:CORP\\max\r\n"
        "password 51:b:01000000D08C9DDF\r\ngatewayaccesstoken:s:tok-en-77\r\n"
    )
    async with house(tmp_path) as bot:
        await bot.slack.command("asker", "helpdesk", "/rdp")
        await opened(bot)
        assert (await bot.slack.submit("asker", {"host": o.HOST, "rdp_file": file})).ok
        await bot.shows("turns NLA off", "another host (another-host)", "It worked")
        ticket = await bot.store.ticket(1)
        assert ticket is not None
        kept = {"full address": "another-host", "enablecredsspsupport": 0}
        assert ticket.body["rdp_file"] == {**kept, "username form": "domain"}
        assert ticket.body["situation"]["evidence"]["rdp-file-target"] == "target"
    assert b"another-host" in stored(tmp_path)
    assert not any(secret in stored(tmp_path) for secret in (b"D08C9DDF", b"tok-en-77"))


def stored(folder: Path) -> bytes:
    return b"".join(each.read_bytes() for each in folder.rglob("*") if each.is_file())


async def test_what_is_no_rdp_file_is_said_beside_its_field(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await bot.slack.command("asker", "helpdesk", "/rdp")
        view = await opened(bot)
        await bot.slack.submit("asker", {"host": o.HOST, "rdp_file": "it does not work"})
        assert "name:type:value" in str(view.errors["rdp_file"])
        assert bot.scout.looks == []
