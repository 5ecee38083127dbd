import struct
from ipaddress import ip_address
from itertools import pairwise

import dns.message
import dns.rcode
import dns.rrset
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wire.cursor import Malformed
from bot.wire.dns import A, Answer, Question, read_answer
from tests.fuzz.run import counted

LABEL = st.text("abcdefghijklmnopqrstuvwxyz0123456789-", min_size=1, max_size=20)
NAME = st.lists(LABEL, min_size=1, max_size=8).map(lambda labels: ".".join(labels) + ".")
ASKED = (b"srv", b"corp", b"example")
HEAD = b"\x00\x07\x81\x80\x00\x01%s\x00\x00\x00\x00\x03srv\x04corp\x07example\x00\x00\x01\x00\x01"
HERE = b"\xc0\x0c"


def answer(*records: bytes, more: int = 0) -> bytes:
    """An answer to the question for the address of srv.corp.example."""
    return HEAD % struct.pack(">H", len(records) + more) + b"".join(records)


def record(kind: int, data: bytes, owner: bytes = HERE) -> bytes:
    return owner + struct.pack(">HHIH", kind, 1, 5, len(data)) + data


@given(NAME, st.lists(NAME, max_size=4), st.sampled_from(["A", "AAAA", "PTR"]), st.data())
def test_answers_read_as_another_implementation_wrote_them(
    name: str, aliases: list[str], kind: str, data: st.DataObject
) -> None:
    one = {
        "A": st.ip_addresses(v=4).map(str),
        "AAAA": st.ip_addresses(v=6).map(str),
        "PTR": NAME,
    }[kind]
    wanted = data.draw(st.lists(one, unique_by=str.lower, max_size=5))
    chain = list(dict.fromkeys([name, *aliases]))
    message = dns.message.make_response(dns.message.make_query(name, kind, id=77))
    for owner, target in pairwise(chain):
        message.answer.append(dns.rrset.from_text(owner, 5, "IN", "CNAME", target))
    if wanted:
        message.answer.append(dns.rrset.from_text(chain[-1], 5, "IN", kind, *wanted))
    found = read_answer(message.to_wire())
    assert found.question is not None
    assert ".".join(label.decode() for label in found.question.name) == name.removesuffix(".")
    plain = {str(ip_address(one)) if kind != "PTR" else one.removesuffix(".") for one in wanted}
    assert set(found.records) == plain
    assert len(found.records) == len(wanted)
    end = chain[-1].removesuffix(".").lower() if len(chain) > 1 else ""
    assert found.leads_to == end


@given(st.binary(max_size=120))
def test_any_bytes_give_an_answer_or_malformed(data: bytes) -> None:
    for message in (data, HEAD % b"\x00\x02" + data):
        try:
            assert isinstance(read_answer(message), Answer)
        except Malformed:
            continue


@pytest.mark.parametrize("code", range(16))
def test_every_code_is_read(code: int) -> None:
    query = dns.message.make_query("srv.corp.example", "A", id=7)
    reply = dns.message.make_response(query)
    reply.set_rcode(dns.rcode.Rcode(code))
    assert read_answer(reply.to_wire()) == Answer(7, code, Question(ASKED, A))


def test_a_server_that_understood_nothing_repeats_no_question() -> None:
    assert read_answer(bytes.fromhex("000781820000000000000000")) == Answer(7, 2, None)


def test_other_records_are_stepped_over() -> None:
    found = read_answer(answer(record(16, b"\x03txt"), record(A, b"\x0a\x00\x00\x01")))
    assert found.records == ("10.0.0.1",)


@pytest.mark.parametrize(
    "broken",
    [
        b"\x00\x07\x01\x00" + bytes(8),
        b"\x00\x07\x91\x80" + bytes(8),
        b"\x00\x07\x81\x80\x00\x02" + bytes(6),
        answer(record(A, b"abc")),
        answer(record(A, b"abcde")),
        answer(more=1),
        answer(record(A, b"\x0a\x00\x00\x01", owner=b"\xc0\x22")),
        answer(record(5, b"\x80x\x00")),
        answer(record(5, b"\x01a" * 128 + b"\x00")),
    ],
)
def test_what_is_no_answer_is_malformed(broken: bytes) -> None:
    with pytest.raises(Malformed):
        read_answer(broken)


def test_aliases_that_lead_in_circles_have_no_end() -> None:
    assert read_answer(answer(*[record(5, HERE)] * 400)).records == ()


def test_many_long_names_cost_little() -> None:
    """What a general library needs seconds for: a long name that all others lead back to."""
    long = record(A, b"\x01\x01\x01\x01", owner=b"\x01a" * 126 + b"\x00")
    back = struct.pack(">H", 0xC000 | len(HEAD))
    others = [record(2, b"\x01" + bytes((97 + at % 26,)) + back, owner=back) for at in range(700)]
    message = answer(long, *others)
    assert len(message) < 16384
    steps, found = counted(lambda: read_answer(message))
    assert found.records == ()
    assert steps < 300_000
