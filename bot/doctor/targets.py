"""Target rules that match nothing: hosts allowed and seen by nobody, or seen and closed."""

from bot.doctor.findings import Finding, Notes, Result, error, warning
from bot.doctor.overlap import closed, opened, parsed
from bot.settings import Jumpbox, Settings
from bot.targets import BadHost, Rules, TargetRefused, could_match, parse_host
from bot.targets.patterns import Patterns, as_address


async def look(settings: Settings) -> Result:
    """Judge [targets] and the targets of every jump box; nothing is asked of the network."""
    notes, targets = Notes(), settings.targets
    notes.add(*_empty(settings))
    notes.add(*_allow(settings))
    for box in settings.jumpbox:
        notes.add(*_box(settings, box))
    notes.add(_gateway(settings))
    if not notes.findings:
        notes.fine.append(
            f"{len(targets.allow)} patterns allowed, {len(targets.deny)} denied; each allowed one "
            "is looked at from somewhere"
        )
    return notes.result()


def _empty(settings: Settings) -> list[Finding | None]:
    targets = settings.targets
    return [
        None
        if targets.allow
        else error(
            "targets.allow-empty",
            "targets.allow is empty, so nothing may be looked at",
            'name hosts: allow = ["*.corp.example", "10.0.0.0/8"] in [targets]',
        ),
        None
        if targets.ports
        else error(
            "targets.ports-empty",
            "targets.ports is empty, so no RDP port may be looked at",
            "ports = [3389] in [targets]",
        ),
        None
        if targets.direct or settings.jumpbox
        else error(
            "targets.no-place",
            "there is no place to look from: no jump box, and targets.direct is false",
            "add a [[jumpbox]], or set direct = true in [targets]",
        ),
    ]


def _allow(settings: Settings) -> list[Finding]:
    """Entries of ``allow`` that ``deny`` takes whole, or that no place looks at."""
    found, targets = [], settings.targets
    deny = Patterns.of(targets.deny)
    seen = [Patterns.of(box.targets) for box in settings.jumpbox]
    for pattern in targets.allow:
        one = parsed(pattern)
        if closed(deny, one):
            found.append(
                warning(
                    "targets.allow-denied",
                    f"targets.allow: {pattern} is denied as a whole by targets.deny",
                    f"remove {pattern} from allow, or narrow deny",
                )
            )
        elif (
            settings.jumpbox and not targets.direct and not any(opened(each, one) for each in seen)
        ):
            found.append(
                warning(
                    "targets.allow-unseen",
                    f"targets.allow: no jump box looks at {pattern}, and targets.direct is false",
                    f"add {pattern} to the targets of a [[jumpbox]], or set direct = true",
                )
            )
    return found


def _box(settings: Settings, box: Jumpbox) -> list[Finding]:
    """Patterns of a jump box that are never looked at."""
    if not box.targets:
        if any(other.via == box.name for other in settings.jumpbox):
            return []  # it is there for others to go through
        return [
            warning(
                "targets.box-without-targets",
                f"jump box {box.name} has no targets, so it is used only when it is named",
                f"give [[jumpbox]] {box.name} targets, such as those of targets.allow",
            )
        ]
    if not settings.targets.allow:
        return []
    dead = [pattern for pattern in box.targets if _dead(settings, pattern)]
    if len(dead) == len(box.targets):
        return [
            error(
                "targets.box-closed",
                f"jump box {box.name}: all of its targets ({', '.join(dead)}) lie outside "
                "targets.allow or in targets.deny",
                "allow them in [targets], or correct the targets of the jump box",
            )
        ]
    return [
        warning(
            "targets.pattern-closed",
            f"jump box {box.name}: {pattern} of its targets lies outside targets.allow or in "
            "targets.deny",
            f"allow {pattern} in [targets], or remove it from the jump box",
        )
        for pattern in dead
    ]


def _dead(settings: Settings, pattern: str) -> bool:
    one, targets = parsed(pattern), settings.targets
    return not opened(Patterns.of(targets.allow), one) or closed(Patterns.of(targets.deny), one)


def _gateway(settings: Settings) -> Finding | None:
    """The default gateway must itself be allowed."""
    targets = settings.targets
    if targets.gateway is None or not targets.allow:
        return None
    try:
        host = parse_host(targets.gateway).host
        Rules.of(targets.allow, targets.deny, targets.ports).check_typed(host)
        fits = as_address(host) is not None or could_match(targets.allow, host)
        why = "no name in targets.allow fits it"
    except (BadHost, TargetRefused) as refused:
        fits, why = False, str(refused)
    if fits:
        return None
    return error(
        "targets.gateway-closed",
        f"targets.gateway: {targets.gateway} may not be looked at ({why})",
        f'add "{targets.gateway.partition(":")[0]}" to targets.allow',
    )
