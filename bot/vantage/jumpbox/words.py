"""What asyncssh and the jump box say, in our words.

Strategy: the code of a refused channel comes first (RFC 4254 section 5.1); only where it merely
says "connect failed" is the text read, loosely, because it is the jump box's own strerror.
A fault of the jump box is never blamed on the host behind it.  What it says is foreign text, before
the login even anybody's: cut, and without what could move a cursor.
"""

import asyncssh

from bot.evidence import Failure
from bot.vantage.base import VantageError
from bot.wire.text import clean

UNREACHABLE = "unreachable"
TIMEOUT = "timeout"
AUTH_REFUSED = "auth-refused"
FORWARDING_DENIED = "forwarding-denied"
HOST_KEY_UNKNOWN = "host-key-unknown"
HOST_KEY_CHANGED = "host-key-changed"

# Parts of the texts of glibc, musl, BSD and Windows; the first row that fits counts.
_TEXTS: tuple[tuple[tuple[str, ...], Failure], ...] = (
    (("refused", "errno 111"), Failure.TCP_REFUSED),
    (("timed out", "timeout"), Failure.TCP_TIMEOUT),
    (("no route", "unreachable", "host is down", "network is down"), Failure.TCP_UNREACHABLE),
    # What Linux makes of further words of ICMP and ICMPv6 (icmp_err_convert): an administrator
    # forbids it, no such protocol there, the host is isolated.
    (("permission denied", "not permitted", "protocol not available"), Failure.TCP_UNREACHABLE),
    (("not on the network",), Failure.TCP_UNREACHABLE),
    # sshd's connect() failed at once: no route, a prohibiting route or the local firewall.
    (("open failed",), Failure.TCP_UNREACHABLE),
)


def gone(name: str, detail: str = "") -> VantageError:
    """The SSH connection to the jump box is lost."""
    said = f"the connection to jump box {name} was lost"
    detail = clean(detail)
    return VantageError(
        Failure.JUMPBOX_UNREACHABLE, f"{said} ({detail})" if detail else said, UNREACHABLE, name
    )


def silent(name: str, doing: str) -> VantageError:
    """The jump box itself does not answer in time."""
    return VantageError(
        Failure.JUMPBOX_TIMEOUT, f"jump box {name} does not answer ({doing})", TIMEOUT, name
    )


def refused_channel(name: str, error: asyncssh.ChannelOpenError) -> VantageError:
    """A stream that the jump box did not open."""
    said = clean(error.reason)
    if error.code != asyncssh.OPEN_CONNECT_FAILED:
        return VantageError(
            Failure.JUMPBOX_FORWARDING,
            f"jump box {name} does not let us forward ({said})",
            FORWARDING_DENIED,
            name,
        )
    text = error.reason.lower()
    for parts, failure in _TEXTS:
        if any(part in text for part in parts):
            return VantageError(failure, f"from {name}: {said}")
    return VantageError(Failure.TCP_FAILED, f"from {name}: {said}")


def failed_login(name: str, error: Exception) -> VantageError:
    """An SSH connection that did not come about, host keys aside."""
    said = clean(str(error)) or type(error).__name__
    if isinstance(error, asyncssh.PermissionDenied):
        return VantageError(
            Failure.JUMPBOX_AUTH, f"jump box {name} refuses the login ({said})", AUTH_REFUSED, name
        )
    if isinstance(error, TimeoutError):
        return silent(name, "while logging in")
    return VantageError(
        Failure.JUMPBOX_UNREACHABLE,
        f"jump box {name} cannot be reached ({said})",
        UNREACHABLE,
        name,
    )


def busy(name: str) -> VantageError:
    """All our places on the jump box are taken; neither it nor the host is at fault."""
    return VantageError(
        Failure.PROBE_DEADLINE, f"too much is being looked at from jump box {name} at once"
    )
