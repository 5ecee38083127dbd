"""What iproute2's ss prints; and any text gives sockets or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vantage import ss
from bot.vantage.base import Socket

DEBIAN_12 = """\
State Recv-Q Send-Q Local Address:Port  Peer Address:Port Process
ESTAB 0      0          127.0.0.1:59882    127.0.0.1:48355
\t bbr wscale:10,10 rto:204 rtt:0.03/0.016 mss:50176 pmtu:65535 rcvmss:536 advmss:65483 \
cwnd:11 bytes_sent:3000 bytes_acked:3001 segs_out:3 bbr:(bw:36491625488bps,mrtt:0.011) lastsnd:8
"""
# A path of 1400 bytes without ICMP: the short tail was acknowledged selectively (SACK).
BLACK_HOLE = """\
State Recv-Q Send-Q Local Address:Port  Peer Address:PortProcess
ESTAB 0      3000       10.71.0.2:60654    10.72.0.2:3389
\t bbr wscale:10,10 rto:1632 backoff:3 rtt:0.091/0.045 mss:1448 pmtu:1500 rcvmss:536 advmss:1448 \
cwnd:1 bytes_sent:8896 bytes_retrans:5896 bytes_acked:1 segs_out:10 segs_in:2 data_segs_out:8 \
delivered:2 app_limited busy:2504ms unacked:3 retrans:1/5 lost:2 sacked:1 rcv_space:14480
SYN-SENT 0      1          10.71.0.2:41236    10.72.0.2:3389
\t cubic rto:1000 mss:524 rcvmss:88 advmss:1460 cwnd:1 segs_out:1 unacked:1
"""
# iproute2 4.x names no column "Process" and some kernels say little.
OLD = """\
State      Recv-Q Send-Q Local Address:Port               Peer Address:Port
ESTAB      0      0      [fd71::2]:45744              [fd72::2]:3389
\t cubic wscale:10,10 rto:204 rtt:0.053/0.03 mss:1428 cwnd:11
ESTAB      0      0      [fd71::2]:45745              [fd72::2]:3389
"""


def test_a_healthy_connection() -> None:
    assert ss.sockets(DEBIAN_12) == (
        Socket(mss=50176, advmss=65483, pmtu=65535, rtt_ms=0.03, bytes_acked=3001),
    )


def test_a_black_hole_and_no_connection_that_is_still_opening() -> None:
    assert ss.sockets(BLACK_HOLE) == (
        Socket(
            mss=1448, advmss=1448, pmtu=1500, rtt_ms=0.091, unacked=3, sacked=1, lost=2, retrans=5,
            backoff=3, bytes_acked=1,
        ),
    )  # fmt: skip


def test_what_an_old_kernel_does_not_say_is_absent() -> None:
    assert ss.sockets(OLD) == (Socket(mss=1428, rtt_ms=0.053),)


@pytest.mark.parametrize(
    "text", ["", "sh: 1: ss: not found\n", "Error: an inet prefix is expected rather than ..\n"]
)
def test_what_is_no_table_gives_nothing(text: str) -> None:
    assert ss.sockets(text) is None


def test_a_table_without_rows_is_no_connection() -> None:
    assert ss.sockets("State Recv-Q Send-Q Local Address:Port Peer Address:PortProcess\n") == ()


def test_no_more_than_a_few() -> None:
    row = "ESTAB 0 0 10.0.0.1:1 10.0.0.2:3389\n\t mss:1448\n"
    assert len(ss.sockets("State\n" + row * 1000) or ()) == ss.MAX_SOCKETS


WORDS = st.sampled_from(["State", "\n", "\t ", "ESTAB", "mss:", "rtt:", "/", "retrans:", "9" * 20])


@given(st.one_of(st.text(), st.lists(st.one_of(WORDS, st.text(max_size=4))).map("".join)))
def test_any_text_gives_sockets_or_nothing(text: str) -> None:
    for one in ss.sockets("State\n" + text) or ():
        assert one.retrans >= 0
    ss.sockets(text)
