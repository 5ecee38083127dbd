"""Where a security rule of the linter is switched off, the reason stands beside it."""

import re
import tomllib
from pathlib import Path

ROOT = Path(__file__).parents[1]
OFF = re.compile(
    r"#\s*(?:ruff:\s*)?noqa(?::\s*(?P<codes>[A-Z]+[0-9]+(?:,\s*[A-Z]+[0-9]+)*))?(?P<why>.*)"
)
FOLDERS = ("bot", "handlers", "knowledge", "tests")


def test_every_exception_from_a_security_rule_has_its_reason() -> None:
    bare = []
    for path in (path for folder in FOLDERS for path in (ROOT / folder).rglob("*.py")):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            found = OFF.search(line)
            if found is None or path == Path(__file__):
                continue
            codes = found["codes"] or "S"  # without a code it switches everything off
            if re.search(r"\bS[0-9]*\b", codes) and not re.search(r"\w{2,}", found["why"]):
                bare.append(f"{path.relative_to(ROOT)}:{number}")
    assert bare == []


def test_the_product_is_checked_by_all_of_them() -> None:
    lint = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["ruff"][
        "lint"
    ]
    assert "S" in lint["select"]
    assert not [code for code in lint["ignore"] if re.fullmatch(r"S[0-9]*", code)]
    for files, codes in lint["per-file-ignores"].items():
        security = {code for code in codes if re.fullmatch(r"S[0-9]*", code)}
        # Tests assert, hold made-up secrets, and start programs of their own choice.
        allowed = {"S101", "S105", "S106", "S603", "S607"} if files == "tests/**" else set()
        assert security <= allowed, files
