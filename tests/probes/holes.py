"""Servers behind which large hellos get lost, and what hellos a server hears."""

from tests.probes.servers import Peer, Secured, Serve, context, windows_nla


def hello_lengths(serve: Serve, heard: list[int]) -> Serve:
    """The same server; the length of every ClientHello is kept."""

    async def listen(peer: Peer) -> None:
        read = peer.read

        async def measured() -> bytes:
            data = await read()
            if data[:1] == b"\x16" and data[5:6] == b"\x01":
                heard.append(5 + int.from_bytes(data[3:5], "big"))
            return data

        peer.read = measured  # type: ignore[method-assign]
        await serve(peer)

    return listen


def swallow(more_than: int, *, closes: bool = False) -> Serve:
    """X.224 is answered, and TLS only where the whole hello fits into a small packet."""

    async def serve(peer: Peer) -> None:
        await peer.send(windows_nla(await peer.request()))
        peer.kept = await peer.exactly(5)
        if int.from_bytes(peer.kept[3:5], "big") > more_than:
            if not closes:
                await _until_it_leaves(peer)
            return
        secured = Secured(peer, context())
        await secured.handshake()
        await secured.read()

    return serve


async def _until_it_leaves(peer: Peer) -> None:
    peer.kept = b""
    while await peer.reader.read(65536):
        pass
