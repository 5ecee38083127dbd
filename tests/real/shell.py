"""A jump box whose every command is written down before a real ``sh`` runs it.

Strategy: sshd gives each command to the forced one, which logs it as it came and then has ``sh``
run it.  The home is empty at the start and every hostile text would leave a file there (or at an
absolute path), so that what ran shows, whoever ran it.
"""

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from ipaddress import ip_address
from pathlib import Path

from bot.vantage import commands
from bot.vantage.jumpbox import JumpboxConfig
from tests.vantage.jumpbox.test_openssh import sshd

MARK = "pwned"
"""Stands in every hostile text, and would be the name of the file that it leaves."""

WRAPPER = """\
#!/bin/sh
cd "{home}" || exit 1
printf '%s\\0' "$SSH_ORIGINAL_COMMAND" >>"{log}"
case "$SSH_ORIGINAL_COMMAND" in
"cat /etc/resolv.conf") exec cat "{folder}/resolv.conf" ;;
"cat /etc/hosts") exec cat "{folder}/hosts" ;;
esac
exec sh -c "$SSH_ORIGINAL_COMMAND"
"""
RESOLV_CONF = f"""\
nameserver 127.0.0.1;touch {MARK}
nameserver fe80::1%$(touch {MARK})
nameserver 127.0.0.1
search corp.example $(touch {MARK}).example `touch {MARK}`.example ;touch {MARK}
options ndots:$(touch {MARK}) ndots:1
"""
HOSTS = f"""\
127.0.0.1 localhost
127.0.0.1 srv.corp.example srv $(touch {MARK}) ;touch {MARK};
127.0.0.1;touch {MARK} evil.corp.example
fe80::1%$(touch {MARK}) zone.corp.example
::1%;touch {MARK} zone.corp.example
"""
SOMEWHERE = ip_address("192.0.2.1")


@dataclass(frozen=True, slots=True)
class Shell:
    """A running jump box, its log, and the folder in which nothing may appear."""

    config: JumpboxConfig
    log: Path
    home: Path

    @property
    def commands(self) -> list[str]:
        """Everything that sshd was asked to run."""
        return self.log.read_text(encoding="utf-8").split("\0")[:-1]

    @property
    def left(self) -> list[str]:
        """What the commands left behind."""
        return sorted(each.name for each in self.home.iterdir())

    def ours(self) -> set[str]:
        """The shapes of the commands, once all of them are known to be of our own making."""
        shapes = {shape(line) for line in self.commands}
        assert shapes <= OURS, shapes - OURS
        assert not [line for line in self.commands if MARK in line.lower() or "\n" in line]
        return shapes


@asynccontextmanager
async def shell(folder: Path) -> AsyncIterator[Shell]:
    """OpenSSH with the forced command; its files and its log are under ``folder``."""
    home, log, wrapper = folder / "home", folder / "log", folder / "wrapper"
    home.mkdir()
    log.touch()
    (folder / "resolv.conf").write_text(RESOLV_CONF, encoding="utf-8")
    (folder / "hosts").write_text(HOSTS, encoding="utf-8")
    wrapper.write_text(WRAPPER.format(home=home, log=log, folder=folder), encoding="utf-8")
    wrapper.chmod(0o755)
    async with sshd(folder, f"ForceCommand {wrapper}") as server:
        yield Shell(replace(server.config), log, home)


_WORD = re.compile(r"[0-9a-f:.]+")
_SHOTS = re.compile(r"(?:e # #; )+")


def shape(line: str) -> str:
    """A command with every address as ``@`` and every number as ``#``."""

    def plain(word: re.Match[str]) -> str:
        text = word[0]
        if text.replace(".", "", 1).isdigit():
            return "#"
        try:
            ip_address(text)
        except ValueError:
            return text
        return "@"

    return _SHOTS.sub("e # #; ", _WORD.sub(plain, line))


def addresses(line: str) -> Iterator[str]:
    """The addresses in a command."""
    for word in _WORD.findall(line):
        try:
            yield str(ip_address(word))
        except ValueError:
            continue


OURS = frozenset(
    {
        *("cat /etc/resolv.conf", "cat /etc/hosts", "ping -n -c # -W # @"),
        *(shape(one.line) for one in (commands.SURVEY, commands.CLOCK)),
        *(shape(commands.echoes(SOMEWHERE, [99], 1, ping6=old).line) for old in (False, True)),
        shape(commands.neighbour(SOMEWHERE).line),
        shape(commands.sockets(SOMEWHERE, 99).line),
        shape(commands.datagram(SOMEWHERE, 99, b"", 1).line),
        shape(commands.own_lookup("srv").line),
    }
)
"""The shapes of all that we ever have a jump box run."""

GRAMMARS = (
    "$(touch {mark})",
    "`touch {mark}`",
    ";touch {mark}",
    "|touch {mark}",
    "||touch {mark}",
    "&touch {mark}",
    "&&touch {mark};",
    "\ntouch {mark}\n",
    "\rtouch {mark}",
    ">{mark}",
    "<{mark}",
    ">>{mark}",
    "$(>{mark})",
    "${{IFS}}touch${{IFS}}{mark}",
    "'$(touch {mark})'",
    '"$(touch {mark})"',
    "';touch {mark};'",
    '";touch {mark};"',
    "\\;touch {mark}",
    "{{touch,{mark}}}",
    "-oProxyCommand=touch {mark}",
    "--help>{mark}",
    "-W1;touch {mark}",
    "~/{mark}",
    "../{mark}",
    "/{mark}",
    "*{mark}*",
    "?{mark}",
    "[{mark}]",
    "!touch:{mark}",
    "^a^touch {mark}",
    "#{mark}",
    "%touch {mark}",
    "$'\\ntouch {mark}'",
    "$((touch {mark}))",
    "<(touch {mark})",
    "=(touch {mark})",
    "\x00touch {mark}",
    "\x1b]0;touch {mark}\x07",
    "\x1b[2J{mark}",
    "\u2028touch {mark}",
    "\u202e{mark}",
    "\uff1btouch\u3000{mark}",
    "\uff04\uff08touch {mark}\uff09",
    "\u037etouch {mark}",
    "\u2018;touch {mark}\u2019",
    "\xa0touch\xa0{mark}",
    "%0atouch%20{mark}",
    "&#10;touch {mark}",
    "@{mark}",
    "user@{mark}",
    "{mark}%$(touch {mark})",
    "fe80::1%$(touch {mark})",
    "[::1%;touch {mark}]:3389",
    "127.0.0.1;touch {mark}",
    "127.0.0.1 -c 1;touch {mark}",
    "127.0.0.1\ttouch {mark}",
    "::1;touch {mark}",
    "{mark}.corp.example;touch {mark}",
    "<http://a|$(touch {mark})>",
    "<http://$(touch {mark})|srv>",
    "<!channel>{mark}",
    "<@U1|{mark}>",
    "&lt;{mark}&gt;",
    "=cmd|'/c touch {mark}'!A0",
    "%TEMP%\\{mark}",
    "\\\\{mark}\\share",
)
