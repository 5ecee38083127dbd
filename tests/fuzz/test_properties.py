"""Any bytes, in any pieces, without end: what hypothesis thinks of that nobody else does."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.wire import credssp, x224
from bot.wire.cursor import Malformed
from bot.wire.flight import MOST_BYTES, FlightReader
from bot.wire.gateway import LONGEST_HEAD, HeadReader
from tests.fuzz.parsers import PARSERS, PIECE, Reader, held, outcome
from tests.fuzz.samples import samples
from tests.wire.samples import CUTS, pieces

READERS: dict[str, tuple[Callable[[], Reader], int]] = {
    "x224": (x224.ConfirmReader, x224.LONGEST_CONFIRM),
    "flight": (FlightReader, MOST_BYTES),
    "flight-short": (lambda: FlightReader(want_certificates=False), MOST_BYTES),
    "credssp": (credssp.RequestReader, credssp.LONGEST),
    "gateway-head": (HeadReader, LONGEST_HEAD),
}
"""Each reader, and after how many bytes it must have made up its mind."""


@pytest.mark.parametrize("name", PARSERS)
@given(st.data())
def test_any_bytes_give_a_value_or_malformed(name: str, data: st.DataObject) -> None:
    sound = data.draw(st.sampled_from(samples()[name]))
    at = data.draw(st.integers(0, len(sound)))
    tail = data.draw(st.binary(max_size=200))
    for sent in (tail, sound[:at] + tail, sound[:at] + tail + sound[at + len(tail) :]):
        whole = outcome(PARSERS[name], [sent] if sent else [])
        assert outcome(PARSERS[name], pieces(sent, data.draw(CUTS))) == whole


@pytest.mark.parametrize("name", READERS)
@given(st.data())
def test_an_endless_answer_is_ended_by_the_reader(name: str, data: st.DataObject) -> None:
    make, cap = READERS[name]
    reader, taken = make(), 0
    sound = data.draw(st.sampled_from(samples()[name]))
    size = data.draw(st.sampled_from((77, 1024, PIECE)))
    piece = sound[: data.draw(st.integers(0, len(sound)))][-size:]
    filler = data.draw(st.sampled_from(samples()[name]) | st.binary(min_size=1, max_size=9))
    flood = (filler * (size // len(filler) + 1))[:size]
    while True:
        try:
            answer = reader.feed(piece or flood)
        except Malformed:
            return
        taken += len(piece or flood)
        assert held(reader) <= cap + PIECE
        if answer is not None:
            return
        assert taken <= cap + PIECE, "a reader that would listen for ever"
        piece = flood
