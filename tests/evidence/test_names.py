from typing import Any

import pytest

from bot.evidence import Observation, derive
from tests.evidence.build import saw

CUT = "APPLICATION-SER"


def observed(typed: str, names: list[str], computer: str | None, **more: Any) -> list[Observation]:
    status = "literal" if typed[0].isdigit() else "ok"
    lookup: dict[str, Any] = {"asked": typed, "status": status} | {
        key: value for key, value in more.items() if key == "canonical"
    }
    certificate: dict[str, Any] = {"names": names} | {
        key: value for key, value in more.items() if key in ("self_signed", "matches_host")
    }
    found = [
        saw("name.lookup", **lookup),
        saw("rdp.negotiation", server=more.get("server", "windows")),
        saw("tls.certificate", **certificate),
    ]
    if computer is None:
        return found
    own = {"computer": computer} | ({"dns_computer": more["dns"]} if "dns" in more else {})
    return [*found, saw("nla.challenge", **own)]


@pytest.mark.parametrize(
    ("observations", "state"),
    [
        (observed("srv-app-07.corp.example", ["x"], "SRV-APP-07"), "agree"),
        (observed("srv-app-07", ["srv-app-08"], "SRV-APP-08"), "differ"),
        (observed("a-very-long-server-name", [], "A-VERY-LONG-SER"), "agree"),
        # NetBIOS keeps 15 characters of each, and so the same ones.
        (observed("application-server-01", [], CUT, dns="application-server-02"), "differ"),
        (observed("application-server-02", [], CUT, dns="application-server-02.x"), "agree"),
        (observed("application-ser", [], CUT, dns="application-server-02"), "agree"),
        (observed("192.0.2.7", ["application-server-01"], CUT, dns="application-server-02"), None),
        (observed("files", [], "SRV-APP-07", canonical="srv-app-07.corp.example"), "agree"),
        (observed("rdp.example", ["rdp.example"], "NODE3", matches_host=True), "agree"),
        (observed("192.0.2.7", ["SRV.corp.example"], "SRV"), "agree"),
        (observed("192.0.2.7", ["other"], "SRV"), None),
        (observed("srv", ["other"], None, self_signed=True), "differ"),
        (observed("srv", ["srv.corp.example"], None, self_signed=True), "agree"),
        (observed("srv", ["other"], None, self_signed=True, server="xrdp"), None),
        (observed("srv", ["other"], None, self_signed=False), None),
        (observed("srv", ["*.corp.example"], None, self_signed=True), None),
        (observed("xn--mller-pc-65a.corp.example", [], "MÜLLER-PC"), "agree"),
        (observed("xn--mller-pc-65a", ["MÜLLER-PC"], None, self_signed=True), "agree"),
        (observed("xn--mller-pc-65a", [], "MULLER-PC"), "differ"),
        ([saw("nla.challenge", computer="SRV")], None),
    ],
)
def test_names_agree_or_show_another_machine(
    observations: list[Observation], state: str | None
) -> None:
    assert derive(observations).get("host-names") == state
