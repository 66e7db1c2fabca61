"""A whole conversation through the real program, as a script plays it."""

from __future__ import annotations

import json
import re
import shutil
import signal
from pathlib import Path

import pytest

from tests.e2e.program import PATIENCE_S, ROOT, Said, chatting, run

NUMBER, ACCOUNT, PASTED_CODE = "0936130000", "mei@example.com", "482913"
#: What is typed, and the question that it leads to.
JOURNEY = (
    ("i dont recieve the code", "no_sms.tapped_send"),
    ("Yes, the countdown started", "no_sms.requested_when"),
    ("3", "no_sms.unusual"),
    ("no", "no_sms.number"),
    (NUMBER, "no_sms.country"),
    ("Taiwan", "no_sms.show_fix"),
    ("I typed it like that", "no_sms.friend_test"),
    ("yes", "no_sms.other_codes"),
    ("yes", "no_sms.platform"),
    ("iPhone", "no_sms.remedies"),
    ("still stuck", "no_sms.remedies"),
    ("still stuck", "no_sms.remedies"),
    ("no", "no_sms.offer_code"),
    ("yes please", "resend_code.whose_account"),
    (ACCOUNT, "resend_code.wait_for_it"),
)
ARRIVED = (("It arrived", "no_sms.code_worked"), ("yes", None))
CASE = re.compile(r"R-[0-9A-HJKMNP-TV-Z]{5}-[0-9A-HJKMNP-TV-Z]{5}")


def lines(*typed: str) -> bytes:
    return "".join(f"{line}\n" for line in typed).encode()


def heard(output: str) -> list[Said]:
    """What the bot said, without the ends of turns, which must be counted from one."""
    objects = [json.loads(line) for line in output.splitlines()]
    turns = [each["turn"] for each in objects if "turn" in each]
    assert turns == list(range(1, len(turns) + 1))
    assert not objects or "turn" in objects[-1]
    return [each for each in objects if "turn" not in each]


def place(said: Said) -> str | None:
    return f"{said['flow']}.{said['state']}" if said["flow"] else None


@pytest.fixture(scope="module")
def data_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("data")


@pytest.fixture(scope="module")
def journey(data_dir: Path) -> list[Said]:
    typed = lines(*(line for line, _ in (*JOURNEY, *ARRIVED)))
    done = run("chat", "--jsonl", "--language", "en", typed=typed, SPAREKEY_DATA_DIR=data_dir)
    assert (done.returncode, done.stderr) == (0, "")
    return heard(done.stdout)


def test_a_person_gets_from_the_first_word_to_the_fresh_code(journey: list[Said]) -> None:
    assert [place(said) for said in journey] == [where for _, where in (*JOURNEY, *ARRIVED)]
    assert [said["status"] for said in journey] == ["pending"] * (len(journey) - 1) + ["resolved"]


def test_each_message_is_one_object_with_the_promised_fields(journey: list[Said]) -> None:
    for said in journey:
        assert list(said) == ["text", "choices", "flow", "state", "status"]
        assert isinstance(said["text"], str)
        assert all(list(choice) == ["id", "label"] for choice in said["choices"])
    assert [choice["id"] for choice in journey[0]["choices"]] == [
        "started", "no", "says_too_many", "gone", "skip", "@human"
    ]  # fmt: skip


@pytest.fixture(scope="module")
def handed_off(data_dir: Path) -> list[Said]:
    """The same data directory, another process: the person pastes a code, tries something and asks for a human."""
    typed = lines(
        *(line for line, _ in JOURNEY[:4]), NUMBER, "Taiwan", f"my code is {PASTED_CODE}", "2", "1", "1", "1"
    )
    done = run("chat", "--jsonl", typed=typed + lines("still stuck", "human"), SPAREKEY_DATA_DIR=data_dir)
    assert done.returncode == 0
    return heard(done.stdout)


def test_a_human_at_any_moment_gives_a_case_code_whose_export_tells_everything_but_secrets(
    handed_off: list[Said], data_dir: Path
) -> None:
    last = handed_off[-1]
    assert (last["status"], last["flow"], last["choices"]) == ("open", None, [])
    found = CASE.search(last["text"])
    assert found is not None, last["text"]
    exported = run("export", found.group().lower().replace("-", ""), SPAREKEY_DATA_DIR=data_dir)
    assert exported.returncode == 0
    head = dict(line.split(None, 1) for line in exported.stdout.split("\n\n")[0].splitlines())
    tried = head["tried"].split(", ")
    assert (head["case"], head["status"], head["language"]) == (found.group(), "open", "en")
    assert len(tried) == 2
    assert f"tried: {', '.join(tried)}" in exported.stdout
    assert "[removed: code]" in exported.stdout
    for secret in (NUMBER, NUMBER[1:], PASTED_CODE):
        assert secret not in exported.stdout, secret


