"""
The pictures of the page, drawn as SVG that takes its colours and its writing from the page's style.

Every picture has a title and a description for who does not see it, and every mark a tooltip with its figures.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Final

from markupsafe import Markup

from bot.appraisal.table import one_line, percent
from bot.matching.decide import Bands
from bot.matching.evaluate import Accuracy, Bin, Evaluation, TradeOff

#: Units of the drawings; narrow, so that the writing stays readable on a phone.
_WIDE: Final = 400
_LEFT, _RIGHT, _TOP, _PLOT = 44, 392, 20, 280
_TICKS: Final = (0.0, 0.25, 0.5, 0.75, 1.0)
#: Heights of the bars of counts under the reliability curve.
_COUNTS: Final = 56
#: The precision of fewer starts is chance.
_FEWEST_STARTS: Final = 10
#: A language's bar.
_BAR, _ROW = 16, 26
_NAMES, _ENDS = 104, 342


def reliability(bins: Sequence[Bin], rows: int) -> Markup:
    """
    Draw how often the best guess is right against how sure it was.

    Args:
        bins: Those that have a text, rising.
        rows: The number of all texts.
    """
    most = max((one.rows for one in bins), default=1)
    base = _TOP + _PLOT + 34 + _COUNTS
    marks = [_axes("how sure", base + 20), _line("ideal", [(0.0, 0.0), (1.0, 1.0)])]
    marks.append(_line("curve", [(one.confidence, one.right) for one in bins]))
    for one in bins:
        told = f"{one.rows} texts, {percent(one.confidence)} sure on average, {percent(one.right)} right"
        # Areas, not radii, are read as amounts.
        radius = 3 + 9 * math.sqrt(one.rows / most)
        high = _COUNTS * one.rows / most
        middle = _x((one.low + one.high) / 2)
        marks.append(
            Markup(
                '<g><title>{}</title><circle class="dot" cx="{:.1f}" cy="{:.1f}" r="{:.1f}"/>'
                '<rect class="count" x="{:.1f}" y="{:.1f}" width="26" height="{:.1f}"/>'
                '<text class="small mid" x="{:.1f}" y="{:.1f}">{}</text></g>'
            ).format(
                told,
                _x(one.confidence),
                _y(one.right),
                radius,
                middle - 13,
                base - high,
                high,
                middle,
                base - high - 4,
                one.rows,
            )
        )
    told = "; ".join(f"{one.low:.1f} to {one.high:.1f}: {percent(one.right)} of {one.rows}" for one in bins)
    return _svg(
        "reliability",
        base + 26,
        "How sure it was, and how often it was right",
        f"{rows} texts. {told}.",
        marks,
    )


def trade_off(points: Sequence[TradeOff], bands: Bands, rows: int) -> Markup:
    """
    Draw what starting from another threshold would mean.

    Args:
        points: Rising.
        bands: Where the matcher stands now.
        rows: The number of all texts.
    """
    bottom = [(one.threshold, 0.0) for one in points]
    started = [(one.threshold, one.started) for one in points]
    asked = [(one.threshold, one.started + one.asked) for one in points]
    top = [(one.threshold, 1.0) for one in points]
    sure = [(one.threshold, one.precision) for one in points if one.started * rows >= _FEWEST_STARTS]
    now = next((one for one in points if one.threshold == bands.high), None)
    marks = [
        _area("started", bottom, started),
        _area("asked", started, asked),
        _area("away", asked, top),
        _axes("start when at least so sure", _TOP + _PLOT + 34),
        _line("halo", sure),
        _line("precision", sure),
    ]
    if now is not None:
        marks.append(_now(now))
    told = (
        "Nothing was measured."
        if now is None
        else f"Now {percent(now.started)} are started, {percent(now.asked)} asked, {percent(now.turned_away)} turned away."
    )
    return _svg(
        "trade-off", _TOP + _PLOT + 40, "Started, asked or turned away as the threshold moves", told, marks
    )


def _now(point: TradeOff) -> Markup:
    """Where the matcher stands."""
    told = f"from {point.threshold:.2f}: {percent(point.started)} started, {percent(point.precision)} of them right"
    return Markup(
        '<g><title>{}</title><line class="now" x1="{x:.1f}" x2="{x:.1f}" y1="{}" y2="{}"/>'
        '<text class="small mid" x="{x:.1f}" y="{}">now</text></g>'
    ).format(told, _TOP, _TOP + _PLOT, _TOP - 5, x=_x(point.threshold))


def languages(found: Evaluation) -> Markup:
    """Draw what became of the texts in scope, one bar a language."""
    bars = [("all", found.total), *found.by_language]
    if found.small_languages is not None:
        bars.append(("other", found.small_languages[1]))
    marks: list[Markup] = []
    for at, (name, accuracy) in enumerate(bars):
        marks.extend(_bar(name, accuracy, _TOP + at * _ROW + (8 if at else 0)))
    told = "; ".join(
        f"{one_line(name, 20)}: {percent(accuracy.helped)} of {accuracy.rows} helped"
        for name, accuracy in bars
    )
    return _svg(
        "languages",
        _TOP + len(bars) * _ROW + 10,
        "What became of the texts in scope, by language",
        f"{told}.",
        marks,
    )


def _bar(name: str, of: Accuracy, y: float) -> Iterable[Markup]:
    shares = (
        ("right", "started right", of.started_right),
        ("offered", "right flow among the choices", of.helped - of.started_right),
        ("missed", "right flow not offered", 1.0 - of.helped - of.started_wrong),
        ("wrong", "started wrong", of.started_wrong),
    )
    yield Markup('<text class="end" x="{}" y="{:.1f}">{} <tspan class="soft">{}</tspan></text>').format(
        _NAMES - 8, y + 13, one_line(name, 14), of.rows
    )
    if not of.rows:
        return
    x = float(_NAMES)
    for kind, words, share in shares:
        wide = share * (_ENDS - _NAMES)
        if wide > 0.01:
            yield Markup(
                '<rect class="{}" x="{:.1f}" y="{:.1f}" width="{:.1f}" height="{}"><title>{}</title></rect>'
            ).format(kind, x, y, wide, _BAR, f"{name}: {percent(share)} {words}")
        x += wide
    yield Markup('<text x="{}" y="{:.1f}">{:.0f} %</text>').format(_ENDS + 8, y + 13, 100 * of.helped)


def _svg(name: str, high: float, title: str, told: str, marks: Iterable[Markup]) -> Markup:
    return Markup(
        '<svg viewBox="0 0 {} {:.0f}" role="img" aria-labelledby="{name}-title {name}-told">'
        '<title id="{name}-title">{}</title><desc id="{name}-told">{}</desc>{}</svg>'
    ).format(_WIDE, high, title, told, Markup("").join(marks), name=name)


def _axes(below: str, y: float) -> Markup:
    """Per cent upwards, shares to the right, with fine lines."""
    marks = [
        Markup(
            '<line class="grid" x1="{left}" x2="{right}" y1="{y:.1f}" y2="{y:.1f}"/><text class="small end" x="{}" y="{:.1f}">{:.0f} %</text>'
            '<text class="small mid" x="{:.1f}" y="{}">{:g}</text>'
        ).format(
            _LEFT - 6,
            _y(tick) + 4,
            100 * tick,
            _x(tick),
            _TOP + _PLOT + 16,
            tick,
            left=_LEFT,
            right=_RIGHT,
            y=_y(tick),
        )
        for tick in _TICKS
    ]
    marks.append(
        Markup('<text class="small mid soft" x="{}" y="{}">{}</text>').format((_LEFT + _RIGHT) / 2, y, below)
    )
    return Markup("").join(marks)


def _line(kind: str, points: Sequence[tuple[float, float]]) -> Markup:
    return Markup('<polyline class="{}" points="{}"/>').format(kind, _places(points))


def _area(kind: str, lower: Sequence[tuple[float, float]], upper: Sequence[tuple[float, float]]) -> Markup:
    return Markup('<polygon class="{}" points="{}"/>').format(kind, _places([*lower, *reversed(upper)]))


def _places(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{_x(x):.1f},{_y(y):.1f}" for x, y in points)


def _x(share: float) -> float:
    return _LEFT + share * (_RIGHT - _LEFT)


def _y(share: float) -> float:
    return _TOP + (1 - share) * _PLOT
