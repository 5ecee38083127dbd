"""``python -m tests.fuzz [--count N] [--seed S] [--first NUMBER] [PARSER ...]``."""

import argparse
import sys

from tests.fuzz.parsers import PARSERS
from tests.fuzz.run import Found, run


def main() -> int:
    """Run the named parsers, or all; exit 1 when an input was found."""
    options = argparse.ArgumentParser(prog="python -m tests.fuzz", description=__doc__)
    options.add_argument("parsers", nargs="*", metavar="PARSER", help=", ".join(PARSERS))
    options.add_argument("--count", type=int, default=100_000, help="inputs for each parser")
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--first", type=int, default=0, help="the number of the first input")
    chosen = options.parse_args()
    failed = False
    for name in chosen.parsers or PARSERS:
        try:
            print(name, run(name, chosen.count, chosen.seed, chosen.first), flush=True)
        except Found as found:
            print(found, flush=True)
            failed = True
    return failed


if __name__ == "__main__":
    sys.exit(main())
