"""Text that a target sent, made safe to show and to store.

Strategy: whatever could move a cursor, reverse a line or forge a second one goes out; the rest
is cut to a length.  Escaping for Slack or a terminal stays with those who show it.
"""

import unicodedata
from itertools import islice

import idna

LIMIT = 256
LONGEST_LABEL = 63
NETBIOS_LENGTH = 15
# Control, format (bidi overrides, zero width), lone surrogates, line and paragraph separators.
_OUT = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def clean(text: str, limit: int = LIMIT) -> str:
    """The text without control and format characters, at most ``limit`` characters long."""
    # Cut while reading: a host may send a name of a hundred thousand characters.
    kept = (char for char in text if unicodedata.category(char) not in _OUT)
    return "".join(islice(kept, limit)).strip()


def native(name: str) -> str:
    """A host name in lower case with its A-labels as people write them, to be compared.

    Typed names have A-labels (``xn--mller-pc-65a``), and Windows writes its own as ``MÜLLER-PC``.
    """
    return ".".join(_native(label) for label in name.lower().split("."))


def _native(label: str) -> str:
    if not label.startswith("xn--") or len(label) > LONGEST_LABEL:
        return label
    try:
        return idna.ulabel(label)
    except UnicodeError:  # idna.IDNAError is one
        return label
