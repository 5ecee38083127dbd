"""A body comes back from the store as it was, and looks are merged by probe and place."""

import json
from dataclasses import replace
from pathlib import Path

from bot.desk.body import Approval, Body, Trial, merged
from bot.desk.intents import Verb
from bot.evidence import Observation
from tests.desk import office as o


async def test_a_body_in_mid_flow_survives_json(tmp_path: Path) -> None:
    async with o.office(tmp_path) as office:
        office.scout.sight = o.expired()
        await office.open()
        await office.press(Verb.FAILED)
        body = await office.body()
    body = replace(
        body,
        trial=Trial("worked", "renew-certificate", o.ASKER),
        approval=Approval(o.ASKER, o.LEAD, o.NOON),
        last={"number": 1},
        proof=("ladder",),
    )
    assert Body.from_json(json.loads(json.dumps(body.to_json()))) == body


def by_probe(seen: tuple[Observation, ...]) -> dict[tuple[str, str], str]:
    return {(each.probe, each.vantage): each.status.value for each in seen}


def test_a_partial_look_replaces_what_was_asked_for_and_keeps_the_rest() -> None:
    old = (*o.expired("dc1"), *o.expired("direct"))
    only = frozenset({"tls.certificate"})
    new = [each for each in o.healthy("dc1") if each.probe in only]
    both = merged(old, new, only)
    days = {
        each.vantage: each.facts["days_left"] for each in both if each.probe == "tls.certificate"
    }
    assert days == {"dc1": 180.0, "direct": -3.2}
    assert len(both) == len(old)
    assert [each.vantage for each in both] == [each.vantage for each in old]


def test_a_probe_that_was_asked_for_and_not_run_is_not_known_any_more() -> None:
    only = frozenset({"tls.certificate"})
    new = [each for each in o.switched_off() if each.probe in {"port.tcp", "tls.certificate"}]
    found = by_probe(merged(o.expired(), new, only))
    assert found["tls.certificate", "dc1"] == "not_run"
    assert found["port.tcp", "dc1"] == "failed"
    assert found["nla.challenge", "dc1"] == "passed"


def test_from_behind_a_broken_jump_box_nothing_old_is_kept() -> None:
    only = frozenset({"tls.certificate"})
    found = by_probe(merged(o.expired(), o.box_down()[:1], only))
    assert found == {("jumpbox.session", "dc1"): "failed"}


def test_a_full_look_replaces_everything() -> None:
    assert merged(o.expired(), o.switched_off(), None) == tuple(o.switched_off())
