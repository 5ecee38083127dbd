"""The map of the small network: namespaces, cables, routes, faults; data only.

    client --- jump --- router --- host          10.77.1, .2 and .3; client to router 10.77.4
                 |         |         |
                 |         +- tunnel-+           behind narrow links: 10.77.5 and .6
                 +------- relays ----+           far away 10.77.7, lossy 10.77.8
                 +- gnome                        10.77.11

One machine is every host: each fault has an address of its own, so that all of them stand side
by side and nothing needs to be changed between two looks.
"""

CLIENT, JUMP, ROUTER, TUNNEL, HOST, GNOME = NAMES = (
    *("client", "jump", "router", "tunnel", "host"),
    "gnome",
)

GOOD, DROPPED, REFUSED, PROHIBITED, GONE = (f"10.77.3.{last}" for last in range(10, 15))
"""xrdp; its port dropped; nobody listens; refused by the router; everything dropped."""
SIGN_IN, UDP_SILENT, INNER_ONLY, DOWNSTREAM = (f"10.77.3.{last}" for last in range(20, 24))
"""NLA; xrdp whose UDP is dropped; open to the inner jump box alone; its large packets are lost."""
NOBODY, NEIGHBOUR_GONE, NEIGHBOUR_MUTE = "10.77.3.99", "10.77.2.77", "10.77.2.7"
"""No such host behind the router; none on the jump box's link; one there that drops everything."""
BLACKHOLE, UNREACHABLE, FORBIDDEN, NO_ROUTE = "10.77.9.1", "10.77.9.2", "10.77.9.3", "10.88.0.1"
NARROW, HOLE = "10.77.5.10", "10.77.6.10"
"""Behind a link of 1400 bytes that says so, and behind one of 576 bytes that does not."""
FAR, LOSSY = "10.77.7.10", "10.77.8.10"
GNOME_ADDRESS = "10.77.11.10"

CLIENT_ADDRESS, JUMP_ADDRESS, INNER_ADDRESS = "10.77.1.2", "10.77.1.1", "10.77.2.1"
RESOLVERS = {JUMP: "10.77.2.1", CLIENT: "10.77.4.1"}
DEAD_RESOLVER = GONE
UDP_ONLY = {"refused": "10.77.2.8", "dropped": "10.77.2.9"}
"""BIND at addresses where DNS over TCP is refused, or vanishes."""
ALLOW = ("10.77.0.0/16", "10.88.0.0/16", "*.corp.example")
WITH_XRDP = (GOOD, UDP_SILENT, INNER_ONLY, DOWNSTREAM, NARROW, HOLE, FAR, LOSSY)

LINKS = (
    ((CLIENT, f"{CLIENT_ADDRESS}/24"), (JUMP, f"{JUMP_ADDRESS}/24"), 1500),
    ((JUMP, "10.77.2.2/24"), (ROUTER, "10.77.2.1/24"), 1500),
    ((CLIENT, "10.77.4.2/24"), (ROUTER, "10.77.4.1/24"), 1500),
    ((ROUTER, "10.77.3.1/24"), (HOST, f"{GOOD}/24"), 1500),
    ((ROUTER, "10.77.15.1/24"), (TUNNEL, "10.77.15.2/24"), 1400),
    ((ROUTER, "10.77.16.1/24"), (TUNNEL, "10.77.16.2/24"), 576),
    ((JUMP, "10.77.11.1/24"), (GNOME, f"{GNOME_ADDRESS}/24"), 1500),
    ((TUNNEL, "10.77.5.1/24"), (HOST, f"{NARROW}/24"), 1500),
    ((TUNNEL, "10.77.6.1/24"), (HOST, f"{HOLE}/24"), 1500),
)
ALIASES = (
    *((HOST, address, "3.10") for address in (DROPPED, REFUSED, PROHIBITED, GONE)),
    *((HOST, address, "3.10") for address in (SIGN_IN, UDP_SILENT, INNER_ONLY, DOWNSTREAM)),
    *((ROUTER, address, "2.1") for address in (NEIGHBOUR_MUTE, *UDP_ONLY.values())),
)
"""Further addresses: the namespace, the address, the end of the cable that carries it."""


