"""The small network, built once for each test process that asks."""

from collections.abc import Iterator

import pytest

from tests.netns.world import World, populated
from tests.real.shadow import display


@pytest.fixture(scope="session")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Namespaces, servers, faults; gone after the last test."""
    folder = tmp_path_factory.mktemp("network")
    with display(tmp_path_factory.mktemp("screen")) as screen, populated(folder, screen) as built:
        yield built
