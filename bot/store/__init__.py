"""The keeper of tickets: the interface in base.py, SQLite behind it."""
