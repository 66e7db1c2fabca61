"""What a rehearsal finds: steps that do not hold, states that nobody visits, words that nobody has accepted."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from bot.bootstrap import load_reader
from bot.core.conversation import OfferKind
from bot.errors import ConfigError, ContentError
from bot.rehearsal.coverage import Tally
from bot.rehearsal.rehearse import Rehearsal, accept, rehearse
from bot.service.reading import Reader
from bot.settings import Settings
from tests.content import clean
from tests.service.operations import reader_of_operations

COMPLAINT = 'user: "no otp coming"'
IN_TWO = """\
cases:
  - case: "opening the chat"
    languages: [en, fr]
    steps:
      - start: true
      - pick: no_sms
      - pick: started
      - user: {en: "human", fr: "un humain"}
        status: open
"""


def rehearsal(reader: Reader, tests: Path, *steps: str) -> Rehearsal:
    """Play one case of these steps."""
    write(tests, "cases:\n  - case: one\n    steps:\n" + "".join(f"      - {{{step}}}\n" for step in steps))
    return rehearse(reader, tests)


def write(tests: Path, text: str) -> None:
    (tests / "conversations").mkdir(exist_ok=True)
    (tests / "conversations" / "some.yaml").write_text(text, "utf-8")


@pytest.mark.parametrize(
    ("steps", "unmet"),
    [
        ([f"{COMPLAINT}, state: no_sms.number"], "expected state no_sms.number, not no_sms.tapped_send"),
        ([f"{COMPLAINT}, status: open"], "expected status open, not pending"),
        ([f"{COMPLAINT}, language: fr"], "expected language fr, not en"),
        ([f"{COMPLAINT}, bot: [unicorn]"], "expected the answer to contain 'unicorn'"),
        ([f"{COMPLAINT}, bot: []"], "expected no answer"),
        ([f"{COMPLAINT}, not: [countdown]"], "expected the answer not to contain 'countdown'"),
        ([f"{COMPLAINT}, choices: [yes]"], "expected the choices yes, not started, no,"),
        ([f"{COMPLAINT}, calls: 1"], "expected 1 calls so far, not 0"),
        ([f"{COMPLAINT}, tickets: 1"], "expected 1 tickets so far, not 0"),
        ([f"{COMPLAINT}, resets: 1"], "expected 1 resets so far, not 0"),
        ([f"{COMPLAINT}, sms: 1"], "expected 1 sms so far, not 0"),
        (["pick: started"], "it cannot happen: the person has neither opened the chat nor written yet"),
        (["force: nonsense"], "it cannot happen: 'resend_code' cannot be forced to 'nonsense'"),
        (["incident: {flows: [no_smss], say: {en: Late.}}"], "it cannot happen: there is no flow 'no_smss'"),
        (["incident: over"], "it cannot happen: nothing is broken"),
        (["close_ticket: true"], "it cannot happen: There is no ticket ''"),
    ],
)  # fmt: skip
def test_a_step_that_does_not_hold_fails_with_what_was_said(
    reader: Reader, tmp_path: Path, steps: list[str], unmet: str
) -> None:
    found = rehearsal(reader, tmp_path, *steps, "user: never reached")
    (failure,) = found.failures
    assert failure.unmet[0].startswith(unmet)
    assert failure.step.number == len(steps)
    assert str(failure).startswith(f"{tmp_path}/conversations/some.yaml:4: case 'one', step 1: {unmet}")
    assert not found.flawless
    assert "1 plays, 1 failed." in str(found)
    if "otp" in steps[0]:
        assert "countdown" in failure.said


@pytest.fixture(name="clean_rehearsal")
def _clean_rehearsal(tmp_path: Path) -> Rehearsal:
    """One conversation on small content, from the complaint to the code."""
    flows, knowledge = clean.write(tmp_path / "content")
    return rehearsal(
        load_reader(Settings(flows_dir=flows, knowledge_dir=knowledge)),
        tmp_path,
        "start: en",
        "pick: lost_code",
        "pick: nothing",
        'pick: "@still_stuck"',
        'user: "+33 6 12 34 56 78", state: lost_code.platform',
        "pick: iphone",
        "user: mei, state: send_code.coming, sms: 1",
        "pick: arrived, status: resolved",
    )


def test_a_state_is_visited_also_if_it_is_passed_through_in_silence(clean_rehearsal: Rehearsal) -> None:
    """`branch`, `call`, `run` and `end` say nothing and do not wait; an article is visited when it is shown."""
    found = clean_rehearsal
    assert list(map(str, found.failures)) == []
    assert {name: tally.unvisited for name, tally in found.coverage.rows()} == {
        "lost_code": ("show_fix", "patience", "hand_over"),
        "send_code": ("no_way",),
        "greeting": ("answer", "done"),
        "articles": (),
        "engine's offers": tuple(kind for kind in OfferKind if kind is not OfferKind.MENU),
    }
    assert (
        str(found).splitlines()[2] == f"{'lost_code':<24}{'8/11':>8}{'7/21':>9}  show_fix patience hand_over"
    )
    assert not found.flawless


def test_two_answers_to_the_same_state_are_two_ways(clean_rehearsal: Rehearsal) -> None:
    """Every way is named as in the drawing; `send_code` has no way for what nobody is told, such as `blocked`."""
    ways = clean_rehearsal.coverage.ways
    assert ways["lost_code"].visited == (
        "tapped: nothing -> page",
        "page: exhausted -> number",
        "number: typed -> diagnose",
        "diagnose: else -> platform",
        "platform: iphone -> fresh_code",
        "fresh_code: solved -> thanks",
        "thanks: next -> solved",
    )
    assert "platform: android -> fresh_code" in ways["lost_code"].unvisited
    assert "number: then -> platform" in ways["lost_code"].unvisited
    assert ways["send_code"].visited == (
        "whose: typed -> send",
        "send: accepted -> coming",
        "coming: arrived -> arrived",
    )
    assert [way for way in ways["send_code"].unvisited if way.startswith("send:")] == [
        "send: too_soon -> coming",
        "send: not_supported -> no_way",
        "send: unavailable -> no_way",
        "send: unknown -> coming",
        "send: held -> no_way",
        "send: then -> no_way",
    ]


def test_the_ways_that_are_left_are_listed_where_somebody_was(clean_rehearsal: Rehearsal) -> None:
    """What a state leads to where nobody was goes without saying."""
    lines = str(clean_rehearsal).splitlines()
    listed = lines[lines.index("Ways that were never taken out of states that were visited:") + 1 : -1]
    assert "    lost_code.platform: give_up -> hand_over" in listed
    assert "    send_code.coming: time is up -> arrived" in listed
    assert not [line for line in listed if "show_fix:" in line or "patience:" in line]


def test_a_way_that_nobody_took_fails_nothing(clean_rehearsal: Rehearsal) -> None:
    """There are ways that the checks ask for and nobody can take."""
    seen = clean_rehearsal.coverage
    nothing_left = replace(
        seen,
        flows={name: Tally(visited=tally.visited, unvisited=()) for name, tally in seen.flows.items()},
        offers=Tally(visited=(), unvisited=()),
    )
    assert any(tally.unvisited for tally in nothing_left.ways.values())
    assert nothing_left.complete
    assert not seen.complete


def test_words_are_accepted_once_and_a_change_is_shown(reader: Reader, tmp_path: Path) -> None:
    write(tmp_path, IN_TWO)
    first = rehearse(reader, tmp_path)
    assert [difference.splitlines()[0] for difference in first.differences] == [
        f"--- {tmp_path}/transcripts/{language}/some.txt (accepted)" for language in ("en", "fr")
    ]
    assert accept(first, tmp_path).differences == ()
    assert rehearse(reader, tmp_path).differences == ()

    french = tmp_path / "transcripts" / "fr" / "some.txt"
    words = french.read_text("utf-8")
    french.write_text(words.replace("compte à rebours", "chronomètre"), "utf-8")
    (difference,) = rehearse(reader, tmp_path).differences
    changed = {line[0]: line for line in difference.splitlines()[2:] if line[0] in "+-"}
    assert "chronomètre" in changed["-"]
    assert "compte à rebours" in changed["+"]
    assert "sparekey coverage --accept" in str(rehearse(reader, tmp_path))


def test_a_transcript_reads_like_the_conversation(reader: Reader, tmp_path: Path) -> None:
    write(tmp_path, IN_TWO)
    accept(rehearse(reader, tmp_path), tmp_path)
    lines = (tmp_path / "transcripts" / "en" / "some.txt").read_text("utf-8").splitlines()
    assert lines[:3] == ["case: opening the chat", "", "> (opens the chat)"]
    title, label = reader.catalog.texts["en", "no_sms"].title, "> [Yes, the countdown started]"
    assert f"> [{title}]" in lines
    assert label in lines
    assert "> human" in lines
    buttons = next(line for line in lines if line.startswith("     [Yes, the countdown started | "))
    assert buttons.endswith("]")
    assert "R-*****-*****" in "".join(lines)


def test_a_transcript_of_a_file_that_is_gone_differs_until_it_is_accepted(
    reader: Reader, tmp_path: Path
) -> None:
    write(tmp_path, IN_TWO)
    accept(rehearse(reader, tmp_path), tmp_path)
    conversations = tmp_path / "conversations"
    (conversations / "some.yaml").rename(conversations / "other.yaml")
    found = rehearse(reader, tmp_path)
    assert len(found.differences) == 4
    accept(found, tmp_path)
    assert sorted(path.name for path in (tmp_path / "transcripts").rglob("*.txt")) == ["other.txt"] * 2


def test_nothing_is_accepted_while_a_case_fails(reader: Reader, tmp_path: Path) -> None:
    found = rehearsal(reader, tmp_path, f"{COMPLAINT}, bot: [unicorn]")
    with pytest.raises(ContentError, match="unicorn"):
        accept(found, tmp_path)
    assert not (tmp_path / "transcripts").exists()


def test_a_ticket_is_counted_looked_up_by_its_code_and_closed(tmp_path: Path) -> None:
    found = rehearsal(
        reader_of_operations(tmp_path / "content"),
        tmp_path,
        "start: true",
        "pick: account_help",
        'user: "mei"',
        "force: {open_reset_ticket: unavailable}",
        "pick: ticket",
        'pick: accept, bot: ["The number of the ticket is R-"], tickets: 0',
        "wait: 31, tickets: 1",
        "pick: status",
        'user: "{case}", bot: ["is open"]',
        "close_ticket: true",
        "pick: status",
        'user: "it is {case}", bot: ["is closed"]',
        "pick: link, resets: 1, sms: 1",
        "wait: 61",
        "pick: code, resets: 1, sms: 2",
    )
    assert list(map(str, found.failures)) == []
    assert "found" in found.coverage.flows["account_help"].visited


def test_one_flow_is_rehearsed_alone(reader: Reader, tmp_path: Path) -> None:
    """Only its files are played, only its states and articles count, and other transcripts stay as they are."""
    write(tmp_path, IN_TWO.replace("cases:", "flow: no_sms\ncases:", 1))
    other = tmp_path / "conversations" / "no_email.yaml"
    other.write_text("cases:\n  - {case: broken, languages: [en], steps: [{pick: nothing}]}\n", "utf-8")
    words = tmp_path / "transcripts" / "en" / "no_email.txt"
    words.parent.mkdir(parents=True)
    words.write_text("said once\n", "utf-8")
    found = accept(rehearse(reader, tmp_path, "no_sms"), tmp_path)
    assert [play.case.language for play in found.plays] == ["en", "fr"]
    assert [name for name, _ in found.coverage.rows()] == ["no_sms", "articles"]
    assert "voice_call" in found.coverage.articles.unvisited
    assert "mail_full" not in found.coverage.articles.unvisited
    assert words.read_text("utf-8") == "said once\n"
    assert rehearse(reader, tmp_path, "no_sms").differences == ()
    other.unlink()
    with pytest.raises(ConfigError, match=r"'no_email' has no .*Write .*conversations/no_email.yaml"):
        rehearse(reader, tmp_path, "no_email")


def test_a_case_in_a_language_that_is_not_spoken_is_left_out_and_said_so(
    reader: Reader, tmp_path: Path
) -> None:
    """Whoever speaks fewer languages than the shipped service plays the shipped tests in those."""
    german = "  - {case: two, steps: [{user: Hallo, language: de}]}\n"
    write(tmp_path, IN_TWO.replace("fr", "de") + german)
    found = rehearse(reader, tmp_path)
    assert [play.case.language for play in found.plays] == ["en"]
    assert str(found).endswith("\n2 left out: they need a language that the service does not speak.")
    assert found.as_dict()["left_out"] == 2


def test_a_folder_without_tests_is_said_so(reader: Reader, tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="Name their folder with --tests"):
        rehearse(reader, tmp_path)


def test_the_plain_form_is_for_machines(reader: Reader, tmp_path: Path) -> None:
    found = json.loads(json.dumps(rehearsal(reader, tmp_path, f"{COMPLAINT}, bot: [unicorn]").as_dict()))
    assert (found["plays"], found["failures"][0]["step"], found["failures"][0]["case"]) == (1, 1, "one")
    assert found["flows"]["no_sms"]["visited"] < found["flows"]["no_sms"]["total"]
    assert "offer_code" in found["flows"]["no_sms"]["unvisited"]
    assert found["ways"]["no_sms"]["visited"] < found["ways"]["no_sms"]["total"]
    assert set(found) == {
        "plays", "left_out", "failures", "differences", "flows", "ways", "articles", "offers"
    }  # fmt: skip
