"""Found, healthy or inconclusive; what was ruled out."""

import pytest

from bot.engine import Model, Situation, verdict
from tests.engine import factory as make


def model() -> Model:
    return Model.of(
        make.catalog(
            [
                make.cause("expired", 1, "certificate"),
                make.cause("blocked", 1, "port"),
                make.cause("locked", 1, "credentials-policy"),
                make.evidence(
                    "ladder",
                    {"ok": 0.7, "port": 0.2, "tls": 0.1},
                    {"blocked": {"port": 0.98}, "expired": {"ok": 0.98}, "locked": {"ok": 0.98}},
                    abnormal=frozenset({"port", "tls"}),
                ),
                make.evidence(
                    "validity",
                    {"valid": 0.98, "expired": 0.02},
                    {"expired": {"expired": 0.98}},
                    abnormal=frozenset({"expired"}),
                ),
                make.evidence(
                    "code",
                    {"none": 0.9, "0x2607": 0.1},
                    {"locked": {"0x2607": 0.98}},
                    origin="report",
                ),
                make.evidence("mood", {"fine": 0.9, "odd": 0.1}, {"locked": {"fine": 0.995}}),
                make.question("who", {"all": 0.5, "one": 0.5}, {"locked": {"one": 0.98}}),
            ]
        )
    )


@pytest.mark.parametrize(
    ("situation", "state", "first"),
    [
        (Situation(), "inconclusive", None),
        (make.situation({"ladder": "ok", "validity": "expired"}), "found", "expired"),
        (make.situation({"ladder": "port"}), "found", "blocked"),
        (make.situation({"ladder": "ok", "validity": "valid"}), "healthy", None),
        (make.situation({"ladder": "ok", "code": "0x2607"}), "found", "locked"),
        (make.situation({"validity": "valid"}), "inconclusive", None),
        (make.situation({"ladder": "unknown"}), "inconclusive", None),
        (make.situation({"ladder": "tls"}), "inconclusive", None),
        (make.situation({"ladder": "ok"}, answers={"who": "all"}), "healthy", None),
    ],
)
def test_the_three_verdicts(situation: Situation, state: str, first: str | None) -> None:
    judged = verdict(model(), situation)
    assert judged.state == state
    if first is not None:
        assert judged.causes[0].id == first


def test_an_answer_can_decide_a_host_that_looks_healthy() -> None:
    situation = make.situation(
        {"ladder": "ok", "validity": "valid", "mood": "fine"}, answers={"who": "one"}
    )
    assert verdict(model(), situation).state == "found"
    silent = make.situation({"ladder": "ok", "validity": "valid", "mood": "fine"})
    assert verdict(model(), silent).state == "healthy"


def test_elimination_alone_finds_nothing() -> None:
    """Likely, but nothing abnormal and nothing told: the host is healthy, no cause is found."""
    lonely = Model.of(
        make.catalog(
            [
                make.cause("a"),
                make.evidence("ladder", {"ok": 0.5, "port": 0.5}, {}, abnormal=frozenset({"port"})),
            ]
        )
    )
    judged = verdict(lonely, make.situation({"ladder": "ok"}))
    assert judged.causes[0].probability > 0.9
    assert judged.state == "healthy"


def test_causes_are_sorted_and_sum_to_one() -> None:
    judged = verdict(model(), make.situation({"ladder": "ok"}))
    assert sum(share.probability for share in judged.causes) == pytest.approx(1.0, abs=1e-12)
    keys = [(-share.probability, share.id) for share in judged.causes]
    assert keys == sorted(keys)
    other = next(share for share in judged.causes if share.id == "other")
    assert (other.layer, other.title) == ("other", "Something that is not in the knowledge base")


def test_ruled_out_is_what_fell_far_the_furthest_first() -> None:
    assert verdict(model(), Situation()).ruled_out == ()
    judged = verdict(model(), make.situation({"ladder": "ok", "code": "0x2607"}))
    assert judged.ruled_out == ("blocked",)
    both = make.situation(
        {"ladder": "ok", "validity": "valid", "code": "0x2607"}, answers={"who": "one"}
    )
    assert set(verdict(model(), both).ruled_out) == {"expired", "blocked"}
    shares = {share.id: share.probability for share in verdict(model(), both).causes}
    fell = [shares[name] for name in verdict(model(), both).ruled_out]
    assert fell == sorted(fell)  # their priors are equal
