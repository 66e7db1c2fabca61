"""A measurement in a process of its own, so that nothing else of the bench is in its memory or its caches."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parents[2]


def measured(module: str, *arguments: str) -> dict[str, float]:
    """What `python -m module` prints: one JSON object of figures."""
    ran = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
        stdout=subprocess.PIPE,
    )
    figures: dict[str, float] = json.loads(ran.stdout)
    return figures


def peak_mb() -> float:
    """The most memory this process has had, in MB; nan where the system does not say.

    Not `getrusage`, whose figure begins with that of the process that started this one.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        return float("nan")
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


def least_and_median(runs: list[dict[str, float]], name: str) -> tuple[float, float]:
    """Of one figure over several runs."""
    values = [run[name] for run in runs]
    return min(values), median(values)
