"""What an .rdp file says about this connection, as words that the knowledge base can match.

Strategy: the settings of a file (``bot.wire.rdp_file``) are compared with what was typed and with
what the probes saw.  A reading that cannot be told is absent.
Source of the values: Microsoft Learn, "Supported RDP properties".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from bot.evidence.observation import Observation
from bot.wire.rdp_file import USER_FORM, Settings

READINGS: Mapping[str, tuple[str, ...]] = {
    "nla": ("on", "off", "off-but-required", "direct"),
    "target": ("agrees", "other-host", "other-port", "broker"),
    "gateway": ("none", "used", "nameless", "other"),
    "user-form": ("bare", "domain", "upn", "azuread", "local"),
    "authentication-level": ("warns", "strict", "lax"),
    "sign-in": ("plain", "cloud", "restricted"),
}
"""Reading -> its words."""

_USES = (1, 2)
"""``gatewayusagemethod``: always, or when the direct way fails; 0, 3 and 4 name none."""
_LEVELS = {0: "lax", 1: "strict"}
_ALIASES = ("canonical", "computer", "dns_computer")


@dataclass(frozen=True, slots=True)
class Filed:
    """The settings of a file and what they are compared with; empty and 0: not known."""

    settings: Settings = field(default_factory=dict)
    host: str = ""
    port: int = 0
    gateway: str = ""


def readings(filed: Filed, observations: Sequence[Observation]) -> dict[str, str]:
    """Reading -> word, for a file with at least one setting; empty where there is none."""
    if not filed.settings:
        return {}
    said = {
        "nla": _nla(filed.settings, observations),
        "target": _target(filed, observations),
        "gateway": _gateway(filed),
        "user-form": str(filed.settings.get(USER_FORM, "")),
        "authentication-level": _LEVELS.get(
            _number(filed.settings, "authentication level"), "warns"
        ),
        "sign-in": _sign_in(filed.settings),
    }
    return {reading: word for reading, word in said.items() if word}


def _number(settings: Settings, name: str) -> int:
    value = settings.get(name, -1)
    return value if isinstance(value, int) else -1


def _nla(settings: Settings, observations: Sequence[Observation]) -> str:
    if _number(settings, "enablecredsspsupport") == 0:
        seen = [each.facts.get("security") for each in observations]
        return "off-but-required" if "nla-required" in seen else "off"
    # MS-RDPBCGR 5.4.2.2: without negotiation the client starts TLS and CredSSP at once.
    return "direct" if _number(settings, "negotiate security layer") == 0 else "on"


def _target(filed: Filed, observations: Sequence[Observation]) -> str:
    settings = filed.settings
    if settings.get("loadbalanceinfo") or _number(settings, "use redirection server name") == 1:
        return "broker"
    named = [str(settings.get(key, "")) for key in ("full address", "alternate full address")]
    known = {*_known(observations), filed.host} - {""}
    judged = [_same(name, filed.host, known) for name in named if name]
    if not filed.host or not judged or None in judged:
        return ""
    if not all(judged):
        return "other-host"
    port = _number(settings, "server port")
    there = port if port > 0 else 3389
    return "other-port" if filed.port and there != filed.port else "agrees"


def _known(observations: Sequence[Observation]) -> Iterator[str]:
    """Every name and address under which the host showed itself, whatever a file has put there."""
    for each in observations:
        listed, named = each.facts.get("addresses"), each.facts.get("reverse")
        found = [
            *(listed if isinstance(listed, list) else ()),
            *(named.values() if isinstance(named, Mapping) else ()),
            *(each.facts.get(key) for key in _ALIASES),
        ]
        yield from (name for name in found if isinstance(name, str))


def _same(name: str, host: str, known: set[str]) -> bool | None:
    """Whether a name of the file means the typed host; None where nobody can tell."""
    if any(_alike(name, each) for each in known):
        return True
    if not _literal(name) and _literal(host):
        return None
    if _literal(name) and not _literal(host):
        # An address against a name: it differs only where the name's addresses were seen.
        return False if any(_literal(each) for each in known) else None
    return False


def _alike(one: str, other: str) -> bool:
    """Equal, or one the short form of the other."""
    one, other = one.rstrip(".").lower(), other.rstrip(".").lower()
    if one == other:
        return True
    (first, dot, _), (second, other_dot, _) = one.partition("."), other.partition(".")
    return first == second and not (dot and other_dot) and not _literal(one)


def _literal(name: str) -> bool:
    return ":" in name or name.rpartition(".")[2].isdigit()


def _gateway(filed: Filed) -> str:
    name = str(filed.settings.get("gatewayhostname", ""))
    if _number(filed.settings, "gatewayusagemethod") not in _USES:
        return "none"
    if not name:
        return "nameless"
    asked = filed.gateway.partition(":")[0]
    return "other" if asked and _same(name, asked, {asked}) is False else "used"


def _sign_in(settings: Settings) -> str:
    if any(_number(settings, name) == 1 for name in _GUARDS):
        return "restricted"
    cloud = ("enablerdsaadauth", "targetisaadjoined")
    return "cloud" if any(_number(settings, name) == 1 for name in cloud) else "plain"


_GUARDS = ("restrictedlogon", "redirectedauthentication", "disablecredentialsdelegation")
"""Restricted Admin and Remote Credential Guard (IMsRdpExtendedSettings::Property)."""
