"""States that probes report, as a card names them."""

SECURITY = {
    "negotiate": "accepts TLS and plain RDP security",
    "tls-required": "requires TLS",
    "nla-required": "requires NLA",
    "rdp-only": "offers plain RDP security only",
    "tls-no-nla": "TLS without NLA",
    "no-certificate": "TLS refused: no usable certificate",
    "legacy": "an RDP server from before TLS",
    "not-rdp": "something other than RDP answers",
}
SERVERS = {
    "windows": "Windows",
    "windows-legacy": "old Windows",
    "xrdp": "xrdp",
    "gnome": "GNOME Remote Desktop or FreeRDP",
    "virtualbox": "VirtualBox",
}

STRANGERS = {
    "ssh": "SSH answers, not RDP",
    "http": "a web server answers, not RDP",
    "tls": "TLS answers, not RDP",
}
PINGS = {"reply": "answers ping", "silence": "no answer to ping"}
NEIGHBOURS = {
    "answers": "its network card answers on the same link",
    "absent": "nobody has its address on the same link",
}
UDP = {
    "answers": "answers, so sessions can use it",
    "refused": "refused, so sessions stay on TCP; nothing fails for it",
    "silent": "no answer, so sessions stay on TCP; nothing fails for it",
}
PORTS = {"refused": "refuses", "timeout": "times out", "unreachable": "is unreachable"}
