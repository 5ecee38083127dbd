import pytest

from bot.evidence import Failure, Observation, Parting, derive, partings
from tests.evidence.build import healthy, saw

F = Failure
DISLIKED = {
    "wide": {"result": "closed"},
    "windows-11": {"result": "server-hello", "version": "TLSv1.2"},
}


def stopped(vantage: str, failure: Failure = F.TCP_TIMEOUT) -> list[Observation]:
    return [healthy(vantage)[0], saw("port.tcp", vantage, failure)]


def other(probe: str, **facts: object) -> list[Observation]:
    """The same host as the first vantage sees it, one fact apart."""
    return [
        saw(one.probe, "direct", None, **(dict(one.facts) | (facts if one.probe == probe else {})))
        for one in healthy()
    ]


def led_apart(vantage: str) -> list[Observation]:
    """The name leads this place to another machine, which refuses."""
    lookup = saw("name.lookup", vantage, None, addresses=["192.0.2.77"], status="ok")
    return [lookup, saw("port.tcp", vantage, F.TCP_REFUSED)]


def unresolved(vantage: str) -> list[Observation]:
    """The resolver of this place does not know the name."""
    return [saw("name.lookup", vantage, F.NAME_NOT_FOUND, status="nxdomain")]


def bare(vantage: str, computer: str = "SRV-APP-07") -> list[Observation]:
    """A host whose certificate was not seen."""
    names = saw("nla.challenge", vantage, ntlm="offered", computer=computer)
    return [*healthy(vantage)[:4], names]


def farm(vantage: str) -> Observation:
    """Another member answers on another connection."""
    return saw("tls.certificate", vantage, sha256="bb")


def hung_up(vantage: str, failure: Failure = F.TLS_CLOSED) -> list[Observation]:
    """TLS does not come up."""
    return [*healthy(vantage)[:3], saw("tls.hello", vantage, failure)]


def lost(vantage: str) -> Observation:
    """A jump box that broke after it had begun."""
    return saw("jumpbox.session", vantage, F.JUMPBOX_UNREACHABLE)


@pytest.mark.parametrize(
    ("observations", "state"),
    [
        (healthy("jump1"), None),
        (healthy("jump1") + healthy("direct"), "agree"),
        (healthy("jump1") + stopped("direct"), "direct-worse"),
        (stopped("jump1") + healthy("direct"), "jumpbox-worse"),
        (healthy("jump1") + led_apart("direct"), "led-apart"),
        (unresolved("jump1") + healthy("direct"), "name-apart"),
        (healthy("jump1") + unresolved("direct"), "name-apart"),
        (healthy("jump1") + unresolved("jump2") + stopped("direct"), "name-apart"),
        (unresolved("jump1") + unresolved("direct"), "agree"),
        (stopped("jump1") + stopped("direct"), "agree"),
        (stopped("jump1") + stopped("direct", F.TCP_REFUSED), "differ"),
        (stopped("jump1") + stopped("direct", F.TCP_UNREACHABLE), "direct-worse"),
        (healthy("jump1") + stopped("jump2"), "box-worse"),
        (healthy("jump1") + stopped("jump2") + healthy("direct"), "box-worse"),
        ([*healthy("jump1"), saw("jumpbox.session", "jump2", F.JUMPBOX_AUTH)], None),
        (healthy("jump1") + other("tls.certificate", sha256="bb"), "differ"),
        (healthy("jump1") + other("tls.hello", modern_client="refused"), "differ"),
        (healthy("jump1") + other("tls.hello", modern_client="unknown"), "agree"),
        (healthy("jump1") + other("tls.hello", shapes=DISLIKED), "differ"),
        (hung_up("jump1", F.TLS_RESET) + hung_up("direct"), "agree"),
        (healthy("jump1") + other("name.lookup", addresses=["192.0.2.9"]), "led-apart"),
        ([*healthy("jump1"), *healthy("direct"), farm("jump1"), farm("direct")], "agree"),
        ([*healthy("jump1"), *other("tls.certificate", sha256="bb"), farm("jump1")], "agree"),
        (healthy("jump1") + other("nla.challenge", computer="OTHER"), "agree"),
        (bare("jump1") + bare("direct"), "agree"),
        (bare("jump1") + bare("direct", "OTHER"), "differ"),
        (healthy("jump1") + other("rdp.negotiation", answers={"rdp": "selected:rdp"}), "differ"),
        (healthy("jump1") + other("rdp.negotiation", answers={"rdp": "silent"}), "agree"),
        (healthy("jump1") + hung_up("direct"), "tls-cut"),
        (hung_up("jump1", F.TLS_RESET) + healthy("jump2"), "tls-cut"),
        (hung_up("jump1", F.TLS_SILENT) + healthy("jump2"), "box-worse"),
        (hung_up("jump1", F.TLS_SILENT) + healthy("direct"), "jumpbox-worse"),
        (hung_up("jump1") + stopped("jump2") + healthy("direct"), "jumpbox-worse"),
        (hung_up("jump1") + hung_up("direct"), "agree"),
        ([*healthy("jump1"), *stopped("jump2"), lost("jump2")], None),
    ],
)
def test_two_places_are_compared(observations: list[Observation], state: str | None) -> None:
    assert derive(observations).get("vantages") == state


