"""What the answers to several ClientHello shapes say together.

Strategy: a close after a hello is no answer, but several of them are.  The shape ``wide`` (any
client) and ``windows-11`` (the PC of today) decide; the others name the version or the suite.
Shapes come as in the facts of ``tls.hello``: name to ``result``, ``version``, ``cipher``.
Sources: RFC 5246 7.4.1.2, learn.microsoft.com "TLS Cipher Suites in Windows 11" and "Protocols in
TLS/SSL (Schannel SSP)".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.wire.hello import SHAPES, VERSIONS
from bot.wire.suites import CODES, WINDOWS_11

WIDE, CLIENT = "wide", "windows-11"
AGREED, NEWEST = "server-hello", "TLSv1.3"
_HEIGHT = {name: version for version, name in VERSIONS.items()}
_PC = "a current Windows 11 PC"
_SILENCE = "silence"
# Alerts that speak of what host and client share (RFC 5246 7.2.2), and what some others tell.
_NOTHING_SHARED = frozenset({"40", "70", "71"})
_TOLD = {
    "0": "only says goodbye, as a close does",
    "80": "tells of an error inside the host, not of what it shares with a client",
    "112": "says that the host does not know the name it was asked for",
}
_UNTOLD = "is no word on versions, suites or keys"

Shape = Mapping[str, str]
Shapes = Mapping[str, Shape]


@dataclass(frozen=True, slots=True)
class Reading:
    """One word for what the shapes say, and the sentence that names what decides.

    ``word``: agrees, suite-gap, version-gap, strange-hello, own-limit, key-fault, refused, silent,
    mixed or unknown.
    """

    word: str
    text: str = ""


def read(shapes: Shapes) -> Reading:
    """The reading of all shapes of one look."""
    client = shapes.get(CLIENT, {})
    agreed = {name: shape for name, shape in shapes.items() if shape.get("result") == AGREED}
    if not agreed:
        return _nothing(shapes) if len(shapes) > 1 else Reading("unknown")
    unnamed = next((s["cipher"] for s in agreed.values() if _unnamed(s.get("cipher", ""))), None)
    if unnamed is not None:
        said = f"the host chose suite {unnamed}, which this program cannot name: our own limit"
        return Reading("own-limit", said)
    if takes(client):
        return _agrees(shapes, client)
    if not client:
        return Reading("unknown")
    return _gap(client, agreed)


def takes(client: Shape) -> bool:
    """Whether the PC of today would go on after this answer to its hello."""
    return client.get("result") == AGREED and _offered(client)


def lacking(shapes: Shapes) -> bool:
    """Whether the PC of today lacks the version or the suite that the host chose from others."""
    agreed = [shape for shape in shapes.values() if shape.get("result") == AGREED]
    return bool(agreed) and not any(map(_offered, agreed))


def _offered(chosen: Shape) -> bool:
    """Whether that PC offers what was chosen; where the suite is not known, it may."""
    cipher = chosen.get("cipher", "")
    suits = not cipher or suits_client(cipher)
    return suits and SHAPES[CLIENT].speaks(chosen.get("version", ""))


def suits_client(cipher: str) -> bool:
    """Whether the PC of today offers this suite."""
    return CODES.get(cipher) in WINDOWS_11


def _unnamed(cipher: str) -> bool:
    return cipher.startswith("0x")


def _agrees(shapes: Shapes, client: Shape) -> Reading:
    chosen = _chosen(client)
    wide = shapes.get(WIDE, {}).get("result", AGREED)
    # The wide hello stops at TLS 1.2, so a host of TLS 1.3 turns it down for good reason.
    if wide == AGREED or client.get("version") == NEWEST:
        return Reading("agrees", f"{_PC} agrees: {chosen}")
    said = f"{_PC} agrees ({chosen}), but an unusual hello meets {_met(wide)}"
    return Reading("strange-hello", f"{said}: the host or a device on the way dislikes its form")


def _gap(client: Shape, agreed: Shapes) -> Reading:
    """The host agrees with some client and not with that of today: which version, which suite?"""
    best = max(agreed.values(), key=_worth)
    version = best.get("version", "")
    cipher = best.get("cipher", "")
    if not SHAPES[CLIENT].speaks(version):
        return Reading("version-gap", _too_old(version, cipher, agreed))
    if client.get("result") == AGREED:
        said = f"the hello of {_PC} is answered with {_chosen(client)}"
        return Reading("suite-gap", f"{said}, which such a PC has not offered")
    met = _met(client.get("result", ""))
    said = f"the hello of {_PC} meets {met}, while a wider one gets {_chosen(best)}"
    if cipher in CODES and not suits_client(cipher):
        said += ", a suite that such a PC does not offer"
    elif cipher and met != _SILENCE:
        said += (
            "; such a PC offers that suite too, so what decides is the kind of the host's key or "
            "signature, its elliptic curve, or the form of the hello"
        )
    return Reading("suite-gap", said)


def _worth(shape: Shape) -> tuple[int, bool]:
    """The newer version first, and of one version a suite that the PC of today offers."""
    return _HEIGHT.get(shape.get("version", ""), 0), suits_client(shape.get("cipher", ""))


def _too_old(version: str, cipher: str, agreed: Shapes) -> str:
    """The version decides; where no suite that was chosen is one of that PC's, it does as well."""
    pc = _PC if version == "SSLv3" else f"{_PC} with TLS 1.0 and 1.1 turned off"
    said = f"the host goes up to {_version(version)} only, and {pc} does not agree"
    if cipher and not any(suits_client(shape.get("cipher", "")) for shape in agreed.values()):
        said += f"; the suite that it takes, {cipher}, is none of such a PC's either"
    return said


