"""How a figure is printed: what it is, the number, and the goal beside it, reached or missed."""

import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure should be: at most this much, or at least."""

    bound: float
    at_least: bool = False

    def verdict(self, value: float) -> str:
        """The goal in words, and whether the value reaches it."""
        kept = value >= self.bound if self.at_least else value <= self.bound
        sign = ">=" if self.at_least else "<="
        return f"goal {sign} {self.bound:g}: {'reached' if kept else 'missed'}"


@dataclass(slots=True)
class Figures:
    """Prints figures as they are known and counts the goals."""

    reached: int = 0
    missed: list[str] = field(default_factory=list)
    _title: str = ""
    _about: str = ""

    def title(self, text: str) -> None:
        """Begin a group."""
        self._title, self._about = text, ""
        print(f"\n-- {text}", flush=True)

    def about(self, text: str) -> None:
        """Say what the next figures of the group are about."""
        self._about = f", {text}"
        print(f"   {text}", flush=True)

    def show(self, what: str, value: float, unit: str, goal: Goal | None = None) -> None:
        """Print one figure."""
        said = "" if goal is None else goal.verdict(value)
        if said.endswith("reached"):
            self.reached += 1
        elif said:
            self.missed.append(f"{self._title}{self._about}: {what.strip()}, {value:.2f} {unit}")
        digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
        print(f"     {what:<56} {value:>8.{digits}f} {unit:<6} {said}".rstrip(), flush=True)

    def say(self, text: str) -> None:
        """Print what is not a number."""
        print(f"     {text}", flush=True)

    def close(self) -> None:
        """Print how many goals were reached, and which were not."""
        print(f"\n{self.reached} goals reached, {len(self.missed)} missed", flush=True)
        for what in self.missed:
            print(f"   missed: {what}", flush=True)


@dataclass(frozen=True, slots=True)
class Ran:
    """A finished process: its seconds and CPU seconds, its children's included, and its output."""

    seconds: float
    cpu: float
    output: str


def end_tidily() -> None:
    """Let a request to end unwind the program, so that no server is left behind."""
    signal.signal(signal.SIGTERM, lambda number, _: sys.exit(128 + number))


def run(command: Sequence[str], limit: float = 300.0) -> Ran:
    """Run a program to its end and account for it; a slow one is ended after ``limit`` seconds."""
    before, began = _children(), time.perf_counter()
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=limit,
            check=False,
            env={**os.environ, "PYTHONWARNINGS": "ignore"},
        )
        output = done.stdout.decode(errors="replace")
    except subprocess.TimeoutExpired:
        output = f"ended after {limit:g} s"
    return Ran(time.perf_counter() - began, _children() - before, output)


def _children() -> float:
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
