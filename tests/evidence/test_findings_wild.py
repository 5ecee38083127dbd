"""Facts of any type, and any that are missing: states of the table, and nothing else."""

from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.evidence import derive
from tests.evidence.build import STATES, healthy, saw

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=6,
)
BESIDE = [
    saw("path.quality", rtt_ms={"median": 4.0}, loss_pct=0.0, samples=12),
    saw("path.mtu", verdict="full", mtu=1500),
    saw("udp.transport", state="answers"),
    saw("host.companions", ports={"445": "open"}, ping="reply", neighbour="answers"),
]
KEYS = sorted({(one.probe, key) for one in (*healthy(), *BESIDE) for key in one.facts})


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), JSON, max_size=8))
def test_facts_of_any_type_give_states_of_the_table(wild: dict[tuple[str, str], Any]) -> None:
    observations = [
        saw(
            one.probe,
            one.vantage,
            None,
            **(
                dict(one.facts)
                | {key: value for (probe, key), value in wild.items() if probe == one.probe}
            ),
        )
        for one in (*healthy(), *BESIDE)
    ]
    for item, state in derive(observations).items():
        assert state in STATES[item].split()


@given(st.sets(st.integers(0, 5)))
def test_what_is_missing_is_left_out_and_changes_nothing_else(missing: set[int]) -> None:
    whole = derive(healthy())
    part = derive([one for at, one in enumerate(healthy()) if at not in missing])
    assert part.pop("ladder") in ("ok", "unknown")
    part.pop("host-names", None)
    assert part.items() <= whole.items()
