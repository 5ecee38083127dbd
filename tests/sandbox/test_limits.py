import pytest

from bot.sandbox.clock import Clock
from bot.sandbox.errors import RETRY_AFTER, RateLimited
from bot.sandbox.limits import PER_MINUTE, POST_BURST, POSTS_PER_MINUTE, Limits, Mode


def limits(mode: Mode = "real") -> tuple[Limits, Clock]:
    clock = Clock(flowing=False)
    return Limits(clock, mode), clock


def test_a_tier_allows_its_calls_a_minute() -> None:
    bucket, clock = limits()
    for _ in range(PER_MINUTE[3]):
        bucket.spend("chat.update", 3, "C1")
    with pytest.raises(RateLimited) as refused:
        bucket.spend("chat.update", 3, "C1")
    assert refused.value.extra[RETRY_AFTER] == 2
    bucket.spend("views.open", 4, None)  # another method has its own
    clock.advance(2)
    bucket.spend("chat.update", 3, "C1")


def test_posts_are_limited_per_channel() -> None:
    bucket, clock = limits()
    for _ in range(POST_BURST):
        bucket.spend("chat.postMessage", None, "C1")
    with pytest.raises(RateLimited):
        bucket.spend("chat.postMessage", None, "C1")
    bucket.spend("chat.postMessage", None, "C2")
    clock.advance(1)
    bucket.spend("chat.postMessage", None, "C1")


def test_posts_are_limited_per_workspace() -> None:
    bucket, _ = limits()
    for number in range(POSTS_PER_MINUTE):
        bucket.spend("chat.postMessage", None, f"C{number}")
    with pytest.raises(RateLimited):
        bucket.spend("chat.postMessage", None, "C0")


def test_tight_allows_one_a_second() -> None:
    bucket, clock = limits("tight")
    bucket.spend("chat.update", 3, "C1")
    with pytest.raises(RateLimited):
        bucket.spend("chat.update", 3, "C1")
    clock.advance(1)
    bucket.spend("chat.update", 3, "C1")


def test_off_allows_everything() -> None:
    bucket, _ = limits("off")
    for _ in range(1000):
        bucket.spend("chat.postMessage", None, "C1")


def test_methods_without_a_tier_are_free() -> None:
    bucket, _ = limits()
    for _ in range(1000):
        bucket.spend("auth.test", None, None)
