"""TLS over any stream of a vantage, as a diagnosis needs it: it takes whatever the host offers.

Strategy: OpenSSL works on two memory buffers and this module pumps bytes between them and the
stream (asyncio's own start_tls cannot run over an SSH channel).  Nothing is verified here: an
expired, weak or foreign certificate is what we came to look at, and no secret is ever sent.
One task at a time reads or writes.
"""

import asyncio
import ssl
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import lru_cache, partial
from typing import TypeVar

from bot.evidence import Failure
from bot.vantage.base import Stream, VantageError

T = TypeVar("T")

VERSIONS = {
    "TLSv1.0": ssl.TLSVersion.TLSv1,
    "TLSv1.1": ssl.TLSVersion.TLSv1_1,
    "TLSv1.2": ssl.TLSVersion.TLSv1_2,
    "TLSv1.3": ssl.TLSVersion.TLSv1_3,
}
# Servers without secure renegotiation (RFC 5746); the ssl module names it only from 3.12 on.
LEGACY_SERVER_CONNECT = 0x4
_PIECE = 65536
# A server's flight of this many bytes may hold a Diffie-Hellman group of 5,000 bits and more, which
# keeps OpenSSL busy for up to a second: from here on a handshake goes on in a thread.  Without a
# certificate a group and the server's share of it are the whole flight.
_HEAVY = 1280
# Alerts that say in so many words that host and client share no version or cipher suite.
_NO_COMMON_GROUND = {"TLSV1_ALERT_PROTOCOL_VERSION", "TLSV1_ALERT_INSUFFICIENT_SECURITY"}
# The host chose a version or suite that was not offered; OpenSSL's names for finding that out.
_NO_OVERLAP = _NO_COMMON_GROUND | {
    "NO_CIPHERS_AVAILABLE",
    "NO_PROTOCOLS_AVAILABLE",
    "UNSUPPORTED_PROTOCOL",
    "VERSION_TOO_HIGH",
    "VERSION_TOO_LOW",
    "WRONG_CIPHER_RETURNED",
    "WRONG_SSL_VERSION",
}
MISMATCH = (
    "the host signs with another key than that of the certificate it shows (bad signature): the "
    "two do not belong together"
)
# Alerts whose OpenSSL name lacks the word (RFC 6066 section 9).
_UNMARKED_ALERTS = {
    "TLSV1_BAD_CERTIFICATE_HASH_VALUE",
    "TLSV1_BAD_CERTIFICATE_STATUS_RESPONSE",
    "TLSV1_CERTIFICATE_UNOBTAINABLE",
    "TLSV1_UNRECOGNIZED_NAME",
    "TLSV1_UNSUPPORTED_EXTENSION",
}


class HungUp(VantageError):
    """The host closed upon our hello, without a byte of an answer."""


