"""All areas at once, each within its time; then what is secret is taken out of every text."""

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from bot.doctor import database, jumpboxes, knowledge, machine, slackside, targets
from bot.doctor.findings import Finding, Result, Severity, error
from bot.redact import MASK, redact
from bot.settings import Settings

AREA_S = 45.0
"""Seconds for one area; within it every question has a limit of its own."""

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Report:
    """Everything that was found, errors first; ``fine`` is what was checked, by area."""

    findings: tuple[Finding, ...]
    fine: Mapping[str, tuple[str, ...]]
    skipped: tuple[str, ...] = ()

    @property
    def errors(self) -> int:
        """How many findings are errors."""
        return sum(each.severity is Severity.ERROR for each in self.findings)

    @property
    def warnings(self) -> int:
        """How many findings are warnings."""
        return len(self.findings) - self.errors


async def examine(settings: Settings, file: Path, *, offline: bool = False) -> Report:
    """Look at everything; ``file`` is the settings file, ``offline`` leaves the network out."""
    looks: dict[str, Awaitable[Result]] = {
        "targets": targets.look(settings),
        "store": database.look(settings),
        "knowledge": knowledge.look(settings),
        "machine": machine.look(settings, file),
    }
    looks["slack"] = slackside.look(settings, offline=offline)
    looks["jumpbox"] = jumpboxes.look(settings, offline=offline)
    asked = ("slack", "jumpbox") if settings.jumpbox else ("slack",)
    results = await asyncio.gather(*(_bounded(area, look) for area, look in looks.items()))
    by_area = dict(zip(looks, results, strict=True))
    secrets = _secrets(settings)
    findings = [_told(found, secrets) for result in results for found in result.findings]
    fine = {
        area: tuple(redact(_scrubbed(line, secrets)) for line in result.fine)
        for area, result in by_area.items()
    }
    return Report(
        tuple(sorted(findings, key=lambda each: (each.severity is not Severity.ERROR, each.id))),
        fine,
        asked if offline else (),
    )


async def _bounded(area: str, look: Awaitable[Result]) -> Result:
    """One area; whatever happens in it is a finding and never ends the others."""
    try:
        async with asyncio.timeout(AREA_S):
            return await look
    except TimeoutError:
        what, remedy = f"the look at {area} was not done within {AREA_S:g} s", "run it again"
    except Exception as broken:
        log.exception("the look at %s broke off", area)
        what = f"the look at {area} broke off ({type(broken).__name__}: {broken})"
        remedy = "this is a fault of rdp-triage: report it with what stands above"
    return Result((error(f"{area}.broken-off", what, remedy),))


def _secrets(settings: Settings) -> tuple[str, ...]:
    kept = settings.secrets
    values = (kept.bot_token, kept.app_token, kept.signing_secret)
    return tuple(each.get_secret_value() for each in values if each)


def _scrubbed(text: str, secrets: tuple[str, ...]) -> str:
    """Without the secrets themselves."""
    for secret in secrets:
        text = text.replace(secret, MASK)
    return text


def _told(found: Finding, secrets: tuple[str, ...]) -> Finding:
    """Remedies are our own words, in which what merely looks like a secret must stay readable."""
    what = redact(_scrubbed(found.what, secrets))
    return replace(found, what=what, remedy=_scrubbed(found.remedy, secrets))
