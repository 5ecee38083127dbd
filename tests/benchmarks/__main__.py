"""`make bench`: every benchmark in turn, figures beside goals; nothing here can fail a build."""

from tests.benchmarks import engine, start, store

for title, module in (("Start", start), ("Engine", engine), ("Store", store)):
    print(f"\n== {title}")
    module.main()
