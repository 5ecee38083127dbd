"""Slack's answers that say no, as exceptions of the emulator."""

from typing import Any


class SlackError(Exception):
    """Becomes ``{"ok": false, "error": code, **extra}``, the shape of every Web API error."""

    def __init__(self, code: str, **extra: Any) -> None:
        super().__init__(code)
        self.code = code
        self.extra = extra

    def body(self) -> dict[str, Any]:
        """The JSON body of the answer."""
        return {"ok": False, "error": self.code, **self.extra}


RETRY_AFTER = "retry_after"  # becomes status 429 and a header, not part of the body


class RateLimited(SlackError):
    """Answered with status 429 and a Retry-After header of so many seconds."""

    def __init__(self, seconds: int) -> None:
        super().__init__("ratelimited", **{RETRY_AFTER: seconds})


class ImpossibleInSlack(Exception):
    """A person tried what Slack's own client does not let anybody do; the test is wrong."""


def invalid_blocks(faults: list[tuple[str, str]], code: str = "invalid_blocks") -> SlackError:
    """The error for (JSON pointer, what is wrong) pairs, as the Web API words it."""
    words = [f"{what} [json-pointer:{pointer}]" for pointer, what in faults]
    return SlackError(
        code, errors=words, response_metadata={"messages": [f"[ERROR] {word}" for word in words]}
    )
