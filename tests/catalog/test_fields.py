"""The field list of the README is the program's."""

from importlib import resources

from bot.catalog.fields import field_list


def test_the_readme_lists_the_fields_of_the_program() -> None:
    readme = resources.files("knowledge").joinpath("README.md").read_text(encoding="utf-8")
    listed = readme.partition("<!-- fields -->\n")[2].partition("<!-- /fields -->")[0]
    assert listed == field_list()


def test_every_field_is_described() -> None:
    rows = [line for line in field_list().splitlines() if line.startswith("| `")]
    assert rows
    assert all(row.split("|")[3].strip() for row in rows)
