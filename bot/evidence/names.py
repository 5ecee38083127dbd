"""Do the typed name, the certificate and NTLM speak of the same machine?

Strategy: NetBIOS names are the common ground (first label, 15 characters, no case).  NTLM's own
name decides where it is known, since nobody installs it by hand; a certificate names the machine
only if Windows made it itself.  A certificate for the typed name excuses another machine name:
that is an alias or a farm, and meant to be.
"""

from bot.evidence.seen import Seen, label


def host_names(seen: Seen) -> str | None:
    """A state of the evidence item ``host-names``: agree, differ, or None for unknown."""
    typed = _typed(seen)
    own = _labels(
        seen.text("nla.challenge", "computer"), seen.text("nla.challenge", "dns_computer")
    )
    shown = _labels(*seen.texts("tls.certificate", "names"))
    if typed & own or seen.flag("tls.certificate", "matches_host"):
        return "agree"
    if typed and own:
        return "differ"
    if own & shown:
        return "agree"
    own_made = seen.flag("tls.certificate", "self_signed") and _is_windows(seen)
    if typed and shown and own_made:
        return "agree" if typed & shown else "differ"
    return None


def _typed(seen: Seen) -> frozenset[str]:
    """The typed name and its completed form; nothing for a typed address."""
    if seen.text("name.lookup", "status") in (None, "literal"):
        return frozenset()
    return _labels(seen.text("name.lookup", "asked"), seen.text("name.lookup", "canonical"))


def _labels(*names: str | None) -> frozenset[str]:
    firsts = [label(name) for name in names if name]
    return frozenset(first for first in firsts if first and first != "*")


def _is_windows(seen: Seen) -> bool:
    return seen.text("rdp.negotiation", "server") in ("windows", "windows-legacy")
