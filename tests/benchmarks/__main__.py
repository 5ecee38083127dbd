"""`make bench`: every benchmark in turn, figures beside goals; nothing here can fail a build."""

from tests.benchmarks import engine, start, store, sweep

for title, module in (("Start", start), ("Engine", engine), ("Store", store), ("Sweep", sweep)):
    print(f"\n== {title}")
    module.main()
