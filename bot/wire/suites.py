"""TLS cipher suites that RDP servers of any age may pick, by number and IANA name.

Strategy: one table, strongest first; the ClientHello shapes name families of it.  Suites without
encryption, without authentication and of export strength are left out: no server needs them.
Source: IANA registry "TLS Cipher Suites".
"""

from collections.abc import Mapping
from types import MappingProxyType

SUITES: Mapping[int, str] = MappingProxyType(
    {
        0x1302: "TLS_AES_256_GCM_SHA384",
        0x1301: "TLS_AES_128_GCM_SHA256",
        0x1303: "TLS_CHACHA20_POLY1305_SHA256",
        0xC02C: "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        0xC02B: "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
        0xC030: "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
        0xC02F: "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
        0xCCA9: "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        0xCCA8: "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        0xCCAA: "TLS_DHE_RSA_WITH_CHACHA20_POLY1305_SHA256",
        0x009F: "TLS_DHE_RSA_WITH_AES_256_GCM_SHA384",
        0x009E: "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
        0xC024: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA384",
        0xC023: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA256",
        0xC028: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384",
        0xC027: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256",
        0xC00A: "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA",
        0xC009: "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        0xC014: "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA",
        0xC013: "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        0x006B: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA256",
        0x0067: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA256",
        0x0039: "TLS_DHE_RSA_WITH_AES_256_CBC_SHA",
        0x0033: "TLS_DHE_RSA_WITH_AES_128_CBC_SHA",
        0x009D: "TLS_RSA_WITH_AES_256_GCM_SHA384",
        0x009C: "TLS_RSA_WITH_AES_128_GCM_SHA256",
        0x003D: "TLS_RSA_WITH_AES_256_CBC_SHA256",
        0x003C: "TLS_RSA_WITH_AES_128_CBC_SHA256",
        0x0035: "TLS_RSA_WITH_AES_256_CBC_SHA",
        0x002F: "TLS_RSA_WITH_AES_128_CBC_SHA",
        0x0040: "TLS_DHE_DSS_WITH_AES_128_CBC_SHA256",
        0x006A: "TLS_DHE_DSS_WITH_AES_256_CBC_SHA256",
        0x0038: "TLS_DHE_DSS_WITH_AES_256_CBC_SHA",
        0x0032: "TLS_DHE_DSS_WITH_AES_128_CBC_SHA",
        0xC008: "TLS_ECDHE_ECDSA_WITH_3DES_EDE_CBC_SHA",
        0xC012: "TLS_ECDHE_RSA_WITH_3DES_EDE_CBC_SHA",
        0x0016: "TLS_DHE_RSA_WITH_3DES_EDE_CBC_SHA",
        0x0013: "TLS_DHE_DSS_WITH_3DES_EDE_CBC_SHA",
        0x000A: "TLS_RSA_WITH_3DES_EDE_CBC_SHA",
        0xC007: "TLS_ECDHE_ECDSA_WITH_RC4_128_SHA",
        0xC011: "TLS_ECDHE_RSA_WITH_RC4_128_SHA",
        0x0005: "TLS_RSA_WITH_RC4_128_SHA",
        0x0004: "TLS_RSA_WITH_RC4_128_MD5",
        0x0009: "TLS_RSA_WITH_DES_CBC_SHA",
    }
)
CODES: Mapping[str, int] = MappingProxyType({name: code for code, name in SUITES.items()})

TLS13 = tuple(code for code in SUITES if code >> 8 == 0x13)
OLDER = tuple(code for code in SUITES if code >> 8 != 0x13)
# What Windows 11 22H2 and later offer by default, in their order (learn.microsoft.com,
# "TLS Cipher Suites in Windows 11").
WINDOWS_11 = (
    0x1302, 0x1301,
    0xC02C, 0xC02B, 0xC030, 0xC02F,
    0xC024, 0xC023, 0xC028, 0xC027,
    0xC00A, 0xC009, 0xC014, 0xC013,
    0x009D, 0x009C, 0x003D, 0x003C, 0x0035, 0x002F,
)  # fmt: skip
RSA_CBC = tuple(
    CODES[name] for name in CODES if name.startswith("TLS_RSA_WITH_AES_") and "CBC" in name
)


def suite_name(code: int) -> str:
    """The IANA name; a suite that we never offer is shown as its number."""
    return SUITES.get(code, f"0x{code:04X}")
