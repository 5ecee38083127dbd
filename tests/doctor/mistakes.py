"""Mistakes of administrators, each with what the doctor must call it and what it must say to do."""

import re
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.doctor.setup import Setup, keygen
from tests.real.material import ssh_key

ROOT = Path(__file__).parents[2]
Spoil = Callable[[Setup], object]


@dataclass(frozen=True, slots=True)
class Mistake:
    """One mistake; ``remedy`` are words that its remedy must hold."""

    id: str
    spoil: Spoil
    remedy: tuple[str, ...]

    @property
    def name(self) -> str:
        """How the test is called: more than one mistake may have one id."""
        return f"{self.id}-{self.spoil.__name__.strip('_<>')}"


MISTAKES: list[Mistake] = []


def mistake(identifier: str, *remedy: str) -> Callable[[Spoil], Spoil]:
    """Put a mistake on the list."""

    def listed(spoil: Spoil) -> Spoil:
        MISTAKES.append(Mistake(identifier, spoil, remedy))
        return spoil

    return listed


def sql(setup: Setup, *statements: str) -> None:
    """Change the database behind the program's back."""
    with closing(sqlite3.connect(setup.database)) as connection, connection:
        for statement in statements:
            connection.execute(statement)


def swapped(setup: Setup) -> None:
    env = setup.env
    env["SLACK_BOT_TOKEN"], env["SLACK_APP_TOKEN"] = env["SLACK_APP_TOKEN"], env["SLACK_BOT_TOKEN"]


def http(setup: Setup) -> None:
    setup.change('mode = "socket"', 'mode = "http"')


@mistake("slack.bot-token-missing", "export SLACK_BOT_TOKEN=xoxb-", "OAuth & Permissions")
def no_bot_token(setup: Setup) -> None:
    del setup.env["SLACK_BOT_TOKEN"]


@mistake("slack.app-token-missing", "export SLACK_APP_TOKEN=xapp-", "connections:write")
def no_app_token(setup: Setup) -> None:
    del setup.env["SLACK_APP_TOKEN"]


MISTAKES += [
    Mistake("slack.bot-token-kind", swapped, ("export SLACK_BOT_TOKEN=xoxb-",)),
    Mistake("slack.app-token-kind", swapped, ("export SLACK_APP_TOKEN=xapp-",)),
]


@mistake("slack.bot-token-kind", "xoxb-")
def user_token(setup: Setup) -> None:
    setup.env["SLACK_BOT_TOKEN"] = "xoxp-1-2-3"


@mistake("slack.bot-token-refused", "OAuth & Permissions")
def revoked(setup: Setup) -> None:
    setup.slack.revoke()


@mistake("slack.bot-token-refused", "install", "export SLACK_BOT_TOKEN=xoxb-")
def cut_off(setup: Setup) -> None:
    setup.env["SLACK_BOT_TOKEN"] = setup.env["SLACK_BOT_TOKEN"][:-3]


@mistake("slack.app-token-refused", "xapp-", "Basic Information")
def app_token_cut_off(setup: Setup) -> None:
    setup.env["SLACK_APP_TOKEN"] = setup.env["SLACK_APP_TOKEN"][:-3]


@mistake("slack.app-token-scope", "connections:write", "Basic Information")
def app_token_without_scope(setup: Setup) -> None:
    setup.slack.state.app.app_scopes = ()


@mistake("slack.socket-mode-off", '"Socket Mode"')
def socket_mode_off(setup: Setup) -> None:
    setup.slack.state.app.socket_mode = False


@mistake("slack.two-apps", "one app")
def tokens_of_two_apps(setup: Setup) -> None:
    app = setup.slack.state.app
    app.app_token = setup.env["SLACK_APP_TOKEN"] = app.app_token.replace(app.id, "A0OTHERAPP")


@mistake("slack.scopes-missing", "rdp-triage manifest", "reinstall")
def scope_missing(setup: Setup) -> None:
    app = setup.slack.state.app
    app.scopes = tuple(scope for scope in app.scopes if scope != "users:read")


