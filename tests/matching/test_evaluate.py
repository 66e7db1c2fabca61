"""The figures mean what they say."""

from __future__ import annotations

import math

import numpy as np
import pytest

from bot.matching import Matcher, Phrase
from bot.matching.evaluate import OUT_OF_SCOPE, Row, _auroc, evaluate

PHRASES = [
    Phrase(flow="thanks", text="thank you so much"),
    Phrase(flow="goodbye", text="see you tomorrow"),
    Phrase(flow="human", text="talk to an agent"),
]


def test_rows_are_counted_by_what_was_expected_of_them() -> None:
    rows = [
        Row(text="thank you so much", label="thanks", language="en"),
        Row(text="see you tomorrow", label="thanks", language="en"),
        Row(text="talk to an agent", label="human", language="xx"),
        Row(text="zxqv", label=OUT_OF_SCOPE, language="en"),
        Row(text="see you tomorrow", label=OUT_OF_SCOPE, language="en"),
        Row(text="hello", label="greeting", language="en"),
    ]
    result = evaluate(Matcher.fit(PHRASES), rows)
    assert (result.total.rows, result.total.top_1, result.total.top_3) == (3, pytest.approx(2 / 3), 1.0)
    assert [(language, one.rows, one.top_1) for language, one in result.by_language] == [
        ("en", 2, 0.5),
        ("xx", 1, 1.0),
    ]
    assert (result.started, result.clarified, result.turned_away) == (0.8, 0.0, 0.2)
    assert result.precision == 0.5
    assert result.out_of_scope_recall == 0.5
    assert result.unknown_labels == (("greeting", 1),)
    # Three rows in scope at .99; strangers at .99 (a tie with each) and below.
    assert result.auroc == pytest.approx(0.75)
    # Four rows at .99 of which two are right, one far below that is not right.
    assert result.calibration_error == pytest.approx((4 * 0.49 + _confidence_of("zxqv")) / 5)


def _confidence_of(text: str) -> float:
    return Matcher.fit(PHRASES).match(text).confidence


def test_auroc_is_the_share_of_pairs_in_order() -> None:
    assert _auroc(np.array([0.9, 0.4]), np.array([0.5, 0.1])) == 0.75


def test_figures_about_nothing_are_not_numbers() -> None:
    result = evaluate(Matcher.fit(PHRASES), [])
    assert math.isnan(result.auroc)
    assert math.isnan(result.total.top_1)
    assert math.isnan(result.calibration_error)
