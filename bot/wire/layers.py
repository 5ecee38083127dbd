"""What the five answers of the security negotiation say together: the security layer.

Strategy: a table, read from the top; the first row that fits names the layer.  An answer that is
missing decides nothing, and answers that no single host gives are told apart from those of one.
Sources: MS-RDPBCGR 2.2.1.2 and 5.4.2, and the answers of Windows per setting as recorded by nmap
and FreeRDP.
"""

from collections.abc import Callable, Iterable, Mapping

from bot.wire.x224 import Refusal

Words = Mapping[str, str]
"""Request name (none, rdp, tls, nla, nla_ex) to the word of its answer."""

_NLA_WORDS = frozenset({"selected:nla", "selected:nla_ex"})
_NLA_DEMANDED = frozenset(
    {f"failure:{Refusal.NLA_REQUIRED:d}", f"failure:{Refusal.TLS_WITH_USER_AUTH_REQUIRED:d}"}
)
KEYLESS = f"failure:{Refusal.NO_CERTIFICATE:d}"
"""The host has no certificate to use, or the machine that answered this request has none."""
# A confirm without negotiation data stands for RDP security (MS-RDPBCGR 3.3.5.3.2).
_BARE = frozenset({"bare"})
_RDP_TAKEN = _BARE | {"selected:rdp"}
_TLS_TAKEN = frozenset({"selected:tls"})
_TLS_DEMANDED = f"failure:{Refusal.TLS_REQUIRED:d}"
_MISSED = (None, "silent", "closed")
_NO_TLS = _RDP_TAKEN | {f"failure:{Refusal.TLS_NOT_ALLOWED:d}"}
_OVER_TLS = ("tls", "nla", "nla_ex")


def security(words: Words) -> str:
    """The security layer that these answers show; ``unknown`` where they do not decide."""
    return next((name for name, fits in _SECURITY if fits(words)), "unknown")


def of_one_host(words: Words) -> bool:
    """Whether one host can have given these answers.

    It takes both offers with NLA, for NLA or for TLS, or neither; and both if it takes TLS alone.
    Without a certificate it takes none of them.
    """
    if KEYLESS in words.values() and _takes_tls(words):
        return False
    layers = {_layer(words[each]) for each in ("nla", "nla_ex") if words.get(each) not in _MISSED}
    return len(layers) < 2 and (words.get("tls") not in _TLS_TAKEN or "none" not in layers)


def _layer(word: str) -> str:
    """What an offer with NLA was taken for: nla, tls or none."""
    if word in _TLS_TAKEN:
        return "tls"
    return "nla" if word.startswith("selected:") and word not in _RDP_TAKEN else "none"


def _takes_tls(words: Words) -> bool:
    return any(one.startswith("selected:") and one not in _RDP_TAKEN for one in words.values())


def _all(words: Words, names: Iterable[str], wanted: frozenset[str]) -> bool:
    """Every named request that was answered got one of the wanted words, and one was answered."""
    found = [words[name] for name in names if words.get(name) not in _MISSED]
    return bool(found) and all(one in wanted for one in found)


def _any(words: Words, wanted: frozenset[str], *names: str) -> bool:
    return any(words.get(name) in wanted for name in names)


def _another_service(words: Words) -> bool:
    """Something answers that is not RDP, and nothing does that is."""
    spoken = {word.partition(":")[0] for word in words.values()}
    return "not-rdp" in spoken and not spoken & {"selected", "failure", "bare"}


def _demands_nla(words: Words) -> bool:
    """What offers less is told so, and nothing less is taken; one such answer is enough."""
    return (
        of_one_host(words)
        and _any(words, _NLA_DEMANDED | _NLA_WORDS, "rdp", "tls")
        and not _any(words, _RDP_TAKEN | _TLS_TAKEN, "rdp", "tls")
        and _any(words, _NLA_WORDS, "nla", "nla_ex")
    )


def _lets_choose(words: Words) -> bool:
    """RDP security is taken, and so is TLS, alone or chosen from more."""
    both = _any(words, _RDP_TAKEN, "rdp") and _any(words, _TLS_TAKEN, *_OVER_TLS)
    return both and not _refuses_tls(words) and of_one_host(words)


def _demands_tls(words: Words) -> bool:
    """RDP security is refused for want of TLS, and NLA is taken."""
    demanded = words.get("rdp") == _TLS_DEMANDED and not _refuses_tls(words)
    return demanded and _any(words, _NLA_WORDS, "nla", "nla_ex") and of_one_host(words)


def _refuses_tls(words: Words) -> bool:
    return words.get("tls", "").startswith("failure:") or words.get("tls") in _RDP_TAKEN


def _never_takes_nla(words: Words) -> bool:
    """TLS is taken whatever is offered beside it, and RDP security is not."""
    return (
        _any(words, _TLS_TAKEN | {_TLS_DEMANDED}, "rdp")
        and _any(words, _TLS_TAKEN, "nla", "nla_ex")
        and _all(words, _OVER_TLS, _TLS_TAKEN)
    )


def _takes_no_tls(words: Words) -> bool:
    """TLS is not allowed, or RDP security is chosen from more; then it is not refused alone."""
    chosen = _any(words, _RDP_TAKEN, *_OVER_TLS)
    refused = words.get("rdp", "").startswith("failure:")
    return _all(words, _OVER_TLS, _NO_TLS) and not (chosen and refused)


_SECURITY: tuple[tuple[str, Callable[[Words], bool]], ...] = (
    ("not-rdp", _another_service),
    ("no-certificate", lambda w: KEYLESS in w.values() and not _takes_tls(w)),
    ("legacy", lambda w: _all(w, _OVER_TLS, _BARE) and w.get("rdp") in (*_MISSED, *_BARE)),
    ("nla-required", _demands_nla),
    ("negotiate", _lets_choose),
    ("tls-required", _demands_tls),
    ("tls-no-nla", _never_takes_nla),
    ("rdp-only", _takes_no_tls),
)
