"""Who else on this machine can read a secret file, or change a file that is trusted.

Strategy: that of ssh(1), which uses no private key that others can read, and a little more: a
file of somebody else (a mounted secret of root) may let our group in, since that is how a
service without root gets it, but never everybody.
"""

import os
import stat
from pathlib import Path


def exposure(path: Path) -> str:
    """Why a secret file is none, with the remedy; empty where it is one.  Raises OSError."""
    found = path.stat()
    mode = stat.S_IMODE(found.st_mode)
    ours = found.st_uid == os.geteuid()
    if not mode & (0o077 if ours else 0o007):
        return ""
    who = "everybody on this machine" if mode & 0o007 else "its group"
    remedy = f"chmod 600 {path}" if ours else f"have its owner run chmod o= {path}"
    return f"it is open to {who} (mode {mode:04o}); {remedy}"


def tampering(path: Path) -> str:
    """Why a trusted file cannot be trusted, with the remedy; empty where it can.

    Raises OSError.
    """
    mode = stat.S_IMODE(path.stat().st_mode)
    if not mode & 0o002:
        return ""
    return f"everybody on this machine can change it (mode {mode:04o}); chmod 644 {path}"
