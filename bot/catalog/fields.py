"""The field list of the knowledge files, made from the forms that read them.

``python -m bot.catalog.fields`` prints it; a test compares it with ``knowledge/README.md``.
"""

import sys
from collections.abc import Iterator

from pydantic.fields import FieldInfo

from bot.catalog.models import CauseForm, FixForm, Form
from bot.catalog.models_evidence import CaseForm, EvidenceForm, QuestionForm
from bot.catalog.models_tables import SettingsForm
from bot.catalog.words import EFFORTS, SCALES

_FORMS: tuple[type[Form], ...] = (
    CauseForm,
    CaseForm,
    FixForm,
    QuestionForm,
    EvidenceForm,
    SettingsForm,
)


def field_list() -> str:
    """Markdown: the word scales, then one table for each kind of file."""
    return "\n".join([*_scales(), *(line for form in _FORMS for line in _table(form))]) + "\n"


def _scales() -> Iterator[str]:
    yield "| Scale | Words and their numbers |"
    yield "| --- | --- |"
    for scale in SCALES:
        words = ", ".join(f"{word} {value:.3g}" for word, value in scale.words.items())
        yield f"| {scale.name} | {words} |"
    yield f"| effort | {', '.join(map(str, EFFORTS))} minutes |"
    yield ""


def _table(form: type[Form]) -> Iterator[str]:
    heading, _, rest = (form.__doc__ or "").partition(": ")
    yield f"### {heading.removesuffix('.')}"
    yield ""
    if rest:
        yield f"{rest[:1].upper()}{rest[1:]}"
        yield ""
    yield "| Field | Required | Meaning |"
    yield "| --- | --- | --- |"
    for name, field in form.model_fields.items():
        yield f"| `{name}` | {'yes' if field.is_required() else 'no'} | {_meaning(field)} |"
    yield ""


def _meaning(field: FieldInfo) -> str:
    return (field.description or "").replace("|", "\\|")


if __name__ == "__main__":
    sys.stdout.write(field_list())
