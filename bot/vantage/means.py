"""What a place can do besides opening streams."""

from collections.abc import Sequence
from typing import NoReturn

from bot.vantage.base import Address, Cannot, Clock, Datagram, Echo, Socket


class NoMeans:
    """A place that can do nothing besides; every verb raises Cannot with the same reason."""

    def __init__(self, reason: str) -> None:
        self._reason = reason

    async def echoes(
        self, address: Address, sizes: Sequence[int], deadline: float
    ) -> tuple[Echo, ...]:
        """Raises Cannot."""
        del address, sizes, deadline
        self._cannot()

    async def clock(self, deadline: float) -> Clock:
        """Raises Cannot."""
        del deadline
        self._cannot()

    async def neighbour(self, address: Address, deadline: float) -> str:
        """Raises Cannot."""
        del address, deadline
        self._cannot()

    async def datagram(
        self, address: Address, port: int, payload: bytes, deadline: float
    ) -> Datagram:
        """Raises Cannot."""
        del address, port, payload, deadline
        self._cannot()

    async def sockets(self, address: Address, port: int, deadline: float) -> tuple[Socket, ...]:
        """Raises Cannot."""
        del address, port, deadline
        self._cannot()

    async def leg_ms(self, deadline: float) -> float:
        """Raises Cannot."""
        del deadline
        self._cannot()

    def _cannot(self) -> NoReturn:
        raise Cannot(self._reason)
