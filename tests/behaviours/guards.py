"""Remove twelve guards, one at a time, and show that a test turns red: ``make guards``.

Strategy: a copy of the program is changed, never the program; each removal is a piece of text that
must be there exactly once, so that a guard that has moved is noticed.  Exit code 1 if a test stays
green without its guard, or if the tests are not green with all of them.
"""

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("bot", "handlers", "knowledge", "tests", "pyproject.toml")


@dataclass(frozen=True, slots=True)
class Guard:
    """What is taken out of a file, what stands there then, and the test that must notice."""

    file: str
    there: str
    instead: str
    test: str


GUARDS = (
    Guard(
        "handlers/errors.py",
        '        return BoltResponse(status=200, body="") if response is not None else None',
        "        raise error",
        "test_delivery.py::test_02_a_handler_that_breaks_acknowledges_and_says_so",
    ),
    Guard(
        "bot/desk/desk.py",
        "        for claim in await self._parts.store.pending():\n"
        "            if claim.intent.tenant != TERMINAL:",
        "        for claim in ():\n            if claim.intent.tenant != TERMINAL:",
        "test_delivery.py::test_03_what_was_acknowledged_is_done_after_a_crash",
    ),
    Guard(
        "bot/desk/intents.py",
        'return Intent(f"open:{sender.key}", "open",',
        'return Intent(f"open:{sender.key}:{now.isoformat()}", "open",',
        "test_delivery.py::test_06_the_same_envelope_twice_has_one_effect",
    ),
    Guard(
        "handlers/step.py",
        'answer = answers.again(str(action["action_id"]), str(action["value"]))',
        "answer = answers.private(answers.NOT_TAKEN)",
        "test_people.py::test_09_a_form_that_opens_too_late_is_offered_again",
    ),
    Guard(
        "handlers/surface.py",
        "        return Later(float(wait) if wait.isdecimal() else DEFAULT_WAIT)",
        "        return SurfaceError(wait)",
        "test_sending.py::test_11_a_limit_is_waited_for_and_the_last_state_wins",
    ),
    Guard(
        "bot/desk/carding.py",
        'return "again" if ticket.card else await self._perhaps_posted(ticket)',
        'return "again"',
        "test_sending.py::test_13_a_post_whose_answer_is_lost_is_not_posted_again",
    ),
    Guard(
        "handlers/surface.py",
        "    if code in CLOSED:\n",
        "    if not code:\n",
        "test_sending.py::test_17_in_an_archived_channel_the_asker_is_told_directly",
    ),
    Guard(
        "handlers/door.py",
        "                if answer.status == 200:",
        "                if answer.status:",
        "test_sending.py::test_19_a_private_answer_outlives_its_response_url",
    ),
    Guard(
        "bot/desk/clerk.py",
        "                await self.parts.access.click(click, ticket)\n",
        "",
        "test_people.py::test_22_who_may_not_is_refused_privately_and_written_down",
    ),
    Guard(
        "bot/desk/desk.py",
        "            intent = replace(intent, version=None)",
        "            assert intent",
        "test_people.py::test_22_who_may_not_click_keeps_nobody_waiting",
    ),
    Guard(
        "bot/desk/clerk.py",
        "                if await self._outrun(claim, click):\n                    return\n",
        "",
        "test_people.py::test_22_somebody_seen_for_the_first_time_still_wins_only_once",
    ),
    Guard(
        "handlers/transport.py",
        "                self._client.wss_uri = None\n",
        "",
        "test_trouble.py::test_26_a_new_address_that_fails_is_given_up_for_another",
    ),
)


def passes(folder: Path, test: str) -> bool:
    """Whether a test passes in a copy of the program."""
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider"]
    where = f"tests/behaviours/{test}"
    done = subprocess.run([*command, where], check=False, cwd=folder, capture_output=True)
    return done.returncode == 0


def without(guard: Guard, folder: Path) -> bool:
    """Whether the guard's test passes without it; raises ValueError where it is not there."""
    path = folder / guard.file
    text = path.read_text("utf-8")
    if text.count(guard.there) != 1:
        raise ValueError(f"{guard.file}: {guard.there.strip()!r} stands there not exactly once")
    path.write_text(text.replace(guard.there, guard.instead), "utf-8")
    try:
        return passes(folder, guard.test)
    finally:
        path.write_text(text, "utf-8")


def main() -> int:
    """Print one line a guard; 1 if one of them is not guarded by its test."""
    failed = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for each in COPIED:
            source = ROOT / each
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, folder / each)
        for guard in GUARDS:
            sound, red = passes(folder, guard.test), not without(guard, folder)
            failed += not (sound and red)
            word = "red without it" if red else "STILL GREEN WITHOUT IT"
            print(f"{'green' if sound else 'RED'} with, {word}: {guard.file}, {guard.test}")
    return int(failed > 0)


if __name__ == "__main__":
    sys.exit(main())
