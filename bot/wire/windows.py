"""Windows builds to names people know.

Strategy: ranges, because clients and servers of one generation share a build and enablement
packages may report the build below them; a build in no range stays a number.
Source: Microsoft's public release lists ("Windows 10/11 release information", "Windows Server
release information") and "Operating System Version" of the Windows API documentation.
"""

from bot.wire.ntlm import Version

# (major, minor, first build, last build, name)
_RANGES = (
    (5, 0, 2195, 2195, "Windows 2000"),
    (5, 1, 2600, 2600, "Windows XP"),
    (5, 2, 3790, 3790, "Windows Server 2003 or XP x64"),
    (6, 0, 6000, 6003, "Windows Vista or Server 2008"),
    (6, 1, 7600, 7601, "Windows 7 or Server 2008 R2"),
    (6, 2, 9200, 9200, "Windows 8 or Server 2012"),
    (6, 3, 9600, 9600, "Windows 8.1 or Server 2012 R2"),
    (10, 0, 10240, 10240, "Windows 10 1507"),
    (10, 0, 10586, 10586, "Windows 10 1511"),
    (10, 0, 14393, 14393, "Windows 10 1607 or Server 2016"),
    (10, 0, 15063, 15063, "Windows 10 1703"),
    (10, 0, 16299, 16299, "Windows 10 1709 or Server 1709"),
    (10, 0, 17134, 17134, "Windows 10 1803 or Server 1803"),
    (10, 0, 17763, 17763, "Windows 10 1809 or Server 2019"),
    (10, 0, 18362, 18363, "Windows 10 1903 to 1909"),
    (10, 0, 19041, 19045, "Windows 10 2004 to 22H2"),
    (10, 0, 20348, 20348, "Windows Server 2022"),
    (10, 0, 22000, 22000, "Windows 11 21H2"),
    (10, 0, 22621, 22631, "Windows 11 22H2 to 23H2"),
    (10, 0, 25398, 25398, "Windows Server 23H2"),
    (10, 0, 26100, 26200, "Windows 11 24H2 to 25H2 or Server 2025"),
    (10, 0, 28000, 28000, "Windows 11 26H1"),
)


def os_name(version: Version) -> str:
    """The names that this build may stand for, or the bare version number."""
    for major, minor, first, last, name in _RANGES:
        if (version.major, version.minor) == (major, minor) and first <= version.build <= last:
            return name
    # Not "Windows 10.0": that is the version of Windows 11 and of today's servers too.
    return f"Windows (version {version.major}.{version.minor}, build {version.build})"
