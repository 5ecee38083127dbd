"""The command table: names and one-line helps; a command's module is imported when it runs.

Exit codes: 0 fine, 1 a fault was found, 2 wrong usage or a refused target, 3 inconclusive,
130 interrupted, 141 whoever read the output has gone.
"""

import errno
import importlib
import os
import sys
from pathlib import Path
from typing import NamedTuple

import click

from bot.interrupts import deadly

READER_GONE = 141  # 128 + SIGPIPE, as a shell says it of other programs
# A full disk, a full quota, a failing device: the output is nowhere, and that is no bug.
_UNWRITABLE = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EIO})


class Entry(NamedTuple):
    """Where a command lives and how it is listed."""

    module: str
    help: str


COMMANDS = {
    "backup": Entry("bot.cli.backup", "Copy the ticket database while the bot runs."),
    "check": Entry("bot.cli.check", "Look at a host and name the likeliest cause; no ticket."),
    "code": Entry("bot.cli.code", "Explain RDP error codes, hex or decimal."),
    "demo": Entry("bot.cli.demo", "Try it: a simulated lab, no account, no network."),
    "doctor": Entry("bot.cli.doctor", "Check the whole set-up; each finding with its remedy."),
    "init": Entry("bot.cli.init", "Write a commented settings file to start from."),
    "jumpbox": Entry("bot.cli.jumpbox", "Jump boxes: show a host key, ask, and pin it."),
    "kb": Entry("bot.cli.kb", "Knowledge base: check, tree, diagnose."),
    "lab": Entry("bot.cli.lab", "Simulated faulty hosts: compare verdicts with the truth."),
    "manifest": Entry("bot.cli.manifest", "Print the Slack app manifest."),
    "serve": Entry("bot.cli.serve", "Run the Slack bot until SIGTERM."),
    "sweep": Entry("bot.cli.sweep", "Look at many hosts, one line a host; no tickets."),
    "tickets": Entry("bot.cli.tickets", "Ticket history: list, show, search, export, purge."),
    "triage": Entry("bot.cli.triage", "The whole guided flow in the terminal, with a ticket."),
}


class LazyGroup(click.Group):
    """A group that imports a command only to run it, so that --help stays instant."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """All names, sorted."""
        return sorted(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import one command."""
        entry = COMMANDS.get(cmd_name)
        if entry is None:
            return None
        with deadly():
            command = importlib.import_module(entry.module).command
        assert isinstance(command, click.Command)  # noqa: S101 - each module's contract
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands from the table, without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, COMMANDS[name].help) for name in sorted(COMMANDS)])


HELP = """Find out why a Remote Desktop connection fails, and prove the repair.

\b
Try:  rdp-triage demo
      rdp-triage check srv-app-07 0x904 0x7
      rdp-triage code 0x904 0x7
"""


@click.command(cls=LazyGroup, help=HELP, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="rdp-triage", prog_name="rdp-triage")
def cli() -> None:
    """Hold the commands of the table."""


def run(arguments: list[str] | None = None) -> int:
    """Run one command line; returns the exit code, never a traceback for a user's mistake."""
    _stand_in()
    try:
        result = cli.main(args=arguments, prog_name="rdp-triage", standalone_mode=False)
    except click.exceptions.Abort:
        click.echo("interrupted", err=True)
        return 130
    except KeyboardInterrupt:
        click.echo("interrupted", err=True)
        return 130
    except click.ClickException as error:
        error.show(file=sys.stderr)
        return error.exit_code
    except SystemExit:
        # So click ends a command whose output nobody reads any more, with the code of a fault.
        return READER_GONE
    except OSError as error:
        if error.errno not in _UNWRITABLE:
            raise
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)  # what is held back must not fail again
        click.echo(f"rdp-triage: the output cannot be written: {error.strerror}", err=True)
        return 2
    return result if isinstance(result, int) else 0


def _stand_in() -> None:
    """Give a program that was started without stdout or stderr a place to write to."""
    for name in ("stdout", "stderr"):
        if getattr(sys, name) is None:
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - to the end
            setattr(sys, name, nowhere)
