"""How a simulated machine can behave: a healthy one by default, a faulty one by a few fields."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Port(StrEnum):
    """What becomes of a TCP connection attempt."""

    OPEN = "open"
    REFUSED = "refused"
    SILENT = "silent"
    UNREACHABLE = "unreachable"


class Service(StrEnum):
    """Who listens on the RDP port."""

    RDP = "rdp"
    SSH = "ssh"
    HTTP = "http"
    MUTE = "mute"
    """Takes connections and never says anything."""


class Security(StrEnum):
    """What the RDP listener's security settings accept (MS-RDPBCGR 3.3.5.3.1)."""

    NLA = "nla"
    RDP_ONLY = "rdp-only"
    NO_CERTIFICATE = "no-certificate"


class Tls(StrEnum):
    """How the host's TLS answers a ClientHello."""

    UP_TO_12 = "1.0-1.2"
    UP_TO_13 = "1.2-1.3"
    ONLY_10 = "1.0"
    CLOSES = "closes"


@dataclass(frozen=True, slots=True)
class Behaviour:
    """How a machine behaves; the defaults are a healthy Windows Server 2019 that requires NLA.

    ``identity`` is the machine that its NTLM names tell, ``certificate_name`` the one that its
    certificate names; without them both are the host's own.  Days and seconds count from now.
    ``ciphers`` are in OpenSSL's notation; packets of more than ``largest_packet`` bytes vanish on
    the way.  A farm has several ``members``, each with a certificate of its own, that take turns.
    ``port_from`` says what a jump box meets on port 3389, ``address_from`` what its DNS tells,
    where that is not the same from every place.
    """

    in_dns: bool = True
    awake: bool = True
    port: Port = Port.OPEN
    service: Service = Service.RDP
    security: Security = Security.NLA
    tls: Tls = Tls.UP_TO_12
    valid_days: tuple[float, float] = (-30.0, 150.0)
    key_bits: int = 2048
    identity: str | None = None
    certificate_name: str | None = None
    ntlm: bool = True
    credssp: int = 6
    version: tuple[int, int, int] = (10, 0, 17763)
    skew_s: float = 0.0
    ciphers: str = "ALL"
    largest_packet: int = 1500
    delay_s: float = 0.0
    members: int = 1
    port_from: Mapping[str, Port] = field(default_factory=dict)
    address_from: Mapping[str, str] = field(default_factory=dict)


HEALTHY = Behaviour()
SERVER_2012_R2 = (6, 3, 9600)
SERVER_2022 = (10, 0, 20348)
WINDOWS_10_1709 = (10, 0, 16299)
