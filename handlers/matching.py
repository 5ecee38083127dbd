"""Action ids that end in something of their own, such as ``answer.yes``."""

import re

ANYTHING = re.compile(r".*", re.S)
"""For the listeners that catch what nobody else knows."""


def starts_with(prefix: str) -> re.Pattern[str]:
    """A pattern for ids with this beginning."""
    return re.compile(rf"{re.escape(prefix)}.+", re.S)
