"""The documents and the program say the same."""

import re
from pathlib import Path

import pytest
from pydantic import BaseModel

from bot.cli.main import COMMANDS
from bot.evidence import Failure
from bot.probes import PROBES
from bot.settings import Settings

ROOT = Path(__file__).parents[1]


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def keys(model: type[BaseModel], path: str = "") -> list[str]:
    """Every setting as ``section.key``."""
    found = []
    for name, field in model.model_fields.items():
        inner = field.annotation
        inner = getattr(inner, "__args__", (inner,))[0]
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            found += keys(inner, f"{path}{name}.")
        else:
            found.append(f"{path}{name}")
    return found


@pytest.mark.parametrize("key", keys(Settings))
def test_every_setting_is_described(key: str) -> None:
    section, _, name = key.rpartition(".")
    page = text("docs/settings.md")
    assert f"`{name}`" in page or f"`{section}.{name}`" in page or f"`{name}` " in page
    assert f"[{section}]" in page


@pytest.mark.parametrize("word", list(Failure))
def test_every_failure_word_is_described(word: Failure) -> None:
    assert f"`{word.value}`" in text("docs/probes.md")


def test_the_probes_of_the_page_are_those_of_the_program() -> None:
    probes = text("docs/probes.md").partition("## Failure words")[0]
    listed = re.findall(r"(?m)^\| `([a-z]+\.[a-z]+)` \|", probes)
    assert sorted(listed) == sorted(PROBES)


@pytest.mark.parametrize("command", sorted(COMMANDS))
def test_every_command_is_described(command: str) -> None:
    assert re.search(rf"`{command}[ `]", text("docs/cli.md"))


def test_every_page_and_picture_that_is_linked_exists() -> None:
    pages = [ROOT / "README.md", *ROOT.glob("docs/*.md"), *ROOT.glob("docs/adr/*.md")]
    for page in pages:
        links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text(encoding="utf-8"))
        missing = [link for link in links if not (page.parent / link).exists()]
        assert missing == [], page.name


def test_the_readme_names_commands_that_exist() -> None:
    targets = re.findall(r"(?m)^([a-z]+):", text("Makefile"))
    readme = text("README.md")
    assert set(re.findall(r"\$ make (\w+)", readme)) <= set(targets)
    assert set(re.findall(r"rdp-triage (\w+)", readme)) - {"help"} <= set(COMMANDS) | {"settings"}


def test_no_file_names_this_machine_or_a_place_to_download_from() -> None:
    for name in ("requirements.lock", "requirements-dev.lock"):
        assert not re.search(r"://|index", text(name))
