"""Whether knowledge may be put to use: what `kb check` calls an error keeps it out.

What comes with the program was checked when it was made, so only a folder of somebody's own is.
"""

from bot.catalog.entries import Catalog
from bot.catalog.lint import errors
from bot.catalog.source import Source
from bot.desk.proof import run_cases


def sound(source: Source) -> Catalog:
    """The catalog of a source without an error in it; raises BadKnowledge naming each."""
    catalog = source.catalog()
    if source.folder is not None:
        found = sorted([*errors(catalog), *run_cases(catalog)])
        if found:
            raise source.refusal(found)
    return catalog
