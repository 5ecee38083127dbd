"""Ways to break bytes: the same seed and number always give the same input.

Strategy: one to four small acts on a valid sample.  Most inputs so stay close enough to the
format to get past its first check, which random bytes never do.
"""

from collections.abc import Callable, Sequence
from random import Random

Act = Callable[[Random, bytes, Sequence[bytes]], bytes]

_ACTS_A_TIME = (1, 1, 1, 2, 2, 3, 4)
LONGEST = 12 * 1024
"""An input fits into one piece that a probe reads."""
_TELLING = (0x00, 0x01, 0x7F, 0x80, 0xFE, 0xFF)


def broken(samples: Sequence[bytes], seed: int, number: int) -> bytes:
    """The input with this number."""
    random = Random(seed << 32 | number)  # noqa: S311 - reproducible on purpose
    data = random.choice(samples)
    for _ in range(random.choice(_ACTS_A_TIME)):
        data = random.choice(_ACTS)(random, data, samples)[:LONGEST]
    return data


def cut(data: bytes, seed: int, number: int) -> list[bytes]:
    """The data in up to six pieces; now and then byte by byte."""
    random = Random(seed << 32 | number | 1 << 96)  # noqa: S311 - as above
    if len(data) <= 64 and not random.randrange(8):
        return [data[at : at + 1] for at in range(len(data))]
    at = sorted(random.randrange(len(data) + 1) for _ in range(random.randint(1, 5)))
    return [data[one:two] for one, two in zip([0, *at], [*at, len(data)], strict=True) if one < two]


def _flip(random: Random, data: bytes, samples: Sequence[bytes]) -> bytes:
    del samples
    at = random.randrange(len(data) + 1)
    return (
        data[:at]
        + bytes(byte ^ 1 << random.randrange(8) for byte in data[at : at + 1])
        + (data[at + 1 :])
    )


def _replace(random: Random, data: bytes, samples: Sequence[bytes]) -> bytes:
    del samples
    at = random.randrange(len(data) + 1)
    return data[:at] + bytes((random.choice(_TELLING),)) + data[at + 1 :]


def _insert(random: Random, data: bytes, samples: Sequence[bytes]) -> bytes:
    del samples
    at = random.randrange(len(data) + 1)
    return data[:at] + random.randbytes(random.randint(1, 8)) + data[at:]


def _delete(random: Random, data: bytes, samples: Sequence[bytes]) -> bytes:
    del samples
    at = random.randrange(len(data) + 1)
    return data[:at] + data[at + random.randint(1, 16) :]


def _truncate(random: Random, data: bytes, samples: Sequence[bytes]) -> bytes:
    del samples
    return data[: random.randrange(len(data) + 1)]


def _repeat(random: Random, data: bytes, samples: Sequence[bytes]) -> bytes:
    """A part several times over: lists and nestings longer than anyone means."""
    del samples
    at = random.randrange(len(data) + 1)
    part = data[at : at + random.randint(1, 64)]
    return data[:at] + part * random.randint(2, 50) + data[at:]


def _length(random: Random, data: bytes, samples: Sequence[bytes]) -> bytes:
    """A number of one to four bytes becomes a length that is telling here."""
    del samples
    width = random.randint(1, 4)
    at = random.randrange(len(data) + 1)
    rest = max(0, len(data) - at - width)
    most = (1 << 8 * width) - 1
    found = int.from_bytes(data[at : at + width], "big")
    value = random.choice((0, 1, rest - 1, rest, rest + 1, len(data), found - 1, found + 1, most))
    order = random.choice(("big", "little"))
    return data[:at] + (value & most).to_bytes(width, order) + data[at + width :]  # type: ignore[arg-type]


def _splice(random: Random, data: bytes, samples: Sequence[bytes]) -> bytes:
    other = random.choice(samples)
    return data[: random.randrange(len(data) + 1)] + other[random.randrange(len(other) + 1) :]


_ACTS: tuple[Act, ...] = (
    _flip, _replace, _insert, _delete, _truncate, _repeat, _length, _length, _splice,
)  # fmt: skip
