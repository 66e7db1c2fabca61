"""`python -m tests.mutation --count 200 --seed 1`: mistakes in our own content, and how many of them are noticed."""

from __future__ import annotations

import argparse
import logging
import sys
import tempfile
from collections import Counter
from pathlib import Path
from typing import Final

from tests.mutation.judge import Judge, Verdict
from tests.mutation.mutations import mutants

ROOT: Final = Path(__file__).parent.parent.parent
#: Of a hundred mistakes at most one may go unnoticed.
GOAL: Final = 0.99


def main() -> int:
    """Draw mutants, judge them, print what was missed and one table; 1 if too many were."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutation", description=__doc__)
    parser.add_argument("--count", type=int, default=200, help="how many mistakes")
    parser.add_argument("--seed", type=int, default=1, help="which ones")
    parser.add_argument("--verbose", action="store_true", help="say of each who noticed it")
    options = parser.parse_args()
    logging.disable()  # a broken flow complains a lot, and is meant to
    verdicts: Counter[Verdict] = Counter()
    with tempfile.TemporaryDirectory() as work:
        judge = Judge(ROOT, ROOT / "tests", Path(work))
        if judge.problems:
            print(f"{judge.problems} problems before anything is changed; they do not count.")
        for mutant in mutants(judge.content, options.count, options.seed):
            judged = judge.judge(mutant)
            verdicts[judged.verdict] += 1
            if judged.verdict is Verdict.MISSED or options.verbose:
                print(f"{judged.verdict}: {mutant} {judged.by}".rstrip(), flush=True)
    counted = sum(verdicts.values()) - verdicts[Verdict.SAME]
    noticed = counted - verdicts[Verdict.MISSED]
    for verdict in Verdict:
        print(f"{verdicts[verdict]:>6}  {verdict}")
    print(f"{noticed} of {counted} mistakes are noticed, seed {options.seed}.")
    return 0 if counted and noticed >= GOAL * counted else 1


if __name__ == "__main__":
    sys.exit(main())
