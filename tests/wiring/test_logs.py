"""The log when it cannot be written: work goes on."""

import errno
import io
import logging
import sys

import pytest

from bot.settings import Settings
from bot.wiring.logs import set_up_logs


class Full(io.TextIOBase):
    """A log on a disk that takes nothing more."""

    def write(self, _: str) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")


def test_a_log_that_cannot_be_written_stops_nobody(monkeypatch: pytest.MonkeyPatch) -> None:
    root = logging.getLogger()
    before, level = root.handlers[:], root.level
    monkeypatch.setattr(sys, "stderr", Full())
    try:
        set_up_logs(Settings.model_validate({"targets": {}}))
        logging.getLogger("bot.test").error("a line for nobody")
    finally:
        root.handlers[:] = before
        root.setLevel(level)
