"""The first request of the RD Gateway's HTTP transport, and what an answer to it says.

Strategy: the request is that of a client before it has signed in; the answer is read up to the
end of its head and no further.  Its status and the sign-in schemes it offers tell whether the
gateway's role answers or something in front of it.  Sources: MS-TSGU 2.2.5.3.10 and 3.3.5.1
(transport), RFC 9110 11.6.1 (WWW-Authenticate), RFC 9112 2.1 and 4 (head, status line).
"""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address

from bot.wire.cursor import Closed, Malformed

PORT = 443
PATH = "/remoteDesktopGateway/"
LONGEST_HEAD = 16 * 1024
MOST_SCHEMES = 16
LONGEST_SCHEME = 40

# Schemes that only a gateway, or a Windows web server that lets them through, offers.
_OWN = frozenset({"ntlm", "negotiate", "sspi_ntlm", "smartcard", "paa"})
_READINGS = {
    **dict.fromkeys((403, 404, 410), "not-here"),
    **dict.fromkeys((405, 501), "method-refused"),
    **dict.fromkeys((502, 503, 504), "unavailable"),
    **dict.fromkeys((301, 302, 303, 307, 308), "redirected"),
}
_START = b"HTTP/1."
_END = re.compile(rb"\r?\n\r?\n")
_STATUS = re.compile(rb"HTTP/1\.[0-9] ([1-9][0-9]{2})(?: [^\r\n]*)?")
_QUOTED = re.compile(r'"(?:\\.|[^"\\])*"?')
_SCHEME = re.compile(r"\s*([0-9A-Za-z!#$%&'*+.^_`|~-]+)(?=\s|$)(?!\s*=)")


@dataclass(frozen=True, slots=True)
class Head:
    """The head of an HTTP answer: its status and the schemes of WWW-Authenticate, in order."""

    status: int
    schemes: tuple[str, ...] = ()


def request(host: str, port: int, connection_id: str) -> bytes:
    """The request that opens the outgoing channel, without credentials (MS-TSGU 3.3.5.1).

    ``host`` is a grammar-checked name or address, ``connection_id`` a GUID without braces.
    """
    lines = (
        f"RDG_OUT_DATA {PATH} HTTP/1.1",
        f"Host: {_authority(host, port)}",
        f"RDG-Connection-Id: {{{connection_id}}}",
        "Accept: */*",
        "User-Agent: MS-RDGateway/1.0",
        "Cache-Control: no-cache",
        "Pragma: no-cache",
        "Content-Length: 0",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode("ascii")


def reading(head: Head) -> str:
    """What an answer without credentials means: a word of the probe ``gateway.http``."""
    if head.status == 401:
        offered = {scheme.lower() for scheme in head.schemes}
        return "answers" if offered & _OWN else "no-sign-in"
    return _READINGS.get(head.status, "other")


class HeadReader:
    """Reads the head of one answer; interim answers (1xx but 101) are passed over."""

    def __init__(self) -> None:
        self.begun = False
        """Whether what came begins as an answer of HTTP/1 does."""
        self._held = bytearray()
        self._passed = 0
        self._searched = 0

    def feed(self, data: bytes) -> Head | Closed | None:
        """The head, None while bytes are missing, Closed when none came before the end.

        Raises Malformed for what is not HTTP/1, a head over 16 KiB, or an end inside it.
        """
        self._held += data
        while True:
            if not _START.startswith(self._held[: len(_START)]):
                raise Malformed("what came is not an HTTP answer")
            self.begun = self.begun or self._held.startswith(_START)
            end = _END.search(self._held, self._searched, LONGEST_HEAD - self._passed)
            if end is None:
                # The blank line may have begun in what was searched already.
                self._searched = max(0, len(self._held) - 3)
                return self._wanting(data)
            head = _read(bytes(self._held[: end.start()]))
            if head.status >= 200 or head.status == 101:
                return head
            self._passed += end.end()
            self._searched = 0
            del self._held[: end.end()]

    def _wanting(self, data: bytes) -> Closed | None:
        if len(self._held) + self._passed >= LONGEST_HEAD:
            raise Malformed(f"a head of more than {LONGEST_HEAD} bytes")
        if data:
            return None
        if self._held:
            raise Malformed("the stream ended inside the head")
        return Closed()


def _authority(host: str, port: int) -> str:
    try:
        shown = f"[{IPv6Address(host)}]"
    except ValueError:
        shown = host
    return shown if port == PORT else f"{shown}:{port}"


def _read(head: bytes) -> Head:
    first, *fields = head.split(b"\n")
    status = _STATUS.fullmatch(first.rstrip(b"\r"))
    if status is None:
        raise Malformed("the status line is not HTTP/1")
    found: list[str] = []
    for field in fields:
        name, _, value = field.partition(b":")
        if name.lower() == b"www-authenticate":
            found += _schemes(value.decode("latin-1"))
    return Head(int(status[1]), tuple(dict.fromkeys(found))[:MOST_SCHEMES])


def _schemes(value: str) -> list[str]:
    """The schemes of one field: challenges stand behind commas, and so do their parameters."""
    parts = _QUOTED.sub("", value).split(",")
    return [scheme[1][:LONGEST_SCHEME] for part in parts if (scheme := _SCHEME.match(part))]
