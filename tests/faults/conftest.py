"""The whole product, as in ``tests.whole``: one world a module."""

from tests.whole.conftest import running, world

__all__ = ["running", "world"]
