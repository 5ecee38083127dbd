"""Which places are looked from, and that no other stands in for one that is gone."""

import subprocess
import sys

import pytest

from bot.desk.looking import NoVantage, Scout
from bot.probes.base import Target
from bot.targets import Rules
from bot.vantage.direct import Direct


async def test_nothing_stands_in_for_a_jump_box_that_the_settings_no_longer_name() -> None:
    rules = Rules.exactly("127.0.0.1")
    scout = Scout(rules, {}, {}, Direct(rules))
    with pytest.raises(NoVantage, match="dc1"):
        await scout.look(Target("127.0.0.1", 1), ["dc1"], seconds=0.1)


def test_looking_from_here_loads_no_ssh() -> None:
    code = (
        "import sys; from bot.desk.looking import Scout; Scout.exactly('127.0.0.1');"
        "print('asyncssh' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
