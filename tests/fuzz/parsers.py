"""Every parser of what a host or a jump box sends, in one shape that can be fuzzed.

Strategy: a parser takes an input in pieces and gives a value, or raises Malformed; any other end
is a bug.  Readers are fed as the probes feed them, and what they hold back is measured after
each piece.  Values are checked for what everybody relies on: they are small, their texts are
clean, and they can be written as JSON.
"""

import json
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, is_dataclass
from ipaddress import ip_address
from types import MappingProxyType
from typing import Any, Protocol

from bot.targets import normal_name
from bot.vantage import outputs, ss
from bot.vantage.names import Files
from bot.vantage.system import ping_state
from bot.wire import credssp, ntlm, x224
from bot.wire.certificate import certificate_facts
from bot.wire.cursor import Malformed
from bot.wire.flight import MOST_BYTES, FlightReader
from bot.wire.gateway import HeadReader, reading
from bot.wire.layers import security
from bot.wire.negotiation import server_kind, word
from bot.wire.rdp_file import read_rdp_file
from bot.wire.rdp_udp import read_syn_ack
from tests.fuzz import names
from tests.wire.samples import NOW

PIECE = 16 * 1024
"""What probes read at once (``bot.probes.talk``)."""
LARGEST = 64 * 1024
"""A value written as JSON, in characters: far more than any message of Slack may have."""
NUMBER = 0x01020304
"""Of the SYN that a SYN+ACK answers."""
SIZES = (1500, 1400, 84)
_UNCLEAN = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


class Reader(Protocol):
    def feed(self, data: bytes, /) -> object: ...


@dataclass(frozen=True, slots=True)
class Parser:
    """``play`` gets the pieces of an input in their order."""

    play: Callable[[Sequence[bytes]], object]


def outcome(parser: Parser, pieces: Sequence[bytes]) -> object:
    """The value for these pieces, or Malformed itself; raises what a parser must not raise."""
    try:
        value = parser.play(pieces)
    except Malformed:
        return Malformed
    check(value)
    return value


def check(value: object) -> None:
    """What everybody relies on; raises AssertionError or what JSON raises."""
    plain = asdict(value) if is_dataclass(value) and not isinstance(value, type) else value
    assert len(json.dumps(plain, default=_readable)) <= LARGEST, "a value beyond all measure"
    for text in _texts(plain):
        bad = {char for char in text if unicodedata.category(char) in _UNCLEAN}
        assert not bad, f"{text!r} is not clean"