class TlsStream:
    """A stream inside TLS: what was agreed, and the certificates as sent (DER, leaf first)."""

    def __init__(self, stream: Stream, context: ssl.SSLContext, server_name: str | None) -> None:
        self._stream = stream
        self._incoming = ssl.MemoryBIO()
        self._outgoing = ssl.MemoryBIO()
        self._tls = context.wrap_bio(self._incoming, self._outgoing, server_hostname=server_name)
        self._received = 0
        self.version = ""
        self.cipher = ""
        self.certificates: tuple[bytes, ...] = ()
        self.distrust: int | None = None
        """OpenSSL's code for what is wrong with the chain, where the context verifies it."""

    async def handshake(self, deadline: float) -> None:
        """Agree with the host; raises VantageError with a ``tls.*`` word."""
        try:
            await self._pump(self._tls.do_handshake, deadline)
        except VantageError as error:
            if error.failure is Failure.PROBE_DEADLINE:
                raise VantageError(Failure.TLS_SILENT, "no answer to the handshake") from None
            if error.failure is Failure.TLS_CLOSED and not self._received:
                raise HungUp(error.failure, error.detail) from None
            raise
        self.version = {"TLSv1": "TLSv1.0"}.get(
            self._tls.version() or "", self._tls.version() or ""
        )
        cipher = self._tls.cipher()
        self.cipher = cipher[0] if cipher else ""
        self.certificates = _chain(self._tls)

    async def read(self, limit: int, deadline: float) -> bytes:
        """Up to ``limit`` bytes of plain text; ``b""`` at the end, however the host ended it."""
        try:
            return await self._pump(partial(self._tls.read, limit), deadline)
        except VantageError as error:
            if error.failure is Failure.TLS_CLOSED:
                return b""
            raise

    async def write(self, data: bytes, deadline: float) -> None:
        """Send everything; raises VantageError."""
        rest = memoryview(data)
        while rest:
            rest = rest[await self._pump(partial(self._tls.write, rest), deadline) :]

    async def ending(self, deadline: float) -> str:
        """As the stream below ended."""
        return await self._stream.ending(deadline)

    async def close(self) -> None:
        """Close the stream below at once; never raises."""
        await self._stream.close()

    async def _pump(self, step: Callable[[], T], deadline: float) -> T:
        """Run one OpenSSL step, moving bytes both ways until it is done."""
        while True:
            try:
                heavy = not self.version and self._received >= _HEAVY
                done: T = await asyncio.to_thread(step) if heavy else step()
            except ssl.SSLWantReadError:
                await self._flush(deadline)
                received = await self._stream.read(_PIECE, deadline)
                self._received += len(received)
                if received:
                    self._incoming.write(received)
                else:
                    self._incoming.write_eof()
            except ssl.SSLError as error:
                with suppress(VantageError):
                    await self._flush(deadline)  # our own alert tells the host's log what was wrong
                if isinstance(error, ssl.SSLCertVerificationError):
                    self.distrust = error.verify_code
                raise _in_our_words(error) from None
            else:
                await self._flush(deadline)
                return done

    async def _flush(self, deadline: float) -> None:
        if self._outgoing.pending:
            await self._stream.write(self._outgoing.read(), deadline)


async def start_tls(
    stream: Stream, server_name: str | None, lowest: str, highest: str, deadline: float
) -> TlsStream:
    """Shake hands with versions from ``lowest`` to ``highest`` ("TLSv1.0" to "TLSv1.3").

    Raises VantageError: tls.alert, tls.closed, tls.silent, tls.no_overlap, cert.unreadable where
    the certificate is not that of the host's key, or probe.malformed when the answer is not TLS;
    ``stream`` is then still the caller's to close.
    """
    secured = TlsStream(stream, _context(lowest, highest), server_name)
    await secured.handshake(deadline)
    return secured


@lru_cache(maxsize=16)
def _context(lowest: str, highest: str) -> ssl.SSLContext:
    """A context that accepts anything; making one costs ten times what using one does."""
    with warnings.catch_warnings():
        # Old versions are what we test for; the deprecation is meant for those who rely on them.
        warnings.simplefilter("ignore", DeprecationWarning)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        context.set_ciphers("ALL:COMPLEMENTOFALL:@SECLEVEL=0")
        context.options |= ssl.OP_NO_RENEGOTIATION  # a host could ask for it without end
        context.options |= LEGACY_SERVER_CONNECT
        context.minimum_version = VERSIONS[lowest]
        context.maximum_version = VERSIONS[highest]
    return context


def _chain(tls: ssl.SSLObject) -> tuple[bytes, ...]:
    """All certificates that were sent; the public way to them exists from Python 3.13 on."""
    public = getattr(tls, "get_unverified_chain", None)
    if public is not None:
        return tuple(public() or ())
    private = getattr(getattr(tls, "_sslobj", None), "get_unverified_chain", None)
    sent = private() if private is not None else None
    if sent:
        return tuple(certificate.public_bytes(2) for certificate in sent)  # 2: DER
    leaf = tls.getpeercert(binary_form=True)
    return (leaf,) if leaf else ()


def _in_our_words(error: ssl.SSLError) -> VantageError:
    """Map by OpenSSL's symbolic reason, which is a constant, unlike its message."""
    reason = error.reason or ""
    said = reason.lower().replace("_", " ")
    if isinstance(error, ssl.SSLEOFError | ssl.SSLZeroReturnError):
        return VantageError(Failure.TLS_CLOSED, "the connection ended")
    if reason in _NO_OVERLAP:
        return VantageError(Failure.TLS_NO_OVERLAP, said)
    if reason == "BAD_SIGNATURE":
        return VantageError(Failure.CERT_UNREADABLE, MISMATCH)
    if "_ALERT_" in reason or reason in _UNMARKED_ALERTS:
        return VantageError(Failure.TLS_ALERT, said)
    return VantageError(Failure.PROBE_MALFORMED, f"what came is not sound TLS ({said})")
