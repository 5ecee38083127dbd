"""`python -m bot` and the console script: run a command, hand its exit code over."""

import gc
import sys

from bot.cli.main import run

# Loading the libraries and the knowledge base makes many objects that stay; looking for garbage
# among them again and again took a fifth of a command's start.
GARBAGE_AFTER = 50_000


def main() -> None:
    """Run the command line; the exit codes are listed in docs/cli.md."""
    gc.set_threshold(GARBAGE_AFTER)
    sys.exit(run())


if __name__ == "__main__":
    main()
