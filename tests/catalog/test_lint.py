"""The linter: each rule finds its breach, with its place, and nothing else."""

from collections.abc import Callable
from datetime import date

import pytest

from bot.catalog import Problem, load
from bot.catalog.lint import check, errors
from tests.catalog.kit import small, with_probe_items

CAUSE = "causes/port/service-down.md"
CASES = "causes/port/service-down.cases.yaml"
FIX = "fixes/start-service.md"
QUESTION = "questions/is-it-on.yaml"
TODAY = date(2026, 12, 1)
WHOLE = with_probe_items(small())

TEMPORARY = "risk: 3\ntemporary: true\nlimit_minutes: 15\napprover: true\npermanent_fix: [mend]"


def _check(files: dict[str, str], today: date = TODAY) -> list[Problem]:
    return check(load(files), today)


def _changed(file: str, old: str, new: str) -> list[str]:
    assert old in WHOLE[file]
    return [str(p) for p in _check({**WHOLE, file: WHOLE[file].replace(old, new, 1)})]


def test_a_whole_folder_has_no_problem() -> None:
    assert _check(WHOLE) == []


@pytest.mark.parametrize(
    ("file", "old", "new", "told"),
    [
        (FIX, "how_well: usually", "how_well: sometimes",
         f"{CAUSE}:2:1: no fix cures it at least half of the time, and escalate_only is not set"),
        (FIX, "undo: Stop it again.\n", "", f"{FIX}:8:1: a fix of risk 1 says how to undo it"),
        (FIX, "ping {host}", "ping {name}",
         f"{FIX}:17:15: {{name}} in a command; only {{host}} and {{address}} are filled in"),
        (FIX, "ping {host}", "ping <server>",
         f"{FIX}:17:15: <server> in a command; only {{host}} and {{address}} are filled in"),
        (CASES, "- expect: inconclusive", "- expect: first",
         f"{CASES}:1:1: a case with 'expect: inconclusive' is missing"),
        (QUESTION, "  'off': Off\n", "  'off': Off\n  b: b\n  c: c\n  d: d\n  e: e\n",
         f"{QUESTION}:3:1: 6 answers; a question has two to five"),
        (QUESTION, "Is the host on?", "x" * 141, f"{QUESTION}:2:1: 141 characters, at most 140"),
        (QUESTION, "Running", "x" * 76,
         f"{QUESTION}:4:3: the button has 76 characters, at most 75"),
        (QUESTION, "how_often_seen: usually", "how_often_seen: hardly ever",
         f"{QUESTION}:9:1: warning: no answer makes any cause much likelier: the question cannot"
         " matter"),
        (CAUSE, "gets in.", "gets in" + "x" * 130 + ".",
         f"{CAUSE}:2:1: the title has 169 characters, at most 140"),
    ],
)  # fmt: skip
def test_each_breach_is_told_with_its_place(file: str, old: str, new: str, told: str) -> None:
    assert told in _changed(file, old, new)


@pytest.mark.parametrize(
    "advice",
    [
        "`netsh advfirewall set allprofiles state off`",
        "`Set-NetFirewallProfile -All -Enabled False`",
        "turn the Windows firewall off",
        "`Set-ItemProperty $key SecurityLayer -Value 0`",
        "set SecurityLayer to 0",
        "`Add-LocalGroupMember 'Remote Desktop Users' -Member Everyone`",
        "add Everyone to the group",
        "send the password by chat",
        "rename the MachineKeys folder",
        "`ren C:\\ProgramData\\Microsoft\\Crypto\\RSA\\MachineKeys`",
        '`reg add "RDP-Tcp" /v UserAuthentication /t REG_DWORD /d 0 /f`',
        "turn NLA off",
        "add the line enablecredsspsupport:i:0",
        "`reg add X /v AllowEncryptionOracle /t REG_DWORD /d 2 /f`",
    ],
)
@pytest.mark.parametrize("file", [FIX, CAUSE])
def test_forbidden_advice_is_refused_wherever_it_stands(file: str, advice: str) -> None:
    text = WHOLE[file] + f"\nThen {advice}\n"
    line = text.count("\n")
    found = [problem for problem in _check({**WHOLE, file: text}) if "advised" in problem.message]
    assert [(problem.file, problem.line, problem.level) for problem in found] == [
        (file, line, "error")
    ]


