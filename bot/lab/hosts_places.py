"""Hosts that look different from two places, or on two connections."""

from bot.lab.behaviour import Behaviour, Port
from bot.lab.host import BRANCH, MAIN, Host

PLACES = (
    Host(
        "srv-scope-01",
        "192.0.2.81",
        Behaviour(port_from={MAIN: Port.SILENT}),
        "firewall-scope-excludes",
        "port",
        "Its firewall rule for RDP lets in the branch's network only, not the head office's.",
        "The administrator adds the head office's network to the scope of the rule.",
        everywhere=True,
    ),
    Host(
        "srv-way-01",
        "192.0.2.82",
        Behaviour(port_from={BRANCH: Port.SILENT}),
        "path-blocked-for-user",
        "ok",
        "A firewall between the branch and the host drops port 3389; the head office gets through.",
        "The network team lets port 3389 pass from the branch.",
        everywhere=True,
    ),
    Host(
        "srv-dns-01",
        "192.0.2.83",
        Behaviour(address_from={BRANCH: "192.0.2.99"}),
        "client-dns-differs",
        "ok",
        "The branch's DNS server still has an old address for it, where nothing answers any more.",
        "The administrator deletes the stale record from the branch's DNS server.",
        everywhere=True,
    ),
    Host(
        "srv-farm-01",
        "192.0.2.84",
        Behaviour(members=2),
        None,
        "ok",
        "Nothing: a farm of two members, each of which shows a certificate of its own.",
        "Nothing to repair.",
        Behaviour(members=2),
    ),
)
