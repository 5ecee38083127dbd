"""The lines of a sweep: written, read back, and harmless in a spreadsheet."""

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.catalog import load, shipped
from bot.cli.common import Refused
from bot.cli.hostlist import hosts_of, read_hosts
from bot.cli.sweep_rows import COLUMNS, FORMS, Gist, gist
from bot.cli.sweep_tally import Tally
from bot.desk.diagnosis import Diagnosis, Told, evidence_of
from bot.desk.sweeping import Swept
from bot.engine import Model, Situation, verdict
from bot.evidence import Failure, Observation
from bot.evidence.findings import ladders
from bot.probes import Target

CATALOG = load(shipped())
MODEL = Model.of(CATALOG)
REFUSED = Swept(Target("srv-x"), refusal="srv-x is outside what may be looked at (deny)")
CONTINUED = ("csv", "jsonl")


def swept(*observations: Observation, host: str = "srv-app-07") -> Swept:
    seen = [each.stamped("lab", 1.0) for each in observations]
    evidence = evidence_of(CATALOG, seen, Told())
    judged = verdict(MODEL, Situation(evidence=evidence, answers={}))
    return Swept(Target(host), seen, Diagnosis(evidence, ladders(seen), judged, None), "", 12.5)


def expired(os: str = "Windows Server 2022", days_left: float = -3.2) -> Swept:
    return swept(
        Observation.passed("name.lookup", addresses=["192.0.2.9", "192.0.2.17"], status="ok"),
        Observation.passed("port.tcp", state="open", address="192.0.2.17"),
        Observation.passed("rdp.negotiation", security="nla-required", answers={}),
        Observation.passed("tls.hello", versions=["TLSv1.0", "TLSv1.2"], modern_client="agrees"),
        Observation.passed(
            "tls.certificate", not_after="2026-11-18T00:00:00Z", days_left=days_left
        ),
        Observation.passed("nla.challenge", os=os, clock_skew_s=-0.5, clock_skew_error_s=0.1),
    )


def cells(one: Swept) -> dict[str, str]:
    rows = list(csv.reader([FORMS["csv"].write(one, CATALOG)]))
    assert len(rows) == 1
    return dict(zip(COLUMNS, rows[0], strict=True))


def test_a_csv_row_has_the_facts_that_people_sort_by() -> None:
    assert cells(expired()) == {
        "host": "srv-app-07",
        "port": "3389",
        "address": "192.0.2.17",
        "ladder": "ok",
        "verdict": "found",
        "cause": "certificate-expired",
        "probability": cells(expired())["probability"],
        "security": "nla-required",
        "tls": "TLSv1.2",
        "certificate_not_after": "2026-11-18T00:00:00Z",
        "days_left": "-3.2",
        "os": "Windows Server 2022",
        "clock_skew_s": "-0.5",
    }
    assert 0.5 <= float(cells(expired())["probability"]) <= 1


def test_of_several_certificates_the_one_that_ends_first_is_counted() -> None:
    first: dict[str, Any] = {
        "sha256": "aa",
        "not_after": "2027-11-18T00:00:00Z",
        "days_left": 300.0,
    }
    second: dict[str, Any] = {
        "sha256": "bb",
        "not_after": "2026-11-18T00:00:00Z",
        "days_left": -3.2,
    }
    farm = swept(
        Observation.passed("port.tcp", state="open", address="192.0.2.17"),
        Observation.passed("rdp.negotiation", security="nla-required", answers={}),
        Observation.passed("tls.hello", versions=["TLSv1.2"], modern_client="agrees"),
        *(Observation.passed("tls.certificate", **facts) for facts in (first, second)),
    )
    row = cells(farm)
    assert (row["certificate_not_after"], row["days_left"]) == (second["not_after"], "-3.2")
    assert row["cause"] == "certificate-expired"
    assert gist(farm).days_left == -3.2
    for name in CONTINUED:
        form = FORMS[name]
        assert form.read is not None
        assert form.read(form.write(farm, CATALOG)).days_left == -3.2
    assert "SHA-256 bb" in FORMS["text"].write(farm, CATALOG)


def test_machines_that_are_not_alike_are_told_in_the_line_of_a_host() -> None:
    told = FORMS["text"].write(
        swept(
            Observation.passed("port.tcp", state="open", address="192.0.2.17"),
            Observation.passed("tls.hello", versions=["TLSv1.2"], unsteady=["wide"]),
        ),
        CATALOG,
    )
    assert "Not every connection to srv-app-07 gets TLS: perhaps several machines" in told


@pytest.mark.parametrize("sign", ["=", "+", "-", "@"])
def test_what_a_host_sends_starts_no_formula_and_ends_no_line(sign: str) -> None:
    evil = f'{sign}cmd|" /C calc"!A0\r\n=1+1\u2028,x'
    one = expired(os=evil)
    assert cells(one)["os"].startswith(f"'{sign}cmd")
    for form in FORMS.values():
        line = form.write(one, CATALOG)
        assert line.count("\n") == 1
        assert line.endswith("\n")
        assert "\r" not in line


