"""BIND with two views of ``corp.example``: what the jump boxes see, and what everybody else does.

It is its own root: a name that it does not know does not exist, as a resolver with the whole
world behind it would say.
"""

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
ROOT = {"corp.example.": "NS ns.corp.example.", "ns.corp.example.": "A {address}"}

Records = Mapping[str, str]
"""A name and what follows it in the zone file."""


@contextlib.contextmanager
def nameserver(
    folder: Path, place: Place, inner: str, views: tuple[Records, Records], reverse: Records
) -> Iterator[Server]:
    """Run it; ``inner`` is the range that sees the first view."""
    folder.mkdir(parents=True, exist_ok=True)
    root = {label: record.format(address=place.address) for label, record in ROOT.items()}
    written = []
    for name, records in zip(("inner", "outer"), views, strict=True):
        zones = {"corp.example": records, "77.10.in-addr.arpa": reverse, ".": root}
        written.append(" ".join(_zone(folder, name, *zone) for zone in zones.items()))
    config = folder / "named.conf"
    text = CONFIG.format(folder=folder, inner=inner, inner_zones=written[0], outer_zones=written[1])
    config.write_text(text, encoding="ascii")
    # -g: in the foreground, with its log on standard error.
    command = [program("named"), "-g", "-n", "1", "-c", str(config)]
    with server(command, 53, folder / "named.txt", place=place) as running:
        yield running


def _zone(folder: Path, view: str, name: str, records: Records) -> str:
    """Write a zone file; the words of the configuration that name it."""
    file = f"{view}-{name.strip('.') or 'root'}.zone"
    lines = "".join(f"{label} {record}\n" for label, record in records.items())
    (folder / file).write_text(HEAD + lines, encoding="ascii")
    return ZONE.format(name=name, file=file)
