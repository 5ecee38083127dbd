"""Answers the SYN of RDP over UDP (MS-RDPEUDP 2.2.2.1): ``python -m tests.netns.udp ADDRESS``."""

import socket
import struct
import sys

SYN, ACK = 0x0001, 0x0004
SIZE = 1232


def answer(datagram: bytes) -> bytes:
    """SYN and ACK, padded as the SYN is; the number acknowledged is the SYN's own."""
    _ack, window, flags, number, up, down = struct.unpack(">IHHIHH", datagram[:16])
    assert flags & SYN
    return struct.pack(">IHHIHH", number, window, SYN | ACK, 77, up, down).ljust(SIZE, b"\0")


def main(address: str) -> None:
    """Answer until ended, one datagram with one, and print each as it came."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as listening:
        listening.bind((address, 3389))
        print("ready", flush=True)
        while True:
            datagram, peer = listening.recvfrom(4096)
            print(datagram.hex(), flush=True)
            if len(datagram) == SIZE:
                listening.sendto(answer(datagram), peer)


if __name__ == "__main__":
    main(sys.argv[1])