def test_a_refused_host_has_its_reason_and_no_verdict() -> None:
    raw = json.loads(FORMS["jsonl"].write(REFUSED, CATALOG))
    assert (raw["verdict"], raw["refused"]) == (None, REFUSED.refusal)
    assert set(json.loads(FORMS["jsonl"].write(expired(), CATALOG))) == set(raw) - {"refused"}
    assert (cells(REFUSED)["verdict"], cells(REFUSED)["cause"]) == ("refused", "")
    assert REFUSED.refusal in FORMS["text"].write(REFUSED, CATALOG)


@pytest.mark.parametrize("name", CONTINUED)
def test_what_was_written_is_read_back(name: str) -> None:
    read = FORMS[name].read
    assert read is not None
    missing = swept(Observation.failed("name.lookup", Failure.NAME_NOT_FOUND, status="nxdomain"))
    blind = swept(Observation.failed("jumpbox.session", Failure.JUMPBOX_TIMEOUT, state="timeout"))
    for one in (expired(), REFUSED, missing, blind):
        assert read(FORMS[name].write(one, CATALOG)) == gist(one)
    assert gist(missing).cause == "name-not-found"
    assert (gist(blind).verdict, gist(blind).cause) == ("inconclusive", "")


def test_hosts_are_read_with_comments_and_each_once() -> None:
    lines = ["# ours", "", " SRV-app-07 # the app", "srv-app-07:3389", "[2001:db8::7]:3390", "::1"]
    assert read_hosts(lines, "hosts", 3389) == [
        Target("srv-app-07"), Target("2001:db8::7", 3390), Target("::1"),
    ]  # fmt: skip


def test_every_bad_line_is_named_at_once() -> None:
    with pytest.raises(Refused) as refused:
        read_hosts(["srv-1", "srv 2", "# x", "-srv-3", "srv:0"], "hosts.txt", 3389)
    said = str(refused.value)
    assert [f"hosts.txt:{number}:" in said for number in range(1, 6)] == [
        False, True, False, True, True,
    ]  # fmt: skip
    with pytest.raises(Refused, match="no host"):
        read_hosts(["# nothing"], "hosts.txt", 3389)


def test_the_summary_counts_by_cause_and_by_days_left() -> None:
    tally = Tally()
    for days in (-0.1, 0.0, 6.9, 7.0, 29.9, 30.0, 89.9, 90.0, 500.0):
        tally.add(Gist("srv", 3389, "healthy", days_left=days))
    assert tally.exit_code() == 0
    assert list(tally.lines()) == [
        "9 hosts",
        "     9  healthy",
        "Certificates by days left: expired: 1, < 7 days: 2, < 30 days: 2, < 90 days: 2, "
        "later: 2, unknown: 0",
    ]
    tally.add(Gist("srv", 3389, "inconclusive", "firewall-blocks-port"))
    assert tally.exit_code() == 3
    tally.add(Gist("srv", 3389, "found", "certificate-expired"))
    tally.add(Gist("srv", 3389, "refused"))
    assert tally.exit_code() == 1
    assert list(tally.lines())[1:5] == [
        "     1  found         certificate-expired",
        "     9  healthy",
        "     1  inconclusive  likeliest firewall-blocks-port",
        "     1  refused",
    ]
    assert list(tally.lines())[-1].endswith("later: 2, unknown: 3")


def write(folder: Path, raw: bytes) -> str:
    (folder / "hosts").write_bytes(raw)
    return str(folder / "hosts")


@pytest.mark.parametrize(
    "raw",
    [
        b"srv-1\nsrv-2\n",
        b"srv-1\r\nsrv-2",
        b"\xef\xbb\xbfsrv-1\r\n\r\n  srv-2  # second\r\nSRV-1.\r\n",
        "\ufeffsrv-1\r\nsrv-2\r\n".encode("utf-16-le"),
        "\ufeffsrv-1\nsrv-2\n".encode("utf-16-be"),
    ],
)
def test_files_as_editors_and_shells_write_them(tmp_path: Path, raw: bytes) -> None:
    found = hosts_of(write(tmp_path, raw), 3389)
    assert found == [Target("srv-1", 3389), Target("srv-2", 3389)]


