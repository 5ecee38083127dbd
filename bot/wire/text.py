"""Text that a target sent, made safe to show and to store.

Strategy: whatever could move a cursor, reverse a line or forge a second one goes out; the rest
is cut to a length.  Escaping for Slack or a terminal stays with those who show it.
"""

import unicodedata
from itertools import islice

LIMIT = 256
# Control, format (bidi overrides, zero width), lone surrogates, line and paragraph separators.
_OUT = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def clean(text: str, limit: int = LIMIT) -> str:
    """The text without control and format characters, at most ``limit`` characters long."""
    # Cut while reading: a host may send a name of a hundred thousand characters.
    kept = (char for char in text if unicodedata.category(char) not in _OUT)
    return "".join(islice(kept, limit)).strip()
