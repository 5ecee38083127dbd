"""Programs from the system that some tests run against.

Without one its tests are skipped, unless RDP_TRIAGE_REAL=required: then that is a failure.
"""

import os
import shutil

import pytest

# Daemons live where an ordinary user's PATH does not look.
PLACES = "/usr/sbin:/sbin:/usr/local/sbin"


def program(name: str) -> str:
    """The path of a program; skips the test without it, or fails where it is required."""
    path = shutil.which(name) or shutil.which(name, path=PLACES)
    if path is not None:
        return path
    if os.environ.get("RDP_TRIAGE_REAL") == "required":
        pytest.fail(f"{name} is not installed, but RDP_TRIAGE_REAL=required")
    pytest.skip(f"{name} is not installed")
