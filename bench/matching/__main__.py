"""
Our matching beside its peers in the same run: accuracy (A), hurried texts (B), time and memory (C), our own content (D),
what no person writes (E).

What cannot run here is skipped, and says so. `make bench-matching` sets up every peer.
"""

from __future__ import annotations

import argparse
import json
import platform
import sys
from collections.abc import Iterator, Sequence
from importlib.metadata import version
from pathlib import Path

from bench.matching import accuracy, hostile, hurried, latency, peers, public, start
from bench.matching.table import Table

_RUNS = 3


def tables(only: str, *, quick: bool, full: bool, runs: int) -> Iterator[Table]:
    """The tables of these parts, each part when it is done."""
    sets, sizes = public.load(quick=quick), latency.SIZES[:1] if quick else latency.SIZES
    if "A" in only and sets:
        yield from accuracy.run(sets, peers.peers())
    if "B" in only and sets:
        yield from hurried.run(sets[0], peers.peers())
    if "C" in only and sets:
        yield from latency.run(sizes, runs)
    if "D" in only:
        yield from start.run(runs)
    if "E" in only:
        yield from hostile.run(full=full)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.matching", description=__doc__)
    parser.add_argument("--only", default="ABCDE", help="the parts to run, for instance AC")
    parser.add_argument(
        "--quick", action="store_true", help="a few texts, once: whether it runs, not how well"
    )
    parser.add_argument(
        "--full", action="store_true", help=f"{hostile.MANY:,} random strings instead of {hostile.FEW:,}"
    )
    parser.add_argument("--runs", type=int, default=_RUNS, help="of each timed figure")
    parser.add_argument("--json", type=Path, metavar="FILE", help="also write the tables there")
    options = parser.parse_args(arguments)
    skipped = (*public.absent(), *peers.absent())
    libraries = {name: version(name) for name in ("numpy", "rapidfuzz")}
    print(f"Python {platform.python_version()}, {libraries}, one thread", *skipped, sep="\n", flush=True)
    found = []
    runs = 1 if options.quick else options.runs
    for table in tables(options.only.upper(), quick=options.quick, full=options.full, runs=runs):
        print(f"\n{table}", flush=True)
        found.append(table.as_dict())
    if options.json:
        report = {"python": sys.version, "libraries": libraries, "skipped": skipped, "tables": found}
        options.json.write_text(json.dumps(report, indent=1), encoding="utf-8")


if __name__ == "__main__":
    main()
