"""Settings: every fault at once, each with its key; secrets never shown."""

from pathlib import Path

import pytest

from bot.settings import NoSettings, SettingsError, find, read

GOOD = """
[slack]
mode = "http"
listen = "127.0.0.1:0"
helpdesk_channels = ["C0123"]

[store]
path = "data/tickets.db"

[[jumpbox]]
name = "dmz"
host = "jump0.corp.example"
user = "probe"
key = "jump_key"
known_hosts = "known_hosts"

[[jumpbox]]
name = "dc1"
host = "jump1.corp.example"
user = "probe"
key = "/run/secrets/jump_key"
known_hosts = "known_hosts"
via = "dmz"
targets = ["*.corp.example", "10.0.0.0/8"]

[targets]
allow = ["*.corp.example", "10.0.0.0/8", "fd00::/8", "srv_1"]
deny = ["10.9.0.0/16"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "rdp-triage.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_reads_the_whole_file_and_counts_paths_from_its_folder(tmp_path: Path) -> None:
    settings = read(written(tmp_path, GOOD), {"SLACK_BOT_TOKEN": "xoxb-1"})
    assert settings.jumpbox[1].via == "dmz"
    assert settings.located(settings.store.path) == tmp_path / "data/tickets.db"
    assert settings.located(settings.jumpbox[1].key) == Path("/run/secrets/jump_key")
    assert settings.targets.ports == (3389,)


def test_secrets_come_from_the_environment_and_are_never_shown(tmp_path: Path) -> None:
    settings = read(written(tmp_path, GOOD), {"SLACK_BOT_TOKEN": "xoxb-secret"})
    token = settings.secrets.bot_token
    assert token is not None
    assert token.get_secret_value() == "xoxb-secret"
    assert "xoxb-secret" not in repr(settings) + repr(settings.secrets) + str(settings)
    assert settings.secrets.app_token is None


def test_five_mistakes_are_reported_together_each_with_its_key(tmp_path: Path) -> None:
    text = (
        GOOD.replace('mode = "http"', 'mode = "telepathy"')
        .replace('"10.0.0.0/8", "fd00::/8"', '"10.0.0.1/8"')
        .replace('name = "dmz"', 'name = "dmz"\nprot = 22')
        .replace('key = "jump_key"\n', "")
        + '\n[desk]\ntimezone = "Mars/Olympus"\n'
    )
    with pytest.raises(SettingsError) as caught:
        read(written(tmp_path, text))
    said = "\n".join(caught.value.faults)
    for key in (
        "slack.mode",
        "targets.allow.1",
        "jumpbox.0.prot",
        "jumpbox.0.key",
        "desk.timezone",
    ):
        assert key in said
    assert len(caught.value.faults) == 5
    assert str(tmp_path) in caught.value.faults[0]


@pytest.mark.parametrize(
    ("change", "key"),
    [
        (
            '[targets]\nallow = ["*.corp.example", "10.0',
            '[targets]\nallow = ["corp..exa mple", "10.0',
        ),
        ('via = "dmz"', 'via = "nowhere"'),
        ('via = "dmz"', 'via = "dc1"'),
        ('name = "dc1"', 'name = "dmz"'),
        ('name = "dc1"', 'name = "direct"'),
        ('listen = "127.0.0.1:0"', 'listen = "3000"'),
        ("[targets]", "[targets]\nports = [0]"),
        ("[targets]", '[targets]\nports = ["3389"]'),
        ('"C0123"', '"#helpdesk"'),
    ],
)
def test_each_wrong_value_is_a_fault(tmp_path: Path, change: str, key: str) -> None:
    assert change in GOOD
    with pytest.raises(SettingsError):
        read(written(tmp_path, GOOD.replace(change, key)))


def test_a_circle_of_jump_boxes_is_a_fault_that_names_the_way_round(tmp_path: Path) -> None:
    text = GOOD.replace('key = "jump_key"', 'key = "jump_key"\nvia = "dc1"')
    with pytest.raises(SettingsError) as caught:
        read(written(tmp_path, text))
    (fault,) = caught.value.faults
    assert fault.endswith("jumpbox: via leads in a circle: dmz via dc1 via dmz")


def test_a_long_wrong_value_is_cut(tmp_path: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        read(written(tmp_path, GOOD.replace('"C0123"', f'"{"x" * 10_000}"')))
    assert len(caught.value.faults[0]) < 400


def test_the_section_that_decides_what_may_be_probed_is_required(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="targets: is required"):
        read(written(tmp_path, "[slack]\n"))


def test_syntax_errors_name_the_line(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="line 2"):
        read(written(tmp_path, "[targets]\nallow = [}\n"))


def test_a_missing_file_names_the_way_out(tmp_path: Path) -> None:
    with pytest.raises(NoSettings, match="rdp-triage init"):
        read(tmp_path / "none.toml")


def test_which_file_is_used() -> None:
    assert find("a.toml", {"RDP_TRIAGE_CONFIG": "b.toml"}) == (Path("a.toml"), True)
    assert find(None, {"RDP_TRIAGE_CONFIG": "b.toml"}) == (Path("b.toml"), True)
    assert find(None, {}) == (Path("rdp-triage.toml"), False)
