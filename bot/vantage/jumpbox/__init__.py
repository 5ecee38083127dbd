"""Looking from a jump box over SSH: the only package that imports asyncssh.

``box`` is the vantage, ``link`` keeps its one SSH connection, ``connection`` opens streams and
runs short commands on it, ``login`` makes it, ``trust`` judges host keys, ``words`` turns
asyncssh's errors into ours, ``pinning`` writes down a key that somebody trusts.
"""

from bot.vantage.jumpbox.box import Jumpbox, JumpboxConfig
from bot.vantage.jumpbox.trust import OfferedKey

__all__ = ["Jumpbox", "JumpboxConfig", "OfferedKey"]
