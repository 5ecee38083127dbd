"""What may be looked at: the grammar of a typed host and the rules of the settings."""

from bot.targets.host import BadHost, TypedHost, normal_name, parse_host, sought_host, unwrap
from bot.targets.rules import Rules, TargetRefused, could_match, matches

__all__ = [
    "BadHost",
    "Rules",
    "TargetRefused",
    "TypedHost",
    "could_match",
    "matches",
    "normal_name",
    "parse_host",
    "sought_host",
    "unwrap",
]
