"""Nothing is found where nothing is wrong, and what was looked at is told."""

import pytest

from tests.doctor.setup import Setup

pytestmark = pytest.mark.real


async def test_nothing_on_a_good_set_up(setup: Setup) -> None:
    report = await setup.report()
    assert report.findings == ()
    fine = {area: " ".join(lines) for area, lines in report.fine.items()}
    assert "T0HOME" in fine["slack"]
    assert "2 of 2 channels" in fine["slack"]
    assert "3 of 3 people" in fine["slack"]
    assert "clock agrees" in fine["slack"]
    assert "dc1: logged in" in fine["jumpbox"]
    assert "forwards" in fine["jumpbox"]
    assert "is sound" in fine["store"]
    assert "causes" in fine["knowledge"]


async def test_the_doctor_leaves_no_trace(setup: Setup) -> None:
    before = sorted(path.name for path in setup.folder.rglob("*"))
    await setup.report()
    assert [each for each in setup.slack.state.world.channels.values() if each.messages] == []
    assert sorted(path.name for path in setup.folder.rglob("*")) == before
    assert setup.slack.sockets.receivers == []


async def test_offline_asks_nobody(setup: Setup) -> None:
    setup.change("U0ADMIN", "U0NOBODY")
    setup.change("port = ", "port = 1 #")
    report = await setup.report(offline=True)
    assert report.findings == ()
    assert report.skipped == ("slack", "jumpbox")
    assert setup.slack.state.journal.calls() == []
