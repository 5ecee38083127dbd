"""What a jump box's faults are called, and what mends each."""

from pathlib import Path

from bot.doctor.findings import Finding, error, warning
from bot.redact import clean
from bot.secrecy import tampering
from bot.settings import Jumpbox as Box
from bot.vantage.base import VantageError
from bot.vantage.jumpbox.pinning import CannotPin, pinned
from bot.vantage.outputs import Survey

WANTED = ("ping", "ss", "ip", "udp", "dd")
OTHERS_WRITE = 0o022


def known_hosts_fault(box: Box, path: Path) -> Finding | None:
    """What the known_hosts file tells before anybody connects."""
    trust = f"`rdp-triage jumpbox trust {box.name}` shows its key, asks, and pins it"
    if not path.exists():
        return error(
            "jumpbox.known-hosts-missing",
            f"jump box {box.name} has no known_hosts file {path}",
            trust,
        )
    try:
        pinned(path, box.host, box.port)
    except CannotPin as wrong:
        return error("jumpbox.known-hosts-unreadable", str(wrong), f"make it readable; {trust}")
    if told := tampering(path):
        return error(
            "jumpbox.known-hosts-open", f"{path} is not used: {told}", f"`chmod go-w {path}`"
        )
    if path.stat().st_mode & OTHERS_WRITE:
        return warning(
            "jumpbox.known-hosts-open",
            f"others can write {path} and so decide which host keys count",
            f"`chmod go-w {path}`",
        )
    return None


def login_fault(box: Box, failed: VantageError) -> Finding:
    """A login that did not come about, or did not last."""
    said = clean(failed.detail or failed.failure.value, 400)
    trust = f"rdp-triage jumpbox trust {box.name}"
    remedies = {
        "host-key-unknown": ("jumpbox.host-key-unknown", f"`{trust}`"),
        "host-key-changed": (
            "jumpbox.host-key-changed",
            f"find out at the machine itself why; only if it was rebuilt: `{trust} --replace`",
        ),
        "auth-refused": (
            "jumpbox.login-refused",
            f"add the public key (`ssh-keygen -y -f {box.key}`) to {box.user}'s "
            f".ssh/authorized_keys on {box.host}, and see user and key in [[jumpbox]]",
        ),
        "forwarding-denied": (  # by the jump box before it: its own streams are judged in tunnel
            "jumpbox.forwarding-refused",
            f"on jump box {box.via or box.name}: AllowTcpForwarding yes (or local) in sshd_config, "
            "nothing in authorized_keys that forbids it, and in a PermitOpen list, if there is "
            f"one, the address of {box.host} with port {box.port}",
        ),
        "timeout": ("jumpbox.silent", f"see the load and the sshd log of {box.host}"),
    }
    other = ("jumpbox.no-session", f"try it by hand: ssh -p {box.port} {box.user}@{box.host}")
    identifier, remedy = remedies.get(failed.state or "", other)
    return error(identifier, said, remedy)


def tools_line(way: str, survey: Survey) -> str:
    """What a sound jump box has, in one line; ``way`` is how we got in and through."""
    if survey.trouble:
        return f"{way}; runs no commands for us ({clean(survey.trouble, 100)}), so no ping, no UDP"
    has = {*survey.tools, *({"ping"} if survey.ping else ())}
    lacks = ", ".join(tool for tool in WANTED if tool not in has)
    told = f"{way}; {survey.system}, has {', '.join(sorted(has)) or 'no tools'}"
    return f"{told}, lacks {lacks}" if lacks else told