@pytest.mark.parametrize(
    "sentence",
    [
        "Never rename the MachineKeys folder.",
        "Do not turn NLA off for this.",
        "You must not add Everyone to the group.",
    ],
)
def test_a_warning_may_name_what_it_forbids(sentence: str) -> None:
    assert _check({**WHOLE, FIX: WHOLE[FIX] + f"\n{sentence}\n"}) == []


def test_a_line_break_hides_nothing() -> None:
    text = WHOLE[CAUSE] + "\nIn short, turn the Windows\nfirewall off.\n"
    (problem,) = _check({**WHOLE, CAUSE: text})
    assert (problem.line, problem.column) == (text.count("\n") - 1, 11)


def test_a_negation_elsewhere_does_not_cover_it() -> None:
    text = WHOLE[FIX] + "\nIf you do not see it, turn the firewall off.\n"
    assert any("never advised" in p.message for p in _check({**WHOLE, FIX: text}))


def _temporary() -> dict[str, str]:
    test = WHOLE[FIX].replace("risk: 1", TEMPORARY).replace("2. Then", "2. Then turn NLA off, and")
    return {**WHOLE, "fixes/test-it.md": test, "fixes/mend.md": WHOLE[FIX]} | {
        FIX: WHOLE[FIX].replace("effort: 5", "effort: 2").replace("usually", "half")
    }


def test_a_temporary_test_may_lower_security() -> None:
    assert _check(_temporary()) == []


@pytest.mark.parametrize("field", ["temporary", "limit_minutes", "approver", "permanent_fix"])
def test_a_test_of_risk_3_is_complete(field: str) -> None:
    files = _temporary()
    lines = files["fixes/test-it.md"].splitlines(keepends=True)
    files["fixes/test-it.md"] = "".join(line for line in lines if not line.startswith(field))
    told = [str(problem) for problem in _check(files)]
    assert f"fixes/test-it.md:8:1: a fix of risk 3 needs {field!r}" in told


def test_a_temporary_test_has_risk_3() -> None:
    files = _temporary()
    files["fixes/test-it.md"] = files["fixes/test-it.md"].replace("risk: 3", "risk: 2")
    assert "fixes/test-it.md:9:1: a temporary test has risk 3" in map(str, _check(files))


def test_a_circle_is_drawn() -> None:
    files = {
        **WHOLE,
        FIX: WHOLE[FIX].replace("risk: 1", "risk: 1\nbefore: [zeta]"),
        "fixes/zeta.md": WHOLE[FIX].replace("risk: 1", "risk: 1\nbefore: [start-service]"),
    }
    (problem,) = [p for p in _check(files) if "circular" in p.message]
    assert (problem.file, problem.line) == (FIX, 9)
    assert "start-service > zeta > start-service" in problem.message


def test_a_missing_cases_file_is_named() -> None:
    files = {file: text for file, text in WHOLE.items() if file != CASES}
    assert [str(p) for p in _check(files)] == [
        f"{CASES}:1:1: the proof cases of this cause are missing"
    ]


def test_cases_in_another_layer_are_told() -> None:
    files = dict(WHOLE)
    files["causes/name/service-down.cases.yaml"] = files.pop(CASES)
    told = [p.message for p in _check(files)]
    assert "the cause 'service-down' stands in the layer 'port'" in told


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (lambda text: text.replace("  skewed:", "  askew:").replace("[skewed]", "[askew]")
            .replace("{skewed:", "{askew:"), "the program sets the states right, skewed"),
        (lambda text: text.replace("abnormal: [skewed]\n", ""), "abnormal are skewed"),
    ],
)  # fmt: skip
def test_items_of_probes_have_the_states_that_the_program_sets(
    change: Callable[[str], str], told: str
) -> None:
    file = "evidence/clock.yaml"
    assert [p.message for p in _check({**WHOLE, file: change(WHOLE[file])})] == [told]


def test_a_missing_or_invented_probe_item_is_told() -> None:
    files = dict(WHOLE)
    files["evidence/clocks.yaml"] = files.pop("evidence/clock.yaml")
    assert [str(p) for p in _check(files)] == [
        "evidence/clock.yaml:1:1: the program sets this item, but the file is missing",
        "evidence/clocks.yaml:2:1: no probe sets 'clocks'; did you mean 'clock'?",
    ]


