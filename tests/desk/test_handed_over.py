"""Escalation carries all evidence: tickets of many courses, each handed over, none losing any."""

import random
from pathlib import Path

import pytest

from bot.desk.body import Body
from bot.desk.intents import Click, Verb
from bot.desk.ladder import by_place
from bot.desk.packet import NO_VERDICT, NOTHING_LEFT, RESULTS, escaped, markdown
from bot.desk.rungs import RUNGS
from bot.desk.view import Packet
from bot.evidence import Status
from tests.desk import office as o
from tests.desk import small

SIGHTS = {
    "healthy": o.healthy,
    "expired": o.expired,
    "switched off": o.switched_off,
    "closes at sign-in": o.nla_broken,
    "no jump box": o.box_down,
}
COURSES = 12
LONGEST_COURSE = 6
SAYS = {Verb.FAILED: "failed", Verb.CANNOT: "cannot", Verb.UNSURE: "unsure"}
REASONS = {"access": "no rights or no access for it", "other": "not now, or not possible here"}
CATALOG = small.catalog()


async def course(office: o.Office, dice: random.Random) -> list[str]:
    """Press whatever the card offers, a few times; what was tried and answered, in its order."""
    done: list[str] = []
    for _ in range(dice.randint(0, LONGEST_COURSE)):
        offer = (await office.body()).offer
        if (await office.ticket()).state != "open" or offer is None:
            break
        step = offer.step
        if step.kind == "question":
            state = dice.choice(sorted(CATALOG.questions[step.id].answers))
            await office.press(Verb.ANSWER, detail=state)
            done.append(
                f"{CATALOG.questions[step.id].title}: {CATALOG.questions[step.id].answers[state]}"
            )
        elif step.kind == "fix":
            verb = dice.choice((Verb.FAILED, Verb.CANNOT))
            detail = dice.choice(sorted(REASONS)) if verb is Verb.CANNOT else ""
            await office.press(verb, detail=detail)
            why = f" ({REASONS[detail]})" if detail else ""
            title = CATALOG.fixes[step.id].title.rstrip(".")
            done.append(f"{title}: {RESULTS[SAYS[verb]]}{why}")
        else:
            break
    return done


async def hand_over(office: o.Office) -> Packet:
    ticket, offer = await office.ticket(), (await office.body()).offer
    step = offer.step.id if offer is not None else ""
    click = Click(office.sender(), Verb.ESCALATE, 1, ticket.version, step, "I am stuck.")
    office.desk.start(await office.desk.accept(click))
    await office.quiet()
    assert (await office.ticket()).state == "escalated"
    return office.wall.packets[-1][1]


@pytest.mark.parametrize("seed", range(COURSES))
@pytest.mark.parametrize("sight", SIGHTS)
async def test_the_packet_holds_all_that_was_seen_said_and_tried(
    tmp_path: Path, sight: str, seed: int
) -> None:
    dice = random.Random(f"{sight} {seed}")  # noqa: S311 - a course to repeat, no secret
    places = ("dc1", "dc2")[: dice.randint(1, 2)]
    seen = [each for place in places for each in SIGHTS[sight](place)]
    async with o.office(tmp_path, scout=o.ScriptedScout(seen)) as office:
        await office.open()
        done = await course(office, dice)
        packet = await hand_over(office)
        body, card = await office.body(), office.wall.last
    chapters = dict(packet.chapters)
    for place, found in by_place(body.now).items():
        (told,) = [
            "\n".join(lines) for title, lines in packet.chapters if f"from {place} " in title
        ]
        for each in found:
            rung = next((rung for rung in RUNGS if each.probe in rung.probes), None)
            lines = [line for line in told.splitlines() if rung and f": {rung.title}" in line]
            if each.status is Status.FAILED:
                assert lines, each
                assert not lines[0].startswith(("ok", "not checked")), each
            elif each.status is Status.PASSED and rung and rung.when == "always":
                assert lines, each
        assert told
    said = "\n".join((*chapters.get("Tried", ()), *chapters.get("Answered", ())))
    for deed in done:
        assert deed in said
    ruled_out = ", ".join(chapters.get("Ruled out", ()))
    assert ruled_out == ", ".join(card.ruled_out)
    check_next(body, chapters["Try next"])
    page = markdown(packet)
    for title, told_here in packet.chapters:
        assert f"## {escaped(title)}" in page
        assert all(f"- {escaped(line)}" in page for line in told_here)


def check_next(body: Body, told: tuple[str, ...]) -> None:
    """What mends a likely cause and was not tried stands there; nothing tried is advised again."""
    assert body.offer is not None
    tried = {each.fix for each in body.situation.tries}
    likely = [each.id for each in body.offer.verdict.causes[:3] if each.probability >= 0.05]
    for fix in CATALOG.fixes.values():
        advised = any(fix.title.rstrip(".") in line for line in told)
        assert not (advised and fix.id in tried), fix.id
        lasting = fix.id not in tried and not fix.temporary and fix.risk < 3
        if lasting and any(cure.cause == likely[0] for cure in fix.cures):
            assert set(told) - {NOTHING_LEFT, NO_VERDICT}, fix.id
