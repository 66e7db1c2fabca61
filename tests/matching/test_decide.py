"""The bands meet what the policy asks, or say that they cannot."""

from __future__ import annotations

import numpy as np
import pytest

from bot.matching.decide import Bands, Policy, Rehearsal, balance, curve, set_bands


def _rehearsal(*, texts: int = 4_000, skill: float = 1.0, proper: float = 0.8) -> Rehearsal:
    """Texts with any confidence up to `skill`."""
    random = np.random.default_rng(5)
    is_proper = random.random(texts) < proper
    confidence = random.random(texts) * skill
    return Rehearsal(
        in_scope=np.where(is_proper, 1.0 - 0.5 * random.random(texts) ** 2, random.random(texts)),
        confidence=confidence,
        proper=is_proper,
        weight=np.full(texts, 1.0 / texts),
    )


@pytest.mark.parametrize("precision", [0.7, 0.8])
def test_the_started_flows_are_right_as_often_as_asked(precision: float) -> None:
    rehearsal = _rehearsal()
    bands = set_bands(rehearsal, Policy(precision=precision))
    started = (rehearsal.confidence >= bands.high) & (rehearsal.in_scope >= bands.low)
    reached = rehearsal.confidence[started].mean()
    assert precision <= reached <= precision + 0.06


def test_a_precision_out_of_reach_means_questions_only() -> None:
    assert set_bands(_rehearsal(skill=0.5), Policy(precision=0.95)).high == 1.0


def test_no_band_follows_few_or_strange_phrases_to_an_extreme() -> None:
    """Where all look alike, or nothing does, the bands stay within sense."""
    texts = 200
    hopeless = Rehearsal(
        in_scope=np.full(texts, 0.01),
        confidence=np.full(texts, 0.01),
        proper=np.ones(texts, dtype=bool),
        weight=np.full(texts, 1.0 / texts),
    )
    assert set_bands(hopeless, Policy()).low == 0.5
    few = _rehearsal(texts=30)
    assert set_bands(few, Policy()) == set_bands(few, Policy(precision=0.99))


def test_the_three_decisions_lie_between_the_bands() -> None:
    bands = Bands(low=0.5, high=0.7)
    assert bands.decide(0.49, 0.49, vague=False) == "none"
    assert bands.decide(0.9, 0.69, vague=False) == "clarify"
    assert bands.decide(0.9, 0.7, vague=False) == "start"
    assert bands.decide(0.9, 0.9, vague=True) == "clarify"


def test_out_of_scope_texts_get_their_share_of_the_weight() -> None:
    proper = np.array([True, True, True, False])
    assert balance(np.ones(4), proper, 0.2) == pytest.approx([0.8 / 3] * 3 + [0.2])


def test_the_curve_trades_starts_for_precision() -> None:
    points = curve(_rehearsal(), Policy(), (0.55, 0.65, 0.75))
    assert [point.started for point in points] == sorted((point.started for point in points), reverse=True)
    assert all(point.started + point.clarified + point.none == pytest.approx(1.0) for point in points)


@pytest.mark.parametrize("name", ["precision", "keep", "out_of_scope_share"])
def test_a_policy_of_no_share_is_refused_by_name(name: str) -> None:
    with pytest.raises(ValueError, match=f"Policy.{name} is 1.5"):
        Policy(**{name: 1.5})
