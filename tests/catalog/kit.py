"""The smallest knowledge base that is whole, to plant one mistake in."""

import re

from bot.catalog import shipped
from bot.catalog.contract import ITEMS

REVIEW = "source: [a document]\nreviewed: {by: somebody, on: 2026-11-20}\n"

CAUSE = f"""---
title: The service is down, so nobody gets in.
who_feels_it: everybody
how_common: common
{REVIEW}---

People see nothing.
"""

FIX = f"""---
title: Start the service
cures:
  - {{cause: service-down, how_well: usually}}
effort: 5
who_can: admin
needs_access: console
risk: 1
undo: Stop it again.
check: [talk]
changes: [port.tcp]
{REVIEW}---

1. On the host: `Start-Service TermService`
2. Then `ping {{host}}`
"""

QUESTION = f"""title: Is it on?
ask: Is the host on?
answers:
  'on': Running
  'off': Off
where_to_look: Look at it.
effort: 2
otherwise: {{'off': hardly ever}}
says:
  - {{state: 'off', if_cause: service-down, how_often_seen: usually}}
{REVIEW}"""

TALK = f"""title: What the user says
states:
  silent: nothing answers
  slow: it is slow
  none: nothing
usual_state: none
otherwise: {{silent: hardly ever, slow: seldom}}
says:
  - {{state: silent, if_cause: service-down, how_often_seen: usually}}
matches:
  silent:
    codes: ["0x204"]
    texts: [nothing answers]
  slow:
    report:
      onset: [intermittent]
{REVIEW}"""

CASES = """- expect: first
  why: it is silent
  input: {evidence: {talk: silent}}
- expect: not-first
  why: it is slow
  input: {evidence: {talk: slow}}
- expect: inconclusive
  why: nothing known
  input: {report: {scope: everybody}}
"""


def small() -> dict[str, str]:
    """A folder with one cause, fix, question and told item, and the shipped tables and items."""
    files = {
        file: text for file, text in shipped().items() if file in ("codes.yaml", "settings.yaml")
    }
    return {
        **files,
        "causes/port/service-down.md": CAUSE,
        "causes/port/service-down.cases.yaml": CASES,
        "fixes/start-service.md": FIX,
        "questions/is-it-on.yaml": QUESTION,
        "evidence/talk.yaml": TALK,
    }


def with_probe_items(files: dict[str, str]) -> dict[str, str]:
    """The same with the shipped items that probes set, freed from causes that are not there."""
    result = dict(files)
    for item in ITEMS:
        text = shipped()[f"evidence/{item}.yaml"]
        result[f"evidence/{item}.yaml"] = re.sub(r"(?m)^says:\n(^ .*\n)+", "", text)
    return result
