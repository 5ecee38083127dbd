"""The tree as one HTML file that asks nothing of the network and changes nothing.

Strategy: everything is in the file; the policy allows exactly the style and the script that stand
in it, by their hashes.  Without the script the picture, the outline and (by links) every node's
why are there as well.  Equal knowledge and situation give equal bytes.
"""

from base64 import b64encode
from collections.abc import Iterator
from hashlib import sha256
from html import escape
from pathlib import Path

from bot.cli.treepage.layout import Box, laid_out
from bot.cli.treepage.naming import KINDS, Names
from bot.cli.treepage.picture import drawing, height
from bot.cli.treepage.why import why
from bot.desk.balance import found, percent
from bot.desk.saying import capital, clause
from bot.engine import Model, Node, Situation, verdict
from bot.engine.belief import LADDER

_HERE = Path(__file__)
LEGEND = ("question", "fix", "undo", "recheck", "escalate", "solved", "cut")


def render_html(model: Model, root: Node, title: str = "") -> str:
    """The page; ``title`` names the situation, by default it is named by what is abnormal."""
    names = Names(model.catalog)
    layout = laid_out(root, lambda box: height(names, box))
    style, script = _asset("tree.css"), _asset("tree.js")
    situation = root.situation or Situation()
    named = title or _named(model, situation)
    policy = (
        f"default-src 'none'; style-src '{_digest(style)}'; script-src '{_digest(script)}'; "
        "base-uri 'none'; form-action 'none'; require-trusted-types-for 'script'"
    )
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            '<meta name="referrer" content="no-referrer">',
            f"<title>{escape(named)}: decision tree</title>",
            f"<style>{style}</style>",
            "</head>",
            "<body>",
            *_header(model, situation, root, named),
            '<main><div id="stage">',
            drawing(layout, names),
            '<svg id="overview" aria-hidden="true"><g id="small"></g><rect id="window"/></svg>',
            *_legend(),
            "</div>",
            '<aside id="panel" aria-label="Why this step">',
            '<button type="button" id="close" aria-label="Close the why (Escape)">Close</button>',
            *(why(box, model) for box in layout.boxes),
            "</aside>",
            '<nav id="outline" aria-label="The tree as text"><h2>The tree as text</h2><ol>',
            *_outline(layout.boxes[0], names),
            "</ol></nav></main>",
            f"<script>{script}</script>",
            "</body>",
            "</html>",
            "",
        ]
    )


def _asset(name: str) -> str:
    return "\n" + _HERE.with_name(name).read_text(encoding="utf-8")


def _digest(text: str) -> str:
    return f"sha256-{b64encode(sha256(text.encode()).digest()).decode()}"


def _named(model: Model, situation: Situation) -> str:
    """A situation by its abnormal findings; by the state of the path where there are none."""
    evidence = situation.evidence
    notable = [item for item, state in sorted(evidence.items()) if model.is_abnormal(item, state)]
    if LADDER in evidence and LADDER not in notable:
        notable.insert(0, LADDER)
    if not notable:
        return "A case of which nothing is known yet"
    reads = [model.catalog.evidence[item].states.get(evidence[item], "") for item in notable]
    more = f"; and {len(reads) - 2} more findings" if len(reads) > 2 else ""
    return capital("; ".join(reads[:2]) + more)


def _header(model: Model, situation: Situation, root: Node, named: str) -> Iterator[str]:
    known = [
        *((item, state, False) for item, state in sorted(situation.evidence.items())),
        *((item, state, True) for item, state in sorted(situation.answers.items())),
    ]
    yield f"<header><h1>{escape(named)}</h1>"
    yield f'<p class="sum">{escape(_sum(model, situation, root))}</p>'
    yield '<div class="row">'
    if known:
        noun = "finding" if len(known) == 1 else "findings"
        yield f'<details id="known"><summary>It starts from {len(known)} {noun}</summary><ul>'
        for item, state, asked in known:
            fault = not asked and model.is_abnormal(item, state)
            mark = ' <b class="fault">fault</b>' if fault else ""
            yield f"<li>{escape(found(model.catalog, item, state, asked=asked))}{mark}</li>"
        yield "</ul></details>"
    yield (
        '<form id="tools" role="search" aria-label="Find and move">'
        '<label for="find">Find</label>'
        '<input id="find" type="search" placeholder="step, answer or cause" autocomplete="off">'
        '<output id="hits" for="find" aria-live="polite"></output>'
        '<button type="button" id="out" aria-label="Smaller">&minus;</button>'
        '<button type="button" id="in" aria-label="Larger">+</button>'
        '<button type="button" id="fit">Fit</button>'
        '<button type="button" id="start">Start</button>'
        '<button type="button" id="all" aria-pressed="false">Unfold all</button>'
        '<button type="button" id="text" aria-pressed="false">As text</button>'
        "</form>"
    )
    yield (
        f'<p class="version">Knowledge {escape(model.catalog.hash[:12])}, '
        f"epoch {escape(model.epoch[:12])}</p></div></header>"
    )


def _sum(model: Model, situation: Situation, root: Node) -> str:
    """How it ends, in cases; the likeliest cause; the time it takes."""
    ends = {"solved": 0.0, "escalate": 0.0, "cut": 0.0}
    for node in _all(root):
        if node.kind in ends:
            ends[node.kind] += node.reach
    first = verdict(model, situation).causes[0]
    solved, handed, rest = (round(ends[kind] * 100) for kind in ("solved", "escalate", "cut"))
    rarer = f", and {rest} take rarer branches that are planned when somebody gets there"
    return (
        f"Likeliest now: {clause(first.title)} ({percent(first.probability)}). Of 100 such cases "
        f"{solved} are solved by the steps drawn here, {handed} are handed over"
        f"{rarer if rest else ''}. In the mean it takes {root.remaining:.0f} minutes, with waiting "
        "and disturbance priced in."
    )


def _all(node: Node) -> Iterator[Node]:
    yield node
    for _, child in node.children:
        yield from _all(child)


def _legend() -> Iterator[str]:
    yield '<p id="legend" aria-label="Legend">'
    yield from (f'<span class="{kind}">{KINDS[kind]}</span>' for kind in LEGEND)
    yield (
        "<span>Rare is planned when somebody gets there. The wider an arrow, the more cases.</span>"
        "</p>"
    )


def _outline(box: Box, names: Names) -> Iterator[str]:
    said = names.sentence(box.node, box.parent.node if box.parent else None, box.outcome)
    yield f'<li><a href="#why-{box.node.id}">{escape(said)}</a>'
    if box.children:
        yield "<ol>"
        for child in box.children:
            yield from _outline(child, names)
        yield "</ol>"
    yield "</li>"
