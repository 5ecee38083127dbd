"""The command line; commands import what they use when they run."""
