"""`make bench`: every benchmark in turn, figures beside goals; nothing here can fail a build."""

import sys

from tests.benchmarks import demo, engine, probing, slack, start, store

PARTS = {"Start": start, "Demo": demo, "Engine": engine, "Store": store, "Slack": slack}

for title, module in PARTS.items():
    print(f"\n== {title}", flush=True)
    module.main()
print("\n== Probing", flush=True)
probing.main(sys.argv[1:])
