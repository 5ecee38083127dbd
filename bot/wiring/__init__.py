"""The joints between the parts: built from settings, watched, and changed while the bot runs."""
