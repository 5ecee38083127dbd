"""The form of the two tables: ``codes.yaml`` and ``settings.yaml``."""

import re
from typing import Annotated, Literal

from pydantic import AfterValidator, Field, WithJsonSchema

from bot.catalog.entries import AccessGroup, Code, Settings
from bot.catalog.models import Form, Text
from bot.catalog.models_evidence import CODE

Cost = Annotated[float, Field(ge=0, le=10_000)]
Share = Annotated[float, Field(gt=0, lt=1)]


def _pattern(text: str) -> str:
    try:
        re.compile(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]


class CodeForm(Form):
    """One code: its name, its meaning, and what it proves."""

    name: Text
    meaning: Text
    says: Text
    source: str | None = None


class TableForm(Form):
    """One table of codes, with the document that it stands in."""

    source: Text
    codes: dict[Annotated[str, Field(pattern=CODE)], CodeForm]

    def entries(self, table: str) -> list[Code]:
        """As the program reads them; the key stays as written."""
        return [
            Code(code, table, form.name, form.meaning, form.says, form.source or self.source)
            for code, form in self.codes.items()
        ]


class CodesForm(Form):
    """`codes.yaml`: the tables, in the order in which they are shown."""

    disconnect: TableForm
    extended: TableForm
    status: TableForm
    gateway: TableForm
    freerdp: TableForm | None = None

    def entries(self) -> list[Code]:
        """All codes of all tables."""
        return [
            *self.disconnect.entries("disconnect"),
            *self.extended.entries("extended"),
            *self.status.entries("status"),
            *self.gateway.entries("gateway"),
            *(self.freerdp.entries("freerdp") if self.freerdp else ()),
        ]


class GroupForm(Form):
    """An access group: what it is, and the minutes to get in once."""

    title: Text
    entry: Cost


class SettingsForm(Form):
    """`settings.yaml`: numbers that hold for the whole knowledge base."""

    escalation_cost: Annotated[Cost, Field(description="what handing over costs, in minutes")]
    other_prior: Annotated[Share, Field(description="share of causes that nobody described")]
    safety_threshold: Annotated[
        Share, Field(description="a safer fix with at least this chance goes before a risky one")
    ]
    skip_cost: Annotated[Cost, Field(description="minutes lost when a step cannot be done")]
    able: Annotated[
        dict[Literal["user", "helper", "admin"], Share],
        Field(
            default_factory=dict,
            description="role -> chance that its steps can be done at all; 1 if not given",
        ),
    ]
    max_steps: Annotated[int, Field(ge=1, le=50, description="then hand over")]
    helper_weight: Annotated[Cost, Field(description="a helper's minute against a user's")]
    waiting_weight: Annotated[Cost, Field(description="a minute of waiting against one of work")]
    annoyance: Annotated[dict[str, Cost], Field(description="minutes for `none`, `some`, `much`")]
    disruption: Annotated[Cost, Field(description="minutes for disturbing other people")]
    risk_price: Annotated[
        tuple[Cost, Cost, Cost, Cost],
        Field(description="minutes for each risk tier"),
        WithJsonSchema(
            {"type": "array", "items": {"type": "number"}, "minItems": 4, "maxItems": 4}
        ),
    ]
    access_groups: Annotated[
        dict[str, GroupForm], Field(description="id -> `{title, entry}`; entry is paid once")
    ]
    forbidden: Annotated[
        tuple[Pattern, ...], Field(description="patterns that no advice may contain")
    ]
    only_temporary: Annotated[
        tuple[Pattern, ...], Field(description="patterns that only a temporary fix may contain")
    ] = ()
    review_days: Annotated[int, Field(ge=1, description="a review older than this is stale")]

    def entry(self) -> Settings:
        """As the program reads it."""
        return Settings(
            escalation_cost=self.escalation_cost,
            other_prior=self.other_prior,
            safety_threshold=self.safety_threshold,
            skip_cost=self.skip_cost,
            able={str(role): chance for role, chance in self.able.items()},
            max_steps=self.max_steps,
            helper_weight=self.helper_weight,
            waiting_weight=self.waiting_weight,
            annoyance=dict(self.annoyance),
            disruption=self.disruption,
            risk_price=self.risk_price,
            access_groups={
                name: AccessGroup(name, group.title, group.entry)
                for name, group in self.access_groups.items()
            },
            forbidden=self.forbidden,
            only_temporary=self.only_temporary,
            review_days=self.review_days,
        )
