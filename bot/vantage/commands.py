"""The command lines that a place runs for us: addresses and numbers in fixed text, nothing else.

Strategy: a name is never part of a line, it is fed to it.  A line is one ``sh -c '…'`` (or bash),
so that the account's own shell does not matter; it holds no line feed, and after ``$!`` comes a
blank, since csh would read history there.  A command that takes a while is ``watched``: it ends as
soon as its standard input does, so that nothing is left behind by a caller who went away, where a
signal would not be let through.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv6Address

from bot.vantage.base import Address

MAX_SIZES = 24
# What IP and ICMP headers take of a packet (RFC 791, RFC 8200), and the largest packet.
OVERHEAD = {4: 28, 6: 48}
LARGEST = 65535
# What the account's login files print may lack a line's end: ours begins on a line of its own.
# Debian's sshd gives an account no sbin folder, where some systems have ip and ss; iputils and
# coreutils speak the language of the account.
_SETUP = 'echo; PATH="$PATH:/usr/sbin:/sbin" LC_ALL=C; export PATH LC_ALL; '


@dataclass(frozen=True, slots=True)
class Command:
    """A command line, its standard input, and whether it ends when that does."""

    line: str
    feed: bytes = b""
    watched: bool = False


# The sum shows that a shell ran this, and no forced command that only repeats it.
SURVEY = Command(
    f"sh -c '{_SETUP}"
    'echo "survey $((6 * 7))"; echo "system $(uname -s)"; '
    'echo "ping $(ping -V 2>&1 | head -n 1)"; '
    'for tool in ss ip; do command -v $tool >/dev/null 2>&1 && echo "has $tool"; done; '
    # Opening this sends nothing; old bashes read with whole seconds only.  Run by sshd, bash would
    # read the account's own set-up (--norc).
    'bash --norc -c "((BASH_VERSINFO > 3)) && exec 3<>/dev/udp/127.0.0.1/9" 2>/dev/null '
    '&& echo "has udp"; '
    "dd bs=1 count=1 iflag=fullblock </dev/null >/dev/null 2>&1 "
    '&& od -An -v -tx1 </dev/null >/dev/null 2>&1 && echo "has dd"; '
    "true'"
)
CLOCK = Command("date +%s.%N")


def plain(address: Address) -> str:
    """An address as text, without a zone: a zone may hold anything."""
    return str(IPv6Address(int(address))) if isinstance(address, IPv6Address) else str(address)


def echoes(address: Address, sizes: Sequence[int], seconds: float, *, ping6: bool) -> Command:
    """One iputils ping a size (whole IP packets), all at once; each line begins with its size.

    The kernel remembers a path MTU that it was told and then answers later sizes by itself.
    ``ping6``: old iputils have a program of its own for IPv6.
    """
    over = OVERHEAD[address.version]
    wanted = [size for size in dict.fromkeys(sizes) if over <= size <= LARGEST][:MAX_SIZES]
    program = "ping6" if ping6 and address.version == 6 else "ping"
    ping = f"{program} -n -M do -c 1 -W {max(1, int(seconds))} -s $2 {plain(address)}"
    shots = "".join(f"e {size} {size - over}; " for size in wanted)
    return Command(
        f"sh -c '{_SETUP}exec 3<&0; "
        f"e() {{ {{ {ping} 2>&1 & p=$! ; "
        "{ read x; kill $p; } <&3 >/dev/null & w=$! ; "
        'wait $p; echo "rc $?"; kill $w; } 2>/dev/null | sed "s/^/$1 /" & }; '
        f"{shots}wait'",
        watched=True,
    )


def neighbour(address: Address) -> Command:
    """The route to an address and its row in the neighbour table."""
    where = plain(address)
    return Command(f"sh -c '{_SETUP}ip route get {where} 2>&1; ip neigh show {where} 2>&1'")


def sockets(address: Address, port: int) -> Command:
    """The TCP connections to an address and port."""
    where = f"[{plain(address)}]" if address.version == 6 else plain(address)
    return Command(f"sh -c '{_SETUP}ss -tin dst \"{where}\" dport = :{port:d} 2>&1'")


def own_lookup(name: str) -> Command:
    """What the place itself finds for an absolute name of the grammar, by the C library.

    Not every system has ``ahosts``, which tells all addresses; the status for that is 1.
    """
    return Command(
        f"sh -c '{_SETUP}read -r n || exit; exec 3<&0; "
        'l() { getent $1 "$n" 2>/dev/null & p=$! ; '
        "{ read x; kill $p; } <&3 >/dev/null 2>&1 & w=$! ; wait $p; r=$?; kill $w; }; "
        '{ l ahosts; [ $r = 1 ] && l hosts; } 2>/dev/null; echo "rc $r"\'',
        f"{name}.\n".encode("ascii"),
        watched=True,
    )


def datagram(address: Address, port: int, payload: bytes, seconds: float) -> Command:
    """Send standard input as one datagram from bash, then wait for one answer.

    One write to bash's ``/dev/udp`` is one datagram, so dd gathers all of it first.  What dd says
    goes past od.
    """
    return Command(
        "bash --norc -c 'echo; LC_ALL=C; export LC_ALL; exec 4<&0 5>&1 2>&1; "
        f"exec 3<>/dev/udp/{plain(address)}/{port:d} || exit 1; "
        f"dd bs={len(payload):d} count=1 iflag=fullblock 2>/dev/null >&3 && echo sent; "
        "{ dd bs=4096 count=1 <&3 2>&5 & p=$! ; "
        f"{{ read -t {max(0.1, seconds):.1f} x; kill $p; }} <&4 >/dev/null & w=$! ; "
        "wait $p; kill $w; } 2>/dev/null | od -An -v -tx1'",
        payload,
        watched=True,
    )
