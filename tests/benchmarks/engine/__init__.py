"""How good and how fast the engine is: figures beside the goals; nothing here can fail a build."""

from tests.benchmarks.engine import faults, learning, optimality, sessions, speed, words


def main() -> None:
    """Every part in turn."""
    for part in (speed, optimality, words, learning, faults, sessions):
        part.main()
