"""`make bench`: every benchmark in turn, figures beside goals; nothing here can fail a build."""

import sys

from tests.benchmarks import engine, probing, slack, start, store

for title, module in (("Start", start), ("Engine", engine), ("Store", store), ("Slack", slack)):
    print(f"\n== {title}", flush=True)
    module.main()
print("\n== Probing", flush=True)
probing.main(sys.argv[1:])
