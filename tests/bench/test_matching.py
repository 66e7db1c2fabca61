"""The bench of the matching runs, names every peer or says that it is skipped, and computes its figures rightly."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from rapidfuzz import fuzz

from bench.matching import peers, public, start
from bench.matching.__main__ import main
from bench.matching.accuracy import auroc, turned_away
from bench.matching.hurried import KINDS
from bench.matching.public import Labelled
from bot.settings import Settings
from tests.content import clean

Report = dict[str, Any]


@pytest.fixture(name="report", scope="module")
def _report(tmp_path_factory: pytest.TempPathFactory) -> Report:
    if public.absent():
        pytest.skip("; ".join(public.absent()))
    file = tmp_path_factory.mktemp("bench") / "report.json"
    main(["--quick", "--only", "abc", "--json", str(file)])
    found: Report = json.loads(file.read_text(encoding="utf-8"))
    return found


def test_each_table_has_every_peer_that_runs_here(report: Report) -> None:
    names = [peer.name for peer in peers.peers()]
    *beside, _ = report["tables"]
    assert [[row[0] for row in table["rows"]] for table in beside] == [names] * 4
    assert report["skipped"] == list(peers.absent())


def test_every_figure_is_there(report: Report) -> None:
    accuracy, _, apart, noise, latency = report["tables"]
    assert len(accuracy["columns"]) == 1 + 3 * len(public.SHOTS)
    assert len(apart["columns"]) == 1 + 2 * len(public.SHOTS)
    assert noise["columns"] == ["", "clean", *KINDS]
    for table in (accuracy, apart, noise, latency):
        assert all(len(row) == len(table["columns"]) and None not in row for row in table["rows"])


def test_ours_beats_the_scorer_that_it_replaces(report: Report) -> None:
    """Even on the few texts of a quick run; a peer that answers nonsense would show here too."""
    rows = {row[0]: row[1:] for row in report["tables"][0]["rows"]}
    ours, theirs = rows["ours, words and letters"], rows["rapidfuzz WRatio, best"]
    assert all(a > b for a, b in zip(ours, theirs, strict=True))


def test_what_a_first_start_keeps_the_next_one_takes_up(tmp_path: Path) -> None:
    flows, knowledge = clean.write(tmp_path / "content")
    settings = Settings(flows_dir=flows, knowledge_dir=knowledge, cache_dir=tmp_path / "cache")
    with pytest.raises(SystemExit, match="start first"):
        start.next_start(settings)
    assert start.first_start(settings)["fit s"] > 0
    assert start.next_start(settings)["take up s"] > 0


def test_the_score_of_a_label_is_the_mean_of_its_best_phrases() -> None:
    phrases = [Labelled(text=text, label=label) for label, text in (("a", "x y"), ("a", "pq"), ("b", "x z"))]
    for best, first in ((1, "a"), (3, "b")):
        peer = peers.Fuzzy("", fuzz.ratio, best)
        peer.fit(phrases)
        (answer,) = peer.answer(["x y"])
        assert answer.labels[0] == first


def test_auroc_counts_pairs_and_a_tie_as_half() -> None:
    assert auroc(np.array([0.5, 0.9]), np.array([0.5, 0.1])) == 87.5


def test_the_bar_is_the_highest_that_keeps_enough() -> None:
    inside = np.arange(10) / 10
    assert turned_away(inside, np.array([0.05, 0.1, 0.2, 0.0]), kept=0.9) == 50.0
    assert turned_away(np.ones(10), np.ones(4), kept=0.9) == 0.0
