"""SIGHUP: good settings hold for new work, bad ones change nothing, the rest needs a restart."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from bot.settings import Settings
from bot.wiring.reloading import FIXED
from tests.test_docs import keys
from tests.wiring.serving import Served, serving


@pytest_asyncio.fixture
async def served(tmp_path: Path) -> AsyncIterator[Served]:
    async with serving(tmp_path) as served:
        yield served


async def again(served: Served) -> None:
    """Have everything read again, and wait until it was."""
    name = 'rdp_triage_reloads_total{result="same",what="knowledge"}'
    before = (await served.numbers()).get(name, 0)
    served.again.set()
    for _ in range(1_000):
        if (await served.numbers()).get(name, 0) > before:
            return
    raise AssertionError("nothing was read again")


async def told(served: Served, *words: str) -> str:
    """What the administrator was told, all of ``words`` in it."""

    def heard() -> str:
        said = [each.text for each in served.slack.from_app("dm", user="lead")]
        return next((text for text in said if all(word in text for word in words)), "")

    return await served.slack.wait_for(heard, 20, f"the administrator being told {words}")


async def refusal(served: Served, line: str, word: str) -> str:
    before = len(served.slack.ephemerals("asker"))
    await served.slack.command("asker", "helpdesk", line)

    def heard() -> str:
        said = [str(each.text) for each in served.slack.ephemerals("asker")[before:]]
        return next((text for text in said if word in text), "")

    return await served.slack.wait_for(heard, 20, f"a refusal with {word!r}")


async def test_targets_hold_for_new_work(served: Served) -> None:
    await served.card()
    served.edit('allow = ["127.0.0.1"]', 'allow = ["127.0.0.2"]')
    await again(served)
    await told(served, "settings were read again and hold")
    await refusal(served, "/rdp 127.0.0.1", "127.0.0.1")
    await served.card("/rdp 127.0.0.2")


async def test_access_and_limits_hold_for_new_work(served: Served) -> None:
    await served.card()
    served.edit("same_host_seconds = 0", "same_host_seconds = 0\nper_user_minute = 1")
    await again(served)
    await refusal(served, "/rdp 127.0.0.9", "within a minute")
    served.edit('admins = ["U0LEAD"]', 'admins = ["U0LEAD"]\nusers = ["U0LEAD"]')
    await again(served)
    await refusal(served, "/rdp 127.0.0.1", "not on the list")


async def test_what_the_desk_keeps_to_is_read_anew(served: Served) -> None:
    parts = served.house.desk._parts
    served.edit("[http]", "[desk]\nkeep_days = 7\nabandon_days = 2\n[http]")
    served.edit('["C0HELPDESK"]', '["C0HELPDESK"]\nescalation_channel = "C0ESCALATE"')
    assert (parts.keep.days, parts.escalation) == (730, "")
    await again(served)
    assert (parts.keep.days, parts.abandon.days, parts.escalation) == (7, 2, "C0ESCALATE")
    assert parts.handed_to() == "C0ESCALATE"


async def test_a_bad_file_changes_nothing_and_is_explained(
    served: Served, caplog: pytest.LogCaptureFixture
) -> None:
    served.edit("same_host_seconds = 0", "same_host_seconds = -1\nin_fligt = 3")
    served.edit('allow = ["127.0.0.1"]', 'allow = ["127.0.0.2"]')
    await again(served)
    text = await told(served, "not taken over")
    for place in ("limits.same_host_seconds", "limits.in_fligt"):
        assert place in text
        assert place in caplog.text
    assert (await served.numbers())[
        'rdp_triage_reloads_total{result="refused",what="settings"}'
    ] == 1
    await served.card()


async def test_a_file_that_is_gone_changes_nothing(served: Served) -> None:
    served.file.rename(served.file.with_name("away.toml"))
    await again(served)
    await told(served, "no such file")
    await served.card()


async def test_what_needs_a_restart_is_named(
    served: Served, capfd: pytest.CaptureFixture[str]
) -> None:
    served.edit("data/tickets.db", "elsewhere.db")
    served.edit("listen = ", 'listen = "127.0.0.1:1"\n# ')
    served.edit("[slack]", '[slack]\nmode = "http"')
    await again(served)
    text = await told(served, "needs a restart")
    logged = capfd.readouterr().err
    for key in ("slack.mode", "store.path", "http.listen"):
        assert key in text
        assert f"{key} was changed in the settings: it needs a restart" in logged
    assert not served.file.with_name("elsewhere.db").exists()
    await served.card()


async def test_the_log_level_follows(served: Served) -> None:
    assert logging.getLogger().level == logging.INFO
    served.edit('level = "info"', 'level = "error"')
    await again(served)
    assert logging.getLogger().level == logging.ERROR
    assert logging.getLogger("slack_bolt").level == logging.ERROR


async def test_the_same_file_again_is_no_news(served: Served) -> None:
    places = served.house.reloading.live.places
    scout = places._now
    await again(served)
    assert places._now is scout
    assert served.slack.from_app("dm", user="lead") == []


FOLLOW = {
    *("slack.helpdesk_channels", "slack.escalation_channel", "slack.escalation_group"),
    *("targets.allow", "targets.deny", "targets.direct", "targets.gateway", "targets.ports"),
    *("access.users", "access.channels", "access.admins", "access.approvers"),
    *("desk.timezone", "desk.working_hours", "desk.stale_hours", "desk.abandon_days"),
    *("desk.keep_days", "limits.in_flight", "limits.per_user_minute", "limits.same_host_seconds"),
    *("knowledge.folder", "log.level", "log.format", "jumpbox"),
}
"""Settings that ``Live.adopt`` and what is beside it take over."""


def test_every_setting_follows_or_needs_a_restart() -> None:
    """A new setting has to be in one of the two lists."""
    known = {key if not key.startswith("jumpbox.") else "jumpbox" for key in keys(Settings)}
    fixed = {key.partition(" ")[0] for key in FIXED}
    assert known == FOLLOW | fixed
    assert FOLLOW & fixed == {"targets.ports"}
