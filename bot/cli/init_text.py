"""The settings file that `init` writes, from its answers."""

import json
from collections.abc import Sequence
from typing import Any

from bot.cli.init_questions import Answers

HEAD = """\
# rdp-triage settings.  Secrets never stand here: set SLACK_BOT_TOKEN, SLACK_APP_TOKEN
# (Socket Mode) or SLACK_SIGNING_SECRET (HTTP mode) in the environment.
# What else can be set: docs/settings.md.  `rdp-triage doctor` checks all of it.
"""


def settings_text(answers: Answers, api_url: str | None) -> str:
    """The whole file as TOML."""
    parts = [HEAD, _slack(answers, api_url), _table("store", ("path", answers["store"]))]
    if answers.get("jumpbox"):
        parts.append(_jumpbox(answers))
    parts += [
        _table(
            "targets",
            ("allow", answers["allow"]),
            ("deny", answers["deny"]),
            ("ports", answers["port"]),
            ("direct", answers["direct"]),
            ("gateway", answers["gateway"]),
        ),
        _table("access", ("admins", answers["admin"]), ("approvers", answers["approver"])),
        _table("desk", ("timezone", answers["timezone"]), ("working_hours", answers["hours"])),
        _table("http", ("listen", answers["health_listen"])),
    ]
    return "\n".join(parts)


def _slack(answers: Answers, api_url: str | None) -> str:
    return _table(
        "slack",
        ("mode", answers["mode"]),
        ("listen", answers.get("listen")),
        ("api_url", api_url),
        ("helpdesk_channels", answers["helpdesk"]),
        ("escalation_channel", answers["escalation"]),
    )


def _jumpbox(answers: Answers) -> str:
    box = answers["jumpbox"]
    rows: Sequence[tuple[str, Any]] = (
        ("name", answers["jumpbox_name"]),
        ("host", box.host),
        ("port", box.port),
        ("user", box.user),
        ("key", answers["key"]),
        ("known_hosts", answers["known_hosts"]),
        ("targets", answers["jumpbox_target"]),
    )
    return _table("[jumpbox]", *rows)


def _table(name: str, *rows: tuple[str, Any]) -> str:
    """One table; what was not answered is left out.  JSON's texts and lists are TOML's, too."""
    lines = [
        f"{key} = {json.dumps(value, ensure_ascii=False)}\n"
        for key, value in rows
        if value is not None
    ]
    return f"[{name}]\n{''.join(lines)}"
