"""Network namespaces with links between them, made for one test run and removed after it.

Every name carries this process's number, so that runs beside one another do not meet; what a
killed run left behind is removed by the next.  Addresses are private and exist only inside the
namespaces: nothing here can reach a network.
"""

import contextlib
import os
import re
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.real.processes import Place
from tests.real_programs import program

PREFIX = "rdptriage"
FORBIDDEN = os.environ.get("RDP_TRIAGE_NAMESPACES") == "impossible"
WANTED = os.environ.get("RDP_TRIAGE_REAL") == "required"

# Files of the place stand over the machine's own, in a mount namespace that `ip netns exec` makes.
ENTER = """\
mount --bind "$1" /etc/resolv.conf && mount --bind "$2" /etc/hosts && hostname "$3" || exit 125
shift 3
exec "$@"
"""


@dataclass(frozen=True, slots=True)
class Space:
    """One namespace."""

    name: str

    @property
    def path(self) -> Path:
        """The file that stands for it."""
        return Path("/run/netns") / self.name

    def ip(self, *words: str) -> None:
        """Run ``ip`` in it."""
        _run(program("ip"), "-n", self.name, *words)

    def run(self, *command: str) -> None:
        """Run a command in it."""
        _run(program("ip"), "netns", "exec", self.name, *command)

    def nft(self, rules: str) -> None:
        """Load packet filter rules."""
        command = [program("ip"), "netns", "exec", self.name, program("nft"), "-f", "-"]
        subprocess.run(command, input=rules, text=True, check=True, timeout=60)

    def place(self, address: str, files: "Files") -> Place:
        """Where a server or a command runs in it."""
        words = [program("ip"), "netns", "exec", self.name, program("unshare"), "--uts"]
        words += ["sh", "-c", ENTER, "enter", str(files.resolv_conf), str(files.hosts), files.host]
        return Place(address, self.path, tuple(words))


@dataclass(frozen=True, slots=True)
class Files:
    """What a place believes: its resolvers, its hosts file, its own name."""

    resolv_conf: Path
    hosts: Path
    host: str

    @classmethod
    def written(cls, folder: Path, host: str, resolver: str | None) -> "Files":
        """Write the files of a place that asks one resolver, or none."""
        folder.mkdir(parents=True, exist_ok=True)
        found = cls(folder / "resolv.conf", folder / "hosts", host)
        lines = f"nameserver {resolver}\nsearch corp.example\n" if resolver else "# none\n"
        found.resolv_conf.write_text(lines, encoding="ascii")
        found.hosts.write_text("127.0.0.1 localhost\n", encoding="ascii")
        return found


@contextlib.contextmanager
def spaces(names: Sequence[str]) -> Iterator[dict[str, Space]]:
    """Make namespaces that forward; skips the test where the machine does not allow that."""
    _demand()
    _sweep()
    found = {name: Space(f"{PREFIX}-{os.getpid()}-{name}") for name in names}
    with contextlib.ExitStack() as stack:
        for space in found.values():
            _run(program("ip"), "netns", "add", space.name)
            stack.callback(_remove, space)
            settings = ("all.rp_filter=0", "default.rp_filter=0", "all.forwarding=1")
            wanted = [f"net.ipv4.conf.{setting}" for setting in settings]
            # Limits on ICMP errors would make the second test see less than the first.
            wanted += ["net.ipv4.icmp_ratelimit=0", "net.ipv4.icmp_msgs_per_sec=100000"]
            wanted += ["net.ipv6.conf.all.disable_ipv6=1", "net.ipv6.conf.default.disable_ipv6=1"]
            # As systemd sets it on most machines: echoes need no program of their own.
            wanted += ["net.ipv4.ping_group_range=0 2147483647"]
            space.run(program("sysctl"), "-q", "-e", "-w", *wanted)
            space.ip("link", "set", "lo", "up")
        yield found


def link(one: tuple[Space, str], two: tuple[Space, str], mtu: int = 1500) -> None:
    """A cable between two namespaces; each end is a namespace and an address with its length."""
    (left, left_address), (right, right_address) = one, two
    names = [_end_name(left_address), _end_name(right_address)]
    left.ip("link", "add", names[0], "type", "veth", "peer", names[1], "netns", right.name)
    for space, name, address in ((left, names[0], left_address), (right, names[1], right_address)):
        # A path of full-sized packets: what the sender merges is merged past every small link.
        space.ip("link", "set", name, "mtu", str(mtu), "gso_max_segs", "1", "up")
        space.ip("address", "add", address, "dev", name)


def _end_name(address: str) -> str:
    return "v" + address.partition("/")[0].replace(".", "x")


def _demand() -> None:
    """Only root may make namespaces, and not on every machine."""
    if FORBIDDEN:
        pytest.skip("this machine has no network namespaces (RDP_TRIAGE_NAMESPACES=impossible)")
    if not WANTED:
        # Who just runs the tests did not ask for a network to be built on the machine as root.
        pytest.skip("namespaces are made where RDP_TRIAGE_REAL=required asks for them")
    trouble = "only root can make network namespaces"
    if os.geteuid() == 0:
        probe = f"{PREFIX}-{os.getpid()}-probe"
        made = subprocess.run(
            [program("ip"), "netns", "add", probe], capture_output=True, check=False
        )
        subprocess.run([program("ip"), "netns", "delete", probe], capture_output=True, check=False)
        if made.returncode == 0:
            return
        trouble = f"network namespaces cannot be made here: {made.stderr.decode()}"
    if os.environ.get("RDP_TRIAGE_REAL") == "required":
        pytest.fail(f"{trouble}, but RDP_TRIAGE_REAL=required")
    pytest.skip(trouble)


def _sweep() -> None:
    """Remove what runs left behind that are no more."""
    for path in Path("/run/netns").glob(f"{PREFIX}-*"):
        number = re.fullmatch(rf"{PREFIX}-(\d+)-\w+", path.name)
        if number and not Path("/proc", number[1]).exists():
            _remove(Space(path.name))


def _remove(space: Space) -> None:
    """End whatever still runs in it (sessions of a sshd, say), then the namespace itself."""
    for kill in (signal.SIGTERM, signal.SIGKILL):
        listed = subprocess.run(
            [program("ip"), "netns", "pids", space.name],
            capture_output=True, text=True, check=False, timeout=60,
        )  # fmt: skip
        numbers = [int(word) for word in listed.stdout.split()]
        for number in numbers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, kill)
        if numbers:
            time.sleep(0.2)
    subprocess.run(
        [program("ip"), "netns", "delete", space.name], capture_output=True, check=False, timeout=60
    )


def _run(*command: str) -> None:
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, f"{' '.join(command)}: {done.stderr}"
