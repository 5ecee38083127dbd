"""Knowledge that is read again: a sound folder is for new tickets, a bad one changes nothing."""

import logging
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import pytest_asyncio

from bot.catalog import load
from bot.catalog.source import BadKnowledge, Source
from bot.desk.library import Library
from bot.desk.reload import Reload, Result
from bot.desk.sound import sound
from bot.desk.surface import Note
from bot.engine import Model
from bot.store.base import StoreError
from bot.store.sqlite import SqliteStore
from tests.catalog.kit import CAUSE, small, with_probe_items
from tests.desk.office import NOON, Clock

FILE = "causes/port/service-down.md"
CHANGED = CAUSE.replace("The service is down", "The service has ended")


def written(folder: Path, **over: str) -> Source:
    """The smallest whole knowledge base as a folder."""
    files = {**with_probe_items(small()), **over}
    for file, text in files.items():
        path = folder / file
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return Source(folder)


@dataclass
class House:
    """A store, a library over it, and what reads the folder again."""

    folder: Path
    store: SqliteStore
    library: Library
    reload: Reload
    warmed: list[Model] = field(default_factory=list)

    def edit(self, text: str) -> None:
        (self.folder / FILE).write_text(text, encoding="utf-8")

    async def told(self) -> list[Note]:
        return [Note.of(parcel) for parcel in await self.store.due(NOON)]


@pytest_asyncio.fixture
async def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[House]:
    monkeypatch.setattr("bot.desk.sound.run_cases", lambda _: [])  # two causes can look alike
    folder = tmp_path / "mine"
    source = written(folder)
    store = await SqliteStore.open(tmp_path / "tickets.db")
    library = Library(store, Model.of(source.catalog()))
    warmed: list[Model] = []
    reload = Reload(source, library, Clock(), warmed.append, ("U0LEAD", "U0ADMIN"), ("C0HELP",))
    yield House(folder, store, library, reload, warmed)
    await store.close()


async def test_a_sound_folder_replaces_the_old_one(house: House) -> None:
    before = await house.library.keep(NOON)
    house.edit(CHANGED)
    assert await house.reload.once() is Result.TAKEN
    current = await house.library.keep(NOON)
    assert current.catalog.causes["service-down"].title.startswith("The service has ended")
    assert [model.catalog.hash for model in house.warmed] == [current.catalog.hash]
    assert (await house.library.of(before.catalog.hash)).catalog.causes == before.catalog.causes
    told = await house.told()
    assert {note.user for note in told} == {"U0LEAD", "U0ADMIN"}
    assert all(before.catalog.hash in note.text for note in told)


async def test_an_old_version_comes_back_from_the_store(house: House) -> None:
    before = await house.library.keep(NOON)
    house.edit(CHANGED)
    later = Library(house.store, Model.of(Source(house.folder).catalog()))
    assert (await later.of(before.catalog.hash)).catalog.causes == before.catalog.causes
    with pytest.raises(StoreError, match="not in the store"):
        await later.of("0" * 16)


async def test_a_bad_folder_changes_nothing(house: House, caplog: pytest.LogCaptureFixture) -> None:
    before = await house.library.keep(NOON)
    house.edit(CAUSE.replace("how_common: common", "how_common: comon"))
    assert await house.reload.once() is Result.REFUSED
    assert house.library.current is before
    assert house.warmed == []
    place = f"{house.folder}/{FILE}:4:1: how_common: 'comon' is not one of"
    assert place in caplog.text
    assert all(place in note.text for note in await house.told())


async def test_many_faults_are_all_logged_and_some_are_told(
    house: House, caplog: pytest.LogCaptureFixture
) -> None:
    house.edit(CAUSE.replace("who", "hwo").replace("how", "hwo").replace("title", "titel"))
    assert await house.reload.once() is Result.REFUSED
    assert caplog.text.count("was not taken over") == 6
    assert "and 3 more" in (await house.told())[0].text


async def test_the_same_folder_again_is_no_news(house: House) -> None:
    assert await house.reload.once() is Result.SAME
    assert await house.told() == []


async def test_a_folder_that_is_not_named_any_more_gives_way_to_what_came_with_the_program(
    house: House,
) -> None:
    shipped = Reload(Source(), house.library, Clock(), house.warmed.append)
    assert await shipped.once() is Result.TAKEN
    assert house.library.current.catalog.hash == Source().catalog().hash
    assert await shipped.once() is Result.SAME


async def test_without_administrators_the_helpdesk_is_told(house: House) -> None:
    house.edit(CHANGED)
    helpdesk = Reload(
        house.reload.source, house.library, Clock(), house.warmed.append, (), ("C0HELP", "C0MORE")
    )
    assert await helpdesk.once() is Result.TAKEN
    assert [(note.user, note.channel) for note in await house.told()] == [("", "C0HELP")]


async def test_what_this_program_cannot_read_is_named(house: House) -> None:
    await house.store.keep_knowledge("f" * 16, {"settings.yaml": "old: true\n"})
    with pytest.raises(StoreError, match=r"cannot read knowledge f+: codes.yaml:1:1"):
        await house.library.of("f" * 16)


def test_what_kb_check_calls_an_error_is_not_sound(tmp_path: Path) -> None:
    source = written(tmp_path, **{"fixes/start-service.md": "---\ntitle: x\n---\n"})
    with pytest.raises(BadKnowledge) as refused:
        sound(source)
    assert all(line.startswith(f"{tmp_path}/") for line in refused.value.lines)
    with pytest.raises(BadKnowledge, match="is not a folder"):
        sound(Source(tmp_path / "nowhere"))


def test_what_comes_with_the_program_was_checked_before() -> None:
    assert sound(Source()) == load(Source().files(cases=False))


def test_proof_cases_are_not_kept_once_they_hold(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.desk.sound.run_cases", lambda _: [])  # two causes can look alike
    source = written(tmp_path)
    kept = sound(source)
    assert any(file.endswith(".cases.yaml") for file in source.files())
    assert not any(file.endswith(".cases.yaml") for file in kept.files)
    assert kept.hash == source.catalog().hash


def test_a_failing_proof_case_is_an_error(tmp_path: Path) -> None:
    cases = small()["causes/port/service-down.cases.yaml"].replace("not-first", "first", 1)
    source = written(tmp_path, **{"causes/port/service-down.cases.yaml": cases})
    with pytest.raises(BadKnowledge, match=r"service-down.cases.yaml:\d+:1"):
        sound(source)


@pytest.fixture(autouse=True)
def _log(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