@mistake("slack.scopes-superfluous", "rdp-triage manifest")
def scope_too_many(setup: Setup) -> None:
    setup.slack.state.app.scopes += ("channels:history",)


@mistake("slack.unreachable", "443", "slack.api_url")
def nobody_there(setup: Setup) -> None:
    setup.change(setup.slack.api_url, "http://127.0.0.1:9/api/")


@mistake("slack.unreachable", "slack.api_url")
def no_slack_there(setup: Setup) -> None:
    setup.change("/api/", "/elsewhere/")


@mistake("slack.signing-secret-missing", "export SLACK_SIGNING_SECRET=", "Basic Information")
def no_signing_secret(setup: Setup) -> None:
    http(setup)
    del setup.env["SLACK_SIGNING_SECRET"]


@mistake("slack.signing-secret-odd", "Signing Secret")
def signing_secret_cut_off(setup: Setup) -> None:
    http(setup)
    setup.env["SLACK_SIGNING_SECRET"] = setup.env["SLACK_SIGNING_SECRET"][:-4]


@mistake("slack.signing-secret-kind", "Signing Secret")
def signing_secret_is_a_token(setup: Setup) -> None:
    http(setup)
    setup.env["SLACK_SIGNING_SECRET"] = setup.env["SLACK_APP_TOKEN"]


@mistake("slack.channel-unknown", "C…", "/invite")
def channel_unknown(setup: Setup) -> None:
    setup.change("C0HELPDESK", "C0NOWHERE")


@mistake("slack.channel-unknown", "/invite @rdp-triage")
def channel_private(setup: Setup) -> None:
    setup.change("C0ESCALATE", "C0MANAGE")


@mistake("slack.channel-archived", "slack.escalation_channel")
def channel_archived(setup: Setup) -> None:
    setup.slack.archive("escalations")


@mistake("slack.channel-not-joined", "/invite @rdp-triage")
def channel_not_joined(setup: Setup) -> None:
    setup.slack.kick("helpdesk")


@mistake("slack.channel-kind", "C…")
def channel_is_a_person(setup: Setup) -> None:
    setup.change("C0HELPDESK", "U0ASKER")


@mistake("slack.other-workspace", "workspace")
def other_workspace(setup: Setup) -> None:
    setup.change("C0HELPDESK", "C0THERE1")
    setup.change("C0ESCALATE", "C0THERE2")


@mistake("slack.person-unknown", "access.admins")
def person_unknown(setup: Setup) -> None:
    setup.change("U0ADMIN", "U0NOBODY")


@mistake("slack.person-guest", "access.admins")
def person_guest(setup: Setup) -> None:
    setup.change("U0ADMIN", "U0GUEST")


@mistake("slack.person-outsider", "access.approvers")
def person_outsider(setup: Setup) -> None:
    setup.change("U0LEAD", "U0OUTSIDER")


@mistake("slack.person-deactivated", "access.approvers")
def person_deactivated(setup: Setup) -> None:
    setup.slack.state.world.users["U0LEAD"].deleted = True


@mistake("slack.person-bot", "access.admins")
def person_bot(setup: Setup) -> None:
    setup.change("U0ADMIN", "U0RDPBOT")


@mistake("slack.approver-alone", "access.approvers")
def approver_alone(setup: Setup) -> None:
    setup.change('["U0LEAD", "U0TEAMMATE"]', '["U0LEAD"]')


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


@mistake("store.foreign", "newer")
def database_newer(setup: Setup) -> None:
    sql(
        setup,
        "insert into _sqlite_migrations (migration_set, name, applied_at) "
        "values ('rdp-triage', 'from_the_future', '2030-01-01')",
    )


@mistake("store.foreign", "store.path")
def database_of_another_program(setup: Setup) -> None:
    sql(setup, "pragma application_id = 7")


