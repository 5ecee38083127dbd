"""New entries to start from: every field stands there, what only a person knows is marked.

Strategy: texts by template, not by dumping values, so that an editor finds the comments and the
order of the fields that the shipped entries have.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from bot.catalog.likeness import says_lines
from bot.catalog.marks import mark
from bot.catalog.places import file_of
from bot.catalog.words import HOW_COMMON, HOW_OFTEN, HOW_WELL, Scale
from bot.catalog.yamltree import Tree, read_tree

NewKind = Literal["cause", "question", "fix", "evidence"]
LADDER = "evidence/ladder.yaml"


@dataclass(frozen=True, slots=True)
class Wish:
    """What is known already; ``cause`` is the one that a fix, question or item is about."""

    by: str
    on: str
    layer: str = ""
    title: str = ""
    cause: str = ""


def scaffold(kind: NewKind, name: str, wish: Wish) -> dict[str, str]:
    """Relative path -> text of the files of a new entry."""
    match kind:
        case "cause":
            return {
                file_of("cause", name, wish.layer): _cause(wish),
                file_of("cases", name, wish.layer): _CASES,
            }
        case "fix":
            return {file_of("fix", name): _fix(wish)}
        case "question":
            return {file_of("question", name): _question(wish)}
        case "evidence":
            return {file_of("evidence", name): _evidence(wish)}


def with_rung(files: Mapping[str, str], cause: str) -> str | None:
    """The ladder's file with a row for a new cause; None where it has no place for one."""
    text = files.get(LADDER, "")
    tree = read_tree(text, LADDER)
    begin, end = says_lines(LADDER, text)
    if not isinstance(tree, Tree) or not begin:
        return None
    lines = text.splitlines(keepends=True)
    while end > begin and lines[end - 1].lstrip()[:1] in ("", "#"):
        end -= 1
    made = "".join([*lines[:end], rung(cause) + "\n", *lines[end:]])
    again = read_tree(made, LADDER)
    fits = isinstance(again, Tree) and _rows(again) == _rows(tree) + 1
    return made if fits else None


def rung(cause: str) -> str:
    """The row that says at which rung the path stops if that is the cause."""
    state = _todo("the rung at which it stops, or ok")
    return f"  - {{state: {state}, if_cause: {cause}, how_often_seen: {_word(HOW_OFTEN)}}}"


def _rows(tree: Tree) -> int:
    says = tree.value.get("says") if isinstance(tree.value, dict) else None
    return len(says) if isinstance(says, list) else 0


def _quoted(text: str) -> str:
    """A YAML scalar in double quotes (a JSON string is one, YAML 1.2 section 1.3)."""
    return json.dumps(text, ensure_ascii=False)


def _todo(wanted: str) -> str:
    return _quoted(mark(wanted))


def _word(scale: Scale) -> str:
    *most, last = scale.words
    return _todo(f"{', '.join(most)} or {last}, or a number")


def _titled(wish: Wish, wanted: str) -> str:
    return _quoted(wish.title) if wish.title else _todo(wanted)


def _origin(wish: Wish) -> str:
    document = _todo("the primary document with its section, no web address")
    return f"source:\n  - {document}\nreviewed: {{by: {_quoted(wish.by)}, on: {wish.on}}}\n"


def _blamed(wish: Wish) -> str:
    return wish.cause or _todo("the id of a cause")


def _cause(wish: Wish) -> str:
    return f"""---
title: {_titled(wish, "one sentence with a full stop: what is wrong and whom it stops")}
who_feels_it: {_todo("user, this PC, that host or everybody")}
how_common: {_word(HOW_COMMON)}
{_origin(wish)}---

{mark("what people see, and how to know that it is this and not a look-alike")}
"""


_CASES = f"""# yaml-language-server: $schema=../../schema/cases.json
# Inputs of `kb diagnose`: evidence by its id, codes, message, report.
- expect: first
  why: {_todo("what the case shows")}
  input:
    evidence: {{ladder: {_todo("a state, and below it what else is seen when this is the cause")}}}
- expect: not-first
  winner: {_todo("the id of the look-alike that wins here")}
  why: {_todo("what tells the look-alike apart")}
  input:
    evidence: {{ladder: {_todo("a state, and below it what is seen with the look-alike")}}}
- expect: inconclusive
  why: {_todo("what is missing to tell")}
  input:
    message: {_todo("what a user says who says too little")}
"""


def _fix(wish: Wish) -> str:
    return f"""---
title: {_titled(wish, "what to do, as an instruction of at most 90 characters")}
cures:
  - {{cause: {_blamed(wish)}, how_well: {_word(HOW_WELL)}}}
effort: {_todo("the minutes of work")}
who_can: {_todo("user, helper or admin")}
# needs_access: an access group of settings.yaml
risk: {_todo("0 looks only, 1 reversible, 2 disturbs others or restarts, 3 a test that is undone")}
undo: {_todo("how to go back; remove the line for a fix of risk 0")}
# check: [evidence that proves it]      changes: [probes that look again]
# only_if: {{evidence: [states in which it makes sense]}}
{_origin(wish)}---

1. {mark("the first step, with the exact command in backticks and what it shows")}

You should see: {mark("what is seen when it has worked")}
"""


def _question(wish: Wish) -> str:
    often = _word(HOW_OFTEN)
    return f"""# yaml-language-server: $schema=../schema/question.json
title: {_titled(wish, "the question in a few words")}
ask: {_todo("the question as it is asked, at most 140 characters")}
answers:
  yes: {_todo("the button, at most 75 characters")}
  no: {_todo("the button, at most 75 characters")}
where_to_look: {_todo("how to find out, with the exact line to run")}
effort: {_todo("the minutes that answering takes")}
# needs_access: an access group of settings.yaml
not_sure_share: {_todo("how often people cannot tell, such as seldom")}
otherwise: {{yes: {_todo("how often it is yes when another cause is at work")}}}
says:
  - {{state: yes, if_cause: {_blamed(wish)}, how_often_seen: {often}}}
{_origin(wish)}"""


def _evidence(wish: Wish) -> str:
    often = _word(HOW_OFTEN)
    return f"""# yaml-language-server: $schema=../schema/evidence.json
# Set by what the user says: probes set only the items that the program knows.
title: {_titled(wish, "what the item is about, as a card shows it")}
states:
  said: {_todo("how the finding reads on a card")}
  none: nothing of the kind was said
usual_state: none
abnormal: [said]
otherwise: {{said: {_todo("how often it is said when another cause is at work")}}}
says:
  - {{state: said, if_cause: {_blamed(wish)}, how_often_seen: {often}}}
matches:
  said:
    texts: [{_todo("words of the error text; codes, extended, events or report may stand beside")}]
{_origin(wish)}"""
