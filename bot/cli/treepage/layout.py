"""Where every node of the tree stands: columns by depth, the likeliest branch straight ahead.

Strategy: a node stands at the top of its own rows and its children below one another, the
likeliest first; so the first row reads as the likeliest way through, and nothing can overlap,
because every subtree has rows of its own.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Self

from bot.engine import Node

WIDTH = 268.0
"""Of every box; the height depends on what stands in it."""

ACROSS, BETWEEN, MARGIN = 72.0, 12.0, 24.0
"""Pixels between columns, between rows, around everything."""


@dataclass(slots=True)
class Box:
    """A node with its place; ``outcome`` is how one comes here from the parent."""

    node: Node
    outcome: str = ""
    parent: Self | None = None
    depth: int = 0
    x: float = 0.0
    y: float = 0.0
    height: float = 0.0
    children: list[Self] = field(default_factory=list)
    position: int = 1
    """Which child of its parent it is, from 1."""


@dataclass(frozen=True, slots=True)
class Layout:
    """All boxes in reading order (a node before its children), and the size of the whole."""

    boxes: tuple[Box, ...]
    width: float
    height: float


def laid_out(root: Node, height: Callable[[Box], float]) -> Layout:
    """Place a tree; ``height`` says how many pixels a box takes down."""
    top = _box(root)
    for box in _reading(top):
        box.height = height(box)
    bottom = _place(top, MARGIN)
    boxes = tuple(_reading(top))
    right = max(box.x + WIDTH for box in boxes)
    return Layout(boxes, right + MARGIN, bottom + MARGIN)


def _box(node: Node) -> Box:
    box = Box(node)
    ordered = sorted(node.children, key=lambda child: (-round(child[1].reach, 9), child[0]))
    for number, (name, child) in enumerate(ordered, 1):
        made = _box(child)
        made.outcome, made.parent, made.position = name, box, number
        box.children.append(made)
    return box


def _place(box: Box, top: float) -> float:
    """Place a subtree from ``top`` down; returns where it ends."""
    box.x, box.y = MARGIN + box.depth * (WIDTH + ACROSS), top
    below = top
    for child in box.children:
        child.depth = box.depth + 1
        below = _place(child, below) + BETWEEN
    return max(top + box.height, below - BETWEEN)


def _reading(box: Box) -> list[Box]:
    return [box, *(each for child in box.children for each in _reading(child))]