@pytest.mark.parametrize(
    ("observations", "parted"),
    [
        (healthy("dc1"), ()),
        (healthy("dc1") + healthy("direct"), ()),
        (stopped("dc1") + stopped("direct"), ()),
        (
            healthy("dc1") + stopped("dc2") + healthy("direct"),
            (Parting("port", ("dc2",), ("dc1", "direct")),),
        ),
        (
            hung_up("dc1") + stopped("dc2") + healthy("direct") + stopped("dc3"),
            (
                Parting("port", ("dc2", "dc3"), ("dc1", "direct")),
                Parting("tls", ("dc1",), ("direct",)),
            ),
        ),
        ([*healthy("dc1"), saw("jumpbox.session", "dc2", F.JUMPBOX_AUTH)], ()),
        ([*healthy("dc1"), *stopped("dc2"), lost("dc2")], ()),
    ],
)
def test_the_hop_at_fault_is_named(
    observations: list[Observation], parted: tuple[Parting, ...]
) -> None:
    assert partings(observations) == parted


def timed(
    vantage: str, skew_s: float, error_s: float = 0.2, computer: str = "SRV-APP-07"
) -> Observation:
    return saw("nla.challenge", vantage, ntlm="offered", computer=computer,
               clock_skew_s=skew_s, clock_skew_error_s=error_s)  # fmt: skip


@pytest.mark.parametrize(
    ("seen", "state"),
    [
        # The bot's clock is wrong: here nobody says so, and dc1's clock agrees with the host's.
        ([timed("direct", 900.0), timed("dc1", 0.1)], "right"),
        ([timed("direct", 900.0), timed("dc1", 900.0)], "skewed"),
        ([timed("direct", 900.0), timed("dc1", 900.0, 2000.0)], None),
        ([timed("dc1", 0.1), timed("dc2", 900.0)], None),
        ([timed("dc1", 900.0), timed("dc2", 900.0, 2000.0)], "skewed"),
        ([timed("dc1", 200.0), timed("dc2", 200.0, 400.0)], "right"),
        ([timed("direct", 900.0), timed("dc1", 0.1, computer="OTHER")], None),
    ],
)
def test_places_that_judge_the_hosts_clock_apart_are_weighed_in_any_order(
    seen: list[Observation], state: str | None
) -> None:
    looked = [[saw("port.tcp", one.vantage, state="open"), one] for one in seen]
    found = [derive([*first, *second]).get("clock") for first, second in (looked, looked[::-1])]
    if seen[1].facts["computer"] == "OTHER":
        assert found == ["skewed", "right"]  # two machines: each place speaks of its own
    else:
        assert found == [state, state]
