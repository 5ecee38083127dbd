"""A host with NLA that records what is sent inside TLS.

``python -m tests.real.recorder PORT CERTIFICATE KEY``

It chooses NLA, finishes TLS, answers the first message with an NTLM CHALLENGE of its own and
reads on until the client leaves.  For each connection that came so far it prints one line of
JSON: the first message, and all that followed it.
"""

import json
import socketserver
import ssl
import sys
import time
from contextlib import suppress

from bot.lab import ntlm

CONFIRM = bytes.fromhex("030000130ed000001234000207080002000000")
"""NLA chosen by a Windows host (MS-RDPBCGR 2.2.1.2.1)."""
WINDOWS_11 = (10, 0, 22631)
NAMES = ntlm.Names("RECORDER", "CORP", "recorder.corp.example", "corp.example")


class Host(socketserver.BaseRequestHandler):
    """One connection."""

    context: ssl.SSLContext

    def handle(self) -> None:
        """From X.224 to the end; a client that leaves before is not recorded."""
        self.request.settimeout(60)
        with suppress(OSError, ssl.SSLError):
            self.request.recv(4096)
            self.request.sendall(CONFIRM)
            secured = self.context.wrap_socket(self.request, server_side=True)
            first = secured.recv(65536)
            if not first:
                return
            challenge = ntlm.challenge(NAMES, WINDOWS_11, time.time())
            secured.sendall(ntlm.ts_request(6, challenge))
            self._record(secured, first)

    def _record(self, secured: ssl.SSLSocket, first: bytes) -> None:
        rest = bytearray()
        with suppress(OSError):
            while data := secured.recv(65536):
                rest += data
        print(json.dumps({"first": first.hex(), "rest": rest.hex()}), flush=True)


class Listener(socketserver.ThreadingTCPServer):
    """As many connections at once as come."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 32


if __name__ == "__main__":
    Host.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    Host.context.load_cert_chain(sys.argv[2], sys.argv[3])
    with Listener(("127.0.0.1", int(sys.argv[1])), Host) as listener:
        listener.serve_forever()
