"""How wide a text is when drawn, near enough to wrap it: no browser is asked.

Strategy: widths of a wide sans-serif (DejaVu Sans, Verdana), so that a text fits whatever font the
reader's system has.
"""

_WIDTHS = {
    **dict.fromkeys("ijl|'.,:;!", 0.34),
    **dict.fromkeys(' ftrI()[]/\\-"`', 0.42),
    **dict.fromkeys("mwMW%@", 0.95),
    **dict.fromkeys("ABCDEFGHKNOPQRSTUVXYZ&", 0.74),
}
_USUAL = 0.63
_OTHER = 1.0
ELLIPSIS = "…"


def width(text: str, size: float) -> float:
    """Pixels that a text takes at a font size."""
    return size * sum(
        _WIDTHS.get(char, _USUAL if char.isascii() or char == ELLIPSIS else _OTHER) for char in text
    )


def cut(text: str, size: float, room: float) -> str:
    """A text cut to the room that it has, with an ellipsis."""
    if width(text, size) <= room:
        return text
    short = text
    while short and width(short + ELLIPSIS, size) > room:
        short = short[:-1]
    return short.rstrip() + ELLIPSIS


def wrapped(text: str, size: float, room: float, most: int) -> list[str]:
    """At most so many lines, each in its room; what does not fit ends in an ellipsis."""
    lines: list[str] = []
    words = text.split()
    while words and len(lines) < most - 1:
        line = words.pop(0)
        while words and width(f"{line} {words[0]}", size) <= room:
            line = f"{line} {words.pop(0)}"
        lines.append(cut(line, size, room))
    if words:
        lines.append(cut(" ".join(words), size, room))
    return lines
