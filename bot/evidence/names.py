"""Do the typed name, the certificate and NTLM speak of the same machine?

Strategy: NetBIOS names are the common ground (first label, 15 characters, no case), whole labels
where both sides tell them, since machines in a row differ at their ends.  NTLM's own name decides
where it is known, since nobody installs it by hand; a certificate names the machine only if
Windows made it itself.  A certificate for the typed name excuses another machine name: that is an
alias or a farm, and meant to be; so does DNS where it calls the typed name an alias.
"""

from bot.evidence.observation import Failure
from bot.evidence.seen import Seen, first_label, same_machine

_NOT_FOUND = (Failure.NAME_NOT_FOUND, Failure.NAME_NO_ANSWER)


def asked_name(seen: Seen) -> str | None:
    """A state of the evidence item ``asked-name``: full or short; None if no name was missed.

    A full name needs no search list: a wrong one is not to blame.  Where a place finds a name, how
    it was asked for says nothing of what others type.
    """
    asked = seen.text("name.lookup", "asked")
    if asked is None or seen.failure("name.lookup") not in _NOT_FOUND:
        return None
    return "full" if "." in asked.strip(".") else "short"


def host_names(seen: Seen) -> str | None:
    """A state of the evidence item ``host-names``: agree, differ, or None for unknown."""
    typed = _typed(seen)
    own = _own(seen)
    shown = _labels(*seen.texts("tls.certificate", "names"))
    if _meet(typed, own) or seen.flag("tls.certificate", "matches_host"):
        return "agree"
    if typed and own:
        return "differ"
    if _meet(own, shown):
        return "agree"
    own_made = seen.flag("tls.certificate", "self_signed") and _is_windows(seen)
    if typed and shown and own_made:
        return "agree" if _meet(typed, shown) else "differ"
    return None


def _typed(seen: Seen) -> frozenset[str]:
    """The typed name and its completed form; nothing for a typed address."""
    if seen.text("name.lookup", "status") in (None, "literal"):
        return frozenset()
    return _labels(seen.text("name.lookup", "asked"), seen.text("name.lookup", "canonical"))


def _own(seen: Seen) -> frozenset[str]:
    """The names that NTLM tells; a NetBIOS name that is but the other one cut says nothing more."""
    computer, dns = (seen.text("nla.challenge", key) for key in ("computer", "dns_computer"))
    return _labels(dns if computer and dns and same_machine(computer, dns) else computer, dns)


def _meet(some: frozenset[str], others: frozenset[str]) -> bool:
    return any(same_machine(one, other) for one in some for other in others)


def _labels(*names: str | None) -> frozenset[str]:
    firsts = [first_label(name) for name in names if name]
    return frozenset(first for first in firsts if first and first != "*")


def _is_windows(seen: Seen) -> bool:
    return seen.text("rdp.negotiation", "server") in ("windows", "windows-legacy")
