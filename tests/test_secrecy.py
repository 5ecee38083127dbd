"""Who else can read a secret file: every mode, and files that belong to somebody else."""

import os
from pathlib import Path

import pytest

from bot.secrecy import exposure, tampering


@pytest.mark.parametrize("mode", [0o600, 0o400, 0o700])
def test_a_file_of_ours_alone_is_a_secret(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "key"
    file.touch()
    file.chmod(mode)
    assert exposure(file) == ""


@pytest.mark.parametrize("mode", [1 << bit for bit in range(6)])
def test_any_right_of_anybody_else_ends_that(tmp_path: Path, mode: int) -> None:
    file = tmp_path / "key"
    file.touch()
    file.chmod(0o600 | mode)
    assert f"mode {0o600 | mode:04o}" in exposure(file)
    assert exposure(file).endswith(f"chmod 600 {file}")


def test_a_mounted_secret_may_let_our_group_in_but_not_everybody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file is ours and the program runs as somebody else, since only root can give one away."""
    somebody = os.geteuid() + 1
    monkeypatch.setattr(os, "geteuid", lambda: somebody)
    file = tmp_path / "key"
    file.touch()
    file.chmod(0o440)
    assert exposure(file) == ""
    file.chmod(0o444)
    assert "everybody" in exposure(file)
    assert f"chmod o= {file}" in exposure(file)


def test_what_is_trusted_is_not_written_by_everybody(tmp_path: Path) -> None:
    file = tmp_path / "known_hosts"
    file.touch()
    file.chmod(0o664)
    assert tampering(file) == ""
    file.chmod(0o646)
    assert tampering(file).endswith(f"chmod 644 {file}")


def test_a_file_that_is_not_there_says_so(tmp_path: Path) -> None:
    for judge in (exposure, tampering):
        with pytest.raises(FileNotFoundError):
            judge(tmp_path / "none")