def test_nothing_that_was_removed_is_in_the_files(handed_off: list[Said], data_dir: Path) -> None:
    kept = b"".join(path.read_bytes() for path in data_dir.iterdir() if path.name.startswith("sparekey"))
    assert b"handed off" in kept
    for secret in (PASTED_CODE, NUMBER, ACCOUNT):
        assert secret.encode() not in kept, secret


def test_a_case_that_does_not_exist_is_said_so(data_dir: Path, handed_off: list[Said]) -> None:
    unknown = run("export", "R-Q48WW-R1WEJ", SPAREKEY_DATA_DIR=data_dir)
    mistyped = run("export", "R-Q48WW-R1WEK", SPAREKEY_DATA_DIR=data_dir)
    assert (unknown.returncode, unknown.stdout, mistyped.returncode) == (1, "", 2)
    assert "there is no case R-Q48WW-R1WEJ" in unknown.stderr
    assert "mistyped" in mistyped.stderr


def test_any_bytes_are_a_turn_and_the_end_needs_no_newline(data_dir: Path) -> None:
    typed = b"hello\n\n   \nh\xff\xfe\x00llo\n\xed\xa0\x80\nlast \xf0\x9f\x98\x80"
    done = run("chat", "--jsonl", typed=typed, SPAREKEY_DATA_DIR=data_dir)
    assert done.returncode == 0
    assert json.loads(done.stdout.splitlines()[-1]) == {"turn": 6}
    assert heard(done.stdout)


def test_a_closed_output_ends_the_chat_without_a_word(data_dir: Path) -> None:
    with chatting(SPAREKEY_DATA_DIR=data_dir) as chat:
        chat.say("hello")
        assert chat.process.stdin is not None
        assert chat.process.stdout is not None
        chat.process.stdout.close()
        chat.process.stdin.write("hello\n" * 200)
        chat.process.stdin.close()
        assert chat.process.wait(timeout=PATIENCE_S) == 1
        assert chat.process.stderr is not None
        assert chat.process.stderr.read() == ""


def test_ctrl_c_ends_the_chat_at_once_while_it_waits_for_a_line(data_dir: Path) -> None:
    with chatting(SPAREKEY_DATA_DIR=data_dir) as chat:
        chat.say("hello")
        chat.process.send_signal(signal.SIGINT)
        assert chat.process.wait(timeout=PATIENCE_S) == 0
        assert chat.process.stderr is not None
        assert chat.process.stderr.read() == ""


def test_a_reminder_comes_by_itself_while_the_chat_waits(tmp_path: Path) -> None:
    knowledge = tmp_path / "knowledge"
    shutil.copytree(ROOT / "knowledge", knowledge)
    service = knowledge / "service.yaml"
    words = service.read_text("utf-8")
    short, count = re.subn(r"(?m)^  waits: .*$", '  waits: ["1 seconds", "1 seconds"]', words)
    assert count == 1
    service.write_text(short, "utf-8")
    with chatting(SPAREKEY_DATA_DIR=tmp_path / "data", SPAREKEY_KNOWLEDGE_DIR=knowledge) as chat:
        answers = [chat.say(line)[-1] for line, _ in JOURNEY]
        assert place(answers[-1]) == "resend_code.wait_for_it"
        reminder = chat.hear()
        assert place(reminder) == "resend_code.did_it_arrive"
        assert [choice["id"] for choice in reminder["choices"]][:2] == ["arrived", "no"]
        assert [place(chat.say(line)[-1]) for line in ("yes", "yes")] == ["no_sms.code_worked", None]


def test_a_person_sees_numbered_choices_and_the_simulated_phone(tmp_path: Path) -> None:
    lines = ["1", "1", "3", "1", "passer", "1", "1", "3", "2", "2", "2", "1", "camille"]
    typed = "\n".join(lines).encode()
    done = run("chat", "--language", "fr", typed=typed, SPAREKEY_DATA_DIR=tmp_path)
    assert done.returncode == 0
    assert "  1. Le code par SMS n'arrive pas" in done.stdout
    assert "SMS to +33639980042" in done.stdout


def test_a_language_that_is_not_spoken_is_refused_with_those_that_are(tmp_path: Path) -> None:
    done = run("chat", "--jsonl", "--language", "zz", SPAREKEY_DATA_DIR=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert "'zz'" in done.stderr
    assert "en, zh, fr" in done.stderr
