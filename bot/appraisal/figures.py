"""
The headline figures of an evaluation, each with what it means and how far chance may have moved it.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Final

from bot.appraisal.table import percent
from bot.matching.evaluate import Evaluation

#: Standard errors on either side that hold 95 % of a normal distribution.
_SIGMAS: Final = 1.96


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """
    One figure.

    Attributes:
        name: What people call it.
        value: As it is shown.
        spread: The interval that holds the true share 19 times in 20; empty where there is none.
        meaning: In one sentence.
    """

    name: str
    value: str
    spread: str
    meaning: str


def headline(found: Evaluation) -> tuple[Figure, ...]:
    """The figures to look at first, the most important one first."""
    total, strangers = found.total, found.strangers
    started = round(found.started * found.rows) if found.rows else 0
    return (
        _share(
            "Helped",
            total.helped,
            total.rows,
            "in scope: started right, or not started and the right flow among the three choices",
        ),
        _share("Right flow first", total.top_1, total.rows, "in scope: the best guess is right (top-1)"),
        _share("Started right", total.started_right, total.rows, "in scope: the right flow begins at once"),
        _share("Wrong starts", found.wrong_starts, found.rows, "of all: a flow begins that is not the label"),
        _share("Precision of starts", found.precision, started, "of the starts: the right flow"),
        _share(
            "Strangers not started", strangers.not_started, strangers.rows, "out of scope: no flow begins"
        ),
        _share(
            "Strangers turned away",
            strangers.turned_away,
            strangers.rows,
            "out of scope: not even asked about",
        ),
        Figure(
            name="AUROC",
            value=_number(found.auroc),
            spread="",
            meaning="chance that a text in scope looks more so than one out of scope",
        ),
        Figure(
            name="Calibration error",
            value=_number(found.calibration_error),
            spread="",
            meaning="mean distance of the confidence from the share that is right (10 bins, all rows)",
        ),
    )


def interval(share: float, of: int) -> tuple[float, float]:
    """
    How far the true share may be from a measured one: Wilson's score interval, 95 %.

    Args:
        share: 0..1.
        of: The number of texts that it was measured on, at least 1.

    Returns:
        The least and the most, each 0..1.
    """
    square = _SIGMAS**2
    middle = (share + square / (2 * of)) / (1 + square / of)
    reach = _SIGMAS / (1 + square / of) * math.sqrt(share * (1 - share) / of + square / (4 * of**2))
    return max(middle - reach, 0.0), min(middle + reach, 1.0)


def _share(name: str, share: float, of: int, meaning: str) -> Figure:
    spread = ""
    if not math.isnan(share):
        least, most = interval(share, of)
        spread = f"{least:.0%} to {most:.0%}".replace("%", " %")
    return Figure(name=name, value=percent(share), spread=spread, meaning=meaning)


def _number(value: float) -> str:
    return "–" if math.isnan(value) else f"{value:.3f}"
