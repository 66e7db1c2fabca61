"""Part C: one match beside one comparison of the same text with the same phrases by rapidfuzz, in turn, at growing numbers of phrases."""

from __future__ import annotations

import argparse
import json
import sys
import time
from statistics import median

import numpy as np
from rapidfuzz import fuzz, process

from bench.matching.alone import least_and_median, measured, peak_mb
from bench.matching.peers import as_phrases
from bench.matching.public import texts
from bench.matching.table import Cell, Table
from bot.matching import Matcher

SIZES = (100, 1_000, 10_000, 100_000)
_QUERIES = 120
_FIGURES = ("fit s", "p50 ms", "p99 ms", "cdist p50 ms", "ratio", "peak MB", "peak MB before")
_NOTES = (
    "each figure: the least of the runs / their median; ratio: of the medians of one run, a match to a cdist(token_set_ratio)",
    "peak MB before: the phrases and the libraries, before the fit",
    "targets for the ratio: below 0.5 at 1,000 (stretch 0.2), below 0.05 at 100,000 (stretch 0.005)",
)


def run(sizes: tuple[int, ...], runs: int) -> list[Table]:
    """Every size so many times, each in a process of its own."""
    rows: list[tuple[Cell, ...]] = []
    for size in sizes:
        print(f"C: {size:,} phrases", file=sys.stderr)
        figures = [measured(__name__, str(size)) for _ in range(runs)]
        pairs = [least_and_median(figures, name) for name in _FIGURES]
        rows.append((f"{size:,}", *(_shown(*pair) for pair in pairs)))
    title = f"C. one match of {_QUERIES} beside rapidfuzz, {runs} runs; phrases"
    return [Table(title=title, columns=("", *_FIGURES), rows=tuple(rows), notes=_NOTES)]


def measure(size: int) -> dict[str, float]:
    """The figures of this process at one number of phrases."""
    labelled, queries = texts(size, _QUERIES)
    phrases, strings = as_phrases(labelled), [one.text for one in labelled]
    before = peak_mb()
    began = time.perf_counter()
    matcher = Matcher.fit(phrases)
    fitted = time.perf_counter() - began
    peak = peak_mb()
    matches, comparisons = [], []
    for query in queries:
        began = time.perf_counter()
        matcher.match(query)
        middle = time.perf_counter()
        process.cdist([query], strings, scorer=fuzz.token_set_ratio)
        ended = time.perf_counter()
        matches.append((middle - began) * 1e3)
        comparisons.append((ended - middle) * 1e3)
    return {
        "fit s": fitted,
        "p50 ms": median(matches),
        "p99 ms": float(np.percentile(matches, 99)),
        "cdist p50 ms": median(comparisons),
        "ratio": median(matches) / median(comparisons),
        "peak MB": peak,
        "peak MB before": before,
    }


def _shown(least: float, middle: float) -> str:
    return f"{least:.3g} / {middle:.3g}" if middle < 1_000 else f"{least:,.0f} / {middle:,.0f}"


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("size", type=int)
    print(json.dumps(measure(parser.parse_args().size)))
