"""Texts as people type them, made comparable: one form of words, and whether a phrase is said.

Strategy: phrase and message go through the same mill, so a rule here can only make more texts
equal, never miss one that was equal before.  Case, spacing, punctuation, typographic and invisible
marks and accents go; contractions are spelled out; words that English writes in several ways
(log on, logon, sign in; licence, license; plural) become one.  A phrase right behind a word that
denies it ("no black screen", "not a DNS error") is not said.
"""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Self

_SHORT = (
    *("do", "does", "did", "is", "was", "are", "were"),
    *("has", "have", "had", "could", "would", "should"),
)
_SPELLED = {f"{verb}nt": (verb, "not") for verb in _SHORT} | {
    "cant": ("cannot",),
    "wont": ("will", "not"),
}
_SAME = {
    "login": "logon",
    "signin": "logon",
    "signon": "logon",
    "logout": "logoff",
    "signout": "logoff",
    "signoff": "logoff",
    "licence": "license",
    "licenced": "licensed",
    "authorised": "authorized",
    "unauthorised": "unauthorized",
    "recognised": "recognized",
    "gray": "grey",
    "pcs": "pc",
}
_IN, _OUT = ("on", "in", "into"), ("off", "out")
_PAIRS = (
    {("can", "not"): "cannot", ("user", "name"): "username", ("time", "out"): "timeout"}
    | {(verb, to): "logon" for verb in ("log", "sign") for to in (*_IN, "ins", "ons")}
    | {(verb, to): "loggedon" for verb in ("logged", "signed") for to in _IN}
    | {(verb, to): "loggingon" for verb in ("logging", "signing") for to in _IN}
    | {(verb, to): "logoff" for verb in ("log", "sign") for to in _OUT}
    | {(verb, to): "loggedoff" for verb in ("logged", "signed") for to in _OUT}
)
_INVISIBLE = re.compile("[\u00ad\u200b-\u200f\u2060\ufeff]")
_APOSTROPHES = re.compile("['\u2018\u2019\u02bc\u00b4\u0060]")
_ELISION = re.compile(r"\b([cdjlmnst]|qu)['\u2019](?=\w)")  # French: l'autorité
_WORD = re.compile("[\u3040-\u30ff\u3400-\u9fff]|(?:(?![\u3040-\u30ff\u3400-\u9fff])[^\\W_])+")
"""Chinese and Japanese put no blanks between words: each sign is a word of its own."""
_CLAUSE = re.compile(r"[.!?;:,\n()]+")
_DENIED = (
    r" (?:no|not|without|never|neither|nor)"
    r"(?: (?:a|an|the|any|about|because of|due to|related to|see|seeing|get|getting))* "
)
_TROUBLE = r" (?:problem|issue|error|warning|message|fault) "
_SOURCES = (
    "event|ereignis|schannel|termdd|termservice|rdpcorets|netlogon|lsasrv|kerberos|nps|security"
    "|localsessionmanager|remoteconnectionmanager|gateway|user profiles? service|userprofiles?"
)
_EVENTS = re.compile(
    rf"\b(?:{_SOURCES})s?[ -]*(?:event|log)?s?[ -]*(?:ids?)?[ :=#(]{{1,3}}"
    r"([0-9]{1,5}(?:(?: *[,/&+] *| and | und )[0-9]{1,5})*)(?!\.?[0-9a-z])"
)


GAP = "..."
"""In a phrase: up to three words between, in the same clause, none of them a denial."""


@dataclass(frozen=True, slots=True)
class Said:
    """A message: its words in a row, and the same with a bar where a clause ends."""

    words: str
    clauses: str

    @classmethod
    def of(cls, text: str) -> Self:
        """Both forms, blanks around them."""
        parts = [words for part in _CLAUSE.split(_folded(text)) if (words := _row(part))]
        return cls(f" {plain_words(text)} ", f" {' | '.join(parts)} ")

    def __bool__(self) -> bool:
        """Whether anything was said at all."""
        return bool(self.words.strip())

    def has(self, phrase: str) -> bool:
        """Whether the phrase stands there as whole words, at least once not denied."""
        if GAP in phrase:
            return any(not match["denied"] for match in _gapped(phrase).finditer(self.clauses))
        wanted = _phrase(phrase)
        found = self.words.count(wanted)
        return found > 0 and found > len(_denial(wanted).findall(self.clauses))


def plain_words(text: str) -> str:
    """Words in one form with single spaces: what two texts are compared by."""
    return _row(_folded(text))


def find_events(text: str) -> frozenset[str]:
    """Ids of events that a text names as such: "event ID 36870", "Schannel 36871"."""
    folded = " ".join(_folded(text).split())
    return frozenset(
        number for match in _EVENTS.finditer(folded) for number in re.findall(r"[0-9]+", match[1])
    )


def _folded(text: str) -> str:
    """Small letters without accents, apostrophes and what is not seen; punctuation stays."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(char for char in apart if not unicodedata.combining(char))
    return _APOSTROPHES.sub("", _ELISION.sub(r"\1 ", _INVISIBLE.sub("", plain)))


def _row(folded: str) -> str:
    return " ".join(_joined(list(_words(folded))))


def _words(folded: str) -> Iterator[str]:
    for word in _WORD.findall(folded):
        yield from (_one_form(each) for each in _SPELLED.get(word, (word,)))


def _one_form(word: str) -> str:
    if len(word) > 4 and word.endswith("s") and not word.endswith(("ss", "us", "is")):
        word = word[:-2] if word.endswith("sses") else word[:-1]
    return _SAME.get(word, word)


def _joined(words: list[str]) -> Iterator[str]:
    at = 0
    while at < len(words):
        pair = _PAIRS.get((words[at], words[at + 1])) if at + 1 < len(words) else None
        yield pair or words[at]
        at += 2 if pair else 1


@lru_cache(maxsize=8192)
def _phrase(text: str) -> str:
    return f" {plain_words(text)} "


@lru_cache(maxsize=8192)
def _gapped(phrase: str) -> re.Pattern[str]:
    parts = [re.escape(plain_words(part)) for part in phrase.split(GAP)]
    between = r" (?:(?!no |not |never )[^ |]+ ){0,3}"
    return re.compile(rf"(?P<denied>{_DENIED.rstrip()})? {between.join(parts)}(?= )")


@lru_cache(maxsize=8192)
def _denial(wanted: str) -> re.Pattern[str]:
    """Where a phrase is denied; one that begins with a denial itself, by what stands behind it."""
    bare = re.escape(wanted.strip())
    if re.match(_DENIED, wanted):
        return re.compile(rf" {bare}(?={_TROUBLE})")
    return re.compile(rf"{_DENIED}{bare}(?= )")
