"""Prints trees and a learned epoch: run by several interpreters with several hash seeds.

Needs nothing but the standard library, so that interpreters without our packages can run it: the
package ``bot.catalog`` is entered without its loader.
"""

import sys
from pathlib import Path
from types import ModuleType


def enter_without_loader() -> None:
    """Make ``bot.catalog`` a bare package: its entries and words need no other library."""
    package = ModuleType("bot.catalog")
    package.__path__ = [str(Path(__file__).parents[2] / "bot" / "catalog")]
    sys.modules["bot.catalog"] = package


def main() -> None:
    from bot.engine import Model, Situation, render_mermaid, render_text, tree  # noqa: PLC0415
    from bot.engine.epochs import propose  # noqa: PLC0415
    from bot.engine.learning import learn  # noqa: PLC0415
    from tests.engine.histories import history  # noqa: PLC0415
    from tests.engine.worlds import Shape, world  # noqa: PLC0415

    shape = Shape(
        causes=5, fixes=7, questions=2, probes=2, tiers=True, groups=True, not_sure=True, tests=True
    )
    start = Situation(evidence={"e00": "bad"}, approved=True)
    for seed in (1, 2):
        node = tree(Model.of(world(seed, shape)), start, 0.02)
        sys.stdout.write(f"{render_text(node)}\n{render_mermaid(node)}\n")
    taught = world(3, Shape(causes=4, fixes=5, questions=1, probes=2))
    epoch = propose(learn(taught, history(taught, taught, 60))).epoch
    sys.stdout.write(f"{epoch.hash}\n{epoch.to_json()}\n")


if __name__ == "__main__":
    enter_without_loader()
    main()
