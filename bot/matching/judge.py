"""How sure one may be of a reading, and what to do with it: fitted on the phrases, each judged as if unseen.

Two logistic models over the evidence: whether any flow is for the text, and whether the best one is the right one. Strangers
are of two kinds: what the reject class shows, and phrases of flows that were left out.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from bot.matching.align import Ints
from bot.matching.confidence import SUREST, Evidence, Logistic, fit_logistic
from bot.matching.decide import Bands, Policy, Rehearsal, balance, curve, set_bands
from bot.matching.report import FitReport, tally

# What separates phrases from complaints: authors write phrases to differ from each other, and strangers come with nearer troubles
# than those of a flow that was left out. The log-odds are multiplied, and something added, as 482 complaints to other
# companies ask for, with the lexical tier alone and with both.
LEXICAL, BOTH = (1.5, -0.3), (1.2, -0.55)
_PRECISIONS = (0.75, 0.80, 0.85, 0.90, 0.95)


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Phrases judged as if unseen.

    Attributes:
        evidence: what spoke for the best flow of each; texts of them.
        flow: the flow that each belongs to; shape (texts,).
        left_out: whether its whole flow was left out; shape (texts,).
    """

    evidence: Evidence
    flow: Ints
    left_out: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Fitted; make one with `fit`."""

    in_scope: Logistic
    right: Logistic
    bands: Bands
    report: FitReport

    @classmethod
    def fit(
        cls,
        trials: Sequence[Trial],
        flows: Sequence[str],
        reject: int | None,
        policy: Policy,
        plainness: tuple[float, float],
    ) -> Judge:
        """Fit on trials.

        Args:
            trials: at least one text in all.
            flows: the names of the flows.
            reject: the number of the reject class, or None.
            policy: what the bands are set for.
            plainness: slope and shift from the log-odds of phrases to those of complaints.
        """
        features = np.concatenate([trial.evidence.features for trial in trials])
        every = np.concatenate([trial.evidence.all for trial in trials])
        taken = np.concatenate([trial.evidence.flow for trial in trials])
        flow = np.concatenate([trial.flow for trial in trials])
        left_out = np.concatenate([trial.left_out for trial in trials])
        proper = ~left_out & (flow != reject)
        right = proper & (taken == flow)
        kinds = np.where(
            left_out, 1.0 / max(int(left_out.sum()), 1), 1.0 / max(int((~left_out & ~proper).sum()), 1)
        )
        weight = balance(np.where(proper, 1.0, kinds), proper, policy.out_of_scope_share)
        in_scope = fit_logistic(every, proper, weight)
        is_right = fit_logistic(features, right, weight).rescaled(*plainness)
        rehearsal = Rehearsal(
            in_scope=in_scope.probability(every),
            confidence=is_right.probability(features),
            proper=proper,
            weight=weight,
        )
        bands = set_bands(rehearsal, policy)
        accuracy, by_flow, confusions = tally(
            [
                (flows[at], flows[to])
                for at, to in zip(flow[proper].tolist(), taken[proper].tolist(), strict=True)
            ]
        )
        report = FitReport(
            judged=int(proper.sum()),
            accuracy=accuracy,
            by_flow=by_flow,
            confusions=confusions,
            bands=bands,
            curve=curve(rehearsal, policy, _PRECISIONS),
        )
        return cls(in_scope=in_scope, right=is_right, bands=bands, report=report)

    def hear(self, evidence: Evidence) -> tuple[float, float]:
        """The probability that any flow is for the one text of the evidence, and that its best flow is right."""
        in_scope = min(float(self.in_scope.probability(evidence.all)[0]), SUREST)
        return in_scope, min(float(self.right.probability(evidence.features)[0]), in_scope)
