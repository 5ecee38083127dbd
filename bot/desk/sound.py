"""Whether knowledge may be put to use: what `kb check` calls an error keeps it out.

What comes with the program was checked when it was made, so only a folder of somebody's own is.
Proof cases have done their work by then: without them the bot starts sooner and is smaller.
"""

from bot.catalog import load
from bot.catalog.entries import Catalog
from bot.catalog.lint import errors
from bot.catalog.loader import without_cases
from bot.catalog.source import Source
from bot.desk.proof import run_cases


def sound(source: Source) -> Catalog:
    """The catalog of a source without an error in it; raises BadKnowledge naming each."""
    if source.folder is None:
        return source.catalog(cases=False)
    catalog = source.catalog()
    found = sorted([*errors(catalog), *run_cases(catalog)])
    if found:
        raise source.refusal(found)
    return load(without_cases(catalog.files))
