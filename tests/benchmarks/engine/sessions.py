"""Goals G5, G12, G13 with the shipped knowledge, G14 and G16."""

import os
import subprocess
import sys
from pathlib import Path

from bot.catalog import load, shipped
from bot.desk.simreport import report
from bot.desk.simulating import Wish, simulate
from bot.engine import Model
from tests.engine.test_tree import drawn, interpreters

ROOT = Path(__file__).parents[3]
TICKETS = 100_000 if os.environ.get("CI_LONG") else 2_000
SEEDS = ("0", "1", "2", "4711", "4294967295")


def lines_of_code() -> int:
    """Lines of the engine that are neither blank, comment nor docstring."""
    script = (
        "import ast,sys\n"
        "n=0\n"
        "for p in sys.argv[1:]:\n"
        "    t=ast.unparse(ast.parse(open(p).read())).splitlines()\n"
        "    n+=sum(1 for l in t if l.strip() and not l.strip().startswith(('\"\"\"','\\'')))\n"
        "print(n)"
    )
    files = sorted(map(str, (ROOT / "bot" / "engine").glob("*.py")))
    done = subprocess.run(
        [sys.executable, "-c", script, *files], check=True, capture_output=True, text=True
    )
    return int(done.stdout)


def main() -> None:
    """Print the figures."""
    model = Model.of(load(shipped()))
    wish = Wish(TICKETS, 1)
    found = report(model, wish, simulate(model, wish, os.cpu_count() or 1))
    print(
        f"G5 shipped knowledge, {found.tickets} tickets: {found.cost:.1f} minutes beside "
        f"{found.article_cost:.1f} of an article that escalates at the best moment: "
        f"{found.saved:.1%} lower (goal 30 %)"
    )
    print(
        f"G12 steps: median {found.steps_median:g} (goal 3), p90 {found.steps_p90:g} (goal 7); "
        f"questions: median {found.questions_median:g} (goal 2)"
    )
    print(f"G13 broken rules in {found.tickets} tickets: {sum(found.breaches.values())} (goal 0)")
    pythons = [sys.executable, *interpreters()]
    bytes_ = {drawn(python, seed) for python in pythons for seed in SEEDS}
    print(
        f"G14 trees drawn by {len(pythons)} interpreters with {len(SEEDS)} hash seeds: "
        f"{len(bytes_)} different (goal 1)"
    )
    print(f"G16 the engine has {lines_of_code()} lines of code (goal 400)", flush=True)


if __name__ == "__main__":
    main()
