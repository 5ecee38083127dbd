"""One knowledge file: its kind by its path, its form by its kind, its faults with their places.

The file's name is the id.  Markdown files carry their fields as YAML front matter between two
lines of ``---``; lines are counted in the file, front matter included.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Literal

from pydantic import RootModel, ValidationError
from pydantic_core import ErrorDetails

from bot.catalog.entries import LAYERS, OTHER
from bot.catalog.marks import marked, prose_marks, remedy
from bot.catalog.models import CauseForm, FixForm, Form
from bot.catalog.models_evidence import CaseForm, EvidenceForm, QuestionForm
from bot.catalog.models_tables import CodesForm, SettingsForm
from bot.catalog.problems import Problem, did_you_mean
from bot.catalog.yamltree import Path, Tree, read_tree

Kind = Literal["cause", "cases", "fix", "question", "evidence", "codes", "settings"]
CasesForm = RootModel[list[CaseForm]]
AnyForm = Form | CasesForm

FORMS: dict[Kind, type[Form] | type[CasesForm]] = {
    "cause": CauseForm,
    "cases": CasesForm,
    "fix": FixForm,
    "question": QuestionForm,
    "evidence": EvidenceForm,
    "codes": CodesForm,
    "settings": SettingsForm,
}
_PATHS: tuple[tuple[re.Pattern[str], Kind], ...] = (
    (re.compile(r"causes/(?P<layer>[^/]+)/(?P<id>[^/]+)\.cases\.yaml"), "cases"),
    (re.compile(r"causes/(?P<layer>[^/]+)/(?P<id>[^/]+)\.md"), "cause"),
    (re.compile(r"fixes/(?P<id>[^/]+)\.md"), "fix"),
    (re.compile(r"questions/(?P<id>[^/]+)\.yaml"), "question"),
    (re.compile(r"evidence/(?P<id>[^/]+)\.yaml"), "evidence"),
    (re.compile(r"(?P<id>codes)\.yaml"), "codes"),
    (re.compile(r"(?P<id>settings)\.yaml"), "settings"),
)
_ID = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
_FENCE = "---"


@dataclass(frozen=True, slots=True)
class Parsed:
    """A sound file: its form, the prose below it, and where everything stands."""

    file: str
    kind: Kind
    id: str
    layer: str
    form: AnyForm
    text: str
    tree: Tree


def kind_of(file: str) -> tuple[Kind, str, str] | Problem:
    """Kind, id and layer by the path, or what is wrong with the path."""
    for pattern, kind in _PATHS:
        found = pattern.fullmatch(file)
        if found is None:
            continue
        name, layer = found["id"], found.groupdict().get("layer") or ""
        if layer and layer not in LAYERS:
            return Problem(file, 1, 1, f"unknown layer {layer!r}{did_you_mean(layer, LAYERS)}")
        if not is_id(name):
            return Problem(file, 1, 1, f"{name!r} is not an id: small letters, digits and hyphens")
        return kind, name, layer
    return Problem(
        file,
        1,
        1,
        "not a place for knowledge: causes/<layer>/<id>.md, fixes/<id>.md, questions/<id>.yaml,"
        " evidence/<id>.yaml, codes.yaml or settings.yaml",
    )


def is_id(name: str) -> bool:
    """Whether an entry may have this name."""
    return bool(_ID.fullmatch(name)) and name != OTHER


def tree_of(file: str, text: str) -> tuple[Tree, str] | Problem:
    """The values of a file, and the prose below them (empty for a YAML file)."""
    if not file.endswith(".md"):
        tree = read_tree(text, file)
        return tree if isinstance(tree, Problem) else (tree, "")
    lines = text.splitlines()
    if not lines or lines[0].rstrip() != _FENCE:
        return Problem(file, 1, 1, "the file begins with its fields between two lines of ---")
    end = next((at for at, line in enumerate(lines[1:], 1) if line.rstrip() == _FENCE), None)
    if end is None:
        return Problem(file, 1, 1, "the line --- that ends the fields is missing")
    tree = read_tree("\n".join(lines[1:end]), file, first_line=2)
    if isinstance(tree, Problem):
        return tree
    prose = "\n".join(lines[end + 1 :]).strip()
    if not prose:
        return Problem(file, end + 1, 1, "the text below the fields is missing")
    return tree, prose


def parse(file: str, text: str) -> Parsed | list[Problem]:
    """Read one file; either it is sound by itself, or all its faults are listed."""
    place = kind_of(file)
    if isinstance(place, Problem):
        return [place]
    kind, name, layer = place
    found = tree_of(file, text)
    if isinstance(found, Problem):
        return [found]
    tree, prose = found
    left = marked(tree)
    problems = [
        Problem(file, *tree.place(path), f"{_name(path)}: {remedy(wanted)}")
        for path, wanted in left.items()
    ]
    if prose:
        problems += prose_marks(file, text, _prose_line(text))
    try:
        form = FORMS[kind].model_validate(tree.value)
    except ValidationError as error:
        return [*problems, *_faults(error, file, kind, tree, left)]
    return problems or Parsed(file, kind, name, layer, form, prose, tree)


def _prose_line(text: str) -> int:
    """The first line below the fields of a Markdown file."""
    lines = text.splitlines()
    return next(at for at, line in enumerate(lines[1:], 1) if line.rstrip() == _FENCE) + 2


def _faults(
    error: ValidationError, file: str, kind: Kind, tree: Tree, left: Collection[Path]
) -> Iterator[Problem]:
    """Every fault of form, but for those of fields that are still to be filled in."""
    for fault in error.errors(include_url=False, include_context=True):
        path: Path = fault["loc"]
        if path not in left:
            yield Problem(file, *tree.place(path), _wording(fault, kind, path))


def _wording(fault: ErrorDetails, kind: Kind, path: Path) -> str:
    field = _name(path)
    match fault["type"]:
        case "extra_forbidden":
            return f"unknown field {field!r}{did_you_mean(str(path[-1]), _fields(kind, path))}"
        case "missing":
            return f"the field {field!r} is missing"
        case _:
            return f"{field}: {_complaint(fault)}"


def _name(path: Path) -> str:
    return ".".join(str(part) for part in path) or "the file"


def _complaint(fault: ErrorDetails) -> str:
    match fault["type"]:
        case "literal_error":
            wanted = str(fault["ctx"]["expected"])
            near = did_you_mean(str(fault["input"]), re.findall(r"'([^']+)'", wanted))
            return f"{fault['input']!r} is not one of {wanted}{near}"
        case "too_short" | "string_too_short":
            return "nothing stands here"
        case "string_pattern_mismatch":
            return f"{fault['input']!r} is not a code such as 0x904, or 0x100-0x10A"
        case "value_error":
            return str(fault["ctx"]["error"])
        case _:
            return f"{fault['msg'][:1].lower()}{fault['msg'][1:]}"


def _fields(kind: Kind, path: Path) -> list[str]:
    """The fields that the form knows where ``path`` points to."""
    form: Any = FORMS[kind]
    for part in path[:-1]:
        form = _inner(form, part)
    return list(getattr(form, "model_fields", {}))


def _inner(form: Any, part: str | int) -> Any:
    fields = getattr(form, "model_fields", {})
    if isinstance(part, int):  # an item of a list: RootModel, or a field already stepped into
        return _form_within(fields["root"].annotation) if "root" in fields else form
    return _form_within(fields[part].annotation) if part in fields else form


def _form_within(annotation: Any) -> Any:
    """The form inside ``tuple[X, ...]`` or ``dict[str, X]``, or the annotation itself."""
    arguments = getattr(annotation, "__args__", ())
    return next((each for each in arguments if hasattr(each, "model_fields")), annotation)
