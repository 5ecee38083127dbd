"""Short ways to write observations in tests, and the states that the items may have."""

from typing import Any

from bot.evidence import Failure, Observation, Status

STATES = {
    "ladder": "ok name host port rdp tls nla logon session unknown",
    "name-lookup": "ok literal nxdomain no-answer timeout",
    "asked-name": "short full",
    "port-state": "open refused timeout unreachable failed",
    "addresses": "alike one-dead one-refuses one-silent",
    "host-life": "answers silent",
    "companion-ports": "windows unix",
    "neighbour": "answers absent",
    "rdp-answer": "answers closed silent not-rdp refused contradicts",
    "answer-delay": "prompt slow",
    "security-layer": (
        "negotiate tls-required nla-required rdp-only tls-no-nla no-certificate legacy"
    ),
    "server-kind": "windows windows-legacy xrdp gnome virtualbox",
    "stranger": "ssh http tls other",
    "tls-hello": "server-hello picky closed reset alert silent",
    "modern-client": "agrees refused",
    "tls-versions": "modern old-only",
    "certificate-validity": "valid expired not-yet-valid",
    "certificate-name": "matches differs",
    "certificate-key": "sound weak-key weak-hash",
    "certificate-issuer": "windows-made self-signed issued",
    "certificate-age": "settled fresh",
    "certificates-shown": "one several",
    "credssp-version": "patched unpatched",
    "ntlm": "offered blocked none",
    "nla-answer": "challenge closed silent error not-offered",
    "clock": "right skewed",
    "host-names": "agree differ",
    "path-quality": "good slow lossy",
    "path-mtu": "full smaller black-hole",
    "udp-transport": "answers answers-old-host refused silent",
    "gateway-tcp": "open unreachable",
    "gateway-certificate": "sound refused untrusted no-tls",
    "gateway-http": "answers foreign unavailable closes",
    "gateway-vantages": "agree works-elsewhere fails-elsewhere",
    "jumpbox": "ok unreachable host-key auth forwarding timeout",
    "vantages": "agree direct-worse jumpbox-worse box-worse tls-cut name-apart led-apart differ",
}


def saw(
    probe: str, vantage: str = "jump1", failure: Failure | None = None, **facts: Any
) -> Observation:
    """An observation that passed, or failed with a word."""
    status = Status.PASSED if failure is None else Status.FAILED
    return Observation(probe, vantage, status, failure, facts)


def healthy(vantage: str = "jump1") -> list[Observation]:
    """A Windows host with nothing wrong, as far as probes see."""
    return [
        saw("name.lookup", vantage, asked="srv-app-07", status="ok", addresses=["192.0.2.7"]),
        saw("port.tcp", vantage, state="open", address="192.0.2.7"),
        saw(
            "rdp.negotiation",
            vantage,
            answers={"rdp": "failure:5", "tls": "failure:5", "nla": "selected:nla"},
            security="nla-required",
            server="windows",
        ),
        saw(
            "tls.hello",
            vantage,
            shapes={"wide": {"result": "server-hello", "version": "TLSv1.2"}},
            versions=["TLSv1.2"],
            modern_client="agrees",
        ),
        saw(
            "tls.certificate",
            vantage,
            names=["srv-app-07"],
            matches_host=True,
            self_signed=True,
            days_left=120.5,
            not_before="2026-01-01T00:00:00Z",
            not_after="2026-07-01T00:00:00Z",
            key_type="rsa",
            key_bits=2048,
            signature_hash="sha256",
            sha256="aa",
        ),
        saw(
            "nla.challenge",
            vantage,
            credssp_version=6,
            patched=True,
            ntlm="offered",
            computer="SRV-APP-07",
            clock_skew_s=0.2,
            clock_skew_error_s=0.1,
        ),
    ]


def changed(probe: str, failure: Failure | None = None, **facts: Any) -> list[Observation]:
    """The healthy host with one observation replaced, or with some of its facts replaced."""
    found = []
    for one in healthy():
        if one.probe == probe:
            kept = {} if failure is not None else dict(one.facts)
            kept = {key: value for key, value in (kept | facts).items() if value is not None}
            found.append(saw(probe, one.vantage, failure, **kept))
        else:
            found.append(one)
    return found