def test_stale_and_early_reviews() -> None:
    late = _check(WHOLE, date(2028, 1, 1))
    assert {p.level for p in late} == {"warning"}
    assert f"{CAUSE}:6:1: warning: reviewed 407 days ago, more than 365" in map(str, late)
    assert _check(WHOLE, date(2026, 11, 27)) == []  # it is the 28th already in Auckland
    early = _check(WHOLE, date(2026, 11, 1))
    assert {p.message for p in early} == {
        f"the review of 2026-11-{day} lies ahead" for day in (20, 28)
    }
    assert {p.level for p in early} == {"error"}


def test_causes_that_nothing_tells_apart_are_told() -> None:
    twin = {
        "causes/port/twin.md": WHOLE[CAUSE],
        "causes/port/twin.cases.yaml": WHOLE[CASES],
        "fixes/mend-twin.md": WHOLE[FIX].replace("service-down", "twin"),
    }
    rows = "\n".join(
        f"  - {{state: {state}, if_cause: twin, how_often_seen: usually}}" for state in ("silent",)
    )
    talk = WHOLE["evidence/talk.yaml"].replace("says:\n", f"says:\n{rows}\n")
    question = WHOLE[QUESTION].replace(
        "says:\n", "says:\n  - {state: 'off', if_cause: twin, how_often_seen: usually}\n"
    )
    files = {**WHOLE, **twin, "evidence/talk.yaml": talk, QUESTION: question}
    assert [str(p) for p in _check(files)] == [
        f"{CAUSE}:2:1: warning: nothing tells it apart from 'twin' by 1.5 times"
    ]
    files[QUESTION] = WHOLE[QUESTION]
    assert _check(files) == []


def test_a_dominated_fix_is_told() -> None:
    files = {**WHOLE, "fixes/slow-way.md": WHOLE[FIX].replace("effort: 5", "effort: 30")}
    assert [str(p) for p in _check(files)] == [
        "fixes/slow-way.md:2:1: warning: 'start-service' cures the same, costs no more and is as"
        " safe"
    ]


def _twins() -> dict[str, str]:
    """A second cause that every item and fix speaks of as of the first."""
    both = "[service-down, twin]"
    return {
        **WHOLE,
        "causes/port/twin.md": WHOLE[CAUSE],
        "causes/port/twin.cases.yaml": WHOLE[CASES],
        "evidence/talk.yaml": WHOLE["evidence/talk.yaml"].replace(
            "if_cause: service-down", f"if_cause: {both}"
        ),
        QUESTION: WHOLE[QUESTION].replace("if_cause: service-down", f"if_cause: {both}"),
        FIX: WHOLE[FIX].replace(
            "  - {cause: service-down, how_well: usually}\n",
            "  - {cause: service-down, how_well: usually}\n  - {cause: twin, how_well: usually}\n",
        ),
    }


def test_two_causes_alike_in_findings_and_cures_are_one() -> None:
    told = "the same findings and cures as 'service-down': write what tells them apart, or keep one"
    assert [str(p) for p in _check(_twins())] == [f"causes/port/twin.md:2:1: {told}"]
    assert [p.level for p in errors(load(_twins()), TODAY)] == ["error"]


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (FIX, "{cause: twin, how_well: usually}", "{cause: twin, how_well: half}"),
        (QUESTION, "[service-down, twin]", "twin"),
        ("evidence/talk.yaml", "[service-down, twin]", "service-down"),
    ],
)
def test_one_thing_that_differs_is_enough(file: str, old: str, new: str) -> None:
    files = _twins()
    assert old in files[file]
    files[file] = files[file].replace(old, new)
    assert errors(load(files), TODAY) == []


def test_errors_are_what_check_finds_without_warnings() -> None:
    files = {**WHOLE, "fixes/slow-way.md": WHOLE[FIX].replace("effort: 5", "effort: 30")}
    files[FIX] = files[FIX].replace("undo: Stop it again.\n", "")
    found = _check(files)
    assert {problem.level for problem in found} == {"error", "warning"}
    assert errors(load(files), TODAY) == [p for p in found if p.level == "error"]
