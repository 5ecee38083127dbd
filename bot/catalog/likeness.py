"""A new cause that begins as a look-alike of one that exists: its name beside the other's.

Strategy: the texts are edited, not dumped anew, so that comments and order stay; each edit is
read again, and only taken where both causes then have the same lines.
"""

import re
from collections.abc import Mapping

from bot.catalog.yamltree import Tree, read_tree


def alike(files: Mapping[str, str], known: str, new: str) -> dict[str, str]:
    """The evidence items and questions that speak of ``known``, speaking of ``new`` as well."""
    changed: dict[str, str] = {}
    for file, text in files.items():
        if file.startswith(("evidence/", "questions/")) and known in text:
            made = _edited(file, text, known, new)
            if made is not None:
                changed[file] = made
    return changed


def says_lines(file: str, text: str) -> tuple[int, int]:
    """The lines of `says` below its key, as a slice of all lines; empty where there is none."""
    tree = read_tree(text, file)
    if not isinstance(tree, Tree) or not isinstance(tree.value, dict) or "says" not in tree.value:
        return 0, 0
    begin = tree.place(("says",))[0]
    later = (tree.place((key,))[0] for key in tree.value)
    return begin, min((line for line in later if line > begin), default=text.count("\n") + 1) - 1


def _edited(file: str, text: str, known: str, new: str) -> str | None:
    begin, end = says_lines(file, text)
    lines = text.splitlines(keepends=True)
    made = "".join([*lines[:begin], *(_line(each, known, new) for each in lines[begin:end])])
    made += "".join(lines[end:])
    rows = _rows(file, made, known)
    return made if made != text and rows and rows == _rows(file, made, new) else None


def _line(line: str, known: str, new: str) -> str:
    """One line with the new name beside the known one, alone, in brackets or on a line below."""
    if line.lstrip().startswith("#"):
        return line
    name = rf"(?<![\w-]){re.escape(known)}(?![\w-])"
    if re.fullmatch(rf"\s+- {name}\s*", line):
        return line + line.replace(known, new)
    if re.search(rf"if_cause: {name}", line):
        return re.sub(rf"if_cause: {name}", f"if_cause: [{known}, {new}]", line)
    return re.sub(rf"(?<=[\[,]){name}|(?<=, ){name}", f"{known}, {new}", line)


def _rows(file: str, text: str, cause: str) -> list[object]:
    """The lines of `says` about a cause, its name left out."""
    tree = read_tree(text, file)
    value = tree.value if isinstance(tree, Tree) else None
    says = value.get("says") if isinstance(value, dict) else None
    found: list[object] = []
    for row in says if isinstance(says, list) else []:
        if isinstance(row, dict):
            blamed = row.get("if_cause")
            if cause == blamed or (isinstance(blamed, list) and cause in blamed):
                found.append({key: each for key, each in row.items() if key != "if_cause"})
    return found
