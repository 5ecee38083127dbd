"""The patterns: what a look shows, the states that it sets, and whom that makes likely.

A row without causes is no fault of the host: there nothing may be blamed.  Weak rows (``raises``)
only move a cause up.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from bot.desk.diagnosis import Told
from bot.evidence import Failure, Observation
from tests.evidence.build import changed, healthy, saw
from tests.evidence.looks import (
    TRIPLE_DES,
    agreed,
    answers,
    beside,
    closed,
    gateway,
    met,
    moved,
    negotiated,
    only,
    slow,
    stopped,
)

F = Failure


@dataclass(frozen=True)
class Row:
    """``number`` and ``why`` name the pattern; ``state`` is the verdict's, where it is certain."""

    number: str
    why: str
    seen: list[Observation]
    states: Mapping[str, str | None]
    causes: frozenset[str] = frozenset()
    state: str | None = None
    told: Told = field(default_factory=Told)
    raises: str | None = None


def causes(*names: str) -> frozenset[str]:
    return frozenset(names)


CLOSED_PORT = causes(
    "rdp-service-or-listener-down", "rdp-disabled", "rdp-on-another-port", "firewall-blocks-port"
)
BLAMELESS = {"ladder": "unknown", "port-state": None}
KEYLESS = negotiated(
    F.RDP_REFUSED,
    answers=answers("bare failure:3 failure:3 failure:3 failure:3"),
    security="no-certificate",
)
FARM = [*healthy(), saw("tls.certificate", sha256="cc", names=["srv-app-07"], days_left=3.0)]

OLD_SUITE = met(wide=agreed("TLSv1.2", TRIPLE_DES), tls12=agreed("TLSv1.2", TRIPLE_DES))
XRDP_NARROWED = [
    *negotiated(answers=answers("bare failure:1 selected:tls selected:tls selected:tls"),
                security="tls-no-nla", server="xrdp"),
    *changed("tls.hello", modern_client="refused", shapes=OLD_SUITE)[3:5],
    saw("nla.challenge", "jump1", F.NLA_NOT_OFFERED),
]  # fmt: skip

