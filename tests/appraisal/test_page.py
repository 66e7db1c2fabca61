"""The page stands alone, escapes what people wrote, and is written whole or not at all."""

from __future__ import annotations

import re
import stat
from html.parser import HTMLParser
from pathlib import Path

import pytest

from bot.appraisal.page import matrix, page, write_page
from bot.errors import ConfigError
from bot.matching.evaluate import Evaluation

_VOID = {"meta", "br"}


class _Reader(HTMLParser):
    """Follows the elements of a page: what is open, what was there, what it refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.seen: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.seen.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag, self.getpos()

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.fixture(scope="module")
def read(found: Evaluation) -> _Reader:
    reader = _Reader()
    reader.feed(page(found, "complaints <1>.jsonl"))
    reader.close()
    assert reader.open == []
    return reader


def test_it_needs_nothing_else(found: Evaluation, read: _Reader) -> None:
    assert not {tag for tag, _ in read.seen} & {"script", "link", "img", "iframe", "object", "form"}
    assert not any(
        name in ("src", "href") or name.startswith("on") for _, attributes in read.seen for name in attributes
    )
    assert not re.search(r"url\(|@import|https?://", page(found, "x"))


def test_what_people_wrote_is_text(found: Evaluation, read: _Reader) -> None:
    assert "<script>alert('x')</script> & see [2J you tomorrow" in read.text
    assert "<b>zh</b>" in read.text
    assert "<i>greeting</i>" in read.text
    assert "complaints <1>.jsonl" in read.text
    assert not {"b", "i", "script"} & {tag for tag, attributes in read.seen if "class" not in attributes}
    document = page(found, "x")
    assert "\x1b" not in document
    assert "\u202e" not in document


def test_every_picture_has_a_title_and_a_description(read: _Reader) -> None:
    pictures = [attributes for tag, attributes in read.seen if tag == "svg"]
    ids = [attributes["id"] for _, attributes in read.seen if "id" in attributes]
    assert len(pictures) == 3
    assert len(ids) == len(set(ids))
    for picture in pictures:
        assert picture["role"] == "img"
        assert set((picture["aria-labelledby"] or "").split()) <= set(ids)


def test_every_table_has_heads_and_can_be_scrolled_with_the_keyboard(read: _Reader) -> None:
    scrolled = [attributes for tag, attributes in read.seen if attributes.get("class") == "scroll"]
    assert len(scrolled) == sum(tag == "table" for tag, _ in read.seen)
    assert all(
        each["tabindex"] == "0" and each["role"] == "region" and each["aria-label"] for each in scrolled
    )
    assert all("scope" in attributes for tag, attributes in read.seen if tag == "th")


def test_every_mark_stands_inside_its_picture(found: Evaluation, nothing: Evaluation) -> None:
    for document in (page(found, "x"), page(nothing, "x")):
        assert "nan" not in document
        for high, drawing in re.findall(r'(?s)<svg viewBox="0 0 400 (\d+)"(.*?)</svg>', document):
            places = [
                tuple(map(float, place.split(",")))
                for points in re.findall(r'points="([^"]*)"', drawing)
                for place in points.split()
            ]
            assert all(0 <= x <= 400 and 0 <= y <= int(high) for x, y in places)
            assert all(0 <= float(y) <= int(high) for y in re.findall(r' y="([\d.-]+)"', drawing))


def test_the_matrix_has_every_text_once(found: Evaluation) -> None:
    shown = matrix(found)
    assert [label for label, _ in shown.labels] == ["thanks", "human", "upset", "out_of_scope"]
    assert shown.taken_for[-1] == "turned_away"
    for (_, rows), cells in zip(shown.labels, shown.cells, strict=True):
        assert sum(cell.rows for cell in cells) == rows
        assert sum(cell.share for cell in cells) == pytest.approx(1.0)


# Contrast: WCAG 2.2, 1.4.3 (writing 4.5) and 1.4.11 (marks 3), on both screens.


def _palettes(document: str) -> list[dict[str, tuple[float, ...]]]:
    light, dark = re.findall(r":root \{([^}]*--paper[^}]*)\}", document)
    return [
        {
            name: tuple(int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
            for name, colour in re.findall(r"--(\w+): (#\w{6})", part)
        }
        | {
            name: tuple(int(each) / 255 for each in colour.split())
            for name, colour in re.findall(r"--(\w+): (\d+ \d+ \d+)", part)
        }
        for part in (light, dark)
    ]


def _contrast(one: tuple[float, ...], other: tuple[float, ...]) -> float:
    def luminance(colour: tuple[float, ...]) -> float:
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in colour]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    dark, light = sorted((luminance(one), luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("screen", [0, 1], ids=["light", "dark"])
def test_the_writing_stands_out_on_both_screens(found: Evaluation, screen: int) -> None:
    palette = _palettes(page(found, "x"))[screen]
    for ink in ("ink", "soft"):
        for ground in ("paper", "card"):
            assert _contrast(palette[ink], palette[ground]) >= 4.5, (ink, ground)
    for shade in ("shade", "alarm"):  # at its deepest: .56 of it over the paper
        mixed = tuple(0.56 * a + 0.44 * b for a, b in zip(palette[shade], palette["paper"], strict=True))
        assert _contrast(palette["ink"], mixed) >= 4.5, shade
    for mark in ("right", "wrong"):
        assert _contrast(palette[mark], palette["paper"]) >= 3.0, mark
    assert _contrast(palette["right"], palette["offered"]) >= 2.5


# Writing the file


def test_the_page_replaces_the_old_one_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    file.write_text("old", "utf-8")
    write_page("new \ud800", file)
    assert file.read_text("utf-8") == "new ?"
    assert list(tmp_path.iterdir()) == [file]
    plain = tmp_path / "plain"
    plain.touch()
    assert stat.S_IMODE(file.stat().st_mode) == stat.S_IMODE(plain.stat().st_mode)


def test_a_place_that_cannot_be_written_is_named_and_stays_as_it_is(tmp_path: Path) -> None:
    for path in (tmp_path / "no" / "report.html", tmp_path):
        with pytest.raises(ConfigError, match=f"--report: cannot write {re.escape(str(path))}: "):
            write_page("new", path)
    assert list(tmp_path.iterdir()) == []
    assert not list(tmp_path.parent.glob(f".{tmp_path.name}.*"))
