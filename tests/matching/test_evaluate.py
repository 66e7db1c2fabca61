"""The figures mean what they say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bot.matching import Candidate, Match, Matcher, Phrase
from bot.matching.evaluate import OUT_OF_SCOPE, TURNED_AWAY, Evaluation, Judged, Row, _auroc, evaluate

PHRASES = [
    Phrase(flow="thanks", text="thank you so much"),
    Phrase(flow="goodbye", text="see you tomorrow"),
    Phrase(flow="human", text="talk to an agent"),
]

ROWS = [
    Row(text="thank you so much", label="thanks", language="en"),
    Row(text="see you tomorrow", label="thanks", language="en"),
    Row(text="talk to an agent", label="human", language="xx"),
    Row(text="zxqv", label=OUT_OF_SCOPE, language="en"),
    Row(text="see you tomorrow", label=OUT_OF_SCOPE, language="en"),
    Row(text="hello", label="greeting", language="en"),
]


@pytest.fixture(scope="module")
def found() -> Evaluation:
    return evaluate(Matcher.fit(PHRASES), ROWS)


def test_rows_are_counted_by_what_was_expected_of_them(found: Evaluation) -> None:
    assert found.rows == 5
    assert (found.total.rows, found.total.top_1, found.total.top_3) == (3, pytest.approx(2 / 3), 1.0)
    assert [(language, one.rows, one.top_1) for language, one in found.by_language] == [
        ("en", 2, 0.5),
        ("xx", 1, 1.0),
    ]
    assert (found.started, found.clarified, found.turned_away) == (0.8, 0.0, 0.2)
    assert found.precision == 0.5
    assert found.unknown_labels == (("greeting", 1),)
    # Three rows in scope at .99; strangers at .99 (a tie with each) and below.
    assert found.auroc == pytest.approx(0.75)


def test_a_wrong_start_helps_nobody_even_with_the_right_flow_among_the_choices(found: Evaluation) -> None:
    assert found.total.top_3 == 1.0
    assert found.total.helped == pytest.approx(2 / 3)
    assert (found.total.started_right, found.total.started_wrong) == (
        pytest.approx(2 / 3),
        pytest.approx(1 / 3),
    )


def test_a_stranger_that_is_started_is_a_wrong_start(found: Evaluation) -> None:
    """Of all rows: one thanks taken for goodbye, and the stranger that says goodbye."""
    assert found.wrong_starts == pytest.approx(2 / 5)
    assert (found.strangers.rows, found.strangers.not_started, found.strangers.turned_away) == (2, 0.5, 0.5)
    assert [(one.label, one.taken_for) for one in found.worst_starts] == [
        ("thanks", "goodbye"),
        (OUT_OF_SCOPE, "goodbye"),
    ]


@pytest.mark.parametrize(
    ("decision", "first", "helped"),
    [
        ("start", "thanks", True),
        ("start", "goodbye", False),
        ("clarify", "goodbye", True),
        ("none", "goodbye", True),
    ],
)
def test_who_is_helped(decision: str, first: str, helped: bool) -> None:
    """Started: the right flow. Not started: the right one is among the choices."""
    flows = (first, "goodbye" if first == "thanks" else "thanks")
    match = Match(
        decision=decision,  # type: ignore[arg-type]
        flow=None if decision == "none" else first,
        confidence=0.5,
        in_scope=0.5,
        candidates=tuple(
            Candidate(flow=flow, confidence=0.5, nearest="", nearest_similarity=0.0) for flow in flows
        ),
        language="en",
        corrected=None,
        coverage=1.0,
        vague=False,
    )
    assert Judged(row=Row(text="", label="thanks", language="en"), match=match).helped is helped


def test_small_languages_are_pooled_and_stand_alone_as_well() -> None:
    many = [Row(text="talk to an agent", label="human", language="en")] * 10
    found = evaluate(Matcher.fit(PHRASES), [*many, *ROWS])
    assert [language for language, _ in found.by_language] == ["en", "xx"]
    assert found.small_languages is not None
    names, accuracy = found.small_languages
    assert (names, accuracy.rows) == (("xx",), 1)


def test_recall_is_of_the_rows_and_precision_of_the_starts(found: Evaluation) -> None:
    flows = {one.flow: one for one in found.by_flow}
    assert flows["thanks"].accuracy.started_right == 0.5
    assert (flows["thanks"].starts, flows["thanks"].precision) == (1, 1.0)
    assert (flows["goodbye"].accuracy.rows, flows["goodbye"].starts, flows["goodbye"].precision) == (
        0,
        2,
        0.0,
    )


def test_confusions_count_every_row_once_and_the_right_end_of_a_stranger_is_to_be_turned_away(
    found: Evaluation,
) -> None:
    taken = {(one.label, one.taken_for): one for one in found.taken}
    assert sum(one.rows for one in found.taken) == found.rows
    assert not taken[OUT_OF_SCOPE, TURNED_AWAY].confused
    assert not taken["thanks", "thanks"].confused
    assert taken[OUT_OF_SCOPE, "goodbye"].confused
    assert (taken["thanks", "goodbye"].rows, taken["thanks", "goodbye"].started) == (1, 1)


def test_the_calibration_error_is_the_mean_gap_of_the_bins(found: Evaluation) -> None:
    """Four rows at .99 of which two are right, one far below that is not right."""
    low, high = found.bins
    assert (low.rows, low.right, high.rows, high.right) == (1, 0.0, 4, 0.5)
    assert found.calibration_error == pytest.approx((4 * 0.49 + low.confidence) / 5)


def test_the_trade_off_stands_now_where_the_matcher_decides(found: Evaluation) -> None:
    now = next(one for one in found.trade_off if one.threshold == found.bands.high)
    assert (now.started, now.precision) == (found.started, found.precision)
    assert (now.asked, now.turned_away) == (pytest.approx(found.clarified), found.turned_away)


def test_a_higher_threshold_never_starts_more(matcher: Matcher, phrases: tuple[Phrase, ...]) -> None:
    rows = [Row(text=one.text[3:], label=one.flow, language="") for one in phrases[::9] if one.flow != "none"]
    found = evaluate(matcher, rows)
    started = [one.started for one in found.trade_off]
    assert started == sorted(started, reverse=True)
    assert started[0] > started[-1]
    now = next(one for one in found.trade_off if one.threshold == found.bands.high)
    assert now.started == pytest.approx(found.started)


def test_auroc_is_the_share_of_pairs_in_order() -> None:
    assert _auroc(np.array([0.9, 0.4]), np.array([0.5, 0.1])) == 0.75


def test_figures_about_nothing_are_not_numbers() -> None:
    found = evaluate(Matcher.fit(PHRASES), [])
    assert math.isnan(found.auroc)
    assert math.isnan(found.total.top_1)
    assert math.isnan(found.calibration_error)
    assert found.trade_off == ()
