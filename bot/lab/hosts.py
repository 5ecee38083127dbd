"""The hosts of the lab: what each does, what is true about it, and how it is repaired.

Strategy: a fault is a behaviour that differs from the healthy default in a few fields; the
administrator's act puts a sound behaviour in its place.  Addresses are those reserved for
documentation (RFC 5737).
"""

from bot.lab.host import BRANCH, COMPANION_PORTS, DOMAIN, MAIN, RDP_PORT, RESOLVER, Host
from bot.lab.hosts_path import PATH
from bot.lab.hosts_places import PLACES
from bot.lab.hosts_security import SECURITY

__all__ = ["BRANCH", "COMPANION_PORTS", "DOMAIN", "HOSTS", "MAIN", "RDP_PORT", "RESOLVER", "Host"]

HOSTS = tuple(sorted((*PATH, *PLACES, *SECURITY), key=lambda row: row.name))
