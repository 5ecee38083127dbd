"""A minute of soak in the ordinary run, ten with CI_LONG=1."""

import os

from tests.soak.run import soak

SECONDS = 600.0 if os.environ.get("CI_LONG") else 40.0
"""The rests, start and end make it about a minute."""


async def test_nothing_leaks_and_nothing_is_lost_or_doubled() -> None:
    report = await soak(SECONDS, seed=1)
    print("\n".join(report.lines))
    assert not report.breaches
