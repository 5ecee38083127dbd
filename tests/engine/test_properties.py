"""The table of properties names tests that exist, and changes that can be made."""

import ast

import pytest

from tests.engine.properties import PROPERTIES, ROOT


def test_every_property_is_in_the_table() -> None:
    assert sorted(PROPERTIES) == list(range(1, 22))


@pytest.mark.parametrize("number", PROPERTIES)
def test_a_property_has_its_tests(number: int) -> None:
    for test in PROPERTIES[number].tests:
        file, _, name = test.partition("::")
        module = ast.parse((ROOT / file).read_text("utf-8"))
        assert name in {each.name for each in module.body if isinstance(each, ast.FunctionDef)}


@pytest.mark.parametrize("number", PROPERTIES)
def test_the_change_that_breaks_it_can_be_made(number: int) -> None:
    found = PROPERTIES[number]
    assert (ROOT / found.file).read_text("utf-8").count(found.there) == 1
    assert found.instead != found.there