ROWS = (
    Row("1", "the jump box forbids forwarding",
        [saw("jumpbox.session", "jump1", F.JUMPBOX_FORWARDING, state="forwarding-denied")],
        {"jumpbox": "forwarding", **BLAMELESS}, state="inconclusive"),
    Row("2", "the jump box cannot even try: no route, or its own filter",
        stopped(F.TCP_UNREACHABLE, beside("unreachable", ping="unknown")),
        {"ladder": "host", "port-state": "unreachable"},
        causes("network-path-down", "host-down-or-asleep")),
    Row("3", "the name does not exist where we look",
        [saw("name.lookup", "jump1", F.NAME_NOT_FOUND, status="nxdomain")],
        {"ladder": "name", "name-lookup": "nxdomain"}, causes("name-not-found"), "found"),
    Row("3b", "the name exists for one place and not for the other: split DNS",
        [saw("name.lookup", "jump1", F.NAME_NOT_FOUND, status="nxdomain"), *healthy("direct")],
        {"ladder": "name", "vantages": "jumpbox-worse"}, causes("name-not-found")),
    Row("4", "the name leads to different machines from two places",
        [*healthy(), *moved("direct", ["192.0.2.99"])],
        {"ladder": "ok", "vantages": "led-apart"}, causes("client-dns-differs")),
    Row("5", "silence everywhere, and nobody on the link",
        stopped(F.TCP_TIMEOUT, beside("timeout", neighbour="absent")),
        {"ladder": "host", "host-life": "silent", "neighbour": "absent"},
        causes("host-down-or-asleep"), "found"),
    Row("6", "silence everywhere, but the host answers on its link",
        stopped(F.TCP_TIMEOUT, beside("timeout", neighbour="answers")),
        {"ladder": "port", "host-life": "silent", "neighbour": "answers"},
        causes("firewall-blocks-port")),
    Row("7", "Windows answers beside a silent RDP port",
        stopped(F.TCP_TIMEOUT, beside("open", "open", "timeout", "timeout", "timeout")),
        {"ladder": "port", "port-state": "timeout", "host-life": "answers"}, CLOSED_PORT),
    Row("8", "Windows answers beside a refused RDP port",
        stopped(F.TCP_REFUSED, beside("open", "open", "timeout", "refused", "refused")),
        {"ladder": "port", "port-state": "refused", "host-life": "answers"},
        causes("rdp-service-or-listener-down", "rdp-on-another-port")),
    Row("9", "every port is refused: something other than a Windows firewall answers",
        stopped(F.TCP_REFUSED, beside("refused")),
        {"ladder": "port", "port-state": "refused", "host-life": "answers"},
        CLOSED_PORT | {"wrong-machine", "linux-remote-desktop-setup"}),
    Row("10", "open from the jump box, silent from here",
        [*healthy(), *stopped(F.TCP_TIMEOUT, vantage="direct")],
        {"ladder": "ok", "vantages": "direct-worse"}, causes("path-blocked-for-user"), "found"),
    Row("10b", "silent from one jump box, fine from another",
        [*stopped(F.TCP_TIMEOUT), *healthy("dc2")],
        {"ladder": "port", "vantages": "box-worse"},
        causes("network-path-down", "path-blocked-for-user")),
    Row("11", "some of many connections at once get no answer",
        changed("rdp.negotiation",
                answers=answers("silent failure:5 failure:5 selected:nla silent")),
        {"ladder": "ok", "rdp-answer": "answers"}, state="healthy"),
    Row("12", "the port opens, then silence",
        negotiated(F.RDP_SILENT, answers=answers("silent silent silent silent silent")),
        {"ladder": "rdp", "rdp-answer": "silent"}, causes("host-hangs-or-overloaded"), "found"),
    Row("13", "the port opens, then closes before any answer",
        negotiated(F.RDP_CLOSED, answers=answers("closed closed closed closed closed")),
        {"ladder": "rdp", "rdp-answer": "closed"},
        causes("balancer-without-member", "rdp-service-or-listener-down",
               "host-hangs-or-overloaded")),
    Row("14", "another service speaks first",
        negotiated(F.RDP_NOT_RDP, security="not-rdp", first_bytes=b"SSH-2.0-x".hex()),
        {"ladder": "rdp", "stranger": "ssh"}, causes("wrong-service-on-port"), "found"),
    Row("15", "a bare confirm to everything",
        negotiated(answers=answers("bare bare bare bare bare"), security="legacy",
                   server="windows-legacy"),
        {"ladder": "ok", "security-layer": "legacy"},
        causes("rdp-security-only", "tls-no-overlap-old-host"), "found"),
    Row("16", "TLS is refused as not allowed",
        negotiated(answers=answers("bare selected:rdp failure:2 failure:2 failure:2"),
                   security="rdp-only"),
        {"ladder": "ok", "security-layer": "rdp-only"}, causes("rdp-security-only"), "found"),
    Row("17", "the host demands more than this client offers", healthy(),
        {"ladder": "ok", "security-layer": "nla-required"},
        causes("nla-required-by-host-client-cannot", "security-layer-mismatch"), "found",
        Told(message="The remote computer requires Network Level Authentication, which your "
             "computer does not support.")),
    Row("18", "the host has no certificate to use", KEYLESS,
        {"ladder": "rdp", "security-layer": "no-certificate"}, causes("no-usable-certificate"),
        "found"),
    Row("18b", "the same from xrdp, which cannot read its key",
        [*KEYLESS[:2], saw("rdp.negotiation", "jump1", F.RDP_REFUSED,
                           security="no-certificate", server="xrdp")],
        {"ladder": "rdp", "server-kind": "xrdp"}, causes("xrdp-key-unreadable"), "found"),
    Row("19", "every hello is met by a close, from both places", [*closed(), *closed("direct")],
        {"ladder": "tls", "tls-hello": "closed", "vantages": "agree"},
        causes("private-key-unreadable"), "found"),
    Row("20", "every hello is met by a close, from one place only",
        [*closed(), *healthy("direct")],
        {"ladder": "tls", "tls-hello": "closed", "vantages": "tls-cut"},
        causes("middlebox-breaks-tls"), "found"),
    Row("20b", "the same the other way round, by a reset",
        [*healthy(), *closed("direct", F.TLS_RESET)],
        {"ladder": "ok", "vantages": "tls-cut"},
        causes("middlebox-breaks-tls")),
    Row("21", "old clients are taken, that of today is not",
        changed("tls.hello", modern_client="refused", shapes=OLD_SUITE),
        {"ladder": "ok", "modern-client": "refused", "tls-versions": "modern"},
        causes("tls-no-overlap", "tls-no-overlap-old-host"), "found"),
    Row("21b", "only an unusual hello is turned down: no fault of the host",
        changed("tls.hello", shapes=met(windows_11=agreed("TLSv1.2"), tls12=agreed("TLSv1.2"))),
        {"ladder": "ok", "tls-hello": "picky", "modern-client": "agrees"}, state="healthy"),
    Row("21c", "the same of xrdp, whose suites were narrowed",
        XRDP_NARROWED,
        {"ladder": "ok", "modern-client": "refused", "server-kind": "xrdp"},
        causes("tls-no-overlap"), "found"),
    Row("22", "nothing above TLS 1.1",
        changed("tls.hello", modern_client="refused", versions=["TLSv1.0"],
                shapes=met(wide=agreed("TLSv1.0", TRIPLE_DES))),
        {"ladder": "ok", "tls-versions": "old-only"}, causes("old-tls-only"), "found"),
    Row("23", "an authority that we do not know has issued the certificate",
        changed("tls.certificate", self_signed=False),
        {"certificate-issuer": "issued"}, state="healthy", raises="middlebox-breaks-tls"),
    Row("24", "the certificate has expired", changed("tls.certificate", days_left=-3.0),
        {"certificate-validity": "expired"},
        causes("certificate-expired", "certificate-renewal-broken"), "found"),
    Row("25", "certificate and NTLM name another machine",
        [*changed("tls.certificate", names=["srv-app-08"], matches_host=False)[:5],
         *changed("nla.challenge", computer="SRV-APP-08")[5:]],
        {"certificate-name": "differs", "host-names": "differ"}, causes("wrong-machine"), "found"),
    Row("25b", "an alias: NTLM names the machine, the certificate fits what was typed",
        changed("nla.challenge", computer="NODE3"),
        {"certificate-name": "matches", "host-names": "agree"}, state="healthy"),
    Row("26", "two connections, two certificates", FARM,
        {"certificates-shown": "several", "certificate-validity": "valid"}, state="healthy",
        raises="balancer-without-member"),
    Row("27", "CredSSP without the update of 2018",
        changed("nla.challenge", credssp_version=4, patched=False),
        {"credssp-version": "unpatched"}, causes("credssp-unpatched"), "found"),
    Row("28", "NTLM is refused with an error code",
        changed("nla.challenge", F.NLA_ERROR, credssp_version=6, patched=True, ntlm="blocked"),
        {"ladder": "nla", "ntlm": "blocked", "nla-answer": "error"}, causes("ntlm-blocked"),
        "found"),
    Row("29", "TLS stands, sign-in is met by a close", changed("nla.challenge", F.NLA_CLOSED),
        {"ladder": "nla", "nla-answer": "closed"}, causes("nla-fault-on-host"), "found"),
    Row("30", "the clock is wrong beyond doubt",
        changed("nla.challenge", clock_skew_s=-900.0, clock_skew_error_s=2.0),
        {"clock": "skewed"}, causes("clock-skew"), "found"),
    Row("30b", "our own clock is in doubt: nothing is known",
        changed("nla.challenge", clock_skew_s=-900.0, clock_skew_error_s=890.0),
        {"clock": None}, state="healthy"),
    Row("31", "a padded hello is lost, a short one is answered",
        only("path.mtu", F.PATH_BLACK_HOLE, verdict="black-hole", tested_bytes=3000),
        {"ladder": "ok", "path-mtu": "black-hole"}, causes("path-mtu-black-hole"), "found"),
    Row("32", "a smaller packet size that both ends know",
        only("path.mtu", verdict="smaller", mtu=1400),
        {"path-mtu": "smaller"}, state="healthy"),
    Row("33", "UDP answers at an old host, and sessions break after a good start",
        [*changed("nla.challenge", os_build=14393), saw("udp.transport", state="answers")],
        {"udp-transport": "answers-old-host"}, causes("udp-transport-drops"), None,
        Told(message="The session drops after one minute, it freezes",
             report={"fails_at": "later", "onset": "after-update"}), "udp-transport-drops"),
    Row("34", "UDP is silent, all else is well",
        only("udp.transport", F.UDP_SILENT, state="silent"),
        {"udp-transport": "silent"}, state="healthy"),
    Row("35", "the gateway asks for a sign-in, the host is fine", gateway("answers"),
        {"gateway-http": "answers", "gateway-certificate": "sound", "ladder": "ok"},
        causes("gateway-refuses-user", "wrong-credentials"), None,
        Told(report={"path": "gateway", "fails_at": "after-credentials"})),
    Row("36", "the gateway's pages are not there",
        gateway("unavailable", F.GATEWAY_HTTP), {"gateway-http": "unavailable"},
        causes("gateway-unreachable"), "found"),
    Row("36b", "something else answers for the gateway", gateway("not-here", F.GATEWAY_HTTP),
        {"gateway-http": "foreign"}, causes("gateway-http-blocked"), "found"),
    Row("37", "everything that can be seen is fine", healthy(), {"ladder": "ok"}, state="healthy"),
    Row("37b", "the host is fine at one address of its name, another is refused",
        [*healthy(), saw("port.tcp", "jump1", F.TCP_REFUSED, address="2001:db8::7")],
        {"ladder": "ok", "port-state": "open", "addresses": "one-dead"}, state="healthy",
        raises="one-address-of-several-dead"),
    Row("37d", "an IPv4 address of the name answers, and refuses",
        [*healthy(), saw("port.tcp", "jump1", F.TCP_REFUSED, address="192.0.2.8")],
        {"ladder": "ok", "port-state": "open", "addresses": "one-refuses"},
        causes("one-address-of-several-dead")),
    Row("37e", "an IPv4 address of the name does not answer",
        [*healthy(), saw("port.tcp", "jump1", F.TCP_TIMEOUT, address="192.0.2.8")],
        {"ladder": "ok", "addresses": "one-silent"}, causes("one-address-of-several-dead")),
    Row("37f", "an IPv6 address of the name does not answer, as in every place without IPv6",
        [*healthy(), saw("port.tcp", "jump1", F.TCP_TIMEOUT, address="2001:db8::7")],
        {"ladder": "ok", "addresses": "one-dead"}, state="healthy"),
    Row("37c", "every address of the name opens",
        [*healthy(), saw("port.tcp", "jump1", state="open", address="2001:db8::7")],
        {"ladder": "ok", "addresses": "alike"}, state="healthy"),
    Row("38", "the negotiation takes far longer than the way", slow(900.0),
        {"answer-delay": "slow", "ladder": "ok"}, state="healthy",
        raises="host-hangs-or-overloaded"),
    Row("38b", "a long way is no slow host", slow(900.0, median=120.0),
        {"answer-delay": "prompt"}, state="healthy"),
)  # fmt: skip
