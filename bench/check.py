"""
What `sparekey check` costs as content grows: the shipped flows once, twice, four and eight times side by side.

A copy has its own flows, which run each other; the articles and the engine's own words are shared. Each size is measured
beside the base in the same minutes; processor time, the garbage collector included.
"""

from __future__ import annotations

import argparse
import time
from dataclasses import replace

from bot.content.draft import Draft
from bot.content.load import load
from bot.content.paths import content_folders
from bot.content.rules import check
from bot.core.catalog import Catalog
from bot.core.flow import Flow, Run
from bot.proof.prove import prove


def copies(draft: Draft, number: int) -> Draft:
    """The same content with each flow so many times."""
    return replace(draft, catalog=_times(draft.catalog, number))


def _times(catalog: Catalog, number: int) -> Catalog:
    flows, texts = dict(catalog.flows), dict(catalog.texts)
    for copy in range(1, number):
        for flow in catalog.flows.values():
            if not flow.small_talk:
                flows[_name(flow.id, copy)] = _renamed(flow, copy)
        for (language, flow_id), words in catalog.texts.items():
            title = f"{copy}. {words.title}"
            texts[language, _name(flow_id, copy)] = replace(words, flow=_name(flow_id, copy), title=title)
    return replace(catalog, flows=flows, texts=texts)


def _renamed(flow: Flow, copy: int) -> Flow:
    states = {
        name: replace(state, flow=_name(state.flow, copy)) if isinstance(state, Run) else state
        for name, state in flow.states.items()
    }
    return replace(flow, id=_name(flow.id, copy), states=states)


def _name(flow: str, copy: int) -> str:
    return f"{flow}_{copy}"


def measure(draft: Draft) -> tuple[float, float, int]:
    """Seconds of the rules, seconds of the proof, steps of the proof."""
    began = time.process_time()
    check(draft)
    ruled = time.process_time()
    proof = prove(draft)
    return ruled - began, time.process_time() - ruled, proof.steps


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.check", description=__doc__)
    parser.add_argument("--copies", type=int, nargs="+", default=[1, 2, 4, 8])
    draft = load(*content_folders()).draft
    if draft is None:
        raise SystemExit("The content cannot be read: see `sparekey check`.")
    measure(draft)  # the first time pays for what is loaded and compiled once
    for number in parser.parse_args().copies:
        rules, proof, steps = measure(draft)
        many_rules, many_proof, many_steps = measure(copies(draft, number))
        print(
            f"{number} x {len(draft.catalog.flows)} flows: rules {many_rules:.1f} s, {many_rules / rules:.1f} of the base;"
            f" proof {many_proof:.1f} s, {many_proof / proof:.1f} of the base;"
            f" {many_steps:,} steps, {many_steps / steps:.1f} of the base",
            flush=True,
        )


if __name__ == "__main__":
    main()
