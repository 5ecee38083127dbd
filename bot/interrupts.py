"""What Ctrl-C does while modules are loaded: it ends the program, and nothing is said.

Python would raise KeyboardInterrupt in the middle of somebody's module, which is shown as a
traceback, or is swallowed there, and the command runs on.  Nothing is open yet that a sudden end
could harm; a shell reports 130 for it, as later.
"""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def deadly() -> Iterator[None]:
    """Let SIGINT end the process at once in this block, unless somebody handles or ignores it."""
    usual = signal.getsignal(signal.SIGINT) is signal.default_int_handler
    if not usual or threading.current_thread() is not threading.main_thread():
        yield
        return
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, signal.default_int_handler)
