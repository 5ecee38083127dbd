"""Each jump box, in the order in which things go wrong: key, name, port, host key, login, tunnel.

Strategy: what a file tells is judged without the network; the first fault on the way ends the walk,
since all that comes after it would only repeat it.
"""

import asyncio
from pathlib import Path

from bot.desk.looking import NoVantage, jumpboxes
from bot.doctor import tunnel
from bot.doctor.findings import Finding, Notes, Result, Severity, error, warning
from bot.doctor.jumpwords import known_hosts_fault, login_fault, tools_line
from bot.settings import Jumpbox as Box
from bot.settings import Settings
from bot.targets import BadHost, Rules
from bot.vantage.base import Cannot, VantageError
from bot.vantage.direct import Direct
from bot.vantage.jumpbox import Jumpbox
from bot.vantage.jumpbox.keyfile import KeyState, key_state

BOX_S = 20.0
CONNECT_S = 5.0
SKEW_S = 5.0


async def look(settings: Settings, *, offline: bool = False) -> Result:
    """Everything about every jump box, all at once; ``offline`` only what files tell."""
    if not settings.jumpbox:
        return Result(fine=("there is none in the settings",))
    if offline:
        notes = Notes()
        for box in settings.jumpbox:
            notes.add(*_files(settings, box))
        return notes.result()
    targets = settings.targets
    rules = Rules.of(targets.allow, targets.deny, targets.ports)
    try:
        made = jumpboxes(settings, rules)
    except NoVantage as wrong:  # the settings are loaded, so this is a circle that they let pass
        return Result((error("jumpbox.circle", str(wrong), "correct via in [[jumpbox]]"),))
    notes = Notes()
    try:
        looks = (_one(settings, box, made[box.name]) for box in settings.jumpbox)
        notes.take(await asyncio.gather(*looks))
    finally:
        for vantage in made.values():
            await vantage.close()
    return notes.result()


async def _one(settings: Settings, box: Box, vantage: Jumpbox) -> Result:
    notes = Notes()
    faults = await asyncio.to_thread(_files, settings, box)
    notes.add(*faults)
    try:
        async with asyncio.timeout(BOX_S):
            fault = None if box.via else await _reach(box)
            if fault is not None:
                notes.add(fault)
            elif not any(each and each.severity is Severity.ERROR for each in faults):
                notes.take([await _inside(settings, box, vantage)])
    except TimeoutError:
        notes.add(
            error(
                "jumpbox.slow",
                f"jump box {box.name} was not done within {BOX_S:g} s",
                f"log in by hand: ssh -i {box.key} -p {box.port} {box.user}@{box.host}",
            )
        )
    return notes.result()


def _files(settings: Settings, box: Box) -> tuple[Finding | None, Finding | None]:
    """What is wrong with the key file and with the known_hosts file."""
    key = settings.located(box.key)
    known_hosts = known_hosts_fault(box, settings.located(box.known_hosts))
    return _key(box, key, key_state(key)), known_hosts


def _key(box: Box, path: Path, state: KeyState) -> Finding | None:
    """What is wrong with the private key."""
    what = f"the key of jump box {box.name}, {path}, is {state.value}"
    make = f"`ssh-keygen -t ed25519 -N '' -f {path}`, its .pub into {box.user}'s authorized_keys"
    remedies = {
        KeyState.MISSING: (
            "jumpbox.key-missing",
            f"correct key in [[jumpbox]], or make one: {make}",
        ),
        KeyState.UNREADABLE: ("jumpbox.key-unreadable", f"give this user the right to read {path}"),
        KeyState.OPEN: (
            "jumpbox.key-open",
            f"`chmod 600 {path}`; make a new key if it may be known",
        ),
        KeyState.ENCRYPTED: (
            "jumpbox.key-encrypted",
            f"nobody is there to type a passphrase: `ssh-keygen -p -N '' -f {path}` takes it off, "
            f"or make a key of its own: {make}",
        ),
        KeyState.NOT_A_KEY: ("jumpbox.key-not-a-key", f"name the private key file: {make}"),
    }
    return error(remedies[state][0], what, remedies[state][1]) if state in remedies else None


async def _reach(box: Box) -> Finding | None:
    """Whether its name and its port can be had from here."""
    loop = asyncio.get_running_loop()
    where = f"jump box {box.name} ({box.host} port {box.port})"
    try:
        here = Direct(Rules.exactly(box.host))
    except BadHost as wrong:
        return error("jumpbox.bad-host", f"{where}: {wrong}", "correct host in [[jumpbox]]")
    found = await here.lookup(box.host, loop.time() + CONNECT_S)
    if not found.addresses:
        return error(
            "jumpbox.name",
            f"the name {box.host} of jump box {box.name} has no address here ({found.status})",
            "correct host in [[jumpbox]], or see why this machine cannot resolve it: "
            f"`getent hosts {box.host}`",
        )
    said = ""
    for address in found.addresses:
        try:
            stream = await here.connect(address, box.port, loop.time() + CONNECT_S)
        except VantageError as failed:
            said = said or failed.failure.value
        else:
            await stream.close()
            return None
    return error(
        "jumpbox.unreachable",
        f"{where} takes no connection ({said})",
        f"let this machine through to {box.host} port {box.port}; is sshd running there, is port "
        "in [[jumpbox]] right?",
    )


async def _inside(settings: Settings, box: Box, vantage: Jumpbox) -> Result:
    """Log in, open a stream, and see what it has."""
    deadline = asyncio.get_running_loop().time() + BOX_S - 1
    try:
        session = await vantage.session(deadline)
        through = await tunnel.look(settings, box, vantage, deadline)
        if any(each.severity is Severity.ERROR for each in through.findings):
            return through
        survey = await vantage.survey(deadline)
    except VantageError as failed:
        return Result((login_fault(box, failed),))
    notes = Notes()
    notes.add(*through.findings)
    logged_in = f"logged in within {session.connect_ms:.0f} ms"
    way = ", ".join((f"{box.name}: {logged_in}", *through.fine))
    notes.fine.append(tools_line(way, survey))
    notes.add(await _clock(box, vantage, deadline))
    return notes.result()


async def _clock(box: Box, vantage: Jumpbox, deadline: float) -> Finding | None:
    """The jump box's clock decides how certificates and Kerberos look from there."""
    try:
        clock = await (await vantage.means(deadline)).clock(deadline)
    except (Cannot, VantageError):
        return None
    if abs(clock.offset_s) - clock.error_s <= SKEW_S:
        return None
    way = "ahead of" if clock.offset_s > 0 else "behind"
    return warning(
        "jumpbox.clock",
        f"the clock of jump box {box.name} is {abs(clock.offset_s):.0f} s {way} this machine's",
        "have both set by NTP (`timedatectl`)",
    )
