"""What must always hold of the engine, the tests that show it, and that these tests can fail.

``python -m tests.engine.properties`` breaks the engine in a copy, once for each property, and runs
that property's tests: exit code 1 if they stay green over a broken engine.  Some minutes; a number
as argument takes that property alone.  Each change is a piece of text that must be there exactly
once, so that code that has moved is noticed (``test_properties`` looks at that every time).
"""

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COPIED = ("bot", "handlers", "knowledge", "tests", "pyproject.toml")


@dataclass(frozen=True, slots=True)
class Property:
    """What holds; the tests that show it; and a change to one file after which it does not."""

    holds: str
    tests: tuple[str, ...]
    file: str
    there: str
    instead: str


def engine(module: str) -> str:
    """A module of the engine."""
    return f"bot/engine/{module}.py"


def tests(module: str, *names: str) -> tuple[str, ...]:
    """Tests of one module, as pytest names them."""
    return tuple(f"tests/{module}.py::{name}" for name in names)


BELIEF, PLANNER, OPTIMALITY = "engine/test_belief", "engine/test_planner", "engine/test_optimality"
SAFETY, TREE, LEARNING = "engine/test_safety", "engine/test_tree", "engine/test_learning"

PROPERTIES = {
    1: Property(
        "Order of evidence changes no belief, nor do unknown and not sure; weights sum to 1",
        tests(BELIEF, "test_order_does_not_matter", "test_silence_says_nothing"),
        engine("belief"),
        'SPEAKING = ("failed", "worked", "came-back")',
        'SPEAKING = ("failed", "worked", "came-back", "unsure")',
    ),
    2: Property(
        "Independent fixes without questions: V is the optimum (500 models, to 1e-9)",
        tests(OPTIMALITY, "test_independent_fixes_without_questions_are_solved_exactly"),
        engine("greedy"),
        "            if value < best:\n",
        "            if value < best * 0.97:\n",
    ),
    3: Property(
        "Optimum <= engine <= V <= G on any model",
        (
            *tests(OPTIMALITY, "test_the_engine_lies_between_the_optimum_and_its_promise"),
            *tests(PLANNER, "test_the_promise_is_kept_where_questions_can_be_answered_not_sure"),
        ),
        engine("planner"),
        'Option("escalate", -1, "", self.escalation * root.total)',
        'Option("escalate", -1, "", self.escalation * root.total * 0.8)',
    ),
    4: Property(
        "G equals the plain greedy: heap, cut and bounds are only a speed-up",
        tests(OPTIMALITY, "test_the_heap_is_only_a_speed_up"),
        engine("greedy"),
        "            if rate > stale:\n",
        "            if rate > stale + 1e-3:\n",
    ),
    5: Property(
        "Adjacent efficiencies in G's sequence never increase (no groups, one tier)",
        tests(OPTIMALITY, "test_efficiencies_of_the_greedy_order_never_increase"),
        engine("greedy"),
        "key=lambda fix: (found[fix], self.tiers[fix]",
        "key=lambda fix: (round(found[fix], 1), self.tiers[fix]",
    ),
    6: Property(
        "Scaling all costs, or renaming ids with their order kept, changes no step",
        tests(PLANNER, "test_scaling_all_costs_changes_no_step", "test_names_change_no_step"),
        engine("parts"),
        "        return max(parts, 0.01)\n",
        "        return parts + 2.0\n",
    ),
    7: Property(
        "A useless question is never asked; a free perfect one makes nothing worse",
        tests(
            PLANNER,
            "test_a_question_that_tells_nothing_apart_is_never_asked",
            "test_a_free_question_does_not_make_things_worse",
        ),
        engine("planner"),
        "value += sum(self.value(after) for _, after",
        "value += 0.1 * sum(self.value(after) for _, after",
    ),
    8: Property(
        "Dearer escalation never makes it the first step; nearly free, it comes at once",
        tests(PLANNER, "test_dearer_escalation_never_makes_it_come_first"),
        engine("planner"),
        "        self.escalation = model.catalog.settings.escalation_cost\n",
        "        self.escalation = 1.0\n",
    ),
    9: Property(
        "A better or cheaper fix never costs more (engine: 5 % at most)",
        tests(PLANNER, "test_better_and_cheaper_fixes_never_cost_more"),
        engine("compiling"),
        "        effort=entry.effort.value * weight,\n",
        "        effort=16.0 / max(entry.effort.value, 0.1) * weight,\n",
    ),
    10: Property(
        "A failed fix lowers what it cures against what it does not",
        tests(BELIEF, "test_a_failed_fix_never_raises_what_it_cures_against_what_it_does_not"),
        engine("belief"),
        "row[cause] = 1.0 - share * chance",
        "row[cause] = 1.0 + share * chance",
    ),
    11: Property(
        "Nothing is offered twice, nothing retired; every session ends within twelve steps",
        tests(
            SAFETY,
            "test_no_session_breaks_a_rule_or_lasts_more_than_twelve_steps",
            "test_a_session_that_nobody_would_hand_over_ends_after_twelve_steps",
        ),
        engine("decision"),
        "    if situation.steps >= model.catalog.settings.max_steps:\n",
        "    if situation.steps >= 99:\n",
    ),
    12: Property(
        "R1 to R4 at every node and in every simulated session; a test is undone before any end",
        (
            *tests(SAFETY, "test_no_branch_of_a_policy_breaks_a_rule"),
            *tests(TREE, "test_every_test_is_undone_before_any_end"),
            *tests(
                "desk/test_simulating",
                "test_no_rule_is_broken_in_any_session",
                "test_no_rule_is_broken_with_the_shipped_knowledge",
            ),
        ),
        engine("safety"),
        "        if any(tier <= limit and fair(fix) for tier, fix in pairs):\n",
        "        if False:\n",
    ),
    13: Property(
        "Pairs of questions are seen; the stored nasty models stay within 1.06",
        tests(OPTIMALITY, "test_pairs_of_questions_are_seen", "test_the_nastiest_models_stay_near"),
        engine("planner"),
        "value += sum(self.value(after) for _, after",
        "value += sum(self._repair(after) for _, after",
    ),
    14: Property(
        "Equal bytes over five hash seeds and every interpreter that is found",
        tests(
            TREE,
            "test_equal_knowledge_draws_equal_bytes",
            "test_every_interpreter_draws_equal_bytes",
        ),
        engine("compiling"),
        "enumerate(sorted(ids))",
        "enumerate(ids)",
    ),
    15: Property(
        "A live ticket's path lies in the tree",
        tests(
            TREE,
            "test_a_session_walks_in_the_tree",
            "test_a_session_on_the_shipped_knowledge_walks_in_the_tree",
        )
        + tests("desk/test_path", "test_a_live_path_lies_in_the_tree"),
        engine("tree"),
        'missed = tried(model, place.situation, fix.id, "failed")',
        'missed = tried(model, place.situation, fix.id, "unsure")',
    ),
    16: Property(
        "Every probability can be recomputed from what is logged",
        (
            *tests(BELIEF, "test_every_probability_can_be_recomputed_from_what_is_logged"),
            *tests("engine/test_sheet", "test_the_points_give_every_probability_again"),
        ),
        engine("belief"),
        "    weights = list(model.prior)\n",
        "    weights = [prior**0.9 for prior in model.prior]\n",
    ),
    17: Property(
        "Learning: no cases, no change; censoring; any order; silence; true priors come back",
        tests(
            LEARNING,
            "test_without_cases_the_expert_holds",
            "test_what_was_not_tried_or_not_asked_stays_as_it_was",
            "test_the_order_of_cases_does_not_matter",
            "test_abandoned_cases_change_nothing",
            "test_ten_thousand_cases_recover_the_priors",
        ),
        "bot/engine/learning.py",
        "            shares = responsibilities(model, lesson)\n",
        "            shares = responsibilities(model, lesson)\n"
        "            shares = [float(share == max(shares)) for share in shares]\n",
    ),
    18: Property(
        "Contradictions, emptiness, impossible causes, identical fixes: a sensible end",
        tests(
            PLANNER,
            "test_poor_knowledge_comes_to_a_sensible_end",
            "test_contradictory_evidence_is_no_error",
        ),
        engine("compiling"),
        "LEAST_PRIOR = 1e-6\n",
        "LEAST_PRIOR = 0.0\n",
    ),
    19: Property(
        "A probe that changed after a fix restarts the belief; an unchanged one does not",
        tests(
            "engine/test_progress",
            "test_a_second_fault_restarts_belief",
            "test_a_changed_probe_after_a_fix_restarts_and_an_unchanged_one_does_not",
        ),
        engine("progress"),
        "        and before[item] != now[item]\n",
        "",
    ),
    20: Property(
        "Word to number and back",
        tests(
            "catalog/test_words",
            "test_word_to_number_and_back",
            "test_number_is_read_as_written_and_has_a_nearest_word",
        ),
        "bot/catalog/words.py",
        "max(value, floor) / item[1] if value > item[1]",
        "value - item[1] if value > item[1]",
    ),
    21: Property(
        "Whatever stands in a file: a message with line, column and field, or a catalog",
        tests(
            "catalog/test_loader",
            "test_fuzzed_files_give_problems_with_a_place_or_a_catalog",
            "test_each_planted_mistake_is_told_with_its_place",
        ),
        "bot/catalog/yamltree.py",
        "return mark.line + self.first_line, mark.column + 1",
        "return mark.line, mark.column + 1",
    ),
}


def red(folder: Path, broken: Property) -> list[str]:
    """The tests of a property that notice the change, run in a copy of the program."""
    path = folder / broken.file
    text = path.read_text("utf-8")
    path.write_text(text.replace(broken.there, broken.instead), "utf-8")
    try:
        return [test for test in broken.tests if not _passes(folder, test)]
    finally:
        path.write_text(text, "utf-8")


def _passes(folder: Path, test: str) -> bool:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", test]
    return subprocess.run(command, check=False, cwd=folder, capture_output=True).returncode == 0


def main(numbers: list[int]) -> int:
    """Print a line a property; 1 if one of them can be broken without a test that says so."""
    unseen = 0
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for each in COPIED:
            source = ROOT / each
            copy = shutil.copytree if source.is_dir() else shutil.copy
            copy(source, folder / each)
        for number in numbers or PROPERTIES:
            found = red(folder, PROPERTIES[number])
            unseen += not found
            told = ", ".join(test.partition("::")[2] for test in found) or "NO TEST IS RED"
            print(f"{number:>2} broken in {PROPERTIES[number].file}: {told}", flush=True)
    return int(unseen > 0)


if __name__ == "__main__":
    sys.exit(main([int(each) for each in sys.argv[1:]]))
