"""`python -m bot` and the console script: run a command, hand its exit code over."""

import sys

from bot.cli.main import run


def main() -> None:
    """Run the command line; the exit codes are listed in docs/cli.md."""
    sys.exit(run())


if __name__ == "__main__":
    main()
