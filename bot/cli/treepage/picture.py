"""The tree as inline SVG: boxes, and arrows as wide as the share of cases that comes that way.

Strategy: presentation attributes and classes only, because the page's policy allows no style
attribute.  Every text is escaped and cut to its box here; colours are the style sheet's.
"""

from collections.abc import Iterator
from html import escape

from bot.cli.treepage.layout import BETWEEN, MARGIN, WIDTH, Box, Layout
from bot.cli.treepage.letters import cut, width, wrapped
from bot.cli.treepage.naming import KINDS, Names, cases, short
from bot.engine import Node

LEAF, CARD, LINE, SMALLER = 30.0, 71.0, 17.0, 15.0
"""Heights: a box of one line, a step without its title, a line of the title, a line of the rest."""

PAD, JOIN = 14.0, 15.0
"""Left of a text in its box; where an arrow meets a box, from its top."""

SMALL, TITLE = 11.5, 13.5
BOLD = 1.12
"""How much wider bold letters are."""

WIDEST, THINNEST = 26.0, 1.25


def height(names: Names, box: Box) -> float:
    """How tall a box is."""
    node = box.node
    if node.step is None:
        return LEAF
    more = len(_outcome(box, names)) - 1 + bool(names.mark(node))
    return CARD + LINE * len(_lines(node, names)) + SMALLER * more


def _lines(node: Node, names: Names) -> list[str]:
    said = f"{KINDS[node.kind]}: {names.title(node)}"
    return wrapped(said, TITLE * BOLD, WIDTH - 2 * PAD, 3)


def _outcome(box: Box, names: Names) -> list[str]:
    """How one comes here, beside the number of cases."""
    room = WIDTH - 2 * PAD - width(_share(box.node), SMALL * BOLD) - 10
    said = names.outcome(box.parent.node if box.parent else None, box.outcome)
    return wrapped(said, SMALL * BOLD, room, 2)


def drawing(layout: Layout, names: Names) -> str:
    """The SVG element with everything in it."""
    size = f"{layout.width:.0f} {layout.height:.0f}"
    arrows = [line for box in layout.boxes for line in _arrows(box)]
    boxes = [_box(box, names) for box in layout.boxes]
    return "\n".join(
        [
            f'<svg id="map" viewBox="0 0 {size}" role="tree" aria-label="Decision tree" '
            f'data-between="{BETWEEN:.0f}" data-margin="{MARGIN:.0f}" data-join="{JOIN:.0f}" '
            f'preserveAspectRatio="xMinYMin meet">',
            '<g id="world">',
            '<g class="arrows" aria-hidden="true">',
            *arrows,
            "</g>",
            *boxes,
            "</g>",
            "</svg>",
        ]
    )


def _arrows(box: Box) -> Iterator[str]:
    """From a box to each child; where they leave they lie below one another, as wide as drawn."""
    at = box.y + JOIN
    for number, child in enumerate(box.children):
        wide = max(THINNEST, child.node.reach * WIDEST)
        at += wide / 2 if number else 0.0
        x, end, y = box.x + WIDTH, child.x, child.y + JOIN
        turn = (x + end) / 2
        kind = child.node.kind if child.node.step is None else "on"
        yield (
            f'<path class="arrow {kind}" id="a{child.node.id}" stroke-width="{wide:.2f}" '
            f'd="M{x:.0f} {at:.1f}C{turn:.0f} {at:.1f} {turn:.0f} {y:.1f} {end:.0f} {y:.1f}"/>'
        )
        at += wide / 2


