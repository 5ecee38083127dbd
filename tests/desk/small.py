"""A small knowledge base: every evidence item of the program, few causes, fixes and questions."""

import json
from functools import lru_cache
from typing import Any

from bot.catalog import Catalog, load
from bot.catalog.contract import ITEMS
from bot.engine import Model

REVIEWED: dict[str, Any] = {
    "source": ["made for tests"],
    "reviewed": {"by": "tests", "on": "2026-11-20"},
}
SETTINGS = {
    "escalation_cost": 150,
    "other_prior": 0.05,
    "safety_threshold": 0.05,
    "skip_cost": 0.5,
    "max_steps": 12,
    "helper_weight": 1.0,
    "waiting_weight": 0.3,
    "annoyance": {"none": 0, "some": 2, "much": 6},
    "disruption": 10,
    "risk_price": [0, 1, 5, 15],
    "access_groups": {"server-admin": {"title": "Administrator on the host", "entry": 2}},
    "forbidden": [],
    "review_days": 365,
}
CODES = {
    "disconnect": {
        "source": "tests",
        "codes": {
            "0x904": {
                "name": "SocketClosed",
                "meaning": "The socket was closed.",
                "says": "The code does not say why.",
            }
        },
    },
    **{table: {"source": "tests", "codes": {}} for table in ("extended", "status", "gateway")},
}
CAUSES = {
    "certificate-expired": ("certificate", "The server's RDP certificate has expired."),
    "rdp-disabled": ("port", "Remote Desktop is switched off on the host."),
    "nla-fault": ("nla-credssp", "Sign-in (NLA) is broken on the host."),
    "filter-driver": ("nla-credssp", "A security product on the host breaks sign-in."),
    "client-fault": ("client", "The Remote Desktop program on the PC is at fault."),
}
SAYS: dict[str, list[tuple[str, str, float]]] = {
    "certificate-validity": [("expired", "certificate-expired", 0.98)],
    "port-state": [("refused", "rdp-disabled", 0.9)],
    "ladder": [
        ("port", "rdp-disabled", 0.9),
        ("nla", "nla-fault", 0.7),
        ("nla", "filter-driver", 0.7),
    ],
    "nla-answer": [("closed", "nla-fault", 0.7), ("closed", "filter-driver", 0.7)],
}
FIXES: dict[str, dict[str, Any]] = {
    "renew-certificate": {
        "title": "Renew the RDP certificate",
        "cures": [{"cause": "certificate-expired", "how_well": 0.9}],
        "effort": 5,
        "who_can": "admin",
        "needs_access": "server-admin",
        "risk": 1,
        "undo": "Put the old certificate of {host} back.",
        "check": ["certificate-validity"],
        "changes": ["tls.certificate"],
    },
    "bind-own-certificate": {
        "title": "Bind a certificate of your own",
        "cures": [{"cause": "certificate-expired", "how_well": 0.5}],
        "effort": 15,
        "who_can": "admin",
        "needs_access": "server-admin",
        "risk": 1,
        "undo": "Bind the former one.",
        "check": ["certificate-validity"],
        "changes": ["tls.certificate"],
    },
    "switch-on": {
        "title": "Switch Remote Desktop on",
        "cures": [{"cause": "rdp-disabled", "how_well": 0.9}],
        "effort": 2,
        "who_can": "admin",
        "risk": 1,
        "undo": "Switch it off again.",
        "check": ["ladder"],
        "changes": [],
    },
    "reset-client": {
        "title": "Reset the Remote Desktop program",
        "cures": [
            {"cause": "client-fault", "how_well": 0.9},
            {"cause": "certificate-expired", "how_well": 0.05},
        ],
        "effort": 2,
        "who_can": "user",
        "risk": 1,
        "undo": "Restore the settings.",
        "check": [],
        "changes": [],
    },
    "nla-off": {
        "title": "Switch NLA off as a test",
        "cures": [{"cause": "nla-fault", "how_well": 0.95}],
        "effort": 2,
        "who_can": "admin",
        "risk": 3,
        "undo": "Switch NLA on again.",
        "check": ["nla-answer"],
        "changes": ["rdp.negotiation"],
        "temporary": True,
        "limit_minutes": 15,
        "approver": True,
        "permanent_fix": ["repair-nla"],
    },
    "repair-nla": {
        "title": "Repair sign-in on the host",
        "cures": [{"cause": "nla-fault", "how_well": 0.9}],
        "effort": 60,
        "who_can": "admin",
        "risk": 1,
        "undo": "Nothing to undo.",
        "check": ["nla-answer"],
        "changes": ["nla.challenge"],
        "after": ["nla-off"],
    },
    "remove-filter": {
        "title": "Remove the security product",
        "cures": [{"cause": "filter-driver", "how_well": 0.9}],
        "effort": 60,
        "who_can": "admin",
        "risk": 1,
        "undo": "Install it again.",
        "check": ["nla-answer"],
        "changes": ["nla.challenge"],
        "after": ["nla-off"],
    },
}
RDP_FILE: dict[str, Any] = {
    "title": "The .rdp file: host and NLA",
    "states": {"nla": "turns NLA off", "target": "names another host", "fits": "fits"},
    "usual_state": "fits",
    "otherwise": {"nla": 0.02, "target": 0.02},
    "says": [],
}
"""Two items are made of it, one a reading."""
QUESTION = {
    "title": "Another user",
    "ask": "Does another user get in from this PC?",
    "answers": {"yes": "Yes", "no": "No"},
    "where_to_look": "Ask a colleague.",
    "effort": 1,
    "otherwise": {"yes": 0.5, "no": 0.5},
    "says": [
        {"state": "no", "if_cause": "client-fault", "how_often_seen": 0.05},
        {"state": "no", "if_cause": "filter-driver", "how_often_seen": 0.5},
        {"state": "yes", "if_cause": "certificate-expired", "how_often_seen": 0.98},
        {"state": "yes", "if_cause": "nla-fault", "how_often_seen": 0.9},
    ],
}
PROSE = "1. On {host}, run `certlm.msc`.\n2. Delete the old one.\n\nYou should see: a new date.\n"


