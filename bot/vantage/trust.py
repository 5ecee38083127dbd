"""Does a certificate chain end at a root that this machine trusts?

Strategy: OpenSSL itself judges, during a handshake that demands a trusted chain; names are not
its business here.  The roots are the system's (``SSL_CERT_FILE`` names others).  A leaf that is
merely out of date is trusted: its dates are a finding of their own.
"""

import ssl
import warnings
from functools import lru_cache
from pathlib import Path

from bot.vantage.base import Stream, VantageError
from bot.vantage.tls import LEGACY_SERVER_CONNECT, TlsStream

# x509_vfy.h: the certificate is not yet valid, the certificate has expired.
NOT_YET, EXPIRED = 9, 10
# The certificate, or one that it was issued by, is not made for this.
WRONG_PURPOSE = 26


class Distrusted(Exception):
    """The chain was turned down; ``code`` is OpenSSL's (x509_vfy.h)."""

    def __init__(self, code: int) -> None:
        super().__init__(f"the chain is not trusted (code {code})")
        self.code = code

    @property
    def by_date(self) -> bool:
        """Whether a certificate of a chain that does end at a root is out of date."""
        return self.code in (NOT_YET, EXPIRED)

    @property
    def why(self) -> str:
        """The reason, for people."""
        if self.by_date:
            return "a certificate of its chain is out of date"
        if self.code == WRONG_PURPOSE:
            return "it is not made for servers"
        return "its chain ends at no root that is trusted here"


def has_roots() -> bool:
    """Whether this machine has roots at all; without them nothing can be judged."""
    cafile, capath = _paths()
    if _context(cafile, capath).cert_store_stats()["x509_ca"]:
        return True
    # OpenSSL reads a folder of roots only as it needs them, so they are not counted yet.
    return capath is not None and any(Path(capath).iterdir())


async def start_trusted_tls(stream: Stream, server_name: str | None, deadline: float) -> TlsStream:
    """Shake hands with any version and demand a trusted chain.

    Raises Distrusted, and VantageError as ``start_tls`` does.
    """
    secured = TlsStream(stream, _context(*_paths()), server_name)
    try:
        await secured.handshake(deadline)
    except VantageError:
        if secured.distrust is not None:
            raise Distrusted(secured.distrust) from None
        raise
    return secured


def _paths() -> tuple[str | None, str | None]:
    found = ssl.get_default_verify_paths()
    return found.cafile, found.capath


@lru_cache(maxsize=4)
def _context(cafile: str | None, capath: str | None) -> ssl.SSLContext:
    """A context that takes any version and cipher, but only chains that end at a root."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
        context.options |= ssl.OP_NO_RENEGOTIATION  # a host could ask for it without end
        context.options |= LEGACY_SERVER_CONNECT
        context.minimum_version = ssl.TLSVersion.TLSv1
        if cafile is not None or capath is not None:
            context.load_verify_locations(cafile, capath)
    return context
