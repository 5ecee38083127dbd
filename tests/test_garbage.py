"""What stays is set aside, and garbage is still found."""

import gc
import weakref
from collections.abc import Iterator

import pytest

from bot.garbage import OFTEN, SELDOM, few_heaps, set_aside


class Knot:
    """Refers to itself, so that only a collection can free it."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*before)


def test_what_was_there_is_walked_no_more_and_new_garbage_goes() -> None:
    kept = [Knot() for _ in range(1_000)]
    set_aside()
    assert gc.get_freeze_count() > len(kept)
    assert gc.get_threshold() == OFTEN
    set_aside(SELDOM)
    assert gc.get_threshold() == SELDOM
    gone = weakref.ref(Knot())
    gc.collect()
    assert gone() is None


def test_any_c_library_will_do() -> None:
    few_heaps()