def _nothing(shapes: Shapes) -> Reading:
    """No hello is taken.  What a close of the usual ones means is inferred, so it only may be."""
    usual = [shapes.get(name, {}).get("result") for name in (WIDE, CLIENT)]
    match sorted({shape.get("result", "") for shape in shapes.values()}):
        case [*all_of] if all_of == ["closed"] or usual == ["closed", "closed"]:
            forms = "every form of hello is" if len(all_of) == 1 else "the usual forms of hello are"
            said = f"{forms} met by a close: the host's key or certificate may be unusable, all its"
            return Reading("key-fault", f"{said} versions of TLS off, or TLS cut on the way")
        case ["silent"]:
            return Reading("silent", "no form of hello is answered")
        case [*all_of] if all(each.startswith("alert") for each in all_of):
            return Reading("refused", _refused([each.partition(":")[2] for each in all_of]))
        case _:
            return Reading("mixed", "no form of hello is accepted")


def _refused(codes: Sequence[str]) -> str:
    """Every hello met an alert: what these codes tell, which is not always a lack of agreement."""
    listed = ", ".join(code or "?" for code in codes)
    said = f"every form of hello is refused with an alert ({listed})"
    others = [code for code in codes if code and code not in _NOTHING_SHARED]
    if not others:
        return f"{said}: no version, suite or kind of key in common"
    if len(codes) == 1:
        return f"{said}, which {_TOLD.get(codes[0], _UNTOLD)}"
    return f"{said}, of which {'; '.join(f'{code} {_TOLD.get(code, _UNTOLD)}' for code in others)}"


def _chosen(shape: Shape) -> str:
    """``TLS 1.2 with TLS_…``, as far as it is known."""
    words = [_version(shape.get("version", "")), shape.get("cipher", "")]
    return " with ".join(word for word in words if word)


def _version(name: str) -> str:
    return name.replace("TLSv", "TLS ")


def _met(result: str) -> str:
    kind, _, code = result.partition(":")
    return {"closed": "a close", "silent": _SILENCE, "alert": f"alert {code}"}.get(kind, "nothing")
