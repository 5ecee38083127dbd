"""The shipped knowledge cut down to what the exact optimum can be computed for (goal G4)."""

from dataclasses import replace

from bot.catalog import load, shipped
from bot.catalog.entries import OTHER, Catalog
from bot.desk.simworld import World
from bot.engine import Model

LOOKS, CAUSES, FIXES, QUESTIONS, ANSWERS = 200, 8, 12, 4, 3


def cut_models() -> list[Model]:
    """For each sampled look the likeliest causes, their best fixes, the best questions."""
    catalog = load(shipped())
    whole = Model.of(catalog)
    return [_cut(catalog, whole, World(whole, f"G4:{number}")) for number in range(LOOKS)]


def _cut(catalog: Catalog, whole: Model, world: World) -> Model:
    look = world.look()
    order = sorted(range(len(whole.causes)), key=lambda place: (-look.weights[place], place))
    kept = [whole.causes[place] for place in order if whole.causes[place] != OTHER][:CAUSES]
    belief = {name: look.weights[whole.cause_index[name]] for name in kept}
    rest = max(1e-6, 1.0 - sum(belief.values()))
    causes = {
        name: replace(
            catalog.causes[name], prior=replace(catalog.causes[name].prior, value=belief[name])
        )
        for name in kept
    }
    cures = {
        name: tuple(cure for cure in fix.cures if cure.cause in kept)
        for name, fix in catalog.fixes.items()
        if not fix.temporary and not fix.cuts_access and not fix.approver
    }
    worth = sorted(
        (-sum(belief[c.cause] * c.well.value for c in row) / whole.fix(name).price, name)
        for name, row in cures.items()
        if row
    )[:FIXES]
    # No tiers, groups, order or conditions: the exact recursion does not know them.
    fixes = {
        name: replace(
            catalog.fixes[name], cures=cures[name], risk=0, needs_access=None, before=(), after=(),
            only_if={}, not_if={}, changes=(), check=(),
        )
        for _, name in worth
    }  # fmt: skip
    spread = sorted(
        (-max(question.item.spread.values()), question.id)
        for question in whole.questions
        if len(question.answers) <= ANSWERS
        and any(said.cause in kept for said in catalog.questions[question.id].says)
    )[:QUESTIONS]
    questions = {
        name: replace(
            catalog.questions[name],
            says=tuple(said for said in catalog.questions[name].says if said.cause in kept),
            needs_access=None, only_if={}, not_if={}, not_sure_share=0.0, same_check=None,
        )
        for _, name in spread
    }  # fmt: skip
    settings = replace(catalog.settings, other_prior=rest, max_steps=99)
    return Model.of(
        replace(
            catalog, causes=causes, fixes=fixes, questions=questions, evidence={}, settings=settings
        )
    )
