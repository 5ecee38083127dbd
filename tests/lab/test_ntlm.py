"""pyspnego reads what the lab writes: an implementation that knows neither the lab nor the bot."""

import datetime as dt

import pytest
from spnego._credssp_structures import TSRequest
from spnego._ntlm_raw.messages import AvId, Challenge

from bot.lab import ntlm
from tests.lab.client import NEGOTIATE

NAMES = ntlm.Names("SRV-APP-07", "LAB", "srv-app-07.lab.example", "lab.example")
NOW = 1_795_000_000.25


def test_challenge_carries_names_version_and_clock() -> None:
    read = Challenge.unpack(ntlm.challenge(NAMES, (10, 0, 17763), NOW))
    info = read.target_info
    assert read.target_name == "LAB"
    assert (read.version.major, read.version.minor, read.version.build) == (10, 0, 17763)
    assert info[AvId.nb_computer_name] == "SRV-APP-07"
    assert info[AvId.nb_domain_name] == "LAB"
    assert info[AvId.dns_computer_name] == "srv-app-07.lab.example"
    assert info[AvId.dns_domain_name] == "lab.example"
    stamp = info[AvId.timestamp].replace(tzinfo=dt.UTC)
    assert stamp.timestamp() == pytest.approx(NOW, abs=0.001)


@pytest.mark.parametrize("size", [1, 0x7F, 0x80, 0xFF, 0x100, 0x3000])
def test_ts_request_carries_a_token_of_any_size(size: int) -> None:
    read = TSRequest.unpack(ntlm.ts_request(6, b"x" * size))
    assert read.version == 6
    assert [token.nego_token for token in read.nego_tokens or []] == [b"x" * size]


def test_ts_error_carries_the_status() -> None:
    read = TSRequest.unpack(ntlm.ts_error(6, ntlm.STATUS_NOT_SUPPORTED))
    assert (read.version, read.error_code) == (6, 0xC00000BB)
    assert not read.nego_tokens


def test_message_type() -> None:
    assert ntlm.message_type(NEGOTIATE) == 1
    assert ntlm.message_type(ntlm.challenge(NAMES, (10, 0, 17763), NOW)) == 2
    assert ntlm.message_type(b"") == 0
