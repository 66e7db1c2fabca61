"""Conversation tests are read strictly: a slip is named with its file, line, case and step, and never passed over."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.content.problem import Problem
from bot.core.vocabulary import Status
from bot.rehearsal.cases import Breaks, Case, Forces, Mended, Opens, Picks, Types, Waits, read_cases

ONE = "cases:\n  - case: one\n    {languages}steps:\n      - {step}\n"


def reading(folder: Path, text: str) -> tuple[tuple[Case, ...], tuple[Problem, ...]]:
    (folder / "some.yaml").write_text(text, "utf-8")
    return read_cases(folder)


def test_a_case_is_read_as_it_is_written(tmp_path: Path) -> None:
    steps = [
        'user: "hello"\n        bot: []\n        not: "secret"',
        'pick: started\n        screen: 1\n        choices: [a, "@back"]\n        state: no_sms.number',
        "wait: 61\n        status: open\n        calls: 0\n        tickets: 2",
        "force: {open_reset_ticket: unavailable}",
        "force: lost",
        "incident: {flows: [no_sms], say: {en: Late., fr: En retard.}}",
        "incident: over",
    ]
    text = "flow: no_sms\ncases:\n  - case: one\n    steps:\n" + "".join(
        f"      - {step}\n" for step in steps
    )
    (case,), problems = reading(tmp_path, text)
    assert problems == ()
    assert [step.act for step in case.steps] == [
        Types(text="hello"),
        Picks(choice="started", screen=1),
        Waits(length=timedelta(seconds=61)),
        Forces(faults={"open_reset_ticket": "unavailable"}),
        Forces(faults={"resend_code": "lost"}),
        Breaks(flows=("no_sms",), words={"en": "Late.", "fr": "En retard."}),
        Mended(),
    ]
    said, picked, waited, *_ = (step.expected for step in case.steps)
    assert (said.bot, said.absent, picked.bot) == ((), ("secret",), None)
    assert (picked.choices, picked.state) == (("a", "@back"), "no_sms.number")
    assert (waited.status, waited.counts) == (Status.OPEN, {"calls": 0, "tickets": 2})
    assert [step.line for step in case.steps] == [5, 8, 12, 16, 17, 18, 19]


def test_a_case_of_several_languages_is_one_case_for_each(tmp_path: Path) -> None:
    text = (
        "cases:\n  - case: one\n    languages: [en, fr]\n    steps:\n      - start: true\n"
        '      - user: {en: "yes", fr: "oui"}\n        bot: {en: ["good", "10"], fr: "bien"}\n        not: ["no"]\n'
    )
    cases, problems = reading(tmp_path, text)
    assert problems == ()
    assert [case.language for case in cases] == ["en", "fr"]
    assert [case.steps[0].act for case in cases] == [Opens(language="en"), Opens(language="fr")]
    assert [case.steps[1].act for case in cases] == [Types(text="yes"), Types(text="oui")]
    assert [case.steps[1].expected.bot for case in cases] == [("good", "10"), ("bien",)]
    assert {case.steps[1].expected.absent for case in cases} == {("no",)}


@pytest.mark.parametrize(
    ("languages", "step", "found"),
    [
        ("", 'user: "a", stat: x.y', "unknown key 'stat'. Did you mean 'state'?"),
        ("", 'user: "a", pick: b', "user and pick happen at once."),
        ("", "state: no_sms.number", "nothing happens. Write one of: user, pick,"),
        ("", "user: 482913", "'user' is a number, not a text."),
        ("", "wait: soon", "'wait' is 'soon'. Write a whole number, 1 or more."),
        ("", "user: [a, b]", "'user' is no single text."),
        ("", 'user: "a", status: closed', "'status' is 'closed'. Write one of: pending, open, resolved."),
        ("", 'user: "a", calls: -1', "'calls' is '-1'."),
        ("", "user: {en: a}", "'user' has words for languages, the case has none."),
        ("", "incident: soon", "'incident' says neither what is broken nor `over`."),
        ("", "incident: {flows: [no_sms]}", "key 'say' is missing."),
        ("", "close_ticket: false", "'close_ticket' closes nothing."),
        ("languages: [en, fr]", "user: {en: a}", "'user' has no words for 'fr'. Add them."),
        ("languages: [en]", "user: {en: a, fr: b}", "'fr' is none of the case's languages."),
    ],
)  # fmt: skip
def test_a_slip_is_named_with_its_place(tmp_path: Path, languages: str, step: str, found: str) -> None:
    text = ONE.format(languages=f"{languages}\n    " if languages else "", step=f"{{{step}}}")
    cases, problems = reading(tmp_path, text)
    assert cases == ()
    place = f"{tmp_path / 'some.yaml'}:{5 if languages else 4}: error: case 'one'"
    assert any(str(each).startswith(place) and found in str(each) for each in problems), list(
        map(str, problems)
    )


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("case: one\n", "some.yaml:1: error: key 'cases' is missing."),
        ("cases:\n  - steps: []\n", "some.yaml:2: error: case 1: key 'case' is missing."),
        ("cases:\n  - {case: one, steps: []}\n  - {case: one, steps: []}\n", "some.yaml:3: error: case 'one': two cases"),
        ("cases: [\n", "some.yaml:2: error: cannot read the YAML"),
        ("cases: []\nflow: no_sms\ncases: []\n", "some.yaml:3: error: key 'cases' stands here twice"),
    ],
)  # fmt: skip
def test_a_file_that_is_no_list_of_cases_is_named(tmp_path: Path, text: str, found: str) -> None:
    cases, problems = reading(tmp_path, text)
    assert cases == ()
    assert any(found in str(each) for each in problems), list(map(str, problems))


def test_the_cases_of_a_file_with_a_slip_are_left_out_and_the_others_are_read(tmp_path: Path) -> None:
    (tmp_path / "good.yaml").write_text(ONE.format(languages="", step="user: hello"), "utf-8")
    cases, problems = reading(tmp_path, ONE.format(languages="", step="usr: hello"))
    assert [case.path.name for case in cases] == ["good.yaml"]
    assert {Path(problem.path).name for problem in problems} == {"some.yaml"}
