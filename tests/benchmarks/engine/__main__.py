"""``python -m tests.benchmarks.engine``: the engine's goals alone; parts can be named."""

import importlib
import sys

from tests.benchmarks import engine
from tests.benchmarks.figures import Figures

if len(sys.argv) > 1:
    chosen = Figures()
    for name in sys.argv[1:]:
        importlib.import_module(f"tests.benchmarks.engine.{name}").measure(chosen)
    chosen.close()
else:
    engine.main()
