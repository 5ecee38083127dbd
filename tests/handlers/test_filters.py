"""The typed filters of the history: what they mean, and what is said of those that mean nothing."""

from pathlib import Path

import pytest

from handlers.filters import NAMES, cause_of
from handlers.slip import Slip
from tests.handlers.house import House, house

CAUSES = (
    ("certificate-expired", "The certificate has expired"),
    ("certificate-wrong-name", "The certificate is for another name"),
    ("clock-skew", "The clocks differ"),
)


async def filled(bot: House) -> None:
    """Three tickets, the second claimed by somebody else, the third closed."""
    for number, more in enumerate(("0x904", "0x204", "0x904 connection lost"), 1):
        await bot.slack.command("asker", "helpdesk", f"/rdp srv-{number} {more}")
        await bot.shows(f"#{number} ", "It worked")
        if number == 2:
            await bot.slack.choose("teammate", bot.card(), "claim")
            await bot.shows("claimed by")
    await bot.slack.choose("asker", bot.card(), "close")
    await bot.shows("resolved")


async def told(bot: House, line: str) -> str:
    """What is answered to ``/rdp history`` with these filters."""
    before = len(bot.slack.ephemerals("asker"))
    await bot.slack.command("asker", "helpdesk", f"/rdp history {line}")
    seen = await bot.slack.wait_for(lambda: bot.slack.ephemerals("asker")[before:], what="a list")
    return f"{seen[0].text} {seen[0].blocks}"


async def test_a_short_name_finds_the_full_one_but_no_neighbour(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        for number, host in enumerate(("srv-1", "srv-1.corp.example", "srv-1-old", "srv-10"), 1):
            await bot.slack.command("asker", "helpdesk", f"/rdp {host}")
            await bot.shows(f"#{number} ", "It worked")
        for line in ("host:srv-1", "SRV-1"):
            said = await told(bot, line)
            assert [each for each in (1, 2, 3, 4) if f"#{each} " in said] == [1, 2], said
            assert "srv-1.:" not in said


async def test_each_filter_narrows(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        await filled(bot)
        for line, numbers in (
            ("host:srv-2", {2}),
            ("host:srv-*", {1, 2, 3}),
            ("user:<@U0TEAMMATE|teammate>", {2}),
            ("user:me", {1, 2, 3}),
            ("code:0x204", {2}),
            ("code:516", {2}),
            ("state:resolved", {3}),
            ("state:open code:0x904", {1}),
            ("lost connection", {3}),
            ("text:lost host:srv-3", {3}),
            ("since:today until:today state:open", {1, 2}),
            ("since:1d", {1, 2, 3}),
            ("until:yesterday", set()),
            ('cause:"certificate-expired"', {3}),
        ):
            said = await told(bot, line)
            assert {each for each in (1, 2, 3) if f"#{each}" in said} == numbers, line


@pytest.mark.parametrize(
    ("line", "named"),
    [
        ("host:srv;1", "host:"),
        ("user:somebody", "user: wants a person picked from the list"),
        ("cause:warp-core", "cause: “warp-core” is not in the knowledge base"),
        ("code:xyz", "code: “xyz” is no error code"),
        ("since:soon", "since: “soon” is not a day"),
        ("until:2026-02-30", "until: “2026-02-30” is not a day"),
        ("since:2026-02-02 until:2026-02-01", "until: (2026-02-01) is before since: (2026-02-02)"),
        ("state:broken", "open, resolved, escalated, abandoned, cancelled"),
    ],
)
async def test_a_slip_names_the_filter_and_those_that_there_are(
    tmp_path: Path, line: str, named: str
) -> None:
    async with house(tmp_path) as bot:
        said = await told(bot, line)
        assert named in said
        assert "For example: " in said
        assert NAMES in said


async def test_the_next_page_keeps_typed_filters(tmp_path: Path) -> None:
    async with house(tmp_path) as bot:
        for number in range(1, 11):
            await bot.slack.command("asker", "helpdesk", f"/rdp srv-{number} 0x904")
            await bot.shows(f"#{number} ", "It worked")
        await bot.slack.command("asker", "helpdesk", "/rdp other-1 0x904")
        await bot.shows("#11 ", "It worked")
        said = await told(bot, "host:srv-* state:open code:0x904 since:7d")
        assert ("#10" in said, "#3" in said, "other-1" in said) == (True, True, False)
        await bot.slack.click("asker", bot.slack.ephemerals("asker")[-1], "history.page")
        await bot.private("asker", "host srv-*, state open", "#2", "#1")


@pytest.mark.parametrize(
    "said",
    ["certificate-expired", "Certificate Expired", "expired", "The certificate has expired"],
)
def test_a_cause_is_known_by_id_title_or_a_part_that_only_it_has(said: str) -> None:
    assert cause_of(CAUSES, said) == "certificate-expired"


@pytest.mark.parametrize(
    ("said", "answer"),
    [
        ("certificate", "fits 2: certificate-expired, certificate-wrong-name"),
        ("certificate-expird", "near it: certificate-expired"),
        ("printer", "not in the knowledge base"),
    ],
)
def test_any_other_cause_is_a_slip_that_helps(said: str, answer: str) -> None:
    with pytest.raises(Slip, match=answer):
        cause_of(CAUSES, said)


def test_every_filter_is_described() -> None:
    page = Path("docs/slack.md").read_text(encoding="utf-8")
    assert all(f"`{name}`" in page for name in NAMES.split())
