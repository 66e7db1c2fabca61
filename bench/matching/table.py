"""What a part of the bench found: figures for people and, the same ones, for programs."""

from __future__ import annotations

from dataclasses import asdict, dataclass

Cell = str | int | float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Figures under their names.

    Attributes:
        columns: the first names what a row is about.
        rows: as wide as the columns; None is what was not measured.
        notes: what a reader must know, targets included.
        digits: of the fractions when printed.
    """

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    notes: tuple[str, ...] = ()
    digits: int = 1

    def __str__(self) -> str:
        cells = [list(self.columns), *([self._shown(cell) for cell in row] for row in self.rows)]
        widths = [max(len(row[at]) for row in cells) for at in range(len(self.columns))]
        lines = [
            "  ".join([row[0].ljust(widths[0]), *map(str.rjust, row[1:], widths[1:])]).rstrip()
            for row in cells
        ]
        return "\n".join([f"== {self.title}", *lines, *self.notes])

    def as_dict(self) -> dict[str, object]:
        return asdict(self)

    def _shown(self, cell: Cell) -> str:
        if cell is None:
            return "-"
        return (
            f"{cell:,.{self.digits}f}"
            if isinstance(cell, float)
            else f"{cell:,}"
            if isinstance(cell, int)
            else cell
        )
