"""JSON Schema for editors, one for each kind of file, made from the forms that read them.

``python -m bot.catalog.schemas FOLDER`` writes them; a test compares them with
``knowledge/schema``.  A schema sees one file: names in other files, sums and safety are what
`kb check` is for.
"""

import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema

from bot.catalog.parsing import FORMS, Kind
from bot.catalog.report import CHOICES, KEYS
from bot.evidence.rdp_file import READINGS

DIALECT = "http://json-schema.org/draft-07/schema#"
"""What editors understand; the name of the dialect, not an address that is read."""

_REVIEWED = {"by": "Helpdesk lead", "on": "2026-11-20"}
_SOURCE = ["Microsoft Learn: the page, the section"]
EXAMPLES: Mapping[Kind, Mapping[str, Any]] = {
    "cause": {
        "title": "The badge reader of the PC is broken; its user cannot sign in.",
        "who_feels_it": "this PC",
        "how_common": "rare",
        "applies_to": ["Windows 11"],
        "escalate_only": True,
        "source": _SOURCE,
        "reviewed": _REVIEWED,
    },
    "fix": {
        "title": "Start the service on the host",
        "cures": [{"cause": "rdp-service-or-listener-down", "how_well": "usually"}],
        "effort": 5,
        "waiting": 2,
        "who_can": "admin",
        "needs_access": "console",
        "disturbs_others": False,
        "risk": 1,
        "undo": "Stop it again.",
        "check": ["port-state"],
        "changes": ["port.tcp"],
        "only_if": {"ladder": ["port"]},
        "not_if": {"server-kind": ["xrdp", "gnome"]},
        "source": _SOURCE,
        "reviewed": _REVIEWED,
    },
    "question": {
        "title": "Is the host powered on?",
        "ask": "Is the host powered on?",
        "answers": {"on": "It is on", "off": "It is off"},
        "where_to_look": "On the hypervisor: the state of the machine.",
        "effort": 2,
        "annoyance": "none",
        "needs_access": "console",
        "not_sure_share": "seldom",
        "otherwise": {"off": "hardly ever"},
        "says": [
            {"state": "off", "if_cause": "host-down-or-asleep", "how_often_seen": "usually"},
            {"if_cause": ["name-not-found"], "states": {"off": 0.02}},
        ],
        "source": _SOURCE,
        "reviewed": _REVIEWED,
    },
    "evidence": {
        "title": "What the error text names",
        "states": {"licence": "the text speaks of licences", "none": "nothing of the kind"},
        "usual_state": "none",
        "abnormal": ["licence"],
        "otherwise": {"licence": "hardly ever"},
        "says": [
            {"state": "licence", "if_cause": "licence-problem", "how_often_seen": "often"},
        ],
        "matches": {
            "licence": {
                "codes": ["0x904"],
                "extended": ["0x100-0x10A"],
                "texts": ["no license servers available"],
                "events": [1128],
                "report": {"fails_at": ["after-credentials"]},
            }
        },
        "same_check": "error-text",
        "trust": "normal",
        "source": _SOURCE,
        "reviewed": _REVIEWED,
    },
}
"""One whole entry of each kind; its fields are the examples that an editor shows."""


class _Plain(GenerateJsonSchema):
    """Without the titles that pydantic makes of field names."""

    def field_title_should_be_set(self, schema: Any) -> bool:
        return False


def schema_of(kind: Kind) -> dict[str, Any]:
    """The schema of one kind of file (of its front matter, where it is Markdown)."""
    form: type[BaseModel] = FORMS[kind]
    made = form.model_json_schema(schema_generator=_Plain)
    made = {"$schema": DIALECT, **made, "title": f"rdp-triage: {kind}"}
    for each in (made, *made.get("$defs", {}).values()):
        for field in each.get("properties", {}).values():
            _without_values(field)
    if "MatchForm" in made.get("$defs", {}):
        fields = made["$defs"]["MatchForm"]["properties"]
        fields["report"] = _chosen(KEYS, CHOICES)
        fields["rdp_file"] = _chosen(READINGS, READINGS)
    for name, example in EXAMPLES.get(kind, {}).items():
        made["properties"][name]["examples"] = [example]
    return made


def schemas() -> dict[str, str]:
    """File name -> text of every schema."""
    return {
        f"{kind}.json": json.dumps(schema_of(kind), indent=2, ensure_ascii=False) + "\n"
        for kind in FORMS
    }


def _without_values(field: dict[str, Any]) -> None:
    """A default is shown as the word that stands for it in a file."""
    default = field.get("default")
    if isinstance(default, dict) and "word" in default:
        field["default"] = default["word"]


def _chosen(keys: Iterable[str], choices: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """An object with these keys, and the values of those whose values are chosen from a list."""

    def values(key: str) -> dict[str, Any]:
        one = {"enum": list(choices[key])} if key in choices else {"type": ["string", "integer"]}
        return {"anyOf": [one, {"type": "array", "items": one}]}

    return {
        "type": "object",
        "additionalProperties": False,
        "properties": {key: values(key) for key in keys},
    }


def write(folder: Path) -> None:
    """Write all schemas below a folder."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in schemas().items():
        (folder / name).write_text(text, encoding="utf-8", newline="\n")


if __name__ == "__main__":
    write(Path(sys.argv[1] if len(sys.argv) > 1 else "knowledge/schema"))
