"""The form of evidence items, questions and proof cases: see ``models`` for the strategy."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, WithJsonSchema

from bot.catalog.entries import Evidence, Match, Question
from bot.catalog.models import (
    Form,
    Minutes,
    Names,
    Often,
    Probe,
    SaysForm,
    Sourced,
    States,
    Text,
)
from bot.catalog.words import HOW_OFTEN


def _as_list(written: object) -> object:
    """One word may stand without brackets; numbers (event ids, codes) are read as text."""
    items = written if isinstance(written, list) else [written]
    return [str(item) if isinstance(item, int) else item for item in items]


CODE = r"^0x(0|[1-9A-F][0-9A-F]*)(-0x[1-9A-F][0-9A-F]*)?$"
"""A canonical code or a range of them, as ``0x904`` or ``0x100-0x10A``."""


def _one_or_more(item: dict[str, Any]) -> WithJsonSchema:
    return WithJsonSchema({"anyOf": [item, {"type": "array", "items": item}]})


Listed = Annotated[
    tuple[Text, ...],
    BeforeValidator(_as_list),
    _one_or_more({"type": ["string", "integer"], "minLength": 1}),
]

ListedCodes = Annotated[
    tuple[Annotated[str, Field(pattern=CODE)], ...],
    BeforeValidator(_as_list),
    _one_or_more({"type": "string", "pattern": CODE}),
]


class MatchForm(Form):
    """One state of `matches`: any line of any list suffices."""

    codes: ListedCodes = ()
    extended: ListedCodes = ()
    texts: Listed = ()
    events: Listed = ()
    report: dict[str, Listed] = Field(default_factory=dict)
    rdp_file: dict[str, Listed] = Field(default_factory=dict)

    def entry(self) -> Match:
        """As the program reads it; codes and texts stay as written (``report`` canonises)."""
        return Match(
            codes=self.codes,
            extended=self.extended,
            texts=self.texts,
            events=self.events,
            report=dict(self.report),
            rdp_file=dict(self.rdp_file),
        )


class EvidenceForm(Sourced):
    """`evidence/<id>.yaml`: an item with named states, set by a probe or by the user's report."""

    title: Annotated[Text, Field(description="what the item is about, as a card shows it")]
    probe: Annotated[
        Probe | None, Field(description="the probe that sets it; none: the user's report does")
    ] = None
    states: Annotated[
        Names, Field(min_length=1, description="state -> how it reads; `unknown` is never listed")
    ]
    usual_state: Annotated[Text, Field(description="the state of a connection without fault")]
    abnormal: Annotated[tuple[str, ...], Field(description="states that are a finding")] = ()
    otherwise: Annotated[
        dict[str, Often],
        Field(
            description="state -> how often when no listed cause is at work; every state but the"
            " usual one, which takes the rest",
        ),
    ]
    says: Annotated[
        tuple[SaysForm, ...],
        Field(
            description="lines of `{state, if_cause, how_often_seen}` (one cause or a list; or"
            " `states: {state: word, …}` for several); what is left is shared as in `otherwise`"
        ),
    ] = ()
    matches: Annotated[
        dict[str, MatchForm],
        Field(
            default_factory=dict,
            description="state -> `codes`, `extended`, `texts`, `events`, `report`, `rdp_file` that"
            " set it; the first state that matches wins",
        ),
    ]
    same_check: Annotated[
        str | None, Field(description="group of dependent items; only the strongest counts")
    ] = None
    trust: Annotated[
        Literal["firm", "normal", "shaky"], Field(description="`firm`, `normal` or `shaky`")
    ] = "normal"
    refines: Annotated[
        tuple[str, ...],
        Field(
            description="states of `ladder` that count this item's fault already; there it only"
            " says which fault it is, and a rung that holds counts once"
        ),
    ] = ()

    def entry(self, name: str) -> Evidence:
        """As the program reads it."""
        stated = {state: word.value for state, word in self.otherwise.items()}
        stated.setdefault(self.usual_state, max(0.0, 1.0 - sum(stated.values())))
        return Evidence(
            id=name,
            title=self.title,
            origin="probe" if self.probe else "report",
            probe=self.probe,
            states=self.states,
            usual_state=self.usual_state,
            abnormal=frozenset(self.abnormal),
            otherwise={state: stated.get(state, 0.0) for state in self.states},
            says=tuple(says for row in self.says for says in row.entries()),
            matches={state: match.entry() for state, match in self.matches.items()},
            same_check=self.same_check,
            trust=self.trust,
            refines=self.refines,
            source=self.source,
            reviewed=self.reviewed.entry(),
        )


