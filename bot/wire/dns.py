"""What a DNS server answers: its code, and the records at the end of a chain of aliases.

Strategy: only the question and the answer section are read, and of those only the records that
somebody asked for; all else is stepped over.  Written by hand because general libraries compute
for seconds on what a hostile server can put into one message: here names, aliases and records
are few and short.  Source: RFC 1035 4.1 (message), 3.3 and RFC 3596 2.2 (records).
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address

from bot.wire.cursor import Cursor, Malformed

A, CNAME, PTR, AAAA = 1, 5, 12, 28
INTERNET = 1
MOST_RECORDS = 256
MOST_ALIASES = 16
MOST_JUMPS = 16
LONGEST_NAME = 255

_RESPONSE, _OPCODE, _CODE = 0x8000, 0x7800, 0x000F
_PLAIN = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_*")

Name = tuple[bytes, ...]
"""The labels of a name, without case; the root has none."""


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked for: a name and a type, in the class IN."""

    name: Name
    kind: int


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer.  A server that understood nothing repeats no ``question``.

    ``records`` are addresses, or names for PTR, of the name that the aliases lead to; ``leads_to``
    is that name, and empty where there is no alias or their chain has no end.
    """

    number: int
    code: int
    question: Question | None
    records: tuple[str, ...] = ()
    leads_to: str = ""


def read_answer(message: bytes) -> Answer:
    """Read one message without its length; raises Malformed."""
    cursor = Cursor(message)
    number, flags, questions, answers = (cursor.u16() for _ in range(4))
    cursor.take(4)  # authority and additional section: not read
    if not flags & _RESPONSE or flags & _OPCODE:
        raise Malformed("a DNS message that is no answer")
    if questions > 1:
        raise Malformed(f"an answer to {questions} questions")
    question = _question(cursor, message) if questions else None
    if question is None:
        return Answer(number, flags & _CODE, None)
    found = [_record(cursor, message) for _ in range(min(answers, MOST_RECORDS))]
    return Answer(number, flags & _CODE, question, *_chased(question, found))


@dataclass(frozen=True, slots=True)
class _Record:
    owner: Name
    kind: int
    shown: str
    target: Name


def _question(cursor: Cursor, message: bytes) -> Question:
    name, kind = _name(cursor, message), cursor.u16()
    if cursor.u16() != INTERNET:
        raise Malformed("a question of another class")
    return Question(name, kind)


def _record(cursor: Cursor, message: bytes) -> _Record:
    owner, kind, family = _name(cursor, message), cursor.u16(), cursor.u16()
    cursor.take(4)
    with cursor.restrict_to(cursor.u16()):
        if family == INTERNET and kind == A:
            return _Record(owner, kind, str(IPv4Address(cursor.take(4))), ())
        if family == INTERNET and kind == AAAA:
            return _Record(owner, kind, str(IPv6Address(cursor.take(16))), ())
        if family == INTERNET and kind in (CNAME, PTR):
            target = _name(cursor, message)
            return _Record(owner, kind, _text(target), target)
        cursor.rest()
    return _Record(owner, 0, "", ())


def _name(cursor: Cursor, message: bytes) -> Name:
    """A name, its pointers followed; each must lead further to the front (RFC 1035 4.1.4)."""
    labels, length, jumps, front = list[bytes](), 0, 0, len(message)
    while size := cursor.u8():
        if size >= 0xC0:
            target = (size & 0x3F) << 8 | cursor.u8()
            jumps += 1
            if target >= front or jumps > MOST_JUMPS:
                raise Malformed("a name that leads in circles")
            front, cursor = target, Cursor(message[target:])
            continue
        if size > 63:
            raise Malformed(f"a label of type {size >> 6}")
        length += 1 + size
        if length >= LONGEST_NAME:
            raise Malformed(f"a name of more than {LONGEST_NAME} bytes")
        labels.append(cursor.take(size).lower())
    return tuple(labels)


def _chased(question: Question, records: list[_Record]) -> tuple[tuple[str, ...], str]:
    """The records of the wanted type at the end of the aliases, and that end; none without one."""
    aliases = {one.owner: one.target for one in records if one.kind == CNAME}
    name = question.name
    for _ in range(MOST_ALIASES):
        found = [one.shown for one in records if (one.owner, one.kind) == (name, question.kind)]
        if found or name not in aliases:
            end = "" if name == question.name else _text(name)
            return tuple(dict.fromkeys(found)), end  # some servers say the same twice
        name = aliases[name]
    return (), ""


def _text(name: Name) -> str:
    """A name for people: bytes that belong into no host name are shown as numbers."""
    return ".".join("".join(map(_char, label)) for label in name)


def _char(byte: int) -> str:
    return chr(byte) if byte in _PLAIN else f"\\{byte:03}"
