"""Phrases: what is compared with what, what is left alone, and how much of it an author is shown."""

from __future__ import annotations

from datetime import date
from pathlib import Path

from bot.content.checks import check_content
from bot.content.load import load
from bot.content.paths import content_folders
from bot.content.problem import Problem, Severity, shortened
from bot.content.rules_fit import advise_fit
from bot.content.rules_phrases import PHRASE_RULES
from bot.matching.decide import Bands
from bot.matching.report import Confusion, FitReport
from bot.service.reading import fit_matcher
from tests.content.clean import write
from tests.content.phrases import HACKED
from tests.content.reset import ALL
from tests.content.understood import HEARD

TODAY = date(2026, 11, 22)


def _found(root: Path, files: dict[str, str], edits: dict[str, tuple[str, str]]) -> list[str]:
    changed = {path: files[path].replace(old, new, 1) for path, (old, new) in edits.items()}
    assert all(changed[path] != files[path] for path in edits)
    return [str(problem) for problem in check_content(*write(root, {**files, **changed}), today=TODAY)]


def test_a_language_in_two_scripts_is_compared_across_both(tmp_path: Path) -> None:
    """Whoever writes `sms` in one of them must not start another flow in the other one."""
    files = {path.replace("/de/", "/en-GB/"): text for path, text in HEARD.items()}
    files["flows/en-GB/_words.yaml"] = files["flows/en-GB/_words.yaml"].replace(": de", ": en-GB")
    found = _found(tmp_path, files, {"flows/en-GB/greeting.yaml": ('"huhu"', '"code never arrives"')})
    assert (
        "flows/en-GB/greeting.yaml:15: error: 'code never arrives' can hardly be told apart from"
        " 'code never arrives' in flows/en/lost_code.yaml. Keep it where it belongs, or add the word that makes the"
        " difference." in found
    )


def test_the_same_phrase_in_other_letters_is_no_second_one(tmp_path: Path) -> None:
    """It teaches how people write the language; another flow may not have it for all that."""
    bare = {"flows/de/greeting.yaml": ('"huhu"', '"schonen morgen"')}
    assert _found(tmp_path / "own", HEARD, bare) == []
    other = {"flows/de/hacked.yaml": (f'"{HACKED[0]}"', '"schonen morgen"')}
    assert any("stands here twice" in line for line in _found(tmp_path / "other", HEARD, other))


def test_a_letter_more_makes_another_word_of_a_short_text(tmp_path: Path) -> None:
    edits = {
        "flows/de/greeting.yaml": ('"huhu"', '"wer da"'),
        "flows/de/hacked.yaml": (f'"{HACKED[0]}"', '"er da"'),
    }
    assert not any("told apart" in line for line in _found(tmp_path, HEARD, edits))


def test_of_one_kind_three_a_file_are_shown_and_how_many_more() -> None:
    many = [
        Problem(path=path, line=line, severity=Severity.WARNING, message="so so", cure="Look.", kind="thin")
        for path, lines in (("flows/a.yaml", 5), ("flows/b.yaml", 3))
        for line in range(1, lines + 1)
    ]
    fault = Problem(path="flows/a.yaml", line=9, message="wrong", cure="Mend it.")
    assert list(shortened([*many[:5], fault, fault, *many[5:]])) == [
        *(f"flows/a.yaml:{line}: warning: so so. Look." for line in (1, 2, 3)),
        "flows/a.yaml: ... and 2 more like these; `--json` lists them all.",
        *["flows/a.yaml:9: error: wrong. Mend it."] * 2,
        *(f"flows/b.yaml:{line}: warning: so so. Look." for line in (1, 2, 3)),
    ]


def test_what_the_fit_does_not_understand_is_said_of_the_flow(tmp_path: Path) -> None:
    draft = load(*write(tmp_path, ALL)).draft
    assert draft is not None
    report = FitReport(
        judged=40,
        accuracy=0.5,
        by_flow=(("greeting", 0.9), ("hacked", 0.2), ("lost_code", 0.45), ("new_phone", 0.34)),
        confusions=(
            Confusion(flow="lost_code", taken_for="hacked", share=0.55),
            Confusion(flow="hacked", taken_for="new_phone", share=0.1),
        ),
        bands=Bands(low=0.5, high=1.0),
        curve=(),
    )
    told = [(found.path, found.line, found.message) for found in advise_fit(draft, report)]
    assert told == [
        ("flows", 1, "no confidence reaches a precision of 85%, so no flow starts without a question"),
        ("flows/hacked.yaml", 2, "only 20% of the unseen complaints of 'hacked' are taken for it, and 10% for 'new_phone'"),
        ("flows/lost_code.yaml", 2, "only 45% of the unseen complaints of 'lost_code' are taken for it, and 55% for 'hacked'"),
        ("flows/new_phone.yaml", 2, "only 34% of the unseen complaints of 'new_phone' are taken for it"),
    ]  # fmt: skip


def _advice_of_the_fit(root: Path, files: dict[str, str]) -> set[str]:
    draft = load(*write(root, files)).draft
    assert draft is not None
    return {found.path for found in advise_fit(draft, fit_matcher(draft.catalog).report)}


def test_a_flow_whose_phrases_are_those_of_another_is_named_by_the_fit(tmp_path: Path) -> None:
    """A real fit: a flow that got every third phrase of a larger one is taken for it."""
    files = dict(ALL)
    for language in ("en", "fr"):
        large, small = (f"flows/{language}/{name}.yaml" for name in ("new_phone", "hacked"))
        theirs, own = (
            [line for line in ALL[path].splitlines() if line.startswith('  - "')] for path in (large, small)
        )
        files[small] = ALL[small].replace("\n".join(own), "\n".join(theirs[::3]))
        for line in theirs[::3]:
            files[large] = files[large].replace(f"{line}\n", "", 1)
        assert "i was hacked" not in files[small]
    assert "flows/hacked.yaml" not in _advice_of_the_fit(tmp_path / "apart", ALL)
    assert "flows/hacked.yaml" in _advice_of_the_fit(tmp_path / "mixed", files)


def test_the_shipped_phrases_break_no_rule() -> None:
    draft = load(*content_folders()).draft
    assert draft is not None
    assert [str(problem) for rule in PHRASE_RULES for problem in rule(draft)] == []