class QuestionForm(Sourced):
    """`questions/<id>.yaml`: something only a person can tell. "Not sure" is added by itself."""

    title: Annotated[Text, Field(description="the question in a few words")]
    ask: Annotated[Text, Field(description="the question as asked, at most 140 characters")]
    answers: Annotated[
        Names, Field(description="answer -> button text (max 75), two to five answers")
    ]
    where_to_look: Annotated[Text, Field(description="how to find out, with the exact line to run")]
    effort: Annotated[Minutes, Field(description="minutes that answering takes")]
    annoyance: Annotated[
        Literal["none", "some", "much"], Field(description="`none`, `some`, `much`")
    ] = "none"
    needs_access: Annotated[
        str | None, Field(description="an access group of `settings.yaml`, if one is needed")
    ] = None
    not_sure_share: Annotated[Often, Field(description="how often people cannot tell (word)")] = (
        HOW_OFTEN.read("seldom")
    )
    otherwise: Annotated[
        dict[str, Often],
        Field(
            description="answer -> how often when no listed cause is at work; answers left out"
            " share the rest"
        ),
    ]
    says: Annotated[tuple[SaysForm, ...], Field(description="as in evidence")]
    only_if: Annotated[
        States,
        Field(
            default_factory=dict,
            description="evidence -> states in which it makes sense (if known)",
        ),
    ]
    not_if: Annotated[
        States, Field(default_factory=dict, description="evidence -> states in which it does not")
    ]
    same_check: Annotated[
        str | None, Field(description="group of dependent items; only the strongest counts")
    ] = None

    def entry(self, name: str) -> Question:
        """As the program reads it."""
        return Question(
            id=name,
            title=self.title,
            ask=self.ask,
            answers=self.answers,
            where_to_look=self.where_to_look,
            effort=self.effort,
            annoyance=self.annoyance,
            needs_access=self.needs_access,
            not_sure_share=self.not_sure_share.value,
            otherwise=shared_out(self.otherwise, self.answers),
            says=tuple(says for row in self.says for says in row.entries()),
            only_if=dict(self.only_if),
            not_if=dict(self.not_if),
            same_check=self.same_check,
            source=self.source,
            reviewed=self.reviewed.entry(),
        )


def shared_out(stated: Mapping[str, Any], answers: Mapping[str, str]) -> dict[str, float]:
    """Probabilities of all answers, summing to 1; those not stated share the rest equally."""
    given = {answer: stated[answer].value for answer in answers if answer in stated}
    silent = len(answers) - len(given)
    rest = max(0.0, 1.0 - sum(given.values()))
    full = {answer: given.get(answer, rest / max(silent, 1)) for answer in answers}
    total = sum(full.values()) or 1.0
    return {answer: value / total for answer, value in full.items()}


class CaseForm(Form):
    """One case of `causes/<layer>/<id>.cases.yaml`."""

    expect: Annotated[
        Literal["first", "not-first", "inconclusive"],
        Field(description="`first`, `not-first` (a look-alike) or `inconclusive` (too little)"),
    ]
    winner: Annotated[str | None, Field(description="with `not-first`: the cause that wins")] = None
    why: Annotated[Text, Field(description="what the case shows")]
    input: Annotated[dict[str, Any], Field(description="an input of `kb diagnose`")]
