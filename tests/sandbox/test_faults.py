import pytest

from bot.sandbox.faults import Faults


def test_a_rule_strikes_so_many_times_and_no_more() -> None:
    faults = Faults()
    faults.add("chat.postMessage", "drop-after", times=2)
    struck = [faults.strike("chat.postMessage") for _ in range(3)]
    assert [fault.action if fault else None for fault in struck] == [
        "drop-after",
        "drop-after",
        None,
    ]


def test_a_rule_can_let_some_pass_first() -> None:
    faults = Faults()
    faults.add("views.*", "500", skip=1)
    assert faults.strike("views.open") is None
    assert faults.strike("views.update") is not None


def test_a_rule_can_ask_for_arguments() -> None:
    faults = Faults()
    faults.add("chat.update", "429", where={"channel": "C1"})
    assert faults.strike("chat.update", {"channel": "C2"}) is None
    assert faults.strike("chat.update", {"channel": "C1"}) is not None


def test_points_do_not_match_each_other() -> None:
    faults = Faults()
    faults.add("envelope:*", "drop", times=9)
    assert faults.strike("chat.postMessage") is None
    assert faults.strike("envelope:interactive") is not None


@pytest.mark.parametrize(
    ("match", "action"),
    [("chat.update", "duplicate"), ("envelope:*", "500"), ("socket:open", "drop"), ("hook", "408")],
)
def test_an_action_must_fit_its_point(match: str, action: str) -> None:
    with pytest.raises(ValueError, match="cannot happen"):
        Faults().add(match, action)


def test_all_is_well_after_clear() -> None:
    faults = Faults()
    faults.add("hook", "drop-before", times=5)
    faults.clear()
    assert faults.strike("hook") is None
