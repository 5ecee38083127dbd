import pytest

from bot.sandbox.clock import Clock
from bot.sandbox.errors import SlackError
from bot.sandbox.manifest import App
from bot.sandbox.views import Views
from tests.sandbox.support import MANIFEST, Json


def content(external_id: str = "", *block_ids: str) -> Json:
    blocks = [{"type": "divider", "block_id": block_id} for block_id in block_ids]
    return {"type": "modal", "external_id": external_id, "blocks": blocks}


def test_modals_stack_three_deep() -> None:
    views = Views(Clock(flowing=False))
    root = views.open("U1", "T1", content())
    views.push("U1", "T1", content())
    top = views.push("U1", "T1", content())
    assert top.root_view_id == root.id
    with pytest.raises(SlackError, match="push_limit_reached"):
        views.push("U1", "T1", content())


def test_nothing_can_be_pushed_on_nothing() -> None:
    with pytest.raises(SlackError, match="not_found"):
        Views(Clock()).push("U1", "T1", content())


def test_the_hash_guards_against_overwriting() -> None:
    views = Views(Clock(flowing=False))
    view = views.open("U1", "T1", content())
    first = view.hash
    views.change(view, content(), first)
    with pytest.raises(SlackError, match="hash_conflict"):
        views.change(view, content(), first)
    views.change(view, content(), None)  # without a hash the last one wins


def test_typed_values_stay_where_the_block_id_stays() -> None:
    views = Views(Clock(flowing=False))
    view = views.open("U1", "T1", content("", "host", "since"))
    view.values = {"host": {"host": {"value": "a"}}, "since": {"since": {"value": "b"}}}
    views.change(view, content("", "host", "codes"), None)
    assert view.values == {"host": {"host": {"value": "a"}}}


def test_an_external_id_names_one_view() -> None:
    views = Views(Clock(flowing=False))
    view = views.open("U1", "T1", content("start"))
    assert views.find(None, "start") is view
    with pytest.raises(SlackError, match="duplicate_external_id"):
        views.open("U2", "T1", content("start"))
    with pytest.raises(SlackError, match="not_found"):
        views.find("V1", None)


def test_a_home_tab_keeps_its_id() -> None:
    views = Views(Clock(flowing=False))
    first = views.publish("U1", "T1", {"type": "home", "blocks": []}, None)
    with pytest.raises(SlackError, match="hash_conflict"):
        views.publish("U1", "T1", {"type": "home", "blocks": []}, "stale")
    assert views.publish("U1", "T1", {"type": "home", "blocks": []}, first.hash) is first


def test_the_body_has_every_key_of_slack() -> None:
    view = Views(Clock(flowing=False)).open("U1", "T1", content())
    body = view.body(App.from_manifest(MANIFEST))
    assert body.keys() >= {
        *("id", "team_id", "type", "title", "close", "submit", "blocks", "private_metadata"),
        *("callback_id", "external_id", "state", "hash", "clear_on_close", "notify_on_close"),
        *("root_view_id", "previous_view_id", "app_id", "app_installed_team_id", "bot_id"),
    }
