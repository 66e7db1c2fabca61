"""The diagram has one box a state and one arrow a way, and nothing of a text can break out of its label."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bot.cli import main
from bot.content.drawing.mermaid import mermaid
from bot.content.drawing.picture import picture
from bot.content.edges import edges
from bot.content.load import load_or_raise
from bot.core.catalog import Catalog
from bot.settings import VARIABLES
from tests.content.clean import FILES, write

NODE = re.compile(
    r'  s\d+(?:\{\{"[^"]*"\}\}|\{"[^"]*"\}|\[\["[^"]*"\]\]|\(\["[^"]*"\]\)|\["[^"]*"\]):::[a-z_]+'
)
ARROW = re.compile(r'  (?:start|s\d+) -->(?:\|"[^"]+"\|)? s\d+')
CLASS = re.compile(r"  classDef [a-z_]+ fill:#[0-9a-f]{6},stroke:#[0-9a-f]{6},color:#[0-9a-f]{6}")


def drawn(catalog: Catalog, flow: str, language: str = "en") -> str:
    return mermaid(picture(catalog.flows[flow], catalog, language))


def test_every_state_is_a_box_and_every_way_an_arrow(tmp_path: Path) -> None:
    catalog = load_or_raise(*write(tmp_path))
    for flow in catalog.flows.values():
        first, title, start, *lines = drawn(catalog, flow.id).splitlines()
        assert (first, start) == ("flowchart TD", "  start((start))")
        assert title == f"  accTitle: {catalog.texts['en', flow.id].title}"
        boxes = [line for line in lines if NODE.fullmatch(line)]
        arrows = [line for line in lines if ARROW.fullmatch(line)]
        classes = [line for line in lines if CLASS.fullmatch(line)]
        assert len(boxes) + len(arrows) + len(classes) == len(lines)
        assert len(boxes) == len(flow.states)
        assert len(arrows) == 1 + sum(len(edges(state)) for state in flow.states.values())
        assert {line.rsplit(":::")[1] for line in boxes} == {line.split()[1] for line in classes}


def test_labels_are_the_words_of_the_language(tmp_path: Path) -> None:
    catalog = load_or_raise(*write(tmp_path))
    assert '-->|"Yes, it counts down"| s2' in drawn(catalog, "lost_code")
    assert "Fr Did a countdown start" in drawn(catalog, "lost_code", "fr")
    assert '  s5{{"patience<br>wait: sms#95;patience<br>' in drawn(catalog, "lost_code")


def test_a_state_that_runs_a_flow_is_named_by_the_flow(tmp_path: Path) -> None:
    catalog = load_or_raise(*write(tmp_path))
    assert '[["fresh#95;code<br>run: send#95;code<br>A fresh code"]]:::run' in drawn(catalog, "lost_code")


def test_ways_of_the_engine_say_what_they_mean(tmp_path: Path) -> None:
    catalog = load_or_raise(*write(tmp_path))
    lines = drawn(catalog, "lost_code")
    assert '|"not understood 3 times"|' in lines
    assert '|"after 3 visits"|' in lines


def test_conditions_are_numbered_because_the_first_that_holds_is_taken(tmp_path: Path) -> None:
    catalog = load_or_raise(*write(tmp_path))
    (diagnose,) = [
        box for box in picture(catalog.flows["lost_code"], catalog, "en").boxes if box.id == "diagnose"
    ]
    assert [way.label for way in diagnose.ways] == ["1. phone.fixable and tapped == 'started'", "else"]


def test_holes_show_their_names(tmp_path: Path) -> None:
    catalog = load_or_raise(*write(tmp_path))
    words = {box.id: box.words for box in picture(catalog.flows["lost_code"], catalog, "en").boxes}
    assert words["patience"] == "Please wait ‹wait.length›, until ‹wait.at›."
    assert "{" not in words["show_fix"]


def test_signs_of_mermaid_are_escaped(tmp_path: Path) -> None:
    nasty = 'x"]; click s0 <b>#quot; | end'
    path = "flows/en/lost_code.yaml"
    files = {**FILES, path: FILES[path].replace('"Nothing happened"', f"'{nasty}'")}
    catalog = load_or_raise(*write(tmp_path, files))
    (line,) = [line for line in drawn(catalog, "lost_code").splitlines() if "click" in line]
    assert ARROW.fullmatch(line)
    assert '|"x#34;#93;#59; click s0 #60;b#62;#35;quot#59; #124; end"|' in line


@pytest.fixture
def clean(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The command works on clean content."""
    flows, knowledge = write(tmp_path / "content")
    monkeypatch.setenv(VARIABLES["flows_dir"], str(flows))
    monkeypatch.setenv(VARIABLES["knowledge_dir"], str(knowledge))


@pytest.mark.usefixtures("clean")
def test_the_command_draws_one_flow_or_writes_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["graph", "greeting", "--format", "svg", "--language", "fr"]) == 0
    assert 'lang="fr"' in capsys.readouterr().out
    assert main(["graph", "--all", str(tmp_path / "new")]) == 0
    assert {file.name for file in (tmp_path / "new").iterdir()} == {
        "lost_code.mmd",
        "send_code.mmd",
        "greeting.mmd",
    }
    assert main(["graph", "greeting", "--all", str(tmp_path), "--format", "svg"]) == 0
    assert (tmp_path / "greeting.svg").read_text("utf-8").endswith("</svg>\n")


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--format", "svg"], "an SVG shows one flow"),
        (["nothing"], "there is no flow 'nothing'. There are: greeting, "),
        (["greeting", "--language", "tlh"], "no language 'tlh'. There are: en, fr."),
        (["greeting", "--all", "/dev/null/x"], "cannot write to /dev/null/x: Not a directory."),
    ],
)
def test_wrong_usage_of_the_command_names_the_cure(
    arguments: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["graph", *arguments]) == 2
    assert says in capsys.readouterr().err
