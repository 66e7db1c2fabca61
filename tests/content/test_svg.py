"""The SVG stands alone, says everything to a screen reader, and lets nothing of a text out of its place."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree as ET

from bot.content.drawing.picture import Look, picture
from bot.content.drawing.svg import svg
from bot.content.load import load_or_raise
from tests.content.clean import FILES, write

SVG = "{http://www.w3.org/2000/svg}"


def drawn(tmp_path: Path, files: dict[str, str] | None = None, language: str = "en") -> str:
    catalog = load_or_raise(*write(tmp_path, files))
    return svg(picture(catalog.flows["lost_code"], catalog, language))


def boxes(document: str) -> dict[str, ET.Element]:
    root = ET.fromstring(document)  # noqa: S314 - our own
    found = (group for group in root.iter(f"{SVG}g") if group.get("id"))
    return {str(group.get("id")): group for group in found}


def test_every_state_is_a_box_with_its_words(tmp_path: Path) -> None:
    found = boxes(drawn(tmp_path))
    assert len(found) == FILES["flows/lost_code.yaml"].count("\n  ") - FILES["flows/lost_code.yaml"].count(
        "\n   "
    )
    texts = [text.text for text in found["tapped"].iter(f"{SVG}text")]
    assert texts[:2] == ["▼ start", "tapped"]
    assert "Yes, it counts down" in texts
    assert found["hand_over"].get("class") == "box hand_off"


def test_a_screen_reader_hears_title_words_and_ways(tmp_path: Path) -> None:
    document = drawn(tmp_path)
    root = ET.fromstring(document)  # noqa: S314 - our own
    named = {element.get("id"): element.text for element in root if element.get("id")}
    assert root.get("aria-labelledby") == "title desc"
    assert named["title"] == "The code does not arrive"
    assert str(named["desc"]).startswith("Flow lost_code: ")
    spoken = boxes(document)["tapped"].get("aria-label")
    assert spoken is not None
    assert "Did a countdown start" in spoken
    assert "Yes, it counts down: to number" in spoken


def test_the_file_needs_no_other_and_runs_nothing(tmp_path: Path) -> None:
    document = drawn(tmp_path).replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(
        r"<script|<image|<foreignObject|href|@import|@font-face|url\(|https?://(?!help)", document
    )
    assert "prefers-color-scheme: dark" in document


def test_markup_in_a_text_stays_text(tmp_path: Path) -> None:
    nasty = '</text><script>alert("1")</script>&amp;'
    path = "flows/en/lost_code.yaml"
    files = {**FILES, path: FILES[path].replace('"Nothing happened"', f"'{nasty}'")}
    document = drawn(tmp_path, files)
    assert "<script" not in document
    spoken = boxes(document)["tapped"].get("aria-label")
    assert spoken is not None
    assert nasty in spoken


def test_the_legend_shows_what_occurs(tmp_path: Path) -> None:
    document = drawn(tmp_path)
    shown = [look for look in Look if f">{look}</text>" in document]
    assert shown == [Look.SAY, Look.QUESTION, Look.DECISION, Look.RUN, Look.HAND_OFF, Look.END]


def test_writing_and_lines_stand_out_in_both_schemes(tmp_path: Path) -> None:
    """Contrast by WCAG 2.2: 4.5 for writing (1.4.3), 3 for lines and borders (1.4.11)."""
    style = drawn(tmp_path).split("<style>")[1].split("</style>")[0]
    light, dark = (dict(re.findall(r"--([\w-]+): (#[0-9a-f]{6})", part)) for part in style.split("@media"))
    assert light.keys() == dark.keys()
    for colours in (light, dark):
        fills = [
            colours[name] for name in ("paper", "port", "say", "ask", "decide", "call", "run", "out", "end")
        ]
        lines = [colours[f"w{number}"] for number in range(7)] + [colours["bad"], colours["good"]]
        for fill in fills:
            assert contrast(colours["ink"], fill) >= 4.5
            assert contrast(colours["soft"], fill) >= 4.5, fill
        for line in lines:
            assert contrast(line, colours["paper"]) >= 3, line


def contrast(one: str, other: str) -> float:
    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def luminance(colour: str) -> float:
    parts = (int(colour[start : start + 2], 16) / 255 for start in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
