"""What a probe gets, and the shape that all probes have."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.evidence import Observation


@dataclass(frozen=True, slots=True)
class Target:
    """The typed host (a name or a literal address, grammar-checked) and the RDP port."""

    host: str
    port: int = 3389


Report = Callable[[Observation], None]
"""Called once for each observation as soon as it is known (for live progress)."""
