"""Memory of a program that runs for months: garbage is found without stopping everybody.

Strategy: libraries and knowledge are some hundred thousand objects that live as long as the
program.  A full collection walks them all, 0.2 s of the event loop's time, and a threshold that
makes it rare lets garbage in circles (tasks, errors, connections) pile up by the megabyte.
``gc.freeze`` takes them out of every later walk, after which walking often costs next to nothing.
"""

import ctypes
import gc
from contextlib import suppress

OFTEN = (2_000, 10, 10)
"""New objects until the youngest are walked, and how many walks until the older ones are."""

M_ARENA_MAX, HEAPS = -8, 2
"""glibc gives each thread a heap of its own and returns little of it (malloc.h, mallopt(3))."""

SELDOM = (20_000, 10, 10)
"""The same for a command that ends in minutes: a few megabytes more, a tenth of the CPU less."""


def few_heaps() -> None:
    """Call before threads start; another C library than glibc is left alone."""
    with suppress(OSError, AttributeError):
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, HEAPS)


def set_aside(how_often: tuple[int, int, int] = OFTEN) -> None:
    """Call once everything that stays has been made; again after a reload does no harm."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*how_often)
