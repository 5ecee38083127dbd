"""`rdp-triage code`: what an error code says, and what it does not."""

import click

from bot.cli.common import (
    Refused,
    catalog_of,
    config_option,
    json_option,
    print_json,
    settings_or_none,
)


@click.command("code")
@click.argument("codes", nargs=-1, required=True, metavar="CODE...")
@json_option
@config_option
def command(codes: tuple[str, ...], as_json: bool, config: str | None) -> None:
    """Explain RDP error codes, hex or decimal: `rdp-triage code 0x904 0x7`.

    The first code is read as a disconnect reason, the second as the extended reason.
    """
    from bot.catalog.codes import BadCode, explain

    catalog = catalog_of(settings_or_none(config), cases=False)
    try:
        readings = explain(catalog, codes)
    except BadCode as error:
        raise Refused(str(error)) from None
    if as_json:
        print_json({"schema": 1, "codes": [reading.to_json() for reading in readings]})
        return
    click.echo("\n\n".join(reading.text() for reading in readings))
