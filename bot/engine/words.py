"""Numbers and names as people read them: "about 7 of 10", "5 minutes", "sign-in security".

Strategy: coarse on purpose; exact values stand under Details.
"""

from collections.abc import Sequence

LAYER_WORDS = {
    "name": "name resolution",
    "network": "the network",
    "port": "the port",
    "transport-security": "transport security",
    "certificate": "the certificate",
    "nla-credssp": "sign-in security",
    "credentials-policy": "accounts and rights",
    "licensing": "licences",
    "gateway": "the gateway",
    "session": "the session on the server",
    "client": "the user's PC",
    "other": "something not listed here",
}

ROUGH = 30
"""From this count on only tens are said."""


def out_of(probability: float) -> str:
    """A probability as cases: "nearly every", "about 7 of 10", "about 1 of 30", "very few"."""
    tenths = round(probability * 10)
    if probability >= 0.95:
        return "nearly every such case"
    if tenths >= 1 and probability >= 0.095:
        return f"about {tenths} of 10 such cases"
    if probability >= 0.01:
        return f"about 1 of {_round(1 / probability)} such cases"
    return "very few such cases"


def _round(count: float) -> int:
    """A count that nobody takes for exact: tens from 30 on."""
    return round(count) if count < ROUGH else round(count / 10) * 10


def duration(minutes: float) -> str:
    """Minutes as people say them."""
    if minutes < 0.75:
        return "less than a minute"
    rounded = round(minutes)
    if rounded <= 1:
        return "about a minute"
    if rounded <= 90:
        return f"about {rounded} minutes"
    return f"about {minutes / 60:.2g} hours"


def listed(names: Sequence[str]) -> str:
    """Names in a row: "a", "a and b", "a, b and c"."""
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def counted_out(number: int) -> str:
    """A small number as a word."""
    words = ("no", "one", "two", "three", "four", "five")
    return words[number] if number < len(words) else str(number)


def quoted(title: str) -> str:
    """A title inside a sentence."""
    return f'"{title.rstrip(".")}"'
