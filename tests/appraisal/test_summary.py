"""The report says the figures, aligned, and nothing that a terminal would obey."""

from __future__ import annotations

import pytest

from bot.appraisal.figures import interval
from bot.appraisal.summary import summary
from bot.appraisal.table import columns, one_line, percent, table
from bot.matching.evaluate import Evaluation


def test_every_part_is_there(found: Evaluation) -> None:
    shown = summary(found, "complaints.jsonl")
    assert shown.startswith("complaints.jsonl: 16 complaints, 14 in scope and 2 out of scope\n")
    assert "Tiers asked: lexical.\n" in shown
    for head in ("PER LANGUAGE", "PER FLOW", "CALIBRATION", "CONFUSIONS", "WORST STARTS", "NOT OFFERED"):
        assert f"\n\n{head}" in shown
    assert "\nthanks        -> goodbye    " in shown
    assert "LABELS WITHOUT A FLOW" in shown
    assert "other (1 with under 10 rows)" in shown


def test_columns_are_aligned(found: Evaluation) -> None:
    part = next(part for part in summary(found, "x").split("\n\n") if part.startswith("PER FLOW"))
    _, *lines = part.splitlines()
    assert len({len(line) for line in lines}) == 1
    assert table(("a", "n"), [("谢谢", "1"), ("xy", "10")]) == "a      n\n谢谢   1\nxy    10"


def test_nothing_of_a_complaint_is_obeyed_by_the_terminal(found: Evaluation) -> None:
    shown = summary(found, "x")
    assert "<script>alert('x')</script> & see [2J you tomorrow" in shown
    assert all(char.isprintable() or char == "\n" for char in shown)


def test_without_a_row_nothing_is_claimed(nothing: Evaluation) -> None:
    shown = summary(nothing, "empty.jsonl")
    assert "Helped " in shown
    assert "nan" not in shown
    assert shown.count("None.") == 3


@pytest.mark.parametrize(
    ("text", "shown"),
    [("  a\n b\tc ", "a b c"), ("abcdefgh", "abcd…"), ("abcd efgh", "abcd…"), ("می\u200cخو", "می\u200cخو")],
)
def test_a_text_fits_on_a_line(text: str, shown: str) -> None:
    assert one_line(text, 5) == shown


def test_wide_characters_take_two_columns_and_marks_none() -> None:
    assert [columns(text) for text in ("ab", "验证", "e\u0301", "ｆ")] == [2, 4, 1, 2]


def test_a_share_that_was_not_measured_is_a_dash() -> None:
    assert (percent(float("nan")), percent(0.946), percent(1.0)) == ("–", "94.6 %", "100.0 %")


@pytest.mark.parametrize(
    ("share", "of", "least", "most"),
    [(0.5, 10, 0.237, 0.763), (0.0, 10, 0.0, 0.278), (1.0, 10, 0.722, 1.0), (0.81, 263, 0.758, 0.853)],
)
def test_the_interval_is_wilsons(share: float, of: int, least: float, most: float) -> None:
    """Three rows are the usual textbook values; the last one is Newcombe's example of 1998 turned round."""
    assert interval(share, of) == (pytest.approx(least, abs=0.001), pytest.approx(most, abs=0.001))
