"""The hosts of the lab: what each does, what is true about it, and how it is repaired.

Strategy: a fault is a behaviour that differs from the healthy default in a few fields; the
administrator's act puts a sound behaviour in its place.  Addresses are those reserved for
documentation (RFC 5737).
"""

from dataclasses import dataclass, field

from bot.lab.behaviour import (
    HEALTHY,
    SERVER_2012_R2,
    SERVER_2022,
    WINDOWS_10_1709,
    Behaviour,
    Port,
    Security,
    Service,
    Tls,
)

DOMAIN = "lab.example"
RESOLVER = "192.0.2.53"
RDP_PORT = 3389
COMPANION_PORTS = frozenset({135, 445, 5985})
"""What else a Windows server listens on: RPC, SMB and WinRM."""


@dataclass(frozen=True, slots=True)
class Host:
    """One row of the table; ``cause`` is the truth, None for a host with nothing wrong.

    ``ladder`` is the rung at which the connection path is expected to fail, or ``ok``.
    """

    name: str
    address: str
    behaviour: Behaviour
    cause: str | None
    ladder: str
    wrong: str
    repair: str
    repaired: Behaviour = field(default=HEALTHY)

    @property
    def fqdn(self) -> str:
        """The name in the lab's DNS zone."""
        return f"{self.name}.{DOMAIN}"


HOSTS = (
    Host(
        "srv-app-01",
        "192.0.2.11",
        HEALTHY,
        None,
        "ok",
        "Nothing: a Windows Server 2019 that requires NLA.",
        "Nothing to repair.",
    ),
    Host(
        "srv-app-02",
        "192.0.2.12",
        Behaviour(tls=Tls.UP_TO_13, version=SERVER_2022, delay_s=0.5),
        None,
        "ok",
        "Nothing but a long way: every answer takes half a second.",
        "Nothing to repair.",
        Behaviour(tls=Tls.UP_TO_13, version=SERVER_2022),
    ),
    Host(
        "srv-app-07",
        "192.0.2.17",
        Behaviour(valid_days=(-186.0, -3.0)),
        "certificate-expired",
        "ok",
        "Its RDP certificate expired three days ago and Windows has not renewed it.",
        "The administrator deletes the expired certificate from the store Remote Desktop and "
        "restarts the service SessionEnv; Windows makes a new one.",
        Behaviour(valid_days=(0.0, 183.0)),
    ),
    Host(
        "srv-app-08",
        "192.0.2.18",
        Behaviour(identity="srv-print-03", certificate_name="srv-print-03"),
        "wrong-machine",
        "ok",
        "Another machine, SRV-PRINT-03, has this address: the DNS record is stale.",
        "The administrator puts the DNS record of srv-app-08 right; the name leads to SRV-APP-08.",
    ),
    Host(
        "srv-app-09",
        "192.0.2.19",
        Behaviour(certificate_name="old-app-09"),
        "certificate-name-mismatch",
        "ok",
        "Its certificate still names old-app-09, from before the machine was renamed.",
        "The administrator deletes the old certificate and restarts SessionEnv; the new one "
        "names srv-app-09.",
    ),
    Host(
        "srv-db-01",
        "192.0.2.31",
        Behaviour(tls=Tls.CLOSES),
        "private-key-unreadable",
        "tls",
        "It cannot read the private key of its certificate, so it hangs up on every ClientHello.",
        "The administrator lets NETWORK SERVICE read the key under MachineKeys and restarts "
        "Remote Desktop Services.",
    ),
    Host(
        "srv-db-02",
        "192.0.2.32",
        Behaviour(credssp=4, version=WINDOWS_10_1709),
        "credssp-unpatched",
        "ok",
        "It lacks the CredSSP update of 2018, so that patched clients refuse to sign in.",
        "The administrator installs the pending Windows updates and restarts the machine.",
        Behaviour(version=WINDOWS_10_1709),
    ),
    Host(
        "srv-db-03",
        "192.0.2.33",
        Behaviour(security=Security.RDP_ONLY),
        "rdp-security-only",
        "ok",
        "SecurityLayer is 0: it accepts only the old RDP security, no TLS and no NLA.",
        "The administrator sets SecurityLayer to 2 and UserAuthentication to 1.",
    ),
    Host(
        "srv-db-04",
        "192.0.2.34",
        Behaviour(security=Security.NO_CERTIFICATE),
        "no-usable-certificate",
        "rdp",
        "Its listener is bound to a certificate that no longer exists (X.224 failure 3).",
        "The administrator removes the dead certificate hash from the listener and restarts "
        "Remote Desktop Services.",
    ),
    Host(
        "srv-file-01",
        "192.0.2.41",
        Behaviour(port=Port.REFUSED),
        "rdp-service-or-listener-down",
        "port",
        "Remote Desktop Services is stopped and its firewall is off: port 3389 refuses.",
        "The administrator starts Remote Desktop Services.",
    ),
    Host(
        "srv-file-02",
        "192.0.2.42",
        Behaviour(port=Port.SILENT),
        "firewall-blocks-port",
        "port",
        "A firewall drops port 3389; the machine answers on its other ports.",
        "The administrator enables the firewall rule group Remote Desktop.",
    ),
    Host(
        "srv-file-03",
        "192.0.2.43",
        Behaviour(service=Service.SSH),
        "wrong-service-on-port",
        "rdp",
        "An SSH server listens on port 3389.",
        "The administrator moves the SSH server to port 22 and starts Remote Desktop Services.",
    ),
    Host(
        "pc-sales-11",
        "198.51.100.11",
        Behaviour(awake=False),
        "host-down-or-asleep",
        "host",
        "The PC is asleep: no port answers, nor does it answer a ping.",
        "Somebody wakes the PC.",
    ),
    Host(
        "pc-sales-12",
        "198.51.100.12",
        Behaviour(skew_s=-600.0),
        "clock-skew",
        "ok",
        "Its clock is ten minutes slow.",
        "The administrator runs w32tm /resync on the PC.",
    ),
    Host(
        "pc-sales-13",
        "198.51.100.13",
        Behaviour(in_dns=False),
        "name-not-found",
        "name",
        "The PC has no record in the DNS.",
        "The administrator registers the PC's address in the DNS.",
    ),
    Host(
        "srv-old-01",
        "198.51.100.21",
        Behaviour(tls=Tls.ONLY_10, version=SERVER_2012_R2),
        "old-tls-only",
        "ok",
        "It speaks TLS 1.0 only; a present-day client refuses it.",
        "The administrator enables TLS 1.2 in Schannel and restarts the machine.",
        Behaviour(version=SERVER_2012_R2),
    ),
)