def _readable(value: object) -> str:
    return value.hex()[:64] if isinstance(value, bytes) else str(value)


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _texts(key)
            yield from _texts(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _texts(inner)


def fed(make: Callable[[], Reader], cap: int) -> Parser:
    """A reader of ``bot.wire`` that must never hold more than ``cap`` bytes and the last piece."""

    def play(pieces: Sequence[bytes]) -> object:
        reader = make()
        for piece in (*pieces, b""):
            answer = reader.feed(piece)
            assert held(reader) <= cap + len(piece), f"{held(reader)} bytes held"
            if answer is not None:
                return answer
        raise Malformed("the stream ended inside an answer")  # as bot.probes.talk.hear says

    return Parser(play)


def held(reader: object) -> int:
    """Bytes in the reader's own fields."""
    slots = getattr(reader, "__slots__", None) or vars(reader)
    fields = (getattr(reader, name) for name in slots)
    return sum(len(field) for field in fields if isinstance(field, bytes | bytearray))


def whole(parse: Callable[[bytes], object]) -> Parser:
    """A parser that gets its input at once."""
    return Parser(lambda pieces: parse(b"".join(pieces)))


def _answers(data: bytes) -> object:
    """Five confirms, each with its length before it, and what they say together."""
    answers = dict[str, x224.Answer]()
    for name in x224.REQUESTS:
        length, data = (data[0], data[1:]) if data else (0, b"")
        part, data = data[:length], data[length:]
        answer = fed(x224.ConfirmReader, x224.LONGEST_CONFIRM).play([part] if part else [])
        answers[name] = answer  # type: ignore[assignment]
    words = {name: word(answer) for name, answer in answers.items()}
    found = {"answers": words, "security": security(words), "server": server_kind(answers)}
    first = [answer for answer in answers.values() if isinstance(answer, x224.NotRdp)]
    return found | {"stranger": [x224.stranger(answer.first_bytes) for answer in first]}


def _challenge(data: bytes) -> object:
    """A TSRequest with what may stand in its token."""
    reader = credssp.RequestReader()
    request = reader.feed(data) or reader.feed(b"")
    if isinstance(request, credssp.TsRequest):
        return request, ntlm.read_challenge(request.token or b"")
    return request


def _certificate(data: bytes) -> object:
    return certificate_facts([data], ["srv-app-07", "10.0.0.7"], NOW)


def _gateway_certificate(data: bytes) -> object:
    return certificate_facts([data, data], ["rdg.corp.example"], NOW, strict=True)


def _head(pieces: Sequence[bytes]) -> object:
    head: Any = fed(HeadReader, 16 * 1024).play(pieces)
    return (head, reading(head)) if hasattr(head, "schemes") else head


def _text(data: bytes) -> str:
    return data.decode("utf-8", errors="replace")  # as the vantages read output and files


def printed(parse: Callable[[str], object]) -> Parser:
    """A parser of what a command printed: it never raises."""

    def play(pieces: Sequence[bytes]) -> object:
        try:
            return parse(_text(b"".join(pieces)))
        except Malformed as error:
            raise AssertionError("what a command printed is passed over, not refused") from error

    return Parser(play)


def _files(data: bytes) -> object:
    """A line of three dots parts resolv.conf from the hosts file."""
    resolv_conf, _, hosts = _text(data).partition("...")
    files = Files.read(resolv_conf, hosts)
    for server, port in files.servers:
        assert (ip_address(server), port) == (ip_address(server), 53)
    assert len(files.servers) <= 3
    for entry in files.hosts.values():
        assert len(entry.addresses) == len(set(entry.addresses)) > 0
    found = [*files.search, *files.hosts, *(entry.canonical for entry in files.hosts.values())]
    assert all(normal_name(name) == name.removesuffix(".").lower() for name in found)
    return {"servers": files.servers, "names": found, "completed": files.completions("srv")}


def _ping(data: bytes) -> object:
    """Only the status counts; a jump box may end a command with any."""
    return ping_state(int.from_bytes(data, "big", signed=True) if data else None)


PARSERS: Mapping[str, Parser] = MappingProxyType(
    {
        "x224": fed(x224.ConfirmReader, x224.LONGEST_CONFIRM),
        "negotiation": whole(_answers),
        "flight": fed(FlightReader, MOST_BYTES),
        "flight-short": fed(lambda: FlightReader(want_certificates=False), MOST_BYTES),
        "credssp": fed(credssp.RequestReader, credssp.LONGEST),
        "challenge": whole(_challenge),
        "ntlm": whole(ntlm.read_challenge),
        "certificate": whole(_certificate),
        "gateway-certificate": whole(_gateway_certificate),
        "gateway-head": Parser(_head),
        "dns-addresses": Parser(names.addresses),
        "dns-reverse": Parser(names.reverse),
        "rdp-udp": whole(lambda data: read_syn_ack(data, NUMBER)),
        "files": whole(_files),
        "rdp-file": whole(read_rdp_file),
        "survey": printed(outputs.survey),
        "echoes": printed(lambda text: outputs.echoes(text, SIZES)),
        "clock": printed(outputs.clock),
        "neighbour": printed(outputs.neighbour),
        "datagram": printed(outputs.datagram),
        "own-lookup": printed(outputs.own_lookup),
        "sockets": printed(ss.sockets),
        "ping": whole(_ping),
    }
)
