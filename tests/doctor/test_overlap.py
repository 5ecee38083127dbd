"""Which target patterns have a host in common, held against the rules themselves."""

import pytest

from bot.doctor.overlap import closed, holds, meets, opened, parsed
from bot.targets import TargetRefused
from bot.targets.patterns import Patterns
from bot.targets.rules import Rules

NAMES = ("*", "*.example", "*.corp.example", "a.corp.example", "corp.example", "*.xcorp.example")
HOSTS = ("a.corp.example", "b.corp.example", "corp.example", "x.example", "a.xcorp.example", "lone")


def fits(pattern: str, host: str) -> bool:
    try:
        Rules.of((pattern,), (), ()).check_name(host)
    except TargetRefused:
        return False
    return True


@pytest.mark.parametrize("one", NAMES)
@pytest.mark.parametrize("other", NAMES)
def test_names_as_the_rules_judge_them(one: str, other: str) -> None:
    both = [host for host in HOSTS if fits(one, host) and fits(other, host)]
    assert meets(parsed(one), parsed(other)) == bool(both)
    if holds(parsed(one), parsed(other)):
        assert [host for host in HOSTS if fits(other, host) and not fits(one, host)] == []


@pytest.mark.parametrize(
    ("outer", "inner", "held", "met"),
    [
        ("10.0.0.0/8", "10.9.0.0/16", True, True),
        ("10.9.0.0/16", "10.0.0.0/8", False, True),
        ("10.0.0.0/8", "::ffff:10.9.0.0/112", True, True),
        ("10.0.0.0/8", "192.0.2.0/24", False, False),
        ("fd00::/8", "10.0.0.0/8", False, False),
        ("*", "10.0.0.0/8", False, False),
    ],
)
def test_ranges(outer: str, inner: str, held: bool, met: bool) -> None:
    assert holds(parsed(outer), parsed(inner)) == held
    assert meets(parsed(outer), parsed(inner)) == met


def test_a_list_without_names_opens_every_name_and_an_empty_one_nothing() -> None:
    assert opened(Patterns.of(["10.0.0.0/8"]), parsed("*.corp.example"))
    assert opened(Patterns.of(["*.corp.example"]), parsed("10.0.0.0/8"))
    assert not opened(Patterns.of([]), parsed("*"))
    assert not opened(Patterns.of(["*.corp.example", "10.0.0.0/8"]), parsed("192.0.2.1"))
    assert closed(Patterns.of(["10.0.0.0/8"]), parsed("10.9.0.0/16"))
    assert not closed(Patterns.of([]), parsed("10.9.0.0/16"))
