"""A knowledge folder as a revision of git has it."""

import io
import shutil
import subprocess
import tarfile
from pathlib import Path

from bot.cli.common import Refused


def files_at(revision: str, folder: Path) -> dict[str, str]:
    """Relative path -> text of ``folder`` at a revision; ends the command where git has none."""
    git = shutil.which("git")
    if git is None or revision.startswith("-"):
        raise Refused(f"--against {revision}: neither a folder nor a revision (git: {git})")
    done = subprocess.run(  # noqa: S603 - a revision, never a shell; a dash was refused
        [git, "-C", str(folder), "archive", "--format=tar", revision, "."],
        capture_output=True,
        check=False,
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().rpartition("\n")[2]
        raise Refused(f"--against {revision}: neither a folder nor a revision ({said})")
    files: dict[str, str] = {}
    with tarfile.open(fileobj=io.BytesIO(done.stdout)) as archive:
        for member in archive:
            opened = archive.extractfile(member)
            name = member.name.removeprefix("./")
            hidden = any(part.startswith((".", "__")) for part in name.split("/"))
            knows = name.endswith((".md", ".yaml", ".yml")) and name != "README.md"
            if opened is not None and knows and not hidden:
                files[name] = opened.read().decode("utf-8", "replace")
    return files