def _box(box: Box, names: Names) -> str:
    node, parent = box.node, box.parent
    said = names.sentence(node, parent.node if parent else None, box.outcome)
    siblings = len(parent.children) if parent else 1
    above = f' data-parent="{parent.node.id}"' if parent else ""
    causes = " ".join(f"{each.id} {each.title}" for each in node.causes)
    step = node.step.id if node.step is not None else ""
    parts = [*(_leaf(box, names) if node.step is None else _card(box, names)), *_fold(box)]
    opened = ' aria-expanded="true"' if box.children else ""
    return (
        f'<a class="node {node.kind}" id="n{node.id}" href="#why-{node.id}" role="treeitem" '
        f'tabindex="{-1 if parent else 0}" aria-level="{box.depth + 1}" '
        f'aria-posinset="{box.position}" aria-setsize="{siblings}"{opened} '
        f'aria-label="{escape(said)}" data-words="{escape(f"{said} {step} {causes}".lower())}"'
        f'{above} data-reach="{node.reach:.6f}" transform="translate({box.x:.0f} {box.y:.0f})">'
        f"<title>{escape(said)}</title>{''.join(parts)}</a>"
    )


def _leaf(box: Box, names: Names) -> Iterator[str]:
    number, what = _share(box.node), KINDS[box.node.kind].lower()
    room = WIDTH - 2 * PAD - width(number, SMALL) - width(f": {what}", SMALL) - 8
    outcome = cut(names.outcome(box.parent.node if box.parent else None, box.outcome), SMALL, room)
    yield _frame(box.height, 15)
    yield _text(PAD, 19.5, "small", f"{outcome}: {what}")
    yield _text(WIDTH - PAD, 19.5, "small number", number)


def _card(box: Box, names: Names) -> Iterator[str]:
    node, room = box.node, WIDTH - 2 * PAD
    yield _frame(box.height, 10)
    yield f'<rect class="stripe" x="0" y="10" width="4" height="{box.height - 20:.0f}"/>'
    yield _text(WIDTH - PAD, 21, "small number", _share(node))
    y = 21.0
    for line in _outcome(box, names):
        yield _text(PAD, y, "small outcome", line)
        y += SMALLER
    kind = KINDS[node.kind]
    y += 5
    for row, line in enumerate(_lines(node, names)):
        yield _title(y, line, kind if row == 0 else "")
        y += LINE
    effort = names.effort(node).removeprefix("about ").replace(" and ", " + ")
    facts = " · ".join(
        filter(None, (effort.replace(" min of waiting", " waiting"), names.who(node)))
    )
    yield _text(PAD, y, "small", cut(facts or _remaining(node), SMALL, room))
    if names.mark(node):
        y += SMALLER
        yield _text(PAD, y, "small mark", cut(names.mark(node), SMALL * BOLD, room))
    if node.causes:
        first = node.causes[0]
        likely = f"{first.probability * 100:.0f} % "
        yield _text(PAD, y + SMALLER, "small likely", cut(likely + short(first.id), SMALL, room))


def _fold(box: Box) -> Iterator[str]:
    """What folds the branches behind a node away and says how many places they have."""
    if box.children:
        wide = 42
        yield (
            f'<g class="fold" data-under="{_under(box)}" '
            f'transform="translate({WIDTH - wide / 2 + 8:.0f} {box.height - 15:.0f})">'
            f'<rect width="{wide}" height="20" rx="10"/>'
            f'<text x="{wide // 2}" y="14">+{_under(box)}</text></g>'
        )


def _under(box: Box) -> int:
    return sum(1 + _under(child) for child in box.children)


def _remaining(node: Node) -> str:
    return f"costs about {node.remaining:.0f} min"


def _frame(tall: float, corner: int) -> str:
    return f'<rect class="frame" width="{WIDTH:.0f}" height="{tall:.0f}" rx="{corner}"/>'


def _title(y: float, line: str, kind: str) -> str:
    rest = line[len(kind) + 1 :] if kind else line
    lead = f'<tspan class="kind">{escape(kind)}:</tspan>' if kind else ""
    return f'<text class="title" x="{PAD:.0f}" y="{y:.0f}">{lead}{escape(rest)}</text>'


def _text(x: float, y: float, kind: str, text: str) -> str:
    return f'<text class="{kind}" x="{x:.0f}" y="{y:.1f}">{escape(text)}</text>'


def _share(node: Node) -> str:
    return cases(node.reach).removesuffix(" of 100 cases") + " %"
