"""How good and how fast the engine is: figures beside the goals; nothing here can fail a build."""

from tests.benchmarks.engine import faults, learning, optimality, sessions, speed, words
from tests.benchmarks.figures import Figures


def main() -> None:
    """Every part in turn."""
    figures = Figures()
    for part in (speed, optimality, words, learning, faults, sessions):
        part.measure(figures)
    figures.close()
