"""`python -m bot` and the console script: run a command, hand its exit code over."""

import gc
import sys
import traceback

from bot.interrupts import deadly

with deadly():
    from bot.cli.main import run
    from bot.redact import redact

# Loading the libraries and the knowledge base makes many objects that stay; looking for garbage
# among them again and again took a fifth of a command's start.
GARBAGE_AFTER = 50_000
BROKEN = 70  # EX_SOFTWARE of sysexits.h: Python's own 1 would read as "a fault was found"


def main() -> None:
    """Run the command line; the exit codes are listed in docs/cli.md."""
    gc.set_threshold(GARBAGE_AFTER)
    try:
        code = run()
    except Exception:  # noqa: BLE001 - the outermost border: all that is left is to say it
        sys.stderr.write(redact(traceback.format_exc()))
        code = BROKEN
    sys.exit(code)


if __name__ == "__main__":
    main()
