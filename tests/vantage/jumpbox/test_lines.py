"""Whose the log lines of a jump box are: what all tickets share belongs to none of them."""

import asyncio
import logging
from collections.abc import Iterator

import asyncssh
import pytest

from bot.redact import about, ticket_number
from bot.vantage import commands
from bot.vantage.jumpbox import Jumpbox, connection, link
from tests.vantage.servers import SshBox, soon


class Ear(logging.Handler):
    """Keeps each line of asyncssh with the ticket that it would bear."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.heard: list[tuple[int | None, str]] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.heard.append((ticket_number.get(), record.getMessage()))

    def owners(self) -> set[int | None]:
        """Who the lines since the last time belong to; there must be some."""
        heard, self.heard = self.heard, []
        assert heard
        return {ticket for ticket, _ in heard}


@pytest.fixture
def ear() -> Iterator[Ear]:
    ear = Ear()
    asyncssh.set_log_level(logging.DEBUG)
    asyncssh.set_debug_level(3)  # each packet
    logging.getLogger("asyncssh").addHandler(ear)
    yield ear
    logging.getLogger("asyncssh").removeHandler(ear)
    asyncssh.set_debug_level(1)
    asyncssh.set_log_level(logging.WARNING)


@pytest.mark.usefixtures("server")
async def test_a_login_belongs_to_no_ticket(jumpbox: Jumpbox, ear: Ear) -> None:
    with about(7):
        await asyncio.gather(jumpbox.session(soon()), jumpbox.survey(soon()))
    assert ear.owners() == {None}


async def test_a_survey_that_is_done_again_belongs_to_no_ticket(
    server: SshBox, jumpbox: Jumpbox, ear: Ear, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(link, "SURVEY_TIMEOUT", 0.2)
    server.commands = {commands.SURVEY.line: "hang"}
    assert (await jumpbox.survey(soon())).trouble
    server.commands = {}
    ear.owners()
    with about(7):
        await jumpbox.survey(soon())
    assert ear.owners() == {None}


async def test_a_question_whether_it_is_there_belongs_to_no_ticket(
    server: SshBox, jumpbox: Jumpbox, ear: Ear
) -> None:
    await jumpbox.survey(soon())
    ear.owners()
    current = jumpbox._link._current
    assert isinstance(current, connection.Connection)
    with about(7):
        asked = current._beat()
    assert await asked
    assert server.connections
    assert ear.owners() == {None}


async def test_a_command_for_a_ticket_bears_its_number(jumpbox: Jumpbox, ear: Ear) -> None:
    await jumpbox.survey(soon())
    ear.owners()
    with about(8):
        await jumpbox._link.run("true", soon())
    assert 8 in ear.owners() <= {8, None}
