"""A byte cursor that cannot leave its bytes.

Strategy: every reader in this package takes its fields through a ``Cursor``.  A field that is
cut short, or that leaves bytes over where none may be, raises ``Malformed`` and nothing else.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class Malformed(ValueError):
    """The bytes of the peer break the rules of their format."""


@dataclass(frozen=True, slots=True)
class Closed:
    """The peer ended the stream before its answer was complete."""


class Cursor:
    """Reads fields from front to back; every read raises Malformed when bytes are missing."""

    __slots__ = ("_at", "_data", "_end")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._at = 0
        self._end = len(data)

    @property
    def left(self) -> int:
        """Bytes not read yet."""
        return self._end - self._at

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes."""
        if count > self.left:
            raise Malformed(f"{count} bytes wanted, {self.left} left")
        self._at += count
        return self._data[self._at - count : self._at]

    def rest(self) -> bytes:
        """Everything that is left."""
        return self.take(self.left)

    def u8(self) -> int:
        """One byte as a number."""
        return self.take(1)[0]

    def u16(self) -> int:
        """Two bytes, network order."""
        return int.from_bytes(self.take(2), "big")

    def u24(self) -> int:
        """Three bytes, network order."""
        return int.from_bytes(self.take(3), "big")

    def u32(self) -> int:
        """Four bytes, network order."""
        return int.from_bytes(self.take(4), "big")

    def le16(self) -> int:
        """Two bytes, little endian."""
        return int.from_bytes(self.take(2), "little")

    def le32(self) -> int:
        """Four bytes, little endian."""
        return int.from_bytes(self.take(4), "little")

    def le64(self) -> int:
        """Eight bytes, little endian."""
        return int.from_bytes(self.take(8), "little")

    def end(self) -> None:
        """Raise Malformed unless everything was read."""
        if self.left:
            raise Malformed(f"{self.left} bytes too many")

    @contextmanager
    def restrict_to(self, count: int) -> Iterator[None]:
        """Within the block only the next ``count`` bytes exist, and all of them must be read."""
        if count > self.left:
            raise Malformed(f"{count} bytes wanted, {self.left} left")
        outer, self._end = self._end, self._at + count
        try:
            yield
            self.end()
        finally:
            self._end = outer
