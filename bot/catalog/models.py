"""The form of each knowledge file: field names, words, bounds.

Strategy: pydantic says what is wrong with one field, ``entry`` turns a sound file into the frozen
entry that the program reads.  The descriptions are the field list of ``knowledge/README.md``.
Checks that need several fields or several files stand in ``references`` and ``lint``.
"""

from collections.abc import Iterator
from datetime import date
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    WithJsonSchema,
    model_validator,
)

from bot.catalog.contract import PROBES
from bot.catalog.entries import Cause, Cure, Fix, Review, Says, Worded
from bot.catalog.words import EFFORT, EFFORTS, HOW_COMMON, HOW_OFTEN, HOW_WELL, Scale


def _schema(scale: Scale) -> WithJsonSchema:
    """A word of the scale, or a number within its bounds."""
    words = {"enum": list(scale.words)}
    number = {"type": "number", "minimum": scale.low, "maximum": scale.high}
    return WithJsonSchema({"anyOf": [words, number], "description": scale.name})


Text = Annotated[str, Field(min_length=1)]
Names = dict[str, Text]
OneOrMore = Annotated[
    tuple[Text, ...],
    Field(min_length=1),
    BeforeValidator(lambda value: (value,) if isinstance(value, str) else value),
    WithJsonSchema(
        {
            "anyOf": [
                {"type": "string", "minLength": 1},
                {"type": "array", "items": {"type": "string", "minLength": 1}, "minItems": 1},
            ]
        }
    ),
]
States = dict[str, tuple[str, ...]]
Probe = Annotated[str, Field(json_schema_extra={"enum": list(PROBES)})]
Common = Annotated[Worded, BeforeValidator(HOW_COMMON.read), _schema(HOW_COMMON)]
Often = Annotated[Worded, BeforeValidator(HOW_OFTEN.read), _schema(HOW_OFTEN)]
Well = Annotated[Worded, BeforeValidator(HOW_WELL.read), _schema(HOW_WELL)]
Minutes = Annotated[
    Worded,
    BeforeValidator(EFFORT.read),
    WithJsonSchema(
        {"type": "number", "minimum": EFFORT.low, "maximum": EFFORT.high, "examples": list(EFFORTS)}
    ),
]
Who = Literal["user", "helper", "admin"]


