"""Where log lines go: stderr, one line an event, secrets masked last.

Strategy: nothing may get past the formatter: warnings, ends of threads and what Python says of
objects that cannot fail are made log lines, and a line that cannot be formatted says so itself.
"""

import logging
import sys
import threading
from contextlib import suppress
from types import TracebackType
from typing import Any

from bot.redact import JsonFormatter, TextFormatter, redact
from bot.settings import Settings

log = logging.getLogger(__name__)

QUIET = {
    **dict.fromkeys(("slack_bolt", "slack_sdk", "asyncssh", "aiohttp.access"), logging.WARNING),
    # Here the SDK says when the socket comes and goes, and at debug level every payload.
    "handlers.transport.sdk": logging.INFO,
    "markdown_it": logging.WARNING,
}
"""Frameworks that print payloads when they are asked to talk; they speak when it matters."""


class _Sink(logging.StreamHandler[Any]):
    """Writes to stderr; Python's own complaint about a bad line would repeat its arguments."""

    def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802 - logging's own name
        """Say which line of code cannot be logged, and not what with.

        Where not even that can be written (the disk of the log is full), work goes on without.
        """
        kind = sys.exc_info()[0]
        name = kind.__name__ if kind is not None else "error"
        at = f"{record.name}:{record.lineno}"
        with suppress(OSError, ValueError):  # ValueError: the stream was closed
            sys.stderr.write(redact(f"a log line of {at} could not be written ({name})\n"))


def set_up_logs(settings: Settings, *more: logging.Handler) -> None:
    """One line an event on stderr, secrets masked last; ``more`` handlers are told too."""
    handler = _Sink()
    handler.setFormatter(JsonFormatter() if settings.log.format == "json" else TextFormatter())
    level = logging.getLevelNamesMapping()[settings.log.level.upper()]
    logging.basicConfig(level=level, handlers=[handler, *more], force=True)
    for noisy, least in QUIET.items():
        logging.getLogger(noisy).setLevel(max(least, level))


def take_over() -> None:
    """Make log lines of what Python would write to stderr itself; for a program that only logs."""
    logging.captureWarnings(True)
    threading.excepthook = _thread_ended
    sys.unraisablehook = _not_raised
    sys.excepthook = _ended


def _thread_ended(args: threading.ExceptHookArgs) -> None:
    name = args.thread.name if args.thread is not None else "a thread"
    error = args.exc_value or args.exc_type()
    log.error("%s has ended", name, exc_info=error)


def _not_raised(args: Any) -> None:
    log.error("%s", args.err_msg or "an error that nobody can catch", exc_info=args.exc_value)


def _ended(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
    log.critical("the program has ended", exc_info=(kind, error, trace))
