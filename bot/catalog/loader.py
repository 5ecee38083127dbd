"""From files to a catalog: all files are read, all faults of all files are raised at once.

``load`` takes texts, not a folder, so that a snapshot kept with an old ticket loads exactly as the
folder did.  Everything that would break the program is refused here; policy (safety, completeness,
good style) is ``lint.check``, so that a stricter linter never locks out an old snapshot.
"""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any, cast

from bot.catalog.entries import Catalog, Code, ProofCase
from bot.catalog.models_tables import CodesForm, SettingsForm
from bot.catalog.parsing import CasesForm, Parsed, kind_of, parse
from bot.catalog.problems import KnowledgeError, Problem
from bot.catalog.references import known_names, reference_problems

_IGNORED = ("README.md",)
_LARGEST = 200_000


def load(files: Mapping[str, str]) -> Catalog:
    """Relative path -> text to a catalog; raises KnowledgeError with every error of every file."""
    parsed, problems = _parse_all(files)
    paths = [place[:2] for file in files if not isinstance(place := kind_of(file), Problem)]
    problems += _missing_tables({name for _, name in paths if name in ("codes", "settings")})
    problems += _twice(parsed)
    problems += reference_problems(parsed, known_names(paths, parsed))
    if problems:
        raise KnowledgeError(problems)
    return _catalog(parsed, files)


def catalog_cases(files: Mapping[str, str]) -> list[ProofCase]:
    """The proof cases of all causes, sorted by file; raises KnowledgeError."""
    only = {file: text for file, text in files.items() if _proves(file)}
    parsed, problems = _parse_all(only)
    if problems:
        raise KnowledgeError(problems)
    return [
        ProofCase(
            cause=each.id,
            expect=case.expect,
            input=case.input,
            file=each.file,
            line=each.tree.place((index,))[0],
            why=case.why,
            winner=case.winner,
        )
        for each in parsed
        for index, case in enumerate(cast(CasesForm, each.form).root)
    ]


def read_folder(path: Path) -> dict[str, str]:
    """All knowledge files below a folder: relative path -> text; raises KnowledgeError."""
    return _read(path)


def shipped(*, cases: bool = True) -> dict[str, str]:
    """The knowledge files that come with the program.

    Without the proof cases, which decide nothing, they load in two thirds of the time.
    """
    files = _read(resources.files("knowledge"))
    return files if cases else without_cases(files)


def without_cases(files: Mapping[str, str]) -> dict[str, str]:
    """The files that decide something; the hash of the knowledge is theirs alone."""
    return {file: text for file, text in files.items() if not _proves(file)}


def digest(files: Mapping[str, str]) -> str:
    """What names a catalog: 16 hex digits over paths and texts; proof cases decide nothing."""
    total = hashlib.sha256()
    for file in sorted(files):
        if _proves(file) or file in _IGNORED:
            continue
        for part in (file, files[file]):
            raw = part.encode("utf-8", "surrogatepass")
            total.update(len(raw).to_bytes(8, "big") + raw)
    return total.hexdigest()[:16]


def _proves(file: str) -> bool:
    return file.endswith(".cases.yaml")


def _read(folder: Path | Traversable) -> dict[str, str]:
    files: dict[str, str] = {}
    problems: list[Problem] = []
    for file, item in _walk(folder, ""):
        try:
            files[file] = item.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            problems.append(Problem(file, 1, 1, "not UTF-8 text"))
    if problems:
        raise KnowledgeError(problems)
    return dict(sorted(files.items()))


def _walk(folder: Path | Traversable, prefix: str) -> Iterator[tuple[str, Path | Traversable]]:
    for item in folder.iterdir():
        if item.name.startswith((".", "__")):
            continue
        if item.is_dir():
            yield from _walk(item, f"{prefix}{item.name}/")
        elif (
            item.name.endswith((".md", ".yaml", ".yml")) and f"{prefix}{item.name}" not in _IGNORED
        ):
            yield f"{prefix}{item.name}", item


def _parse_all(files: Mapping[str, str]) -> tuple[list[Parsed], list[Problem]]:
    parsed: list[Parsed] = []
    problems: list[Problem] = []
    for file in sorted(files):
        if file in _IGNORED:
            continue
        if len(files[file]) > _LARGEST:
            problems.append(Problem(file, 1, 1, f"longer than {_LARGEST} characters"))
            continue
        found = parse(file, files[file])
        if isinstance(found, Parsed):
            parsed.append(found)
        else:
            problems += found
    return parsed, problems


def _missing_tables(present: set[str]) -> Iterator[Problem]:
    for name in ("codes", "settings"):
        if name not in present:
            yield Problem(f"{name}.yaml", 1, 1, "the file is missing")


def _twice(parsed: Iterable[Parsed]) -> Iterator[Problem]:
    """A cause may stand in one layer only."""
    first: dict[str, str] = {}
    for each in parsed:
        if each.kind == "cause" and first.setdefault(each.id, each.file) != each.file:
            yield Problem(each.file, 1, 1, f"the cause stands in {first[each.id]} too")


def _catalog(parsed: Iterable[Parsed], files: Mapping[str, str]) -> Catalog:
    by_kind: dict[str, dict[str, Any]] = {}
    for each in parsed:
        by_kind.setdefault(each.kind, {})[each.id] = _entry(each)
    return Catalog(
        hash=digest(files),
        causes=by_kind.get("cause", {}),
        evidence=by_kind.get("evidence", {}),
        questions=by_kind.get("question", {}),
        fixes=by_kind.get("fix", {}),
        codes=by_kind["codes"]["codes"],
        settings=by_kind["settings"]["settings"],
        files=dict(sorted(files.items())),
    )


def _entry(parsed: Parsed) -> Any:
    form: Any = parsed.form
    match parsed.kind:
        case "cause":
            return form.entry(parsed.id, parsed.layer, parsed.text)
        case "fix":
            return form.entry(parsed.id, parsed.text)
        case "evidence" | "question":
            return form.entry(parsed.id)
        case "codes":
            return _by_code(cast(CodesForm, form))
        case "settings":
            return cast(SettingsForm, form).entry()
        case "cases":
            return None


def _by_code(form: CodesForm) -> dict[str, tuple[Code, ...]]:
    result: dict[str, tuple[Code, ...]] = {}
    for code in form.entries():
        result[code.code] = (*result.get(code.code, ()), code)
    return result
