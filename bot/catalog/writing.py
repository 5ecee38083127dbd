"""Knowledge files written all together or not at all; what exists is never overwritten."""

import os
import shutil
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack, suppress
from pathlib import Path


def put(folder: Path, new: Mapping[str, str], changed: Mapping[str, str]) -> None:
    """Write new files and change others; relative path -> text.

    Everything is written under other names first and then moved.  Raises FileExistsError where a
    new file exists already, OSError; then the folder is as it was.
    """
    with ExitStack() as undo:
        drafts = {file: _draft(folder / file, text, undo) for file, text in new.items()}
        edits = {file: _draft(folder / file, text, undo) for file, text in changed.items()}
        with ExitStack() as made:
            for file, draft in drafts.items():
                _link(draft, folder / file)
                made.callback((folder / file).unlink, missing_ok=True)
            for file, draft in edits.items():
                shutil.copymode(folder / file, draft)
                draft.replace(folder / file)
            made.pop_all()


def _draft(path: Path, text: str, undo: ExitStack) -> Path:
    """The text beside its place under a name that no reader takes for knowledge."""
    path.parent.mkdir(parents=True, exist_ok=True)
    number, name = tempfile.mkstemp(prefix=".new-", dir=path.parent)
    draft = Path(name)
    undo.callback(draft.unlink, missing_ok=True)
    with os.fdopen(number, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
    draft.chmod(0o644)
    return draft


def _link(draft: Path, path: Path) -> None:
    """Give a draft its name unless something has it; without hard links the name is taken first."""
    try:
        path.hardlink_to(draft)
    except FileExistsError:
        raise
    except OSError:
        path.touch(exist_ok=False)
        try:
            draft.replace(path)
        except OSError:
            with suppress(OSError):
                path.unlink()
            raise
