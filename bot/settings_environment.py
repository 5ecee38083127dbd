"""The environment as programs that we start and the TLS library get it; part of the settings."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def trust(roots: Path) -> Iterator[None]:
    """Within it web servers are trusted whose certificates come from the roots in this PEM file."""
    name = "SSL_CERT_FILE"
    before = os.environ.get(name)
    os.environ[name] = str(roots)
    try:
        yield
    finally:
        if before is None:
            del os.environ[name]
        else:
            os.environ[name] = before


@contextmanager
def hidden(start: str) -> Iterator[None]:
    """Within it a library that reads the environment by itself misses variables that begin so."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(start)}
    for name in kept:
        del os.environ[name]
    try:
        yield
    finally:
        os.environ.update(kept)


def inherited(more: Mapping[str, str]) -> dict[str, str]:
    """The environment for a program that we start, with ``more`` in it."""
    return {**os.environ, **more}
