"""Where the real programs are that some tests need.

Without the program a test is skipped; with ``RDP_TRIAGE_REAL=required`` (the continuous
integration, which installs them all) a missing program is a failure.
"""

import os
import shutil

import pytest

PATH = os.pathsep.join([os.environ.get("PATH", os.defpath), "/usr/sbin", "/sbin"])


def program(name: str) -> str:
    """The absolute path of a program; skips or fails the calling test when there is none."""
    found = shutil.which(name, path=PATH)
    if found is not None:
        return found
    if os.environ.get("RDP_TRIAGE_REAL") == "required":
        pytest.fail(f"{name} is not installed, and RDP_TRIAGE_REAL=required")
    pytest.skip(f"{name} is not installed")
