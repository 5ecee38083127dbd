"""A simulated world of faulty RDP hosts behind a jump box, for the demo and for tests.

The product never imports it and knows nothing of it: it looks through the lab's jump box as it
would through any other.
"""

from bot.lab.gateways import GATEWAYS, Gateway
from bot.lab.hosts import HOSTS, Host
from bot.lab.jumpbox import JumpboxState
from bot.lab.world import Lab, NoSuchHost

__all__ = ["GATEWAYS", "HOSTS", "Gateway", "Host", "JumpboxState", "Lab", "NoSuchHost"]
