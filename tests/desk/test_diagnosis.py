from dataclasses import replace

from bot.catalog import load, shipped
from bot.desk.diagnosis import Told, evidence_of
from tests.evidence.build import healthy, saw

CATALOG = load(shipped())


def test_knowledge_older_than_the_program_leaves_out_what_it_does_not_know() -> None:
    kept = {item: entry for item, entry in CATALOG.evidence.items() if item != "path-mtu"}
    hello = kept["tls-hello"]
    states = {state: text for state, text in hello.states.items() if state != "server-hello"}
    older = replace(CATALOG, evidence={**kept, "tls-hello": replace(hello, states=states)})
    seen = [*healthy(), saw("path.mtu", verdict="full")]
    now, then = (evidence_of(catalog, seen, Told()) for catalog in (CATALOG, older))
    assert (now["path-mtu"], now["tls-hello"]) == ("full", "server-hello")
    assert now.items() - then.items() == {("path-mtu", "full"), ("tls-hello", "server-hello")}
    assert evidence_of(older, [], Told()) == {"ladder": "unknown"}
