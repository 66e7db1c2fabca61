"""The diagram has one box a state and one arrow a way, and nothing of a text can break out of its label."""

from __future__ import annotations

import re
from pathlib import Path

from bot.content.edges import edges
from bot.content.graph import mermaid
from bot.content.load import load_or_raise
from tests.content.clean import FILES, write

NODE = re.compile(r'  s\d+(?:\{\{"[^"]*"\}\}|\{"[^"]*"\}|\[\["[^"]*"\]\]|\(\["[^"]*"\]\)|\["[^"]*"\])')
ARROW = re.compile(r'  (?:start|s\d+) -->(?:\|"[^"]+"\|)? s\d+')


def test_every_state_is_a_box_and_every_way_an_arrow(tmp_path: Path) -> None:
    catalog = load_or_raise(*write(tmp_path))
    for flow in catalog.flows.values():
        first, start, *lines = mermaid(flow, catalog.texts["en", flow.id]).splitlines()
        assert (first, start) == ("flowchart TD", "  start((start))")
        boxes = [line for line in lines if NODE.fullmatch(line)]
        arrows = [line for line in lines if ARROW.fullmatch(line)]
        assert len(boxes) + len(arrows) == len(lines)
        assert len(boxes) == len(flow.states)
        assert len(arrows) == 1 + sum(len(edges(state)) for state in flow.states.values())


def test_labels_are_the_words_of_the_language_or_ids(tmp_path: Path) -> None:
    catalog = load_or_raise(*write(tmp_path))
    flow = catalog.flows["lost_code"]
    assert '-->|"Yes, it counts down"| s2' in mermaid(flow, catalog.texts["en", "lost_code"])
    assert '-->|"started"| s2' in mermaid(flow)
    assert 's5["' not in mermaid(flow)
    assert '  s5{{"patience<br>wait: sms#95;patience"}}' in mermaid(flow)


def test_signs_of_mermaid_are_escaped(tmp_path: Path) -> None:
    nasty = 'x"]; click s0 <b>#quot; | end'
    path = "flows/en/lost_code.yaml"
    files = {**FILES, path: FILES[path].replace('"Nothing happened"', f"'{nasty}'")}
    catalog = load_or_raise(*write(tmp_path, files))
    drawn = mermaid(catalog.flows["lost_code"], catalog.texts["en", "lost_code"])
    (line,) = [line for line in drawn.splitlines() if "click" in line]
    assert ARROW.fullmatch(line)
    assert '|"x#34;#93;#59; click s0 #60;b#62;#35;quot#59; #124; end"|' in line
