"""What the servers of the park answer on the wire, as facts hold it."""

from collections.abc import Mapping

Facts = Mapping[str, object]

GCM, CBC = "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"
RSA, RSA_SHA256 = "TLS_RSA_WITH_AES_256_CBC_SHA", "TLS_RSA_WITH_AES_256_CBC_SHA256"


def hello(version: str, cipher: str) -> Facts:
    """A ServerHello."""
    return {"result": "server-hello", "version": version, "cipher": cipher}


def alert(code: int) -> Facts:
    """A refusal by alert."""
    return {"result": f"alert:{code}"}


NEWEST, TLS12 = hello("TLSv1.3", "TLS_AES_256_GCM_SHA384"), hello("TLSv1.2", GCM)
TLS10, OLD = hello("TLSv1.0", CBC), alert(70)
CLOSED: Facts = {"result": "closed"}
STATIC = hello("TLSv1.2", RSA_SHA256)

BOTH_SHAPES: Facts = {
    "wide": TLS12,
    "windows-11": NEWEST,
    "tls13": NEWEST,
    "tls12": TLS12,
    "tls11": OLD,
    "tls10": OLD,
    "rsa-cbc": STATIC,
}
GENTLE_SHAPES: Facts = {"wide": TLS12, "windows-11": NEWEST, "tls12": TLS12, "tls13": NEWEST}
"""Of a host that is met one by one; the last two may be told by the others, or stay unknown."""


def answers(rdp: str, others: str, bare: str = "bare") -> Facts:
    """Answers to the five requests; ``others`` to all that offer TLS."""
    over_tls = dict.fromkeys(("tls", "nla", "nla_ex"), others)
    return {"none": bare, "rdp": rdp, **over_tls}
