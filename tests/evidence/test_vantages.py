import pytest

from bot.evidence import Failure, Observation, derive
from tests.evidence.build import healthy, saw

F = Failure


def stopped(vantage: str, failure: Failure = F.TCP_TIMEOUT) -> list[Observation]:
    return [healthy(vantage)[0], saw("port.tcp", vantage, failure)]


def other(probe: str, **facts: object) -> list[Observation]:
    """The same host as the first vantage sees it, one fact apart."""
    return [
        saw(one.probe, "direct", None, **(dict(one.facts) | (facts if one.probe == probe else {})))
        for one in healthy()
    ]


@pytest.mark.parametrize(
    ("observations", "state"),
    [
        (healthy("jump1"), None),
        (healthy("jump1") + healthy("direct"), "agree"),
        (healthy("jump1") + stopped("direct"), "direct-worse"),
        (stopped("jump1") + healthy("direct"), "jumpbox-worse"),
        (stopped("jump1") + stopped("direct"), "agree"),
        (stopped("jump1") + stopped("direct", F.TCP_REFUSED), "differ"),
        (stopped("jump1") + stopped("direct", F.TCP_UNREACHABLE), "direct-worse"),
        (healthy("jump1") + stopped("jump2"), "differ"),
        (healthy("jump1") + stopped("jump2") + healthy("direct"), "differ"),
        ([*healthy("jump1"), saw("jumpbox.session", "jump2", F.JUMPBOX_AUTH)], None),
        (healthy("jump1") + other("tls.certificate", sha256="bb"), "differ"),
        (healthy("jump1") + other("name.lookup", addresses=["192.0.2.9"]), "differ"),
    ],
)
def test_two_places_are_compared(observations: list[Observation], state: str | None) -> None:
    assert derive(observations).get("vantages") == state
