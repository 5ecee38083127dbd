"""What `init` asks: one row a question, which is also an option of the command."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.cli import init_checks as check

Answers = Mapping[str, Any]
ZONES = "zoneinfo/"


@dataclass(frozen=True, slots=True)
class Question:
    """``many`` takes several answers; ``when`` says whether it makes sense after the others."""

    key: str
    ask: str
    check: check.Check
    default: Callable[[Answers], str] = lambda _: ""
    many: bool = False
    when: Callable[[Answers], bool] = lambda _: True

    @property
    def option(self) -> str:
        """Its option on the command line."""
        return f"--{self.key.replace('_', '-')}"


def always(text: str) -> Callable[[Answers], str]:
    """The same default, whatever was answered before."""
    return lambda _: text


def _boxed(answers: Answers) -> bool:
    return isinstance(answers.get("jumpbox"), check.Login)


def _http(answers: Answers) -> bool:
    return answers.get("mode") == "http"


def _first_label(answers: Answers) -> str:
    """A name for the jump box: the first part of its host, or what everybody calls it."""
    first = str(answers["jumpbox"].host).partition(".")[0]
    return first if first.replace("-", "").isalnum() and not first.isdecimal() else "jump1"


def _zone_here(_answers: Answers) -> str:
    """The time zone of this machine."""
    _, found, zone = str(Path("/etc/localtime").resolve()).partition(ZONES)
    return zone if found else "UTC"


def _same_as_allow(answers: Answers) -> str:
    return " ".join(answers.get("allow") or ())


QUESTIONS = (
    Question(
        "mode",
        'How does Slack reach the bot: "socket" (no open port) or "http"?',
        check.mode,
        always("socket"),
    ),
    Question(
        "listen",
        "Where does it listen for Slack (HOST:PORT)?",
        check.listen,
        always("127.0.0.1:3000"),
        when=_http,
    ),
    Question(
        "helpdesk", "Helpdesk channels, where cards stay (ids, C…)?", check.channel, many=True
    ),
    Question("escalation", "Channel of the second line (id, C…)?", check.channel),
    Question(
        "allow",
        "Which hosts may be looked at, such as *.corp.example 10.0.0.0/8?",
        check.pattern,
        many=True,
    ),
    Question("deny", "Which of these may not?", check.pattern, many=True),
    Question("port", "RDP ports?", check.port, always("3389"), many=True),
    Question("direct", "May the bot look from its own network, too?", check.yes, always("no")),
    Question("gateway", "RD Gateway, if all go through one (HOST)?", check.gateway),
    Question("jumpbox", "Jump box (USER@HOST or USER@HOST:PORT)?", check.login),
    Question("jumpbox_name", "What is it called on cards?", check.name, _first_label, when=_boxed),
    Question("key", "Its private key file?", check.key, always("jump_key"), when=_boxed),
    Question(
        "known_hosts",
        "The file with its pinned host key?",
        check.known_hosts,
        always("known_hosts"),
        when=_boxed,
    ),
    Question(
        "jumpbox_target",
        "Which hosts are looked at from it?",
        check.pattern,
        _same_as_allow,
        many=True,
        when=_boxed,
    ),
    Question(
        "admin", "Administrators (ids, U…), who may click on every card?", check.person, many=True
    ),
    Question("approver", "Approvers of risky steps (ids, U…)?", check.person, many=True),
    Question("timezone", "Time zone of the working hours?", check.zone, _zone_here),
    Question("hours", "Working hours?", check.hours, always("08:00-18:00")),
    Question("store", "Where are tickets kept?", check.any_text, always("data/tickets.db")),
    Question(
        "health_listen",
        "Where does it answer /livez and /readyz (HOST:PORT)?",
        check.listen,
        always("127.0.0.1:9464"),
    ),
)
"""In the order in which they are asked; a default may lean on the answers before."""
