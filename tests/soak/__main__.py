"""``python -m tests.soak --seconds N [--seed S]``: exit code 1 when a bound is broken."""

import argparse
import asyncio
import contextlib
import io
import sys

from tests.soak.run import soak


def main() -> int:
    """Soak, print what was seen, say what broke a bound."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak")
    parser.add_argument("--seconds", type=float, default=60, help="time under load")
    parser.add_argument("--seed", type=int, default=1, help="decides troubles and people")
    parser.add_argument("--log", action="store_true", help="print the bot's own log as well")
    asked = parser.parse_args()
    log = io.StringIO()
    try:
        with contextlib.redirect_stdout(log):
            report = asyncio.run(soak(asked.seconds, asked.seed))
    finally:
        print(log.getvalue() if asked.log else "", end="")
    print("\n".join(report.lines))
    for breach in report.breaches:
        print(f"BREACH {breach}")
    return 1 if report.breaches else 0


if __name__ == "__main__":
    sys.exit(main())
