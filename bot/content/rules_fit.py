"""
Rules over what the fitted matcher makes of the phrases, each judged as if nobody had written it: every flow is understood.

The fit takes seconds, so these are asked for apart from the others.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.content.draft import Draft
from bot.content.problem import Problem
from bot.matching.decide import Policy
from bot.matching.report import FitReport

#: Share of a flow's unseen phrases below which it is mistaken. Of the shipped flows those of many words for one trouble have
#: .7 to .9, small talk .3 to .6.
UNDERSTOOD: Final = 0.35
#: The file that a fault of all phrases together is put down to, as there is no one file.
ALL_FLOWS: Final = "flows"


def advise_fit(draft: Draft, report: FitReport) -> tuple[Problem, ...]:
    """
    Say which flows the matcher does not understand.

    Args:
        draft: The content that it was fitted on.
        report: Of the matcher.

    Returns:
        Warnings, in the order of the flows' names.
    """
    return (*_unreachable(draft, report), *_mistaken(draft, report))


def _unreachable(draft: Draft, report: FitReport) -> Iterator[Problem]:
    """Some confidence is high enough to start a flow."""
    if report.judged and report.bands.high == 1.0:
        message = f"no confidence reaches a precision of {Policy().precision:.0%}, so no flow starts without a question"
        worst = [f"{one.flow!r} is taken for {one.taken_for!r}" for one in report.confusions[:2]]
        cure = f"Make the phrases of flows differ more{': ' if worst else ''}{', '.join(worst)}."
        yield draft.warning(ALL_FLOWS, (), message, cure, "unreachable")


def _mistaken(draft: Draft, report: FitReport) -> Iterator[Problem]:
    """What people write about a flow is taken for it, not for another."""
    for name, share in report.by_flow:
        others = [one for one in report.confusions if one.flow == name]  # the largest share first
        often = others[0].share if others else 0.0
        flow = draft.catalog.flows.get(name)
        if flow is None or (share >= UNDERSTOOD and share >= often):
            continue
        mostly = f", and {often:.0%} for {others[0].taken_for!r}" if others else ""
        message = f"only {share:.0%} of the unseen complaints of {name!r} are taken for it{mostly}"
        cure = "Write more phrases of it; `sparekey match --explain` shows what speaks for the other flow."
        yield draft.warning(flow.path, ("id",), message, cure, "mistaken")
