"""Where the knowledge comes from: a folder that the settings name, or the program itself."""

from dataclasses import dataclass
from pathlib import Path

from bot.catalog.entries import Catalog
from bot.catalog.loader import load, read_folder, shipped
from bot.catalog.problems import KnowledgeError, Problem


class BadKnowledge(Exception):
    """The knowledge base cannot be used; a line for each fault, its file below the folder."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


@dataclass(frozen=True, slots=True)
class Source:
    """A knowledge folder; without one, the knowledge that came with the program."""

    folder: Path | None = None

    @property
    def name(self) -> str:
        """What stands before the path of a file in messages."""
        return "knowledge" if self.folder is None else str(self.folder)

    def files(self, *, cases: bool = True) -> dict[str, str]:
        """Relative path -> text; raises BadKnowledge where the folder cannot be read."""
        if self.folder is None:
            return shipped(cases=cases)
        if not self.folder.is_dir():
            raise BadKnowledge([f"{self.folder} is not a folder"])
        try:
            return read_folder(self.folder)
        except KnowledgeError as error:
            raise self.refusal(error.problems) from None
        except OSError as error:
            raise BadKnowledge([f"{error.filename}: {error.strerror}"]) from None

    def catalog(self, *, cases: bool = True) -> Catalog:
        """The knowledge as the program reads it; raises BadKnowledge with every fault."""
        try:
            return load(self.files(cases=cases))
        except KnowledgeError as error:
            raise self.refusal(error.problems) from None

    def refusal(self, problems: list[Problem]) -> BadKnowledge:
        """These problems as the reason why the knowledge is not used."""
        return BadKnowledge([f"{self.name}/{problem}" for problem in problems])