def device(end: str) -> str:
    """The name of the end of a cable whose address ends so."""
    return "v" + ".".join(("10.77", *end.split("."))).replace(".", "x")


def _behind_tunnel(number: int) -> tuple[tuple[str, str], ...]:
    """Both ways through the tunnel: answers go back by the link on which the question came."""
    inner, outer = f"10.77.{number}", f"10.77.1{number}"
    return (
        (HOST, f"rule add from {inner}.0/24 table {number}"),
        (HOST, f"route add default via {inner}.1 table {number}"),
        (ROUTER, f"route add {inner}.0/24 via {outer}.2"),
        (TUNNEL, f"rule add from {inner}.0/24 to 10.77.0.0/22 table {number}"),
        (TUNNEL, f"rule add from {inner}.0/24 to 10.77.4.0/24 table {number}"),
        (TUNNEL, f"route add default via {outer}.1 table {number}"),
        # For its own ICMP errors.
        (TUNNEL, f"route add 10.77.{number - 4}.0/24 via {outer}.1"),
    )


ROUTES = (
    *_behind_tunnel(5),
    *_behind_tunnel(6),
    *((JUMP, f"route add 10.77.{net}.0/24 via 10.77.2.1") for net in (3, 5, 6)),
    *((CLIENT, f"route add 10.77.{net}.0/24 via 10.77.4.1") for net in (2, 3, 5, 6)),
    (HOST, "route add default via 10.77.3.1"),
    *(
        (space, f"route add {kind} {address}/32")
        for space in (JUMP, CLIENT)
        for kind, address in (
            ("blackhole", BLACKHOLE),
            ("unreachable", UNREACHABLE),
            ("prohibit", FORBIDDEN),
        )
    ),
)

_NO_WORD = """\
  chain output {
    type filter hook output priority 0;
    icmp type destination-unreachable icmp code frag-needed icmp mtu 576 drop
  }
"""
FILTERS = {
    ROUTER: f"""\
table ip faults {{
  chain forward {{
    type filter hook forward priority 0;
    ip daddr {PROHIBITED} tcp dport 3389 reject with icmp type admin-prohibited
    ip daddr {GONE} drop
    ip daddr {INNER_ONLY} tcp dport 3389 drop
    ip saddr {DOWNSTREAM} ip length > 576 drop
  }}
  chain input {{
    type filter hook input priority 0;
    ip daddr {NEIGHBOUR_MUTE} drop
    ip daddr {UDP_ONLY["refused"]} tcp dport 53 reject with tcp reset
    ip daddr {UDP_ONLY["dropped"]} tcp dport 53 drop
  }}
{_NO_WORD}}}
""",
    TUNNEL: f"table ip faults {{\n{_NO_WORD}}}\n",
    HOST: f"""\
table ip faults {{
  chain input {{
    type filter hook input priority 0;
    ip daddr {DROPPED} tcp dport 3389 drop
    ip daddr {{ {DROPPED}, {UDP_SILENT} }} udp dport 3389 drop
  }}
}}
""",
}

ADDRESSES = {
    "good": GOOD,
    "signin": SIGN_IN,
    "stale": SIGN_IN,  # a record that was not changed when another machine took the address
    "far": FAR,
    "ns": "10.77.2.1",
}
INNER_VIEW = {
    **{name: f"A {address}" for name, address in ADDRESSES.items()},
    "split": f"A {GOOD}",
    "alias": "CNAME signin",
    "empty": 'TXT "no address"',
}
OUTER_VIEW = {**INNER_VIEW, "split": f"A {REFUSED}"}
REVERSE = {"10.3": "PTR good.corp.example.", "20.3": "PTR signin.corp.example."}
CERTIFIED = ("good.corp.example", *WITH_XRDP)
