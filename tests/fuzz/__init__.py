"""Broken and hostile bytes for every parser of what a host or a jump box sends."""
