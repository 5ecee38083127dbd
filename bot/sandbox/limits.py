"""Rate limits as token buckets per method, and per channel for posts.

Slack publishes calls per minute and tier and says that short bursts are tolerated; here a whole
minute's worth may come at once, which is a guess. Mode ``tight`` allows one call a second, the
rate that Slack asks apps to be designed for.
"""

import math
from dataclasses import dataclass
from typing import Literal

from bot.sandbox.clock import Clock
from bot.sandbox.errors import RateLimited

Mode = Literal["off", "real", "tight"]
PER_MINUTE = {2: 20, 3: 50, 4: 100}  # docs.slack.dev/apis/web-api/rate-limits
POST_BURST = 10  # chat.postMessage: one a second and channel, bursts allowed; their size is a guess
POSTS_PER_MINUTE = 300  # "several hundred" a workspace


@dataclass(slots=True)
class Bucket:
    """Holds up to ``size`` tokens and gains ``rate`` a second."""

    size: float
    rate: float
    tokens: float
    at: float

    def missing(self, now: float) -> float:
        """Seconds until a token is there; 0 when there is one."""
        self.tokens = min(self.size, self.tokens + (now - self.at) * self.rate)
        self.at = now
        return 0.0 if self.tokens >= 1 else (1 - self.tokens) / self.rate


class Limits:
    """All buckets of one app in one workspace."""

    def __init__(self, clock: Clock, mode: Mode = "real") -> None:
        self.mode = mode
        self._clock = clock
        self._buckets: dict[str, Bucket] = {}

    def spend(self, method: str, tier: int | None, channel: str | None) -> None:
        """Count one call; raises RateLimited with the seconds to wait."""
        if self.mode == "off":
            return
        if self.mode == "tight":
            self._take([self._bucket(f"{method} {channel}", 1, 1.0)])
        elif method == "chat.postMessage":
            a_channel = self._bucket(f"{method} {channel}", POST_BURST, 1.0)
            self._take([a_channel, self._bucket(method, POSTS_PER_MINUTE, POSTS_PER_MINUTE / 60)])
        elif tier is not None:
            self._take([self._bucket(method, PER_MINUTE[tier], PER_MINUTE[tier] / 60)])

    def _bucket(self, key: str, size: float, rate: float) -> Bucket:
        return self._buckets.setdefault(key, Bucket(size, rate, size, self._clock.now()))

    def _take(self, buckets: list[Bucket]) -> None:
        wait = max(bucket.missing(self._clock.now()) for bucket in buckets)
        if wait:
            raise RateLimited(math.ceil(wait))
        for bucket in buckets:
            bucket.tokens -= 1
