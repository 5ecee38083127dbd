"""`kb learn` and `tickets cause`: what they say, what they write, what they refuse."""

import asyncio
import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.cli.main import run
from bot.store.base import Event, Tenant, Ticket
from bot.store.sqlite import SqliteStore

SETTINGS = '[targets]\nallow = ["*.corp.example"]\n[store]\npath = "tickets.db"\n'
Run = Callable[..., tuple[int, str, str]]
FIX, CAUSE = "renew-rdp-certificate", "certificate-expired"


@pytest.fixture
def rdp(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    path = tmp_path / "rdp-triage.toml"
    path.write_text(SETTINGS, encoding="utf-8")

    def command(*words: str) -> tuple[int, str, str]:
        code = run([*words, "--config", str(path)])
        said = capsys.readouterr()
        return code, said.out, said.err

    return command


def fill(path: Path, number: int, state: str = "resolved") -> None:
    """So many tickets whose certificate had expired and was renewed (or that were handed over)."""
    now = datetime.now(UTC) - timedelta(days=1)

    def event(kind: str, **data: object) -> Event:
        return Event(kind, "U1", now, data)

    told = [
        event("opened"),
        event("observed", evidence={"certificate-validity": "expired", "ladder": "ok"}),
    ]
    if state == "resolved":
        told.append(event("closed", outcome="verified", fix=FIX, cause=CAUSE, result="worked"))
    else:
        told.append(event("escalated", reason="?"))

    async def write() -> None:
        store = await SqliteStore.open(path)
        for _ in range(number):
            made = Ticket(
                0, Tenant("", "T1"), "srv", 3389, "U1", now, state, 0, "k", "expert",  # type: ignore[arg-type]
                closed_at=now if state == "resolved" else None,
            )  # fmt: skip
            await store.open_ticket(made, told, [])
        await store.close()

    asyncio.run(write())


def test_without_a_database_it_says_so(rdp: Run) -> None:
    code, out, err = rdp("kb", "learn")
    assert (code, out) == (2, "")
    assert "there is no database" in err


def test_a_dry_run_tells_in_words_and_writes_nothing(rdp: Run, tmp_path: Path) -> None:
    fill(tmp_path / "tickets.db", 40)
    code, out, _ = rdp("kb", "learn")
    assert code == 0
    assert "40 closed tickets, 40 teach something. Epoch: none, the words as written." in out
    assert "cause:certificate-expired" in out
    assert "of 40 tickets" in out
    assert "--apply makes an epoch of it." in out
    assert rdp("kb", "learn")[1] == out
    assert json.loads(rdp("kb", "learn", "--json")[1])["epoch_before"] is None


def test_an_epoch_is_made_once_and_what_waits_can_be_approved(rdp: Run, tmp_path: Path) -> None:
    fill(tmp_path / "tickets.db", 60)
    _, out, _ = rdp("kb", "learn", "--apply")
    assert "is made; new tickets use it." in out
    assert "Nothing new to learn." in rdp("kb", "learn", "--apply")[1]
    found = json.loads(rdp("kb", "learn", "--json")[1])
    held = [change["id"] for change in found["changes"] if change["held"]]
    assert held
    given = rdp("kb", "learn", "--approve", held[0], "--apply", "--json")[1]
    after = json.loads(given)
    assert after["made"]
    assert held[0] not in {change["id"] for change in after["changes"] if change["held"]}


def test_an_approval_of_nothing_is_refused(rdp: Run, tmp_path: Path) -> None:
    fill(tmp_path / "tickets.db", 2)
    code, out, err = rdp("kb", "learn", "--approve", "cause:nonsense", "--apply")
    assert (code, out) == (2, "")
    assert "cause:nonsense: no ticket spoke of that value" in err


def test_the_cause_of_an_escalated_ticket_can_be_written_down(rdp: Run, tmp_path: Path) -> None:
    fill(tmp_path / "tickets.db", 1)
    fill(tmp_path / "tickets.db", 1, "escalated")
    assert rdp("tickets", "cause", "2", CAUSE)[0] == 0
    shown = json.loads(rdp("tickets", "show", "2", "--json")[1])
    assert (shown["cause"], shown["state"]) == (CAUSE, "escalated")
    assert shown["events"][-1]["data"] == {"second_line": True, "cause": CAUSE}
    for words, complaint in (
        (("1", CAUSE), "#1 is resolved, not escalated"),
        (("9", CAUSE), "#9 does not exist"),
        (("2", "nonsense"), "there is no cause 'nonsense'"),
        (("x", CAUSE), "'x' is not a ticket number"),
    ):
        code, out, err = rdp("tickets", "cause", *words)
        assert (code, out) == (2, "")
        assert complaint in err


def test_learned_numbers_are_explained_and_drawn(rdp: Run, tmp_path: Path) -> None:
    code, out, _ = rdp("kb", "explain", CAUSE, "--epoch", "newest")
    assert (code, out) == (2, "")
    fill(tmp_path / "tickets.db", 60)
    assert "nothing was learned yet" in rdp("kb", "explain", CAUSE, "--epoch", "newest")[2]
    assert rdp("kb", "learn", "--approve", f"cause:{CAUSE}", "--apply")[0] == 0
    expert = json.loads(rdp("kb", "explain", CAUSE, "--json")[1])
    learned = json.loads(rdp("kb", "explain", CAUSE, "--json", "--epoch", "newest")[1])
    assert expert["epoch"] == "expert"
    assert learned["epoch"] not in ("expert", "")
    assert learned["entries"] != expert["entries"]
    named = json.loads(rdp("kb", "explain", CAUSE, "--json", "--epoch", learned["epoch"])[1])
    assert named == learned
    assert "there is no epoch 'feed'" in rdp("kb", "explain", CAUSE, "--epoch", "feed")[2]
    case = tmp_path / "case.json"
    case.write_text('{"evidence": {"ladder": "port", "port-state": "refused"}}', encoding="utf-8")
    drawn = [
        rdp("kb", "tree", "--evidence", str(case), "--reach", "40%", *more)
        for more in ([], ["--epoch", "newest"])
    ]
    assert [code for code, _, _ in drawn] == [0, 0]
    assert drawn[0][1] != drawn[1][1]
