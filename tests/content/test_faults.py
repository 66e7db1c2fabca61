"""Every planted fault is found, at its line, with a cure; clean content has none."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from bot.content.checks import check_content
from bot.content.load import load, load_or_raise
from bot.errors import ContentError
from tests.content.clean import FILES, write
from tests.content.faults import FAULTS, Fault
from tests.content.proofs import PROOFS
from tests.content.reset import ALL
from tests.content.understood import HEARD

TODAY = date(2026, 11, 22)


@pytest.mark.parametrize(
    "files", [FILES, ALL, HEARD], ids=["one problem", "a reset too", "a language understood too"]
)
def test_clean_content_has_no_problem(files: dict[str, str], tmp_path: Path) -> None:
    assert [str(problem) for problem in check_content(*write(tmp_path, files), today=TODAY)] == []


@pytest.mark.parametrize("fault", [*FAULTS, *PROOFS], ids=lambda fault: fault.name)
def test_a_planted_fault_is_found_at_its_line_with_a_cure(fault: Fault, tmp_path: Path) -> None:
    """One fault is not reported all over the content either: an author reads the list."""
    files = fault.files()
    found = check_content(*write(tmp_path, files), today=TODAY)
    blamed = [problem for problem in found if fault.says in problem.message]
    assert blamed, f"not found among {[str(problem) for problem in found]}"
    assert fault.place(files) in {(problem.path, problem.line) for problem in blamed}, [
        str(problem) for problem in blamed
    ]
    assert {problem.severity.value for problem in blamed} == {fault.severity}
    assert all(problem.cure.endswith((".", "?")) for problem in found)
    others = [str(problem) for problem in found if problem not in blamed]
    assert len(others) <= 10, others


def test_every_fault_has_a_message_of_its_own() -> None:
    assert len({fault.name for fault in (*FAULTS, *PROOFS)}) == len((*FAULTS, *PROOFS)) >= 25


def test_a_broken_flow_hides_no_problem_of_other_files_and_makes_none(tmp_path: Path) -> None:
    files = dict(FILES)
    files["flows/send_code.yaml"] = "id: [send_code"
    files["flows/en/greeting.yaml"] = files["flows/en/greeting.yaml"].replace(
        "What can", "Send me the code! What can"
    )
    found = check_content(*write(tmp_path, files), today=TODAY)
    assert [(problem.path, problem.line) for problem in found] == [
        ("flows/en/greeting.yaml", 7),
        ("flows/send_code.yaml", 1),
    ]


def test_content_with_errors_gives_no_catalog(tmp_path: Path) -> None:
    files = {**FILES, "flows/greeting.yaml": "id: greeting\n"}
    assert load(*write(tmp_path / "bad", files)).catalog is None
    assert load(*write(tmp_path / "good")).catalog is not None


def test_the_first_ten_problems_are_raised(tmp_path: Path) -> None:
    files = {path: text for path, text in FILES.items() if not path.startswith("flows/fr/")}
    files["flows/en/_repair.yaml"] = files["flows/en/_repair.yaml"].replace(
        "texts:\n", "texts:\n  x1: 'x'\n  x2: 'y'\n"
    )
    for number in range(9):
        files[f"flows/en/extra{number}.yaml"] = f'flow: extra{number}\ntitle: "Extra"\n'
    with pytest.raises(ContentError) as raised:
        load_or_raise(*write(tmp_path, files))
    lines = str(raised.value).splitlines()
    assert len(lines) == 11
    assert lines[10] == "... and 6 more; `sparekey check` lists them all."


def test_a_flow_that_leads_nowhere_does_not_start(tmp_path: Path) -> None:
    """References between states are checked before content runs, not only its grammar."""
    files = {**FILES, "flows/greeting.yaml": FILES["flows/greeting.yaml"].replace("say: done", "say: gone")}
    with pytest.raises(ContentError, match=r"flows/greeting.yaml:7: error: state 'answer' leads to 'gone'"):
        load_or_raise(*write(tmp_path, files))


def test_an_old_review_day_does_not_stop_the_program(tmp_path: Path) -> None:
    files = {path: text.replace("2027-05-31", "2020-05-31") for path, text in FILES.items()}
    folders = write(tmp_path, files)
    assert load_or_raise(*folders).flows.keys() == {"lost_code", "send_code", "greeting"}
    assert any("was to be reviewed" in problem.message for problem in check_content(*folders, today=TODAY))


def test_a_flow_without_a_conversation_test_is_found(tmp_path: Path) -> None:
    folders, tests = write(tmp_path), tmp_path / "tests" / "conversations"
    tests.mkdir(parents=True)
    (tests / "greeting.yaml").write_text("cases: []\n", "utf-8")
    found = check_content(*folders, today=TODAY, tests_dir=tests)
    assert [str(problem) for problem in found] == [
        "flows/lost_code.yaml:2: error: the flow 'lost_code' has no conversation test. Write tests/conversations/lost_code.yaml."
    ]
    (tests / "abroad.yaml").write_text('# e.g.\nflow: "lost_code"\n', "utf-8")
    assert check_content(*folders, today=TODAY, tests_dir=tests) == ()
    assert check_content(*folders, today=TODAY, tests_dir=tmp_path / "none") == ()


def test_one_language_can_be_checked_alone(tmp_path: Path) -> None:
    files = {**FILES}
    del files["flows/fr/greeting.yaml"], files["flows/en/greeting.yaml"]
    folders = write(tmp_path, files)
    found = check_content(*folders, today=TODAY, language="fr")
    assert [problem.path for problem in found] == ["flows/fr/greeting.yaml"]
    unknown = check_content(*folders, today=TODAY, language="tlh")
    assert [str(problem) for problem in unknown] == [
        "knowledge/service.yaml:20: error: 'tlh' is none of the service's languages. Name one that is listed there."
    ]


def test_a_problem_reads_as_one_line_and_as_plain_data(tmp_path: Path) -> None:
    files = {
        **FILES,
        "flows/send_code.yaml": FILES["flows/send_code.yaml"].replace("      unknown: coming\n", ""),
    }
    (problem,) = check_content(*write(tmp_path, files), today=TODAY)
    assert (
        str(problem)
        == "flows/send_code.yaml:13: error: state 'send' does not handle outcome 'unknown'. Add it."
    )
    assert problem.as_dict() == {
        "path": "flows/send_code.yaml",
        "line": 13,
        "where": "states.send.outcomes",
        "severity": "error",
        "message": "state 'send' does not handle outcome 'unknown'",
        "cure": "Add it.",
    }
