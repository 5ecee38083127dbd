"""Mistakes with clocks, jump boxes and target rules."""

from tests.doctor.kit import mistake
from tests.doctor.setup import Setup, keygen
from tests.real.material import ssh_key


@mistake("clock.wrong", "timedatectl")
def clock_wrong(setup: Setup) -> None:
    setup.slack.state.clock.advance(3600)


@mistake("clock.off", "timedatectl")
def clock_off(setup: Setup) -> None:
    setup.slack.state.clock.advance(40)


@mistake("jumpbox.key-missing", "ssh-keygen")
def key_missing(setup: Setup) -> None:
    setup.key.unlink()


@mistake("jumpbox.key-open", "chmod 600", "jump_key")
def key_open(setup: Setup) -> None:
    setup.key.chmod(0o644)


@mistake("jumpbox.key-encrypted", "ssh-keygen -p")
def key_encrypted(setup: Setup) -> None:
    setup.key.unlink()
    keygen(setup.key, "secret")


@mistake("jumpbox.key-not-a-key", "private key")
def key_is_the_public_one(setup: Setup) -> None:
    setup.key.write_bytes(setup.box.client_key.public.read_bytes())


@mistake("jumpbox.known-hosts-missing", "rdp-triage jumpbox trust dc1")
def known_hosts_missing(setup: Setup) -> None:
    (setup.folder / "known_hosts").unlink()


@mistake("jumpbox.known-hosts-open", "chmod go-w")
def known_hosts_open(setup: Setup) -> None:
    (setup.folder / "known_hosts").chmod(0o666)


@mistake("jumpbox.host-key-unknown", "rdp-triage jumpbox trust dc1")
def host_key_unknown(setup: Setup) -> None:
    (setup.folder / "known_hosts").write_text("")


@mistake("jumpbox.host-key-changed", "rdp-triage jumpbox trust dc1 --replace")
def host_key_changed(setup: Setup) -> None:
    other = ssh_key(setup.folder, "other").public.read_text("ascii")
    where = f"[127.0.0.1]:{setup.box.server.port}"
    (setup.folder / "known_hosts").write_text(f"{where} {other}", "ascii")


@mistake("jumpbox.login-refused", "authorized_keys", "ssh-keygen -y")
def login_refused(setup: Setup) -> None:
    setup.key.write_bytes(ssh_key(setup.folder, "mine").private.read_bytes())


@mistake("jumpbox.unreachable", "127.0.0.1", "port")
def box_port_wrong(setup: Setup) -> None:
    setup.change(f"port = {setup.box.server.port}", "port = 9")


@mistake("jumpbox.name", "getent hosts jump.invalid")
def box_name_wrong(setup: Setup) -> None:
    setup.change('host = "127.0.0.1"', 'host = "jump.invalid"')


@mistake("targets.allow-empty", "[targets]")
def allow_empty(setup: Setup) -> None:
    setup.change('allow = ["*.corp.example", "10.0.0.0/8"]', "allow = []")


@mistake("targets.ports-empty", "ports = [3389]")
def ports_empty(setup: Setup) -> None:
    setup.change("[targets]", "[targets]\nports = []")


@mistake("targets.no-place", "[[jumpbox]]", "direct = true")
def no_place(setup: Setup) -> None:
    text = setup.file.read_text("utf-8")
    start, end = text.index("[[jumpbox]]"), text.index("[targets]")
    setup.file.write_text(text[:start] + text[end:], "utf-8")


@mistake("targets.allow-unseen", "172.16.0.0/12", "direct = true")
def allow_unseen(setup: Setup) -> None:
    setup.change('"10.0.0.0/8"]\ndeny', '"10.0.0.0/8", "172.16.0.0/12"]\ndeny')


@mistake("targets.allow-denied", "10.9.7.0/24", "deny")
def allow_denied(setup: Setup) -> None:
    setup.change('"10.0.0.0/8"]\ndeny', '"10.0.0.0/8", "10.9.7.0/24"]\ndeny')


@mistake("targets.box-closed", "targets")
def box_closed(setup: Setup) -> None:
    setup.change('targets = ["*.corp.example", "10.0.0.0/8"]', 'targets = ["192.168.0.0/16"]')
    setup.change('allow = ["*', 'allow = ["192.0.2.7", "*')


@mistake("targets.pattern-closed", "*.branch.example")
def pattern_closed(setup: Setup) -> None:
    setup.change('targets = ["*.corp', 'targets = ["*.branch.example", "*.corp')


@mistake("targets.box-without-targets", "targets")
def box_without_targets(setup: Setup) -> None:
    setup.change('targets = ["*.corp.example", "10.0.0.0/8"]', "targets = []")


@mistake("targets.gateway-closed", "rdg.other.example", "targets.allow")
def gateway_closed(setup: Setup) -> None:
    setup.change("rdg.corp.example", "rdg.other.example")
