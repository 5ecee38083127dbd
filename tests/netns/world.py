"""The small network in operation: namespaces, cables with delay and loss, servers, jump boxes."""

import contextlib
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.netns import map as chart
from tests.netns.nameserver import nameserver
from tests.netns.spaces import Files, Space, link, spaces
from tests.real.cli import Result, Way, check, settings
from tests.real.material import Recipe, certificate
from tests.real.processes import Place, child, wait_for
from tests.real.shadow import shadow
from tests.real.sshd import Jumpbox, sshd
from tests.real.xrdp import Setup, xrdp
from tests.real_programs import program

RELAYS = (("7", 20.0, 0.0), ("8", 0.0, 0.1))
"""Network, delay of one way in milliseconds, share of frames lost each way."""


@dataclass(slots=True)
class World:
    """The running network; what else runs in it ends with ``stack``."""

    folder: Path
    spaces: dict[str, Space]
    stack: contextlib.ExitStack
    jumpboxes: dict[str, Jumpbox] = field(default_factory=dict)

    def place(self, space: str, address: str, resolver: str | None, host: str = "") -> Place:
        """Where something runs, with a resolver and a name of its own."""
        folder = self.folder / f"{space}-{address}-{resolver}-{host}"
        files = Files.written(folder, host or space, resolver)
        return self.spaces[space].place(address, files)

    def jumpbox(self, name: str, *, lines: str = "", resolver: str | None = None) -> Jumpbox:
        """A jump box in the namespace ``jump``: the first on port 22, others beside it."""
        if name not in self.jumpboxes:
            place = self.place(chart.JUMP, chart.JUMP_ADDRESS, resolver or chart.RESOLVERS["jump"])
            port = 22 + len(self.jumpboxes)
            started = sshd(self.folder / name, lines=lines, place=place, port=port)
            self.jumpboxes[name] = self.stack.enter_context(started)
        return self.jumpboxes[name]

    def inner(self) -> Way:
        """A jump box behind the first one, in the router's namespace, named ``inner``."""
        if "inner" not in self.jumpboxes:
            place = self.place(chart.ROUTER, chart.INNER_ADDRESS, chart.RESOLVERS["jump"])
            started = sshd(self.folder / "inner", place=place, port=22)
            self.jumpboxes["inner"] = self.stack.enter_context(started)
        return replace(Way.to(self.jumpboxes["inner"]), name="inner", via="ssh1")

    def check(
        self,
        host: str,
        *options: str,
        via: str = "ssh1",
        ways: tuple[Way, ...] = (),
        place: Place | None = None,
    ) -> Result:
        """Run ``rdp-triage check`` in the bot's own network, or at another place."""
        folder = self.folder / f"check-{len(list(self.folder.iterdir()))}"
        folder.mkdir()
        ways = ways or (Way.to(self.jumpbox("ssh1")),)
        config = settings(folder, ways, [3389], chart.ALLOW)
        usual = self.place(chart.CLIENT, chart.CLIENT_ADDRESS, chart.RESOLVERS["client"])
        place = place or usual
        result = check(host, config, "--json", *options, via=via, inside=place.inside)
        assert result.out, result.err
        return result


@contextlib.contextmanager
def network(folder: Path) -> Iterator[World]:
    """Build it all; taken down again whatever happens."""
    with spaces(chart.NAMES) as found, contextlib.ExitStack() as stack:
        for (left, left_address), (right, right_address), mtu in chart.LINKS:
            link((found[left], left_address), (found[right], right_address), mtu)
        for space, address, end in chart.ALIASES:
            found[space].ip("address", "add", f"{address}/24", "dev", chart.device(end))
        for space, words in chart.ROUTES:
            found[space].ip(*words.split())
        for space, rules in chart.FILTERS.items():
            found[space].nft(rules)
        for net, delay, loss in RELAYS:
            stack.enter_context(_relay(found, folder, net, (delay, loss)))
        yield World(folder, found, stack)


@contextlib.contextmanager
def populated(folder: Path, screen: str) -> Iterator[World]:
    """The network with its servers: xrdp, FreeRDP's, BIND, and something that answers UDP."""
    with network(folder) as world:
        enter = world.stack.enter_context
        host = world.place(chart.HOST, chart.GOOD, None)
        pair = certificate(folder / "xrdp", Recipe(names=chart.CERTIFIED))
        listen = ", ".join(f"tcp://{address}:3389" for address in chart.WITH_XRDP)
        enter(xrdp(folder / "xrdp", pair, Setup(place=host, port=3389, listen=listen)))
        names = ("signin.corp.example", chart.SIGN_IN)
        pair = certificate(folder / "shadow", Recipe(names=names))
        place = world.place(chart.HOST, chart.SIGN_IN, None, "signin")
        enter(shadow(folder / "shadow", pair, screen, place=place))
        place = world.place(chart.ROUTER, chart.RESOLVERS["jump"], None)
        views = (chart.INNER_VIEW, chart.OUTER_VIEW)
        enter(nameserver(folder / "named", place, "10.77.2.0/24", views, chart.REVERSE))
        enter(_udp(world))
        yield world


@contextlib.contextmanager
def _relay(
    found: dict[str, Space], folder: Path, net: str, badness: tuple[float, float]
) -> Iterator[None]:
    """Join jump box and host by a cable with delay and loss: 10.77.net.1 and 10.77.net.10."""
    jump, host = found[chart.JUMP], found[chart.HOST]
    left, right = f"left{net}", f"right{net}"
    log = folder / f"relay{net}.txt"
    command = [program("ip"), "netns", "exec", jump.name, sys.executable, "-m", "tests.netns.relay"]
    command += [left, right, *map(str, badness), "a cable"]
    with child(command, log) as process:
        wait_for(process, log, lambda: "ready" in log.read_text(encoding="utf-8"))
        jump.ip("link", "set", right, "netns", host.name)
        for space, name, last in ((jump, left, 1), (host, right, 10)):
            space.ip("address", "add", f"10.77.{net}.{last}/24", "dev", name)
            space.ip("link", "set", name, "up")
        yield


@contextlib.contextmanager
def _udp(world: World) -> Iterator[None]:
    place, log = world.place(chart.HOST, chart.GOOD, None), world.folder / "udp.txt"
    command = [*place.inside, sys.executable, "-m", "tests.netns.udp", chart.GOOD]
    with child(command, log) as process:
        wait_for(process, log, lambda: "ready" in log.read_text(encoding="utf-8"))
        yield