@mistake("store.damaged", "backup")
def database_damaged(setup: Setup) -> None:
    data = bytearray(setup.database.read_bytes())
    data[4096:] = b"\xaa" * (len(data) - 4096)
    setup.database.write_bytes(data)


@mistake("store.damaged", "backup")
def database_is_no_database(setup: Setup) -> None:
    setup.database.write_text("not a database, but long enough to be taken for one" * 40)


@mistake("store.search-triggers", "restart", "serve")
def search_triggers_missing(setup: Setup) -> None:
    sql(setup, "drop trigger ticket_fts_insert")


@mistake("store.triggers", "restart", "serve")
def guard_triggers_missing(setup: Setup) -> None:
    sql(setup, "drop trigger event_no_delete")


@mistake("store.disk-full", "store.path")
def disk_full(setup: Setup) -> None:
    setup.change('path = "data/tickets.db"', 'path = "/proc/tickets.db"')  # has no free blocks


@mistake("store.not-writable", "chown", "known_hosts")
def folder_is_a_file(setup: Setup) -> None:
    setup.change('path = "data/tickets.db"', 'path = "known_hosts/tickets.db"')


@mistake("store.open", "chmod 600", "tickets.db")
def database_open(setup: Setup) -> None:
    setup.database.chmod(0o644)


@mistake("knowledge.bad", "rdp-triage kb check", "knowledge.folder")
def knowledge_missing(setup: Setup) -> None:
    setup.change("[store]", '[knowledge]\nfolder = "mine"\n\n[store]')


def own_knowledge(setup: Setup) -> Path:
    """A copy of the knowledge that came with the program, in use."""
    folder = setup.folder / "mine"
    shutil.copytree(ROOT / "knowledge", folder)
    setup.change("[store]", '[knowledge]\nfolder = "mine"\n\n[store]')
    return folder


@mistake("knowledge.bad", "rdp-triage kb check")
def knowledge_broken(setup: Setup) -> None:
    (own_knowledge(setup) / "settings.yaml").write_text("review_days: never\n", "utf-8")


@mistake("knowledge.overdue", "rdp-triage kb check", "reviewed")
def knowledge_overdue(setup: Setup) -> None:
    cause = sorted(own_knowledge(setup).glob("causes/*/*.md"))[0]
    text, count = re.subn(
        r"reviewed: (.*)20\d\d-", r"reviewed: \g<1>2019-", cause.read_text("utf-8")
    )
    assert count == 1
    cause.write_text(text, "utf-8")


@mistake("machine.http-listen-taken", "ss -ltnp", "http.listen")
def health_taken(setup: Setup) -> None:
    setup.change(
        '[http]\nlisten = "127.0.0.1:0"', f'[http]\nlisten = "127.0.0.1:{setup.box.server.port}"'
    )


@mistake("machine.slack-listen-taken", "ss -ltnp", "slack.listen")
def request_url_taken(setup: Setup) -> None:
    http(setup)
    text = setup.file.read_text("utf-8").splitlines()
    setup.change(text[2], f'listen = "127.0.0.1:{setup.box.server.port}"')


@mistake("machine.health-exposed", "127.0.0.1:9464")
def health_exposed(setup: Setup) -> None:
    setup.change('listen = "127.0.0.1:0"', 'listen = "0.0.0.0:0"')


@mistake("machine.log-debug", 'level = "info"')
def log_debug(setup: Setup) -> None:
    setup.change('level = "info"', 'level = "debug"')


@mistake("machine.settings-open", "chmod go-w", "rdp-triage.toml")
def settings_open(setup: Setup) -> None:
    setup.file.chmod(0o666)


@mistake("slack.api-url-plain", "https://slack.com/api/")
def api_url_plain(setup: Setup) -> None:
    setup.change(setup.slack.api_url, "http://slack.invalid/api/")


@mistake("slack.api-url-other", "https://slack.com/api/")
def api_url_other(setup: Setup) -> None:
    setup.change(setup.slack.api_url, "https://slack.invalid/api/")
