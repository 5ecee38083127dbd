"""Mistakes with tokens, scopes, channels and people."""

from tests.doctor.kit import MISTAKES, Mistake, http, mistake
from tests.doctor.setup import Setup


def swapped(setup: Setup) -> None:
    env = setup.env
    env["SLACK_BOT_TOKEN"], env["SLACK_APP_TOKEN"] = env["SLACK_APP_TOKEN"], env["SLACK_BOT_TOKEN"]


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


@mistake("slack.api-url-plain", "https://slack.com/api/")
def api_url_plain(setup: Setup) -> None:
    setup.change(setup.slack.api_url, "http://slack.invalid/api/")


@mistake("slack.api-url-other", "https://slack.com/api/")
def api_url_other(setup: Setup) -> None:
    setup.change(setup.slack.api_url, "https://slack.invalid/api/")
