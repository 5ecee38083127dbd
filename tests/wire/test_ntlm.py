from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from spnego._ntlm_raw.messages import (
    AvId,
    Challenge,
    FileTime,
    Negotiate,
    NegotiateFlags,
    TargetInfo,
    Version,
)

from bot.wire import ntlm
from bot.wire.cursor import Malformed
from bot.wire.windows import os_name

NAME = st.text(st.characters(categories=("L", "N"), include_characters="-."), max_size=15)
TIME = st.datetimes(min_value=datetime(1990, 1, 1), max_value=datetime(2100, 1, 1))  # noqa: DTZ001
BUILD = st.tuples(st.integers(1, 255), st.integers(0, 255), st.integers(0, 65535))
UNICODE = NegotiateFlags.unicode


def oracle_challenge(
    names: dict[AvId, str], time: datetime | None, build: tuple[int, int, int]
) -> bytes:
    info = TargetInfo()
    for kind, name in names.items():
        info[kind] = name
    if time is not None:
        info[AvId.timestamp] = FileTime.from_datetime(time)
    version = Version(major=build[0], minor=build[1], build=build[2])
    packed = Challenge(
        flags=int(UNICODE),
        server_challenge=bytes(8),
        target_name="T",
        target_info=info,
        version=version,
    ).pack()
    return bytes(packed)


SAMPLE = oracle_challenge(
    {
        AvId.nb_domain_name: "CORP",
        AvId.nb_computer_name: "SRV-APP-07",
        AvId.dns_domain_name: "corp.example",
        AvId.dns_computer_name: "srv-app-07.corp.example",
    },
    datetime(2026, 3, 1, 12, tzinfo=UTC),
    (10, 0, 17763),
)


@given(
    st.dictionaries(
        st.sampled_from([AvId.nb_computer_name, AvId.nb_domain_name, AvId.dns_computer_name]),
        NAME.filter(bool),
        min_size=1,
    ),
    TIME,
    BUILD,
)
def test_challenges_read_as_another_implementation_wrote_them(
    names: dict[AvId, str], time: datetime, build: tuple[int, int, int]
) -> None:
    found = ntlm.read_challenge(oracle_challenge(names, time.replace(tzinfo=UTC), build))
    assert found is not None
    words = {"computer": 1, "domain": 2, "dns_computer": 3}
    assert {words[key]: value for key, value in found.names.items()} == {
        int(kind): name for kind, name in names.items()
    }
    assert found.version == ntlm.Version(*build)
    assert found.time is not None
    assert abs(found.time - time.replace(tzinfo=UTC).timestamp()) < 0.001


def test_a_challenge_tells_names_build_and_clock() -> None:
    found = ntlm.read_challenge(b"\x60\x30wrapped" + SAMPLE)
    assert found is not None
    assert found.names["dns_computer"] == "srv-app-07.corp.example"
    assert found.names["domain"] == "CORP"
    assert found.time == datetime(2026, 3, 1, 12, tzinfo=UTC).timestamp()
    assert found.version is not None
    assert os_name(found.version) == "Windows 10 1809 or Server 2019"


@given(st.integers(len(ntlm.SIGNATURE), len(SAMPLE) - 1))
def test_every_truncation_is_malformed(length: int) -> None:
    with pytest.raises(Malformed):
        ntlm.read_challenge(SAMPLE[:length])


@given(st.binary(max_size=200))
def test_any_bytes_give_a_value_or_malformed(data: bytes) -> None:
    for token in (data, ntlm.SIGNATURE + data, SAMPLE[:48] + data):
        try:
            found = ntlm.read_challenge(token)
        except Malformed:
            continue
        assert found is None or isinstance(found, ntlm.Challenge)


def test_names_lose_control_characters_and_length() -> None:
    evil = oracle_challenge({AvId.nb_computer_name: "A\x1b[2J\u202eB" + "C" * 999}, None, (6, 1, 1))
    found = ntlm.read_challenge(evil)
    assert found is not None
    assert found.names["computer"].startswith("A[2JBCCC")
    assert len(found.names["computer"]) == 256
    assert found.time is None


def test_our_negotiate_is_one_that_others_understand() -> None:
    negotiate = Negotiate.unpack(ntlm.NEGOTIATE)
    assert negotiate.flags & NegotiateFlags.version
    assert negotiate.flags & NegotiateFlags.request_target
    assert not negotiate.domain_name
    assert negotiate.version is not None
    assert negotiate.version.build == 17763


def test_a_challenge_without_target_information_has_no_names() -> None:
    bare = bytes(Challenge(flags=int(UNICODE), server_challenge=bytes(8)).pack())
    assert ntlm.read_challenge(bare) == ntlm.Challenge(1, {}, None, None)
    assert ntlm.read_challenge(ntlm.NEGOTIATE) is None


@pytest.mark.parametrize("filetime", [0, 1, 2**63, 2**64 - 1])
def test_a_timestamp_that_no_clock_can_show_is_none(filetime: int) -> None:
    sound = oracle_challenge({}, datetime(2026, 3, 1, 12, tzinfo=UTC), (10, 0, 17763))
    at = sound.index(b"\x07\x00\x08\x00") + 4
    found = ntlm.read_challenge(sound[:at] + filetime.to_bytes(8, "little") + sound[at + 8 :])
    assert found is not None
    assert found.time is None


def test_a_version_of_zeros_is_none() -> None:
    found = ntlm.read_challenge(oracle_challenge({}, None, (0, 0, 0)))
    assert found is not None
    assert found.version is None


@pytest.mark.parametrize(
    ("build", "name"),
    [
        ((5, 0, 2195), "Windows 2000"),
        ((5, 1, 2600), "Windows XP"),
        ((5, 2, 3790), "Windows Server 2003 or XP x64"),
        ((6, 0, 6003), "Windows Vista or Server 2008"),
        ((6, 1, 7600), "Windows 7 or Server 2008 R2"),
        ((6, 1, 7601), "Windows 7 or Server 2008 R2"),
        ((6, 2, 9200), "Windows 8 or Server 2012"),
        ((10, 0, 10240), "Windows 10 1507"),
        ((10, 0, 10586), "Windows 10 1511"),
        ((10, 0, 14393), "Windows 10 1607 or Server 2016"),
        ((10, 0, 15063), "Windows 10 1703"),
        ((10, 0, 16299), "Windows 10 1709 or Server 1709"),
        ((10, 0, 17134), "Windows 10 1803 or Server 1803"),
        ((10, 0, 17763), "Windows 10 1809 or Server 2019"),
        ((10, 0, 18363), "Windows 10 1903 to 1909"),
        ((10, 0, 20348), "Windows Server 2022"),
        ((10, 0, 22000), "Windows 11 21H2"),
        ((10, 0, 22631), "Windows 11 22H2 to 23H2"),
        ((10, 0, 25398), "Windows Server 23H2"),
        ((10, 0, 26200), "Windows 11 24H2 to 25H2 or Server 2025"),
        ((10, 0, 28000), "Windows 11 26H1"),
        ((6, 3, 9600), "Windows 8.1 or Server 2012 R2"),
        ((10, 0, 19044), "Windows 10 2004 to 22H2"),
        ((10, 0, 26100), "Windows 11 24H2 to 25H2 or Server 2025"),
        ((10, 0, 27777), "Windows (version 10.0, build 27777)"),
    ],
)
def test_builds_have_names(build: tuple[int, int, int], name: str) -> None:
    assert os_name(ntlm.Version(*build)) == name
