"""Part D: how long our own content takes at a first start, and at the next ones, which take up what was kept."""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from pathlib import Path

from bench.matching.alone import least_and_median, measured, peak_mb
from bench.matching.table import Cell, Table
from bot import prepared
from bot.bootstrap import load_catalog
from bot.content.load import fingerprint
from bot.content.paths import content_folders
from bot.service.reading import fit_matcher
from bot.settings import Settings

_FIRST, _NEXT = ("load and prove s", "fit s", "keep s", "peak MB"), ("take up s", "peak MB")


def run(runs: int) -> list[Table]:
    """Each start in a process of its own; every first one finds nothing kept."""
    first, later = [], []
    for _ in range(runs):
        with tempfile.TemporaryDirectory() as folder:
            first.append(measured(__name__, "first", folder))
            later.append(measured(__name__, "next", folder))
    rows = [*_rows("first start", first, _FIRST), *_rows("next start", later, _NEXT)]
    title = f"D. our own content, {runs} runs"
    return [Table(title=title, columns=("", "least", "median"), rows=tuple(rows), digits=2)]


def first_start(settings: Settings) -> dict[str, float]:
    """Everything made from the files, then kept."""
    began = time.perf_counter()
    catalog = load_catalog(settings)
    loaded = time.perf_counter()
    matcher = fit_matcher(catalog)
    fitted = time.perf_counter()
    prepared.keep(settings.cache, _fingerprint(settings), (catalog, matcher))
    kept = time.perf_counter()
    return {
        "load and prove s": loaded - began,
        "fit s": fitted - loaded,
        "keep s": kept - fitted,
        "peak MB": peak_mb(),
    }


def next_start(settings: Settings) -> dict[str, float]:
    """What was kept is found by the content's fingerprint and taken up."""
    began = time.perf_counter()
    kept = prepared.load(settings.cache, _fingerprint(settings))
    ended = time.perf_counter()
    if kept is None:
        raise SystemExit(f"Nothing was kept in {settings.cache}: start first.")
    return {"take up s": ended - began, "peak MB": peak_mb()}


def _fingerprint(settings: Settings) -> str:
    return fingerprint(*content_folders(settings.flows_dir, settings.knowledge_dir))


def _rows(what: str, figures: list[dict[str, float]], names: tuple[str, ...]) -> list[tuple[Cell, ...]]:
    return [(f"{what}: {name}", *least_and_median(figures, name)) for name in names]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("which", choices=("first", "next"))
    parser.add_argument("cache", type=Path)
    options = parser.parse_args()
    begin = first_start if options.which == "first" else next_start
    print(json.dumps(begin(Settings(cache_dir=options.cache))))