class Form(BaseModel):
    """A mapping with exactly the fields named here."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class ReviewForm(Form):
    """Who looked at the entry last, and when."""

    by: Text
    on: date

    def entry(self) -> Review:
        """As the program reads it."""
        return Review(self.by, self.on.isoformat())


class Sourced(Form):
    """What every entry says about its origin."""

    source: Annotated[
        tuple[Text, ...],
        Field(min_length=1, description="primary documents with section: Microsoft, RFC, project"),
    ]
    reviewed: Annotated[
        ReviewForm, Field(description="`{by: who, on: YYYY-MM-DD}`; stale after `review_days`")
    ]


class CauseForm(Sourced):
    """`causes/<layer>/<id>.md`: what can be wrong. The text below says what people see."""

    title: Annotated[
        Text, Field(description="one sentence: what is wrong and whom it stops (max 140)")
    ]
    who_feels_it: Annotated[
        Literal["user", "this PC", "that host", "everybody"],
        Field(description="`user`, `this PC`, `that host`, `everybody`"),
    ]
    how_common: Annotated[Common, Field(description="how common among all tickets (word)")]
    applies_to: Annotated[
        tuple[Text, ...], Field(description="versions or join types; empty: everywhere")
    ] = ()
    escalate_only: Annotated[
        bool, Field(description="true: no fix here cures it, hand it over")
    ] = False

    def entry(self, name: str, layer: str, text: str) -> Cause:
        """As the program reads it."""
        return Cause(
            id=name,
            layer=layer,
            title=self.title,
            text=text,
            who_feels_it=self.who_feels_it,
            prior=self.how_common,
            applies_to=self.applies_to,
            escalate_only=self.escalate_only,
            source=self.source,
            reviewed=self.reviewed.entry(),
        )


class SaysForm(Form):
    """One line of `says`: one state with `how_often_seen`, or several at once in `states`."""

    model_config = ConfigDict(
        json_schema_extra={
            "oneOf": [
                {"required": ["state", "how_often_seen"], "not": {"required": ["states"]}},
                {"required": ["states"], "not": {"required": ["state"]}},
            ]
        }
    )

    if_cause: OneOrMore
    state: Text | None = None
    how_often_seen: Often | None = None
    states: dict[Text, Often] = {}

    @model_validator(mode="after")
    def _one_form(self) -> Self:
        single = self.state is not None and self.how_often_seen is not None
        if single == bool(self.states) or (self.states and self.state is not None):
            raise ValueError("give `state` with `how_often_seen`, or `states` alone")
        return self

    def entries(self) -> Iterator[Says]:
        """As the program reads it, one for each state and cause."""
        seen = dict(self.states)
        if self.state is not None and self.how_often_seen is not None:
            seen[self.state] = self.how_often_seen
        for cause in self.if_cause:
            for state, often in seen.items():
                yield Says(state, cause, often)


class CureForm(Form):
    """One line of `cures`."""

    cause: Text
    how_well: Well


class FixForm(Sourced):
    """`fixes/<id>.md`: a repair. The text below holds numbered steps and what you should see."""

    title: Annotated[Text, Field(description="what to do, as an instruction (max 90)")]
    cures: Annotated[
        tuple[CureForm, ...],
        Field(description="lines of `{cause, how_well}`; a temporary test lists what it confirms"),
    ]
    effort: Annotated[Minutes, Field(description="minutes of work: 1, 2, 5, 10, 15, 30, 60")]
    waiting: Annotated[float, Field(ge=0, le=1440, description="minutes of waiting on top")] = 0
    who_can: Annotated[Who, Field(description="`user`, `helper` or `admin`")]
    needs_access: Annotated[
        str | None, Field(description="an access group of `settings.yaml`, if one is needed")
    ] = None
    disturbs_others: Annotated[bool, Field(description="true: other people notice it")] = False
    risk: Annotated[
        int,
        Field(
            ge=0,
            le=3,
            description="0 looks only; 1 reversible, own machine; 2 disturbs others or restarts"
            " something; 3 weakens security or risks lock-out or data",
        ),
    ]
    undo: Annotated[str | None, Field(description="how to go back; required from risk 1")] = None
    check: Annotated[
        tuple[str, ...], Field(description="evidence that proves it: abnormal before, normal after")
    ] = ()
    changes: Annotated[tuple[Probe, ...], Field(description="probes to run again after it")] = ()
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
    before: Annotated[tuple[str, ...], Field(description="fixes that come after this one")] = ()
    after: Annotated[tuple[str, ...], Field(description="fixes that come before this one")] = ()
    temporary: Annotated[bool, Field(description="true: a test that must be undone (risk 3)")] = (
        False
    )
    limit_minutes: Annotated[
        int | None, Field(ge=1, le=240, description="how long a temporary test may last")
    ] = None
    approver: Annotated[bool, Field(description="true: a second person must allow it")] = False
    permanent_fix: Annotated[
        tuple[str, ...], Field(description="fixes to go on to after the test")
    ] = ()
    cuts_access: Annotated[
        bool, Field(description="true: it can cut the only way in; needs another way in")
    ] = False

    def entry(self, name: str, text: str) -> Fix:
        """As the program reads it."""
        kept: dict[str, Any] = {
            key: getattr(self, key)
            for key in (
                "title", "effort", "waiting", "who_can", "needs_access", "disturbs_others", "risk",
                "undo", "temporary", "limit_minutes", "approver", "cuts_access",
            )
        }  # fmt: skip
        return Fix(
            id=name,
            text=text,
            cures=tuple(Cure(cure.cause, cure.how_well) for cure in self.cures),
            check=self.check,
            changes=self.changes,
            only_if=dict(self.only_if),
            not_if=dict(self.not_if),
            before=self.before,
            after=self.after,
            permanent_fix=self.permanent_fix,
            source=self.source,
            reviewed=self.reviewed.entry(),
            **kept,
        )
