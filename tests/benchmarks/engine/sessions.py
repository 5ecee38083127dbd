"""Goals G5, G12, G13 with the shipped knowledge, G14 and G16."""

import os
import subprocess
import sys
from pathlib import Path

from bot.catalog import load, shipped
from bot.desk.simreport import report
from bot.desk.simulating import Wish, simulate
from bot.engine import Model
from tests.benchmarks.figures import Figures, Goal
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


def measure(figures: Figures) -> None:
    """Tickets drawn from the shipped knowledge; determinism; size."""
    model = Model.of(load(shipped()))
    wish = Wish(TICKETS, 1)
    found = report(model, wish, simulate(model, wish, os.cpu_count() or 1))
    figures.title(f"G5 shipped knowledge, {found.tickets} simulated tickets of {found.looks} looks")
    figures.show("expected cost", found.cost, "min")
    figures.show("of an article that hands over at the best moment", found.article_cost, "min")
    figures.show("saved", 100 * found.saved, "%", Goal(30, at_least=True))
    figures.show("solved without handing over", 100 * found.solved, "%")
    figures.title("G12 the same tickets")
    figures.show("steps, median", found.steps_median, "", Goal(3))
    figures.show("steps, p90", found.steps_p90, "", Goal(7))
    figures.show("questions, median", found.questions_median, "", Goal(2))
    figures.title("G13 the same tickets")
    figures.show("broken rules", sum(found.breaches.values()), "", Goal(0))
    pythons = [sys.executable, *interpreters()]
    different = {drawn(python, seed) for python in pythons for seed in SEEDS}
    figures.title(f"G14 trees and an epoch by {len(pythons)} interpreters, {len(SEEDS)} hash seeds")
    figures.show("different bytes", len(different), "", Goal(1))
    figures.title("G16 size")
    figures.show("lines of code of the engine", lines_of_code(), "", Goal(400))
