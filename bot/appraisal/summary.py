"""
An evaluation as plain text: what to look at first comes first, and each table says what its figures are shares of.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from bot.appraisal.figures import headline
from bot.appraisal.table import one_line, percent, table
from bot.matching.evaluate import FEW_ROWS, Accuracy, Evaluation, Example

#: So many confusions and examples are shown; `--json` has them all.
_MOST_CONFUSIONS: Final = 20
_MOST_EXAMPLES: Final = 10
#: Letters of a text, beside the other columns of its line.
_LONGEST: Final = 90
_ACCURACY: Final = ("rows", "top-1", "helped", "started right", "started wrong")


def summary(found: Evaluation, name: str) -> str:
    """
    Tell what an evaluation found.

    Args:
        found: The figures.
        name: What was evaluated on, e.g. the file's name.

    Returns:
        Text with tables, ending without a line break.
    """
    return "\n\n".join(_parts(found, name))


def _parts(found: Evaluation, name: str) -> Iterator[str]:
    yield (
        f"{name}: {found.rows} complaints, {found.total.rows} in scope and {found.strangers.rows} out of scope\n"
        f"Started {percent(found.started)}, asked {percent(found.clarified)}, turned away {percent(found.turned_away)}. "
        f"Turned away below {found.bands.low:.2f} in scope, started from {found.bands.high:.2f} sure. "
        f"Tiers asked: {', '.join(found.tiers)}."
    )
    yield "\n".join(_headline(found))
    if found.by_language:
        yield "PER LANGUAGE (in scope)\n" + table(("language", *_ACCURACY), _languages(found))
    if found.by_flow:
        yield "PER FLOW (recall: of its rows started right; precision: of its starts right)\n" + _flows(found)
    yield "CALIBRATION (all rows)\n" + _bins(found)
    yield "CONFUSIONS (label -> taken for)\n" + _confusions(found)
    yield "WORST STARTS (the wrong flow begins, the surest first)\n" + _examples(found.worst_starts)
    yield "NOT OFFERED (the right flow is not among the three)\n" + _examples(found.not_offered)
    if found.unknown_labels:
        yield (
            "LABELS WITHOUT A FLOW (their rows count nowhere: rename the label, or write the flow)\n"
            + table(
                ("label", "rows"), [(one_line(label, 40), str(rows)) for label, rows in found.unknown_labels]
            )
        )


def _headline(found: Evaluation) -> Iterator[str]:
    figures = headline(found)
    names, values = (
        max(len(text) for text in texts) for texts in zip(*((f.name, f.value) for f in figures), strict=True)
    )
    spreads = max(len(figure.spread) for figure in figures)
    for figure in figures:
        yield (
            f"{figure.name:<{names}}  {figure.value:>{values}}  {figure.spread:<{spreads}}  {figure.meaning}".rstrip()
        )


def _languages(found: Evaluation) -> list[Sequence[str]]:
    rows: list[Sequence[str]] = [
        (one_line(language, 12), *_accuracy(accuracy)) for language, accuracy in found.by_language
    ]
    if found.small_languages is not None:
        names, accuracy = found.small_languages
        rows.append((f"other ({len(names)} with under {FEW_ROWS} rows)", *_accuracy(accuracy)))
    return [*rows, ("all", *_accuracy(found.total))]


def _accuracy(of: Accuracy) -> tuple[str, ...]:
    shares = (of.top_1, of.helped, of.started_right, of.started_wrong)
    return (str(of.rows), *map(percent, shares))


def _flows(found: Evaluation) -> str:
    return table(
        ("flow", "rows", "top-1", "helped", "recall", "starts", "precision"),
        [
            (
                one.flow,
                str(one.accuracy.rows),
                percent(one.accuracy.top_1),
                percent(one.accuracy.helped),
                percent(one.accuracy.started_right),
                str(one.starts),
                percent(one.precision),
            )
            for one in found.by_flow
        ],
    )


def _bins(found: Evaluation) -> str:
    return table(
        ("confidence", "rows", "mean", "right"),
        [
            (f"{one.low:.1f} to {one.high:.1f}", str(one.rows), percent(one.confidence), percent(one.right))
            for one in found.bins
        ],
    )


def _confusions(found: Evaluation) -> str:
    confused = [one for one in found.taken if one.confused]
    if not confused:
        return "None."
    shown = confused[:_MOST_CONFUSIONS]
    rows = [(one.label, f"-> {one.taken_for}", str(one.rows), str(one.started)) for one in shown]
    return table(("label", "taken for", "rows", "started"), rows, left=(0, 1)) + _more(
        len(confused) - len(shown)
    )


def _examples(examples: Sequence[Example]) -> str:
    if not examples:
        return "None."
    shown = examples[:_MOST_EXAMPLES]
    rows = [
        (
            percent(one.confidence),
            one.language,
            f"{one.label} -> {one.taken_for}",
            one_line(one.text, _LONGEST),
        )
        for one in shown
    ]
    return table(("sure", "lang", "label -> taken for", "text"), rows, left=(1, 2, 3)) + _more(
        len(examples) - len(shown)
    )


def _more(left: int) -> str:
    return f"\nand {left} more" if left else ""
