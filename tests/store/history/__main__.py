"""Writes the database of the newest schema."""

from tests.store.history import write

print(write())
