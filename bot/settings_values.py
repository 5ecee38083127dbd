"""Values of the settings file that have a grammar of their own, as pydantic types."""

import re
from ipaddress import ip_network
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, Field

from bot.targets import Rules, parse_host


def _pattern(text: str) -> str:
    """A target pattern: an address, a range, a host name, ``*.domain`` or ``*``."""
    if re.fullmatch(r"[0-9a-fA-F.:]+/\d+", text):
        ip_network(text)  # names host bits that are set
    elif "/" in text:
        raise ValueError(f"{text!r} is not a range such as 10.0.0.0/8")
    Rules.of((text,), (), ())
    return text


def _clock_range(text: str) -> str:
    if not re.fullmatch(r"([01]\d|2[0-3]):[0-5]\d-([01]\d|2[0-4]):[0-5]\d", text):
        raise ValueError(f"{text!r} is not a time span such as 08:00-18:00")
    return text


def _zone(text: str) -> str:
    try:
        ZoneInfo(text)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{text!r} is not a time zone such as Europe/Berlin") from None
    return text


def _listen(text: str) -> str:
    host, colon, port = text.rpartition(":")
    if not colon or not host or not port.isdigit() or not 0 <= int(port) <= 65535:
        raise ValueError(f"{text!r} is not host:port, such as 127.0.0.1:9464")
    return text


Pattern = Annotated[str, AfterValidator(_pattern)]
Gateway = Annotated[str, AfterValidator(lambda text: str(parse_host(text)))]
Listen = Annotated[str, AfterValidator(_listen)]
Zone = Annotated[str, AfterValidator(_zone)]
ClockRange = Annotated[str, AfterValidator(_clock_range)]
Port = Annotated[int, Field(ge=1, le=65535, strict=True)]
SlackId = Annotated[str, Field(pattern=r"^[A-Z][A-Z0-9]{1,30}$")]
GroupId = Annotated[str, Field(pattern=r"^S[A-Z0-9]{1,30}$")]
