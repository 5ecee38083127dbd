"""Outputs of real tools, read; and any text whatever gives a value or nothing."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.vantage import outputs
from bot.vantage.base import Datagram, Echo
from bot.vantage.outputs import Survey

DEBIAN = (
    "survey 42\nsystem Linux\nping ping from iputils 20221126\nhas ss\nhas ip\nhas udp\nhas dd\n"
)
CENTOS_7 = "survey 42\nsystem Linux\nping ping utility, iputils-s20121221\nhas ss\nhas ip\n"
ALPINE = "survey 42\nsystem Linux\nping ping: invalid option -- 'V'\nhas ip\nhas dd\n"
INETUTILS = "survey 42\nsystem Linux\nping ping (GNU inetutils) 2.4\n"
FREEBSD = "Welcome!\r\nsurvey 42\r\nsystem FreeBSD\r\nping ping: invalid option -- V\r\n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (DEBIAN, Survey("Linux", frozenset({"ss", "ip", "udp", "dd"}), 20221126)),
        (CENTOS_7, Survey("Linux", frozenset({"ss", "ip"}), 20121221)),
        (ALPINE, Survey("Linux", frozenset({"ip", "dd"}))),
        (INETUTILS, Survey("Linux")),
        (FREEBSD, Survey("FreeBSD")),
        ("survey 42\n", Survey("a system without a name")),
    ],
)
def test_a_place_tells_what_it_has(text: str, wanted: Survey) -> None:
    assert outputs.survey(text) == wanted


def test_old_iputils_have_a_ping_for_each_family() -> None:
    assert outputs.survey(CENTOS_7).ping6
    assert not outputs.survey(DEBIAN).ping6
    assert not outputs.survey(ALPINE).ping6


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "nothing"),
        ("This account is currently not available.\n", "no shell"),
        ("'sh' is not recognized as an internal or external command,\r\n", "Windows"),
        ("The system cannot find the path specified.\r\n", "Windows"),  # cmd.exe, for /dev/null
        ("sh : The term 'sh' is not…\r\n + CategoryInfo : CommandNotFoundException", "Windows"),
        ("sh -c 'echo \"survey $((6 * 7))\"; …'", "forced command"),
        ("\x1b[31mBackup done\x07", "forced command does ([31mBackup done)"),
    ],
)
def test_what_is_no_shell_says_why(text: str, part: str) -> None:
    found = outputs.survey(text)
    assert part in found.trouble
    assert (found.system, found.ping, found.tools) == ("", None, frozenset())


# iputils 20221126 behind a router with a link of 1400 bytes, as commands.echoes marks it.
IPV4 = """\
1500 PING 10.72.0.2 (10.72.0.2) 1472(1500) bytes of data.
1280 PING 10.72.0.2 (10.72.0.2) 1252(1280) bytes of data.
1280 1260 bytes from 10.72.0.2: icmp_seq=1 ttl=63 time=0.033 ms
1280 rtt min/avg/max/mdev = 0.033/0.033/0.033/0.000 ms
1280 rc 0
1401 PING 10.72.0.2 (10.72.0.2) 1373(1401) bytes of data.
1401 From 10.71.0.1 icmp_seq=1 Frag needed and DF set (mtu = 1400)
1401 1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms
1401 rc 1
1500 ping: local error: message too long, mtu=1400
1500 1 packets transmitted, 0 received, +1 errors, 100% packet loss, time 0ms
1500 rc 1
1450 PING 10.72.0.2 (10.72.0.2) 1422(1450) bytes of data.
1450 1 packets transmitted, 0 received, 100% packet loss, time 0ms
1450 rc 1
"""
IPV6 = """\
1500 PING fd72::2(fd72::2) 1452 data bytes
1500 ping: local error: message too long, mtu: 1400
1400 1360 bytes from fd72::2: icmp_seq=1 ttl=63 time=0.105 ms
1401 From fd71::1 icmp_seq=1 Packet too big: mtu=1400
"""


def test_echoes_of_ipv4() -> None:
    assert outputs.echoes(IPV4, [1500, 1450, 1401, 1280, 576, 1280]) == (
        Echo(1500, "too-big", mtu=1400),
        Echo(1450, "silence"),
        Echo(1401, "too-big", mtu=1400),
        Echo(1280, "reply", 0.033),
        Echo(576, "silence"),
    )


def test_echoes_of_ipv6() -> None:
    assert outputs.echoes(IPV6, [1500, 1401, 1400]) == (
        Echo(1500, "too-big", mtu=1400),
        Echo(1401, "too-big", mtu=1400),
        Echo(1400, "reply", 0.105),
    )


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("From 192.168.122.1 icmp_seq=1 Frag needed and DF set (mtu = 1400)", 1400),
        ("ping: local error: Message too long, mtu=1400", 1400),  # iputils before 2019
        ("ping: sendmsg: Message too long", None),
        ("ping: sendmsg: Message too large", None),  # musl
        ("From 10.0.0.1 icmp_seq=1 Frag needed and DF set (mtu = 0)", None),  # RFC 792 routers
        ("From 10.0.0.1 icmp_seq=1 Frag needed and DF set (mtu = 9000)", None),
    ],
)
def test_too_big_may_name_a_size(line: str, wanted: int | None) -> None:
    assert outputs.echoes(f"1500 {line}\n", [1500]) == (Echo(1500, "too-big", mtu=wanted),)


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("64 bytes from 10.0.0.1: icmp_seq=1 ttl=64 time<1 ms", Echo(1500, "reply", 1.0)),
        ("36 bytes from 10.0.0.1: icmp_seq=1 ttl=64", Echo(1500, "reply")),
        ("76 bytes from 8.8.8.8: icmp_seq=1 ttl=56 (truncated)", Echo(1500, "reply")),
        ("From 10.0.0.1 icmp_seq=1 Destination Host Unreachable", Echo(1500, "silence")),
        ("ping: connect: Network is unreachable", Echo(1500, "silence")),
    ],
)
def test_other_answers(line: str, wanted: Echo) -> None:
    assert outputs.echoes(f"1500 {line}\n", [1500]) == (wanted,)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "sh: syntax error\n",
        "1500 ping: socket: Operation not permitted\n1500 rc 2\n",
        "1500 ping: icmp open socket: Permission denied\n",
    ],
)
def test_a_ping_that_may_not_try_says_nothing(text: str) -> None:
    assert outputs.echoes(text, [1500]) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("1795823009.123456789\n", (1795823009.123456789, 1e-9)),
        ("Authorised use only!\n1795823009.25\n", (1795823009.25, 0.01)),
        ("\x1b]0;jump\x071795823009.25\n", (1795823009.25, 0.01)),  # a login file, without an end
        ("1795823009.%N\n", (1795823009.5, 1.0)),  # busybox
        ("1795823009.N\n", (1795823009.5, 1.0)),  # BSD
        ("1795823009.\n", (1795823009.5, 1.0)),
        ("Fri Nov 27 23:51:27 UTC 2026\n", None),
        ("17.5\n", None),
        ("", None),
    ],
)
def test_clock(text: str, wanted: tuple[float, float] | None) -> None:
    assert outputs.clock(text) == (pytest.approx(wanted) if wanted else None)


ON_LINK = "10.71.0.1 dev a0 src 10.71.0.2 uid 0 \n    cache \n"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (f"{ON_LINK}10.71.0.1 dev a0 lladdr 1e:5c:3d:07:69:a2 REACHABLE \n", "answers"),
        (f"{ON_LINK}10.71.0.1 dev a0 lladdr 1e:5c:3d:07:69:a2 STALE \n", "answers"),
        (f"{ON_LINK}10.71.0.9 dev a0 INCOMPLETE \n", "absent"),
        (f"{ON_LINK}10.71.0.9 dev a0 FAILED \n", "absent"),
        (f"{ON_LINK}10.71.0.9 dev a0  used 0/0/0 probes 6 FAILED\n", "absent"),  # busybox
        (f"{ON_LINK}fd71::1 dev a0 lladdr 1e:5c:3d:07:69:a2 router REACHABLE \n", "answers"),
        # Remembered, and not heard of since: it may have gone long ago.
        (f"{ON_LINK}fd71::1 dev a0 lladdr 1e:5c:3d:07:69:a2 router DELAY \n", "unsure"),
        (f"{ON_LINK}10.71.0.1 dev a0 lladdr 1e:5c:3d:07:69:a2 PROBE \n", "unsure"),
        # Set by hand, whether the host is there or not.
        (f"{ON_LINK}10.71.0.1 dev a0 lladdr 1e:5c:3d:07:69:a2 PERMANENT \n", "elsewhere"),
        (f"{ON_LINK}10.71.0.1 dev tun0 lladdr 00:00:00:00:00:00 NOARP \n", "elsewhere"),
        (ON_LINK, "elsewhere"),
        ("10.72.0.2 via 10.71.0.1 dev a0 src 10.71.0.2 uid 0 \n    cache \n", "elsewhere"),
        ("fd72::2 from :: via fd71::1 dev a0 src fd71::2 metric 1024 pref medium\n", "elsewhere"),
        ("local 127.0.0.1 dev lo src 127.0.0.1 uid 0 \n    cache <local> \n", "elsewhere"),
        ("RTNETLINK answers: Network is unreachable\n", "elsewhere"),
        ("sh: ip: not found\n", None),
        ("", None),
    ],
)
def test_neighbour(text: str, wanted: str | None) -> None:
    assert outputs.neighbour(text) == wanted


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (
            "sent\n0+1 records in\n0+1 records out\n18 bytes copied, 5.7e-05 s, 6.2 MB/s\n"
            " 00 01 68 65 6c 6c 6f 00 01 68 65 6c 6c 6f 00 01\n 68 65\n",
            Datagram("answers", b"\0\1hello\0\1hello\0\1he"),
        ),
        (
            "sent\ndd: error reading 'standard input': Connection refused\n0+0 records in\n",
            Datagram("refused"),
        ),
        ("sent\ndd: standard input: Connection refused\n", Datagram("refused")),  # busybox
        ("sent\n", Datagram("silent")),
        # What a login file prints comes first, and may look like anything.
        ("Access is refused\n 61 62 63\nsent\n", Datagram("silent")),
        ("Access is refused\n 61 62\nsent\n 00 01\n", Datagram("answers", b"\0\1")),
        ("bash: connect: Network is unreachable\nbash: line 1: /dev/udp/10.1.1.1/9: …\n", None),
        ("", None),
    ],
)
def test_datagram(text: str, wanted: Datagram | None) -> None:
    assert outputs.datagram(text) == wanted


WORDS = st.sampled_from(
    [
        "survey 42", "system ", "ping ", "iputils ", "has ", "1500 ", " bytes from ", "time=",
        "mtu=", "mtu: ", "Frag needed", "message too long", "via", "dev", "FAILED", "sent", " ff",
        "9" * 30, "1795823009", ".", "%N", "\n", "\r", "\x00", "\u2028", "ms", "rc ",
    ]
)  # fmt: skip


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("\n10.0.0.1   STREAM srv\n10.0.0.1   DGRAM\nrc 0\n", ["10.0.0.1"]),
        ("fd00::1 STREAM\n10.0.0.1 RAW\nrc 0\n", ["10.0.0.1", "fd00::1"]),
        ("fe80::1%eth0 STREAM\nwelcome\n10.0.0.1 x\nrc 0\n", ["10.0.0.1"]),
        ("\nrc 2\n", []),
        ("10.0.0.1 STREAM\n", None),  # cut off
        ("rc 0\n10.0.0.1 STREAM\n", None),
        ("rc 127\n", None),
        ("rc 1\n", None),
        ("", None),
    ],
)
def test_own_lookup(text: str, wanted: list[str] | None) -> None:
    found = outputs.own_lookup(text)
    assert (None if found is None else [str(address) for address in found]) == wanted


ANY = st.one_of(st.text(), st.lists(st.one_of(WORDS, st.text(max_size=5))).map("".join))


@given(ANY)
def test_any_text_gives_a_value_or_nothing(text: str) -> None:
    found = outputs.survey(text)
    assert len(found.system) <= 40
    assert len(found.trouble) < 200
    for echo in outputs.echoes(text, [1500, 576]) or ():
        assert echo.state in {"reply", "silence", "too-big"}
        assert echo.mtu is None or 68 <= echo.mtu < 1500
    told = outputs.clock(text)
    assert told is None or (1e8 <= told[0] < 1e11 and 0 < told[1] <= 1)
    assert outputs.neighbour(text) in {None, "answers", "absent", "unsure", "elsewhere"}
    answer = outputs.datagram(text)
    assert answer is None or answer.state in {"answers", "refused", "silent"}
    addresses = outputs.own_lookup(text)
    assert addresses is None or len(addresses) == len(set(addresses))
