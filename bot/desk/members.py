"""Sentences about several machines behind one name: one may be ill while the others are well.

Strategy: what is wrong with one of several certificates is a fact, and it is named.  That another
machine is behind a refusal, a close or a broken certificate is a guess, and is told as one.
"""

from collections.abc import Sequence

from bot.desk.ladder import by_place
from bot.desk.words import clean
from bot.desk.words_security import certificate, label
from bot.evidence import Failure, Observation
from bot.evidence.certificate import bad
from bot.evidence.seen import Seen
from bot.evidence.several import lacking_one, uneven, unlike, unreadable_one

_PERHAPS = (
    "perhaps several machines answer under this name and one of them is ill. Test each by itself."
)


def told(observations: Sequence[Observation], host: str) -> str:
    """What only some connections met at the host; empty where all fared alike, or none is ill."""
    views = [Seen.of(each) for each in by_place(observations).values()]
    return next((said for seen in views if (said := _bad(seen, host) or _guess(seen, host))), "")


def _bad(seen: Seen, host: str) -> str:
    """Which of several certificates are bad, where not all are."""
    ill = {str(each.facts.get("sha256")): each for each in bad(seen)}
    if not ill or len(ill) >= len(seen.certificates):
        return ""
    each = [
        "; ".join((label(one.facts), *certificate(one.facts, named=True))) for one in ill.values()
    ]
    return (
        f"{host} shows {len(seen.certificates)} certificates on different connections, and not all "
        f"are in order: {' and '.join(each)}. Who meets another machine is not stopped by it."
    )


def _guess(seen: Seen, host: str) -> str:
    if lacking_one(seen):
        what = f"{host} says on one connection that it has no certificate, and another gets TLS"
    elif unreadable_one(seen):
        broken = next(one for one in seen.shown if one.failure is Failure.CERT_UNREADABLE)
        what = f"Not every connection to {host} met a sound certificate ({clean(broken.detail)})"
    elif uneven(seen):
        what = f"Not every connection to {host} gets TLS"
    elif unlike(seen):
        what = f"The answers of {host} on different connections do not fit one machine"
    else:
        return ""
    return f"{what}: {_PERHAPS}"