@lru_cache(maxsize=1)
def files() -> dict[str, str]:
    """The knowledge base as files (JSON is YAML)."""
    made = {"settings.yaml": json.dumps(SETTINGS), "codes.yaml": json.dumps(CODES)}
    for item, contract in ITEMS.items():
        made[f"evidence/{item}.yaml"] = json.dumps(_evidence(item, contract))
    for item, matched in (("nla", ["off", "off-but-required"]), ("target", ["other-host"])):
        fields = {**RDP_FILE, "matches": {item: {"rdp_file": {item: matched}}}, **REVIEWED}
        made[f"evidence/rdp-file-{item}.yaml"] = json.dumps(fields)
    for cause, (layer, title) in CAUSES.items():
        fields = {"title": title, "who_feels_it": "everybody", "how_common": 0.2, **REVIEWED}
        made[f"causes/{layer}/{cause}.md"] = _markdown(fields, f"What people see of {cause}.")
    for fix, fields in FIXES.items():
        made[f"fixes/{fix}.md"] = _markdown({**fields, **REVIEWED}, PROSE)
    made["questions/other-user.yaml"] = json.dumps({**QUESTION, **REVIEWED})
    return made


def _markdown(fields: dict[str, Any], text: str) -> str:
    return f"---\n{json.dumps(fields)}\n---\n{text}\n"


def _evidence(item: str, contract: Any) -> dict[str, Any]:
    states = list(contract.states)
    usual = next((state for state in states if state not in contract.abnormal), states[0])
    rest = [state for state in states if state != usual]
    return {
        "title": item.replace("-", " ").capitalize(),
        "probe": "tls.certificate" if item.startswith("certificate") else "rdp.negotiation",
        "states": {state: state.replace("-", " ") for state in states},
        "usual_state": usual,
        "abnormal": sorted(contract.abnormal),
        "otherwise": dict.fromkeys(rest, 0.02),
        "says": [
            {"state": state, "if_cause": cause, "how_often_seen": often}
            for state, cause, often in SAYS.get(item, [])
        ],
        **REVIEWED,
    }


@lru_cache(maxsize=1)
def catalog() -> Catalog:
    return load(files())


@lru_cache(maxsize=1)
def model() -> Model:
    return Model.of(catalog())
