"""One host of a sweep as a line of text, of CSV or of JSON, and what is read back of it.

Strategy: a form makes a line and reads its own lines again, so that a sweep can go on with a
file that it began.  Nothing that a host sent can end a line or start a formula.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import inf
from typing import Any

from bot.catalog.entries import OTHER, Catalog
from bot.cli.common import cell
from bot.cli.report import Checked
from bot.desk import members, places, saying
from bot.desk.diagnosis import Told
from bot.desk.sweeping import Swept
from bot.engine import CauseShare
from bot.evidence import Observation, ladders
from bot.evidence.ladder import OK
from bot.redact import clean

REFUSED = "refused"
MARKS = {"found": "fault", "healthy": "ok", "inconclusive": "unclear", REFUSED: "refused"}
COLUMNS = (
    "host", "port", "address", "ladder", "verdict", "cause", "probability", "security", "tls",
    "certificate_not_after", "days_left", "os", "clock_skew_s",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Gist:
    """What is counted of a host; ``cause`` is empty where none is suspected."""

    host: str
    port: int
    verdict: str
    cause: str = ""
    days_left: float | None = None


@dataclass(frozen=True, slots=True)
class Form:
    """How hosts are written, and read back; a form without ``read`` cannot be continued.

    ``hang`` is where a terminal goes on with a line that is too long for it.
    ``head`` is the first line of a file, ``begins`` what each file of this form begins with;
    ``says_why``: a line tells why a host was refused.
    """

    write: Callable[[Swept, Catalog], str]
    read: Callable[[str], Gist] | None = None
    head: str = ""
    begins: str = ""
    says_why: bool = True
    hang: int | None = None


def gist(swept: Swept) -> Gist:
    """What is counted of a host."""
    first = _suspect(swept)
    return Gist(
        swept.target.host,
        swept.target.port,
        _verdict(swept),
        first.id if first else "",
        _date(swept.observations, "days_left"),
    )


def as_text(swept: Swept, catalog: Catalog) -> str:
    """One line for people, verdict first."""
    target = swept.target
    host = target.host if target.port == 3389 else f"{target.host} port {target.port}"
    said = clean(_sentence(swept, catalog), 400)
    return f"{MARKS[_verdict(swept)]:<8} {host:<32} {said}\n"


def as_csv(swept: Swept, catalog: Catalog) -> str:
    """One row of COLUMNS; what is not known is empty."""
    seen, diagnosis, first = swept.observations, swept.diagnosis, _suspect(swept)
    row = (
        swept.target.host,
        swept.target.port,
        next(_addresses(seen), None),
        diagnosis.evidence.get("ladder") if diagnosis else None,
        _verdict(swept),
        first.id if first else None,
        round(first.probability, 3) if first else None,
        _fact(seen, "rdp.negotiation", "security"),
        max(_fact(seen, "tls.hello", "versions") or (), default=None),
        _date(seen, "not_after"),
        _date(seen, "days_left"),
        _fact(seen, "nla.challenge", "os"),
        _fact(seen, "nla.challenge", "clock_skew_s"),
    )
    return _csv_line([clean(each, 200) if isinstance(each, str) else each for each in row])


def as_json(swept: Swept, catalog: Catalog) -> str:
    """The object of ``check --json``; for a refused host its verdict is null."""
    if swept.diagnosis is not None:
        checked = Checked(
            swept.target,
            Told(),
            catalog,
            swept.observations,
            swept.diagnosis,
            swept.elapsed_ms,
        )
        return json.dumps(checked.to_json(), ensure_ascii=False) + "\n"
    raw = {
        "schema": 1,
        "target": {"host": swept.target.host, "port": swept.target.port, "addresses": []},
        "knowledge": catalog.hash,
        "elapsed_ms": swept.elapsed_ms,
        "observations": [],
        "evidence": {},
        "ladders": {},
        "verdict": None,
        "next": None,
        "refused": swept.refusal,
    }
    return json.dumps(raw, ensure_ascii=False) + "\n"


def from_csv(line: str) -> Gist:
    """Read a row back; raises ValueError for anything else."""
    found = dict(zip(COLUMNS, next(csv.reader([line])), strict=True))
    if found["verdict"] not in MARKS:
        raise ValueError("this is no verdict")
    left = float(found["days_left"]) if found["days_left"] else None
    return Gist(found["host"], int(found["port"]), found["verdict"], found["cause"], left)


def from_json(line: str) -> Gist:
    """Read an object back; raises ValueError for anything else."""
    try:
        raw = json.loads(line)
        seen = [Observation.from_json(each) for each in raw["observations"]]
        judged = raw["verdict"] or {"state": REFUSED, "causes": ()}
        state, host, port = judged["state"], raw["target"]["host"], int(raw["target"]["port"])
        causes = [each["id"] for each in judged["causes"] if each["id"] != OTHER]
    except (KeyError, TypeError) as error:
        raise ValueError(f"this is no object of a sweep ({error})") from None
    if state not in MARKS:
        raise ValueError("this is no verdict")
    cause = causes[0] if causes and not _unsuspected(state, seen) else ""
    return Gist(host, port, state, cause, _date(seen, "days_left"))


def _csv_line(values: Sequence[Any]) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerow(
        [cell(0 if value == 0 else value) for value in values]
    )
    return out.getvalue()


_HEAD = _csv_line(COLUMNS)
FORMS: Mapping[str, Form] = {
    "text": Form(as_text, hang=42),
    "csv": Form(as_csv, from_csv, _HEAD, _HEAD, says_why=False),
    "jsonl": Form(as_json, from_json, begins='{"schema": 1, '),
}


def _verdict(swept: Swept) -> str:
    return swept.diagnosis.verdict.state if swept.diagnosis else REFUSED


def _suspect(swept: Swept) -> CauseShare | None:
    """The likeliest known cause of a host that was seen and is not healthy."""
    if swept.diagnosis is None:
        return None
    if _unsuspected(swept.diagnosis.verdict.state, swept.observations):
        return None
    return next((each for each in swept.diagnosis.verdict.causes if each.id != OTHER), None)


def _unsuspected(state: str, seen: Sequence[Observation]) -> bool:
    """Whether the host is well as far as it was seen, whatever is wrong with the way to a place."""
    if state == "healthy" or places.unseen(seen):
        return True
    broken = places.broken(seen)
    looked = {ladder for place, ladder in ladders(seen).items() if place not in broken}
    return state == "inconclusive" and bool(broken) and looked == {OK}


def _sentence(swept: Swept, catalog: Catalog) -> str:
    if swept.diagnosis is None:
        return swept.refusal
    verdict, target = swept.diagnosis.verdict, (swept.target.host, swept.target.port)
    faults = places.faults(swept.observations)
    if verdict.state == "found":
        sight = (target, swept.observations)
        said, besides = saying.headline(verdict, swept.diagnosis.evidence, catalog, sight)
        # What is to be done about a jump box is the same for every host, and stands in ``check``.
        remedies = places.hindered(swept.observations, target[0])
        besides = besides.replace(remedies, f"{faults}.") if remedies else besides
        likely = saying.share(verdict.causes[0].probability)
        return f"{said} {likely}. {besides}" if besides else f"{said} {likely}"
    fine = "nothing wrong that can be seen without a password"
    if verdict.state == "healthy":
        return fine
    unseen = places.unseen(swept.observations)
    if unseen:
        return f"{unseen}; this says nothing about the host"
    if faults and saying.looks_fine(catalog, swept.diagnosis.evidence):
        return f"{fine} from {places.looked(swept.observations)}; {faults}"
    hop = places.apart(swept.observations, target, catalog)
    return hop or members.told(swept.observations, target[0]) or _unsettled(swept)


def _unsettled(swept: Swept) -> str:
    """The one likeliest cause, for a line has room for no more."""
    first = _suspect(swept)
    if first is None:
        return "what was seen does not settle it"
    chance = round(first.probability * 100)
    return f"not settled; likeliest ({chance} in 100): {saying.clause(first.title)}"


def _fact(seen: Sequence[Observation], probe: str, key: str) -> Any:
    """A fact as the first place knows it that knows it; None where none does."""
    found = (each.facts[key] for each in seen if each.probe == probe and key in each.facts)
    return next(found, None)


def _date(seen: Sequence[Observation], key: str) -> Any:
    """A date of the certificate; of several that a place was shown, of the one that ends first."""
    shown = [each for each in seen if each.probe == "tls.certificate" and key in each.facts]
    mine = [each.facts for each in shown if each.vantage == shown[0].vantage]
    return min(mine, key=_left)[key] if mine else None


def _left(facts: Mapping[str, Any]) -> float:
    left = facts.get("days_left")
    return left if isinstance(left, int | float) else inf


def _addresses(seen: Sequence[Observation]) -> Iterator[str]:
    """Addresses, those first whose port opened."""
    for each in seen:
        if each.probe == "port.tcp" and each.facts.get("state") == "open":
            yield each.facts["address"]
    for each in seen:
        if each.probe == "name.lookup":
            yield from each.facts.get("addresses", ())
