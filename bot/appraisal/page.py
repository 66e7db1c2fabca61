"""
An evaluation as one HTML page that needs nothing else: no script, no font, no other file.

Its colours follow the reader's light or dark screen. Every text in it is escaped: complaints are other people's words.
"""

from __future__ import annotations

import os
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from jinja2 import Environment, StrictUndefined

from bot.appraisal import charts
from bot.appraisal.figures import headline
from bot.appraisal.table import one_line, percent
from bot.errors import ConfigError
from bot.matching.evaluate import FEW_ROWS, OUT_OF_SCOPE, TURNED_AWAY, Evaluation, Taken

_TEMPLATE: Final = Path(__file__).with_name("page.html.j2")
#: So many confusions and examples are shown.
_MOST: Final = 20
#: Letters of a text.
_LONGEST: Final = 160
#: Thresholds in the table below the picture.
_THRESHOLDS: Final = (0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """How many texts of a label were taken for something, and the share of the label's texts."""

    rows: int
    share: float
    confused: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Matrix:
    """Labels down, what they were taken for across; `cells[label][taken for]`."""

    labels: tuple[tuple[str, int], ...]
    taken_for: tuple[str, ...]
    cells: tuple[tuple[Cell, ...], ...]


def page(found: Evaluation, name: str) -> str:
    """
    Write the page.

    Args:
        found: The figures.
        name: What was evaluated on, e.g. the file's name.

    Returns:
        A complete HTML document.
    """
    environment = Environment(
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    environment.filters["percent"] = percent
    environment.filters["short"] = lambda text: one_line(text, _LONGEST)
    confused = tuple(one for one in found.taken if one.confused)
    return environment.from_string(_TEMPLATE.read_text("utf-8")).render(
        name=one_line(name, _LONGEST),
        found=found,
        figures=headline(found),
        reliability=charts.reliability(found.bins, found.rows),
        trade_off=charts.trade_off(found.trade_off, found.bands, found.rows),
        thresholds=[one for one in found.trade_off if one.threshold in (*_THRESHOLDS, found.bands.high)],
        languages=charts.languages(found),
        few_rows=FEW_ROWS,
        matrix=matrix(found),
        confusions=confused[:_MOST],
        more_confusions=max(len(confused) - _MOST, 0),
        examples=(
            ("Worst starts", "The wrong flow begins, the surest first.", found.worst_starts),
            ("Not offered", "The right flow is not among the three, the surest first.", found.not_offered),
        ),
        most=_MOST,
    )


def matrix(found: Evaluation) -> Matrix:
    """Which labels were taken for what; flows in one order both ways, strangers and who was turned away last."""
    flows = [one.flow for one in found.by_flow]
    also = sorted({one.taken_for for one in found.taken} - {*flows, TURNED_AWAY})
    taken_for = (*flows, *also, TURNED_AWAY)
    pairs = {(one.label, one.taken_for): one for one in found.taken}
    rows = {
        label: sum(one.rows for one in found.taken if one.label == label) for label in (*flows, OUT_OF_SCOPE)
    }
    labels = tuple(label for label, count in rows.items() if count)
    return Matrix(
        labels=tuple((label, rows[label]) for label in labels),
        taken_for=taken_for,
        cells=tuple(
            tuple(_cell(pairs.get((label, taken)), rows[label]) for taken in taken_for) for label in labels
        ),
    )


def _cell(taken: Taken | None, of: int) -> Cell:
    if taken is None:
        return Cell(rows=0, share=0.0, confused=False)
    return Cell(rows=taken.rows, share=taken.rows / of, confused=taken.confused)


def write_page(document: str, path: Path) -> None:
    """
    Write a page whole or not at all: who has the old one open never sees half of the new one.

    Raises:
        ConfigError: It cannot be written there.
    """
    draft: Path | None = None
    try:
        handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
        draft = Path(name)
        with os.fdopen(handle, "wb") as file:
            os.fchmod(handle, 0o666 & ~_umask())  # as any other file that a person makes
            file.write(document.encode("utf-8", errors="replace"))
        draft.replace(path)
    except OSError as fault:
        if draft is not None:
            draft.unlink(missing_ok=True)
        raise ConfigError(
            f"--report: cannot write {path}: {fault.strerror or fault}. Name a file in a folder that may be written."
        ) from fault


def _umask() -> int:
    """What the system takes away from the rights of new files; it can only be read by setting it."""
    mask = os.umask(0o077)
    os.umask(mask)
    return mask
