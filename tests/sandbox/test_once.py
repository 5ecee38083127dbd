import pytest

from bot.sandbox.clock import Clock
from bot.sandbox.errors import SlackError
from bot.sandbox.once import ResponseUrls, Tickets, Triggers


def test_a_trigger_is_good_once() -> None:
    triggers = Triggers(Clock(flowing=False))
    trigger = triggers.issue("U1")
    assert trigger.count(".") == 2
    assert triggers.redeem(trigger).user_id == "U1"
    with pytest.raises(SlackError, match="exchanged_trigger_id"):
        triggers.redeem(trigger)


def test_a_trigger_is_good_for_three_seconds() -> None:
    clock = Clock(flowing=False)
    triggers = Triggers(clock)
    young, old = triggers.issue("U1"), triggers.issue("U1")
    clock.advance(3)
    triggers.redeem(young)
    clock.advance(0.001)
    with pytest.raises(SlackError, match="expired_trigger_id"):
        triggers.redeem(old)


def test_an_invented_trigger() -> None:
    with pytest.raises(SlackError, match="invalid_trigger_id"):
        Triggers(Clock()).redeem("1.2.3")


def test_a_ticket_opens_one_socket() -> None:
    clock = Clock(flowing=False)
    tickets = Tickets(clock)
    ticket, stale = tickets.issue(), tickets.issue()
    assert tickets.redeem(ticket)
    assert not tickets.redeem(ticket)
    assert not tickets.redeem("invented")
    clock.advance(31)
    assert not tickets.redeem(stale)


def test_a_response_url_is_good_five_times() -> None:
    urls = ResponseUrls(Clock(flowing=False))
    path = urls.issue("commands", "C1", "U1")
    for _ in range(5):
        assert urls.use(path).user_id == "U1"
    with pytest.raises(SlackError, match="used_url"):
        urls.use(path)


def test_a_response_url_is_good_for_half_an_hour() -> None:
    clock = Clock(flowing=False)
    urls = ResponseUrls(clock)
    path = urls.issue("actions", "C1", "U1")
    clock.advance(1800)
    urls.use(path)
    clock.advance(1)
    with pytest.raises(SlackError, match="expired_url"):
        urls.use(path)


def test_an_invented_response_url() -> None:
    with pytest.raises(SlackError, match="no_service"):
        ResponseUrls(Clock()).use("/hooks/actions/x")
