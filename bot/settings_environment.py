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


_hidden: dict[str, str] = {}


@contextmanager
def hidden(start: str) -> Iterator[None]:
    """Within it libraries and programs that we start miss variables that begin so; settings not."""
    kept = {name: value for name, value in os.environ.items() if name.startswith(start)}
    _hidden.update(kept)
    for name in kept:
        del os.environ[name]
    try:
        yield
    finally:
        for name in kept:
            del _hidden[name]
        os.environ.update(kept)


def environment() -> Mapping[str, str]:
    """The environment as this process got it, with what is hidden."""
    return {**os.environ, **_hidden}


def inherited(more: Mapping[str, str]) -> dict[str, str]:
    """The environment for a program that we start, with ``more`` in it."""
    return {**os.environ, **more}
