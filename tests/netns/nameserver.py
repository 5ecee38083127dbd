"""BIND with two views of ``corp.example``: what the jump boxes see, and what everybody else does."""

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from tests.real.processes import Place, Server, server
from tests.real_programs import program

CONFIG = """\
options {{
  directory "{folder}";
  pid-file none;
  session-keyfile none;
  managed-keys-directory "{folder}";
  listen-on port 53 {{ any; }};
  listen-on-v6 {{ none; }};
  recursion no;
  dnssec-validation no;
}};
controls {{ }};
view "jump boxes" {{ match-clients {{ {inner}; }}; {inner_zones} }};
view "others" {{ match-clients {{ any; }}; {outer_zones} }};
"""
ZONE = 'zone "{name}" {{ type primary; file "{file}"; }};'
HEAD = "$TTL 60\n@ SOA ns.corp.example. admin.corp.example. 1 60 60 60 60\n@ NS ns.corp.example.\n"

Records = Mapping[str, str]
"""A name and what follows it in the zone file."""


@contextlib.contextmanager
def nameserver(
    folder: Path, place: Place, inner: str, views: tuple[Records, Records], reverse: Records
) -> Iterator[Server]:
    """Run it; ``inner`` is the range that sees the first view."""
    folder.mkdir(parents=True, exist_ok=True)
    zones = []
    for name, records in zip(("inner", "outer"), views, strict=True):
        both = (("corp.example", f"{name}.zone", records), ("77.10.in-addr.arpa", "reverse", reverse))
        for _zone, file, content in both:
            lines = "".join(f"{label} {record}\n" for label, record in content.items())
            (folder / file).write_text(HEAD + lines, encoding="ascii")
        zones.append(" ".join(ZONE.format(name=zone, file=file) for zone, file, _ in both))
    config = folder / "named.conf"
    text = CONFIG.format(folder=folder, inner=inner, inner_zones=zones[0], outer_zones=zones[1])
    config.write_text(text, encoding="ascii")
    # -g: in the foreground, with its log on standard error.
    command = [program("named"), "-g", "-n", "1", "-c", str(config)]
    with server(command, 53, folder / "named.txt", place=place) as running:
        yield running
