"""What opens when a node is chosen: the step, its numbers, the causes with their balance sheets.

Strategy: every text is escaped where it enters; prose of the knowledge base is Markdown without
raw HTML, links or pictures, so that nothing in it can leave the page.
"""

from collections.abc import Iterator
from functools import cache
from html import escape

from markdown_it import MarkdownIt

from bot.cli.treepage.layout import Box
from bot.cli.treepage.naming import KINDS, Names, cases
from bot.desk.balance import Account, Balance, balance, percent, signed, sums
from bot.desk.saying import capital, clause
from bot.engine import Explanation, Model, Node

CAUSES, LINES = 3, 6
"""How many sheets a node shows, and how many lines each."""


def why(box: Box, model: Model) -> str:
    """The section of one node."""
    names, node = Names(model.catalog), box.node
    parts = [
        f'<section class="why" id="why-{node.id}" tabindex="-1" aria-labelledby="t-{node.id}">',
        f'<p class="kind {node.kind}">{KINDS[node.kind]}</p>',
        f'<h2 id="t-{node.id}">{escape(_title(names, node))}</h2>',
        *_lead(node, names),
        *_facts(node, names),
        *_causes(node, model),
        *_instead(node.explanation),
        *_way(box, names),
        *_onward(box, names),
        "</section>",
    ]
    return "\n".join(parts)


def _title(names: Names, node: Node) -> str:
    if node.kind == "cut":
        return "Too rare to be drawn; planned again when somebody gets there"
    return "It works again" if node.kind == "solved" else capital(names.title(node))


def _lead(node: Node, names: Names) -> Iterator[str]:
    if node.step is not None:
        yield f'<p class="lead">{escape(node.step.why)}</p>'
    if names.mark(node):
        yield f'<p class="mark">{escape(names.mark(node).capitalize())}.</p>'
    yield from _prose(node, names)


def _prose(node: Node, names: Names) -> Iterator[str]:
    """How it is done, folded away."""
    if node.step is None or not node.step.id:
        return
    if node.kind == "question":
        question = names.catalog.questions[node.step.id]
        yield f'<p class="ask">{escape(question.ask)}</p>'
        yield _folded("Where to look", question.where_to_look)
        return
    fix = names.catalog.fixes[node.step.id]
    if node.kind == "fix":
        yield _folded("How it is done", fix.text)
    if fix.undo:
        yield _folded("How it is undone", fix.undo)


def _folded(summary: str, text: str) -> str:
    return f"<details><summary>{summary}</summary>{_html(text)}</details>"


@cache
def _html(text: str) -> str:
    plain = text.replace("{host}", "HOST").replace("{address}", "ADDRESS")
    reader = MarkdownIt("commonmark", {"html": False}).disable(["link", "image", "autolink"])
    return str(reader.render(plain)).strip()


def _facts(node: Node, names: Names) -> Iterator[str]:
    explained = node.explanation
    rows = [
        ("Reached", cases(node.reach)),
        ("Effort", names.effort(node)),
        ("Who", names.who(node)),
        ("Risk", names.risk(node)),
    ]
    if node.kind == "fix" and explained is not None and explained.helps_in:
        rows.append(("Helps", f"{explained.helps_in * 100:.0f} of 100 who get here"))
    rows.append(("Spent so far", f"{node.cost:.1f} min"))
    if node.step is not None:
        rows.append(("Expected from here", f"{node.remaining:.1f} min until the case ends"))
    yield '<dl class="facts">'
    yield from (f"<dt>{name}</dt><dd>{escape(value)}</dd>" for name, value in rows if value)
    yield "</dl>"


def _causes(node: Node, model: Model) -> Iterator[str]:
    if node.situation is None:
        return
    made = balance(model, node.situation, CAUSES, LINES)
    yield "<h3>Likeliest causes, and what speaks for and against</h3>"
    for number, account in enumerate(made.accounts):
        yield from _sheet(account, made, unfolded=number == 0)


def _sheet(account: Account, made: Balance, *, unfolded: bool) -> Iterator[str]:
    wide = account.probability * 100
    yield (
        f'<details class="sheet"{" open" if unfolded else ""}><summary>'
        f'<span class="share">{percent(account.probability)}</span> '
        f"{escape(clause(account.title))}"
        f'<svg class="bar" viewBox="0 0 100 4" preserveAspectRatio="none" aria-hidden="true">'
        f'<rect width="100" height="4"/><rect class="full" width="{wide:.1f}" height="4"/></svg>'
        "</summary><table><tbody>"
    )
    rest = account.rest
    for entry in (account.start, *account.entries):
        side = "for" if entry.points > 0 else "against"
        aside = f" <small>{escape(entry.odds)}</small>" if entry.odds else ""
        yield (
            f'<tr><td class="points {side}">{signed(entry.points)}</td>'
            f"<td>{escape(entry.text)}{aside}</td></tr>"
        )
    yield f'<tr><td class="points">{signed(rest.points, 2)}</td><td>{escape(rest.text)}</td></tr>'
    yield (
        f'</tbody><tfoot><tr><td class="points">{signed(account.total, 2)}</td>'
        f"<td>{escape(sums(account, made.everybody))}</td></tr></tfoot></table></details>"
    )


def _instead(explained: Explanation | None) -> Iterator[str]:
    """Why not something else: the runner-up, and what a rule held back."""
    if explained is None or (explained.runner_up is None and not explained.held_back):
        return
    yield "<h3>Why not something else</h3><ul>"
    if explained.runner_up is not None:
        title = explained.runner_up.title.rstrip(".")
        yield f"<li>{escape(f'Next best: {title}. {_more(explained.margin)}')}</li>"
    yield from (f"<li>{escape(each)}</li>" for each in explained.held_back)
    yield "</ul>"


def _more(margin: float) -> str:
    if margin < 0.05:
        return "It would cost as much; ties go to the gentler and quicker step."
    return f"It would cost {margin:.1f} minutes more in the mean."


def _way(box: Box, names: Names) -> Iterator[str]:
    """The steps that lead here, as links."""
    way: list[Box] = []
    at: Box | None = box
    while at is not None and at.parent is not None:
        way.append(at)
        at = at.parent
    if not way:
        return
    yield '<h3>The way here</h3><ol class="way">'
    for each in reversed(way):
        if each.parent is not None:
            before = each.parent.node
            said = f"{names.title(before).rstrip('.')}: {names.outcome(before, each.outcome)}"
            yield f'<li><a href="#why-{before.id}">{escape(said)}</a></li>'
    yield "</ol>"


def _onward(box: Box, names: Names) -> Iterator[str]:
    if not box.children:
        return
    yield '<h3>What comes next</h3><ul class="onward">'
    for child in box.children:
        said = names.sentence(child.node, box.node, child.outcome)
        yield f'<li><a href="#why-{child.node.id}">{escape(said)}</a></li>'
    yield "</ul>"
