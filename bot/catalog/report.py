"""What the user reported, as evidence: codes, the text they saw, what they know around it.

The tables stand in the knowledge base (``matches`` of items without a probe); this module only
reads them.  How texts are compared: ``bot.catalog.phrases``.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from bot.catalog.codes import BadCode, alternatives, canonical, find_codes, lookup
from bot.catalog.entries import Catalog, Match
from bot.catalog.phrases import Said, find_events, plain_words
from bot.catalog.problems import did_you_mean

FREERDP_CLASS = 2
"""FreeRDP's connection errors are 0x20001 and on (freerdp/error.h), never a decimal in disguise."""

YES_NO = ("yes", "no")
CHOICES: Mapping[str, tuple[str, ...]] = {
    "onset": ("after-update", "suddenly", "new-setup", "after-move", "intermittent", "always"),
    "scope": ("only-this-user", "only-this-client", "only-this-host", "everybody", "unknown"),
    "path": ("lan", "vpn", "internet", "gateway", "cloud", "unknown"),
    "by_address_works": YES_NO,
    "other_client_works": YES_NO,
    "other_user_works": YES_NO,
    "other_host_works": YES_NO,
    "other_network_works": YES_NO,
    "fails_at": ("before-credentials", "after-credentials", "after-login", "later"),
}
"""Report keys with fixed values."""

FREE = ("client_os", "server_os")
"""Report keys with free text."""

EVENTS = "server_event"
"""The report key with event ids, commas between several."""

KEYS = (*CHOICES, *FREE, EVENTS)


class BadReport(ValueError):
    """The report has an unknown key or value; the text names it and what is known."""


@dataclass(frozen=True, slots=True)
class Told:
    """The report in comparable form."""

    codes: frozenset[str]
    extended: frozenset[str]
    message: Said
    events: frozenset[str]
    report: Mapping[str, str]
    rdp_file: Mapping[str, str]


def read_report(
    catalog: Catalog,
    codes: Sequence[str],
    message: str,
    report: Mapping[str, Any],
    rdp_file: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, str]:
    """Evidence id -> state for all that the report says; raises BadReport.

    ``rdp_file`` are readings of an .rdp file, from ``bot.evidence.rdp_file``.
    What stands among the codes and is none (a constant's name, ``HTTP 503``) counts as text.
    """
    check_report(report)
    told = replace(_told(catalog, codes, message, report), rdp_file=rdp_file)
    evidence: dict[str, str] = {}
    for item in catalog.evidence.values():
        # What the report says of itself wins over what is read out of the message.
        matches = item.matches.items()
        chosen = [state for state, match in matches if _is_reported(match, told)]
        chosen = chosen or [state for state, match in matches if _matches(match, told)]
        if chosen:
            evidence[item.id] = chosen[0]
    return evidence


def check_report(report: Mapping[str, Any]) -> None:
    """Raises BadReport for an unknown key or value."""
    for key, value in report.items():
        if key not in KEYS:
            known = ", ".join(KEYS)
            hint = did_you_mean(key, KEYS) or f"; known: {known}"
            raise BadReport(f"unknown report key {str(key)[:40]!r}{hint}")
        if not isinstance(value, (str, int)) or isinstance(value, bool):
            raise BadReport(f"the report key {key!r} wants text; leave it out if it is not known")
        if key in CHOICES and value not in CHOICES[key]:
            known = ", ".join(CHOICES[key])
            raise BadReport(f"{key!r} is {str(value)[:40]!r}, but known are only: {known}")


def _told(catalog: Catalog, codes: Sequence[str], message: str, report: Mapping[str, Any]) -> Told:
    known, names = _sorted_out(codes)
    said = " ".join([message, *names])
    first, extended = _placed(catalog, [*known, *(c for c in find_codes(said) if c not in known)])
    return Told(
        codes=frozenset(first),
        extended=frozenset(extended),
        message=Said.of(said),
        events=frozenset(re.findall(r"[0-9]+", str(report.get(EVENTS, "")))) | find_events(said),
        report={
            key: f" {plain_words(str(value))} " if key in FREE else str(value)
            for key, value in report.items()
        },
        rdp_file={},
    )


def _sorted_out(codes: Sequence[str]) -> tuple[list[str], list[str]]:
    """Canonical codes, and what stands among them and is none."""
    known: list[str] = []
    names: list[str] = []
    for code in codes:
        try:
            known.append(canonical(code))
        except BadCode:
            names.append(code)
    return known, names


def _placed(catalog: Catalog, codes: Iterable[str]) -> tuple[list[str], list[str]]:
    """Which codes are disconnect reasons (or status and gateway codes), which extended ones.

    The first small code is a disconnect reason, later ones are extended reasons, unless only the
    other table has it.
    """
    first: list[str] = []
    extended: list[str] = []
    small = 0
    for token in codes:
        code = _known_reading(catalog, token)
        tables = {entry.table for entry in lookup(catalog, code)}
        if int(code, 16) > 0xFFFF or not tables & {"extended"}:
            first.append(code)
        elif "disconnect" not in tables or small:
            extended.append(code)
        else:
            first.append(code)
        small += int(code, 16) <= 0xFFFF
    return first, extended


def _known_reading(catalog: Catalog, token: str) -> str:
    if int(token, 16) >> 16 == FREERDP_CLASS:
        return token
    readings = alternatives(token)
    if int(readings[0], 16) > 0xFFFF:
        return readings[0]  # 0x20006 of FreeRDP is no 20006
    return next((code for code in readings if lookup(catalog, code)), readings[0])


def _matches(match: Match, told: Told) -> bool:
    return (
        any(_within(code, told.codes) for code in match.codes)
        or any(_within(code, told.extended) for code in match.extended)
        or (bool(told.message) and any(told.message.has(text) for text in match.texts))
        or any(event in told.events for event in match.events)
        or any(told.rdp_file.get(key) in words for key, words in match.rdp_file.items())
    )


def _is_reported(match: Match, told: Told) -> bool:
    return any(_reported(key, values, told) for key, values in match.report.items())


def _within(written: str, codes: Iterable[str]) -> bool:
    """Whether one of the codes is the written one, or lies in the written range."""
    low, _, high = written.partition("-")
    bounds = int(low, 16), int(high or low, 16)
    return any(bounds[0] <= int(code, 16) <= bounds[1] for code in codes)


def _reported(key: str, values: Iterable[str], told: Told) -> bool:
    said = told.report.get(key)
    if said is None:
        return False
    if key in FREE:
        return any(f" {plain_words(value)} " in said for value in values)
    return said in values
