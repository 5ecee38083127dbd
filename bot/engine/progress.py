"""What happens to a situation when somebody answers, tries, cannot, or the probes look again.

Strategy: pure functions from situation to situation; the live session and the drawn tree use the
same ones.  One fault is assumed at a time: when a probe changed while the case is still broken,
one fault was repaired and another is there, so belief starts anew and what was done stays retired.
"""

from collections.abc import Mapping
from dataclasses import replace

from bot.catalog.entries import NOT_SURE
from bot.engine.model import Model
from bot.engine.values import Situation, Try, TryResult

_IN_FORCE = ("worked", "failed", "unsure", "different")
"""Results after which a temporary measure stands and is owed its undo."""


def answered(model: Model, situation: Situation, question: str, state: str) -> Situation:
    """A question is answered with one of its states or not-sure; raises UnknownEntry."""
    model.known(question, state, asked=True)
    return replace(
        situation,
        answers={**situation.answers, question: state},
        entered=_entered(model, situation, model.question(question).group),
        steps=situation.steps + 1,
        unsure_streak=situation.unsure_streak + 1 if state == NOT_SURE else 0,
    )


def tried(
    model: Model,
    situation: Situation,
    fix: str,
    result: TryResult,
    probes_changed: bool = False,
) -> Situation:
    """A fix was done with that result; raises UnknownEntry.

    ``probes_changed`` says that a probe reads differently since; then, and after a different
    error, the belief restarts unless the fix is a temporary test, which changes things on purpose.
    """
    if result == "undone":
        return undone(model, situation, fix)
    if result == "cannot":
        return cannot(model, situation, fix)
    entry = model.fix(fix)
    after = replace(
        situation,
        tries=(*situation.tries, Try(fix, result)),
        entered=_entered(model, situation, entry.group),
        in_force=fix if entry.temporary and result in _IN_FORCE else situation.in_force,
        steps=situation.steps + 1,
        unsure_streak=0,
    )
    second_fault = result == "different" or (probes_changed and result != "worked")
    return restarted(after) if second_fault and not entry.temporary else after


def undone(model: Model, situation: Situation, fix: str) -> Situation:
    """A temporary measure is taken back: it is owed no more; raises UnknownEntry."""
    model.fix(fix)
    return replace(
        situation,
        tries=(*situation.tries, Try(fix, "undone")),
        in_force=None if situation.in_force == fix else situation.in_force,
        steps=situation.steps + 1,
    )


def cannot(
    model: Model, situation: Situation, entry: str, reason_is_access: bool = False
) -> Situation:
    """Nobody here can do a fix (or answer a question); raises UnknownEntry.

    Belief does not change.  If the reason is access, everything that needs it is closed.  An undo
    that is owed stays owed, whoever cannot do it.
    """
    if situation.in_force == entry:
        return situation
    if entry in model.fix_index:
        group = model.fix(entry).group
        situation = replace(situation, tries=(*situation.tries, Try(entry, "cannot")))
    else:
        group = model.question(entry).group
        situation = replace(situation, answers={**situation.answers, entry: NOT_SURE})
    closed = {model.groups[group]} if reason_is_access and group >= 0 else set()
    return replace(situation, barred=situation.barred | closed, steps=situation.steps + 1)


def reprobed(model: Model, before: Situation, new_evidence: Mapping[str, str]) -> Situation:
    """The probes looked again; ``new_evidence`` is everything known now and replaces the old.

    If a probe changed since a fix was done, belief restarts.  What is seen while a temporary
    measure is in force shows the weakened host, not the fault, and is left aside.
    """
    if before.in_force is not None:
        return before
    after = replace(before, evidence=dict(new_evidence), rechecked=True)
    done = {each.fix for each in before.tries if each.result not in ("came-back", "cannot")}
    second_fault = done - set(before.restarted) and changed(model, before.evidence, new_evidence)
    return restarted(after) if second_fault else after


def changed(model: Model, before: Mapping[str, str], now: Mapping[str, str]) -> tuple[str, ...]:
    """Probe evidence that reads differently now; what one of the two looks missed is no change.

    Nor is what wanders by itself from look to look (shaky: delays, losses, members of a farm): a
    repair does not show in it.  Raises UnknownEntry.
    """
    return tuple(
        item
        for item in sorted(before)
        if item in now
        and (known := model.known(item, before[item], asked=False)) is not None
        and model.known(item, now[item], asked=False) is not None
        and known.origin == "probe"
        and model.catalog.evidence[item].trust != "shaky"
        and before[item] != now[item]
    )


def restarted(situation: Situation) -> Situation:
    """A new episode: fixes stay retired without speaking, old answers are about the old fault."""
    done = {each.fix for each in situation.tries if each.result != "came-back"}
    return replace(
        situation,
        answers={},
        unsure_streak=0,
        restarted=tuple(sorted(done | set(situation.restarted))),
    )


def proves(
    model: Model,
    fix: str,
    before_evidence: Mapping[str, str],
    now_evidence: Mapping[str, str],
) -> bool:
    """Whether the probes show that a fix repaired what its ``check`` names; raises UnknownEntry.

    At least one named probe item was abnormal and is now known to be normal, and none is abnormal
    now.  A host that was healthy throughout proves nothing.
    """
    model.fix(fix)
    named = [
        item
        for item in model.catalog.fixes[fix].check
        if item in model.evidence and model.evidence[item].origin == "probe"
    ]
    if any(_abnormal(model, item, now_evidence) for item in named):
        return False
    return any(
        _abnormal(model, item, before_evidence)
        and item in now_evidence
        and model.known(item, now_evidence[item], asked=False) is not None
        for item in named
    )


def _abnormal(model: Model, item: str, evidence: Mapping[str, str]) -> bool:
    return item in evidence and model.is_abnormal(item, evidence[item])


def _entered(model: Model, situation: Situation, group: int) -> frozenset[str]:
    return situation.entered if group < 0 else situation.entered | {model.groups[group]}
