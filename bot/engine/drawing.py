"""The tree as text and as a Mermaid diagram; equal trees give equal bytes.

Strategy: text is read from top to bottom as a session goes; the diagram lists its nodes and arrows
sorted by id, so that two versions of it can be compared line by line.
"""

from collections.abc import Iterator

from bot.engine.values import Node

_MARKS = {
    "fix": "do",
    "question": "ask",
    "recheck": "look",
    "escalate": "hand over",
    "undo": "undo",
    "solved": "solved",
    "cut": "then re-planned",
}


def render_text(node: Node) -> str:
    """The tree as indented lines, one a node, with reach and expected minutes to go."""
    return "\n".join(_lines(node, "", 0))


def _lines(node: Node, outcome: str, depth: int) -> Iterator[str]:
    lead = f"{'  ' * depth}{outcome}: " if outcome else "  " * depth
    yield lead + _label(node)
    for name, child in node.children:
        yield from _lines(child, name, depth + 1)


def _label(node: Node) -> str:
    reached = f"{node.reach:.1%} of cases"
    if node.step is None:
        return f"{_MARKS[node.kind]} ({reached})"
    what = f"{_MARKS[node.kind]} {node.step.id}".strip()
    likeliest = ", ".join(f"{share.id} {share.probability:.0%}" for share in node.causes)
    return f"{what} ({reached}, about {node.remaining:.0f} minutes to go; {likeliest})"


def render_mermaid(node: Node) -> str:
    """The tree as a Mermaid flowchart, top down."""
    boxes: list[str] = []
    arrows: list[str] = []
    for each in _all(node):
        boxes.append(f'  n{each.id}["{_escaped(_short(each))}"]')
        arrows += [
            f'  n{each.id} -->|"{_escaped(name)}"| n{child.id}' for name, child in each.children
        ]
    return "\n".join(["flowchart TD", *sorted(boxes), *sorted(arrows)])


def _all(node: Node) -> Iterator[Node]:
    yield node
    for _, child in node.children:
        yield from _all(child)


def _short(node: Node) -> str:
    title = node.step.title if node.step is not None else ""
    return f"{_MARKS[node.kind]} {title}".strip() + f" ({node.reach:.1%})"


def _escaped(text: str) -> str:
    """Mermaid reads entities inside quotes; anything that could end the label becomes one."""
    return "".join(
        char if char.isalnum() or char in " .,:;()%'-+/" else f"#{ord(char)};" for char in text
    )