def test_addresses_are_one_host_however_they_are_written(tmp_path: Path) -> None:
    raw = b"2001:db8::1\n[2001:db8::1]:3389\n2001:0db8:0::1\n2001:db8::1#x\n[2001:db8::1]:3390\n"
    found = hosts_of(write(tmp_path, raw), 3389)
    assert found == [Target("2001:db8::1", 3389), Target("2001:db8::1", 3390)]


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        (b"", "has no host; write one a line"),
        (b"# only this\n\n", "has no host"),
        (b"srv-1\n\xffsrv\n", "hosts:2: this is not UTF-8 text. Save the file as UTF-8."),
        (b"\xff\xfes", "hosts:1: this is not UTF-8 text"),
        (b"srv-1\nsrv 2\n", "1 bad line, so nothing was looked at\n"),
        (b"srv\0-1\n", "hosts:1: "),
        (b"-x\n" * 10_000, "10000 bad lines"),
        (b"-x\n" * 10_000, "and 9980 more"),
    ],
)
def test_a_file_that_is_no_list_says_where_and_what_to_do(
    tmp_path: Path, raw: bytes, said: str
) -> None:
    with pytest.raises(Refused) as refused:
        hosts_of(write(tmp_path, raw), 3389)
    assert said in str(refused.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    for path in (tmp_path / "none", tmp_path):
        with pytest.raises(Refused, match=r"cannot be read: .*or - for stdin"):
            hosts_of(str(path), 3389)


def test_ten_thousand_hosts_are_read(tmp_path: Path) -> None:
    raw = b"".join(b"srv-%d\n" % number for number in range(10_000))
    assert len(hosts_of(write(tmp_path, raw), 3389)) == 10_000


def test_what_is_not_settled_names_one_cause_and_its_chance() -> None:
    shut = swept(Observation.failed("port.tcp", Failure.TCP_TIMEOUT, state="timeout"))
    said = FORMS["text"].write(shut, CATALOG)
    assert said.startswith("unclear  srv-app-07  ")
    assert "not settled; likeliest (" in said


def test_places_that_differ_are_told_in_the_line_of_a_host() -> None:
    opened = Observation.passed("port.tcp", state="open", address="192.0.2.17")
    named = Observation.passed("name.lookup", addresses=["192.0.2.17"], status="ok")
    shut = Observation.failed("port.tcp", Failure.TCP_TIMEOUT, state="timeout")
    seen = [each.stamped("dc1", 1.0) for each in (named, opened)]
    seen += [each.stamped("direct", 1.0) for each in (named, shut)]
    evidence = evidence_of(CATALOG, seen, Told())
    judged = verdict(MODEL, Situation(evidence=evidence, answers={}))
    one = Swept(Target("srv"), seen, Diagnosis(evidence, ladders(seen), judged, None), "", 1.0)
    assert "something between your network and it blocks port 3389" in FORMS["text"].write(
        one, CATALOG
    )
    blind = swept(Observation.failed("jumpbox.session", Failure.JUMPBOX_TIMEOUT, state="timeout"))
    assert "Jump box lab answered too late; this says nothing about the host" in FORMS[
        "text"
    ].write(blind, CATALOG)


@pytest.mark.parametrize("name", CONTINUED)
def test_a_broken_way_beside_a_host_that_is_fine_makes_no_cause_likely(name: str) -> None:
    """Whatever the host is, xrdp for instance: what is wrong is the jump box."""
    fine = [
        Observation.passed("name.lookup", addresses=["192.0.2.17"], status="ok"),
        Observation.passed("port.tcp", state="open", address="192.0.2.17"),
        Observation.passed("rdp.negotiation", security="tls-no-nla", server="xrdp", answers={}),
        Observation.passed("tls.hello", versions=["TLSv1.3"], modern_client="agrees"),
        Observation.failed("nla.challenge", Failure.NLA_NOT_OFFERED),
    ]
    broken = Observation.failed("jumpbox.session", Failure.JUMPBOX_UNREACHABLE)
    seen = [broken.stamped("dc1", 1.0), *(each.stamped("direct", 1.0) for each in fine)]
    evidence = evidence_of(CATALOG, seen, Told())
    judged = verdict(MODEL, Situation(evidence=evidence, answers={}))
    one = Swept(Target("srv"), seen, Diagnosis(evidence, ladders(seen), judged, None), "", 1.0)
    assert gist(one) == Gist("srv", 3389, "inconclusive")
    read = FORMS[name].read
    assert read is not None
    assert read(FORMS[name].write(one, CATALOG)) == gist(one)
    assert (
        FORMS["text"]
        .write(one, CATALOG)
        .endswith(" without a password from here; Jump box dc1 does not answer\n")
    )


def test_a_broken_way_is_told_briefly_beside_what_was_found() -> None:
    found = expired()
    assert found.diagnosis is not None
    broken = Observation.failed("jumpbox.session", Failure.JUMPBOX_UNREACHABLE).stamped("dc1", 1.0)
    line = FORMS["text"].write(replace(found, observations=[broken, *found.observations]), CATALOG)
    assert line.endswith(" in 100. Jump box dc1 does not answer.\n")
