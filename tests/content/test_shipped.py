"""The content that ships is clean and complete."""

from __future__ import annotations

from datetime import date

from bot.content.checks import check_content
from bot.content.drawing.mermaid import mermaid
from bot.content.drawing.picture import picture
from bot.content.paths import content_folders
from bot.content.problem import Severity
from bot.service.reading import Reader

#: Of the advice that phrases may be better than they are.
PHRASE_KINDS = {"thin", "unheard", "redundant", "astray"}


def test_the_shipped_content_has_no_error_and_nothing_but_advice_on_phrases() -> None:
    found = check_content(*content_folders(), today=date(2026, 11, 22))
    assert [str(problem) for problem in found if problem.kind not in PHRASE_KINDS] == []
    assert {problem.severity for problem in found} <= {Severity.WARNING}


def test_every_shipped_flow_can_be_drawn_in_every_language(reader: Reader) -> None:
    catalog = reader.catalog
    for language in catalog.service.languages:
        for flow in catalog.flows.values():
            drawn = mermaid(picture(flow, catalog, language))
            assert drawn.count("\n") > len(flow.states)
