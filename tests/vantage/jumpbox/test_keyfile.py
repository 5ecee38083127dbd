"""A private key file as it stands on the disk, with keys as OpenSSH makes them."""

import subprocess
from pathlib import Path

import pytest

from bot.vantage.jumpbox.keyfile import KeyState, key_state
from tests.real_programs import program

pytestmark = pytest.mark.real
FORMS = (("ed25519",), ("rsa", "-m", "PEM"), ("ecdsa", "-m", "PKCS8"))


@pytest.mark.parametrize("form", FORMS, ids=[form[0] for form in FORMS])
@pytest.mark.parametrize(("word", "state"), [("", KeyState.GOOD), ("secret", KeyState.ENCRYPTED)])
def test_with_and_without_a_passphrase(
    tmp_path: Path, form: tuple[str, ...], word: str, state: KeyState
) -> None:
    path = tmp_path / "key"
    command = [program("ssh-keygen"), "-q", "-t", *form, "-N", word, "-f", str(path)]
    subprocess.run(command, check=True)
    assert key_state(path) is state
    assert key_state(path.with_suffix(".pub")) is KeyState.OPEN
    path.with_suffix(".pub").chmod(0o600)
    assert key_state(path.with_suffix(".pub")) is KeyState.NOT_A_KEY
    path.chmod(0o604)
    assert key_state(path) is KeyState.OPEN


@pytest.mark.parametrize("data", [b"", b"\0" * 100, b"-----BEGIN OPENSSH PRIVATE KEY-----\n"])
def test_what_is_no_key(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "key"
    path.touch(mode=0o600)
    path.write_bytes(data)
    assert key_state(path) is KeyState.NOT_A_KEY


def test_what_is_no_file(tmp_path: Path) -> None:
    assert key_state(tmp_path / "none") is KeyState.MISSING
    tmp_path.chmod(0o700)
    assert key_state(tmp_path) is KeyState.NOT_A_KEY
    assert key_state(tmp_path / "none" / "key") is KeyState.MISSING
