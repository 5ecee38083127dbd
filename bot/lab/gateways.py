"""The RD Gateways of the lab: what each does, what is true about it, and how it is repaired.

Strategy: as with the hosts, a fault is a behaviour that differs from the healthy default in a
field or two.
"""

from dataclasses import dataclass, field

from bot.lab.hosts import DOMAIN

GATEWAY_PORT = 443


@dataclass(frozen=True, slots=True)
class GatewayBehaviour:
    """How a gateway behaves; the defaults are a healthy RD Gateway.

    ``status`` is its answer to the HTTP transport's first request, ``certificate_name`` the short
    name in its certificate, its own without one.  Days count from now.
    """

    status: str = "401 Unauthorized"
    schemes: tuple[str, ...] = ("Negotiate", "NTLM")
    certificate_name: str | None = None
    valid_days: tuple[float, float] = (-30.0, 335.0)


SOUND = GatewayBehaviour()


@dataclass(frozen=True, slots=True)
class Gateway:
    """One row of the table; ``cause`` is the truth, None for a gateway with nothing wrong."""

    name: str
    address: str
    behaviour: GatewayBehaviour
    cause: str | None
    wrong: str
    repair: str
    repaired: GatewayBehaviour = field(default=SOUND)

    @property
    def fqdn(self) -> str:
        """The name in the lab's DNS zone."""
        return f"{self.name}.{DOMAIN}"


GATEWAYS = (
    Gateway(
        "rdg-01",
        "192.0.2.61",
        SOUND,
        None,
        "Nothing: it asks for Negotiate or NTLM, and its certificate is of the lab's authority.",
        "Nothing to repair.",
    ),
    Gateway(
        "rdg-02",
        "192.0.2.62",
        GatewayBehaviour(certificate_name="rdg-old"),
        "gateway-certificate",
        "Its certificate still names rdg-old, so every client stops at the gateway.",
        "The administrator binds a certificate for the gateway's present name.",
    ),
    Gateway(
        "rdg-03",
        "192.0.2.63",
        GatewayBehaviour(status="405 Method Not Allowed", schemes=()),
        "gateway-http-blocked",
        "A proxy in front of it knows no method RDG_OUT_DATA and answers 405.",
        "The administrator lets the proxy pass the gateway's requests unchanged.",
    ),
    Gateway(
        "rdg-04",
        "192.0.2.64",
        GatewayBehaviour(status="503 Service Unavailable", schemes=()),
        "gateway-unreachable",
        "Its service TSGateway is stopped, so its web server answers 503.",
        "The administrator starts the service Remote Desktop Gateway.",
    ),
)
