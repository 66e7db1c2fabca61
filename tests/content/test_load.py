"""Clean files become the objects that the engine runs on, from the right folder, under one fingerprint."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

import bot
from bot.content.load import load, load_or_raise
from bot.content.paths import content_folders
from bot.core.flow import Ask, Branch, Call, Collect, End, HandOffState, Run, Say, TryArticles, Wait
from bot.core.vocabulary import Outcome, Priority, Word
from tests.content.clean import FILES, write


def test_every_kind_of_state_is_built_with_its_line(tmp_path: Path) -> None:
    catalog = load_or_raise(*write(tmp_path))
    flow = catalog.flows["lost_code"]
    assert (flow.path, flow.start, flow.menu, flow.failing) == ("flows/lost_code.yaml", "tapped", 1, "phone")
    assert flow.states["tapped"] == Ask(
        id="tapped", line=7, choices={"started": "number", "nothing": "page"}, tries=3, give_up="number"
    )
    assert flow.states["page"] == TryArticles(
        id="page", line=10, topic="page", solved="thanks", exhausted="number", batch=3
    )
    assert flow.states["number"] == Collect(
        id="number",
        line=14,
        slot="phone",
        next="diagnose",
        choices={"skip": "platform"},
        at_most=3,
        then="platform",
    )
    branch = flow.states["diagnose"]
    assert isinstance(branch, Branch)
    assert [(condition.source, target) for condition, target in branch.cases] == [
        ("phone.fixable and tapped == 'started'", "show_fix")
    ]
    assert branch.otherwise == "platform"
    assert flow.states["patience"] == Wait(
        id="patience", line=27, duration="sms_patience", next="platform", choices={"arrived": "thanks"}
    )
    assert flow.states["fresh_code"] == Run(
        id="fresh_code", line=34, flow="send_code", results={"solved": "thanks", "not_solved": "hand_over"}
    )
    assert flow.states["thanks"] == Say(id="thanks", line=37, next="solved")
    assert flow.states["solved"] == End(id="solved", line=39, result="solved")
    assert flow.states["hand_over"] == HandOffState(
        id="hand_over", line=41, reason="lost_code", priority=Priority.URGENT
    )
    call = catalog.flows["send_code"].states["send"]
    assert isinstance(call, Call)
    assert call.arguments == {"channel": "sms", "purpose": "login"}
    assert call.outcomes[Outcome.UNKNOWN] == "coming"
    assert len(call.outcomes) == 9


def test_words_articles_and_the_service_are_built(tmp_path: Path) -> None:
    catalog = load_or_raise(*write(tmp_path))
    texts = catalog.texts["en", "lost_code"]
    assert texts.title == "The code does not arrive"
    assert len(texts.phrases) == 30
    assert texts.states["platform"].choices == {"iphone": "iPhone", "android": "Android"}
    assert catalog.repair["fr"].words[Word.STOP] == ("word stop fr",)
    assert catalog.none_phrases["en"][:2] == ("what is the weather", "buy shoes")
    article = catalog.articles["reload_page"]
    assert (article.topics, article.order, article.review_by) == (("page",), 10, date(2027, 5, 31))
    assert article.when is not None
    assert article.when.holds({"tapped": "nothing"})
    assert sorted(article.texts) == ["en", "fr"]
    service = catalog.service
    assert service.facts["lifetime"].value == timedelta(minutes=10)
    assert service.facts["spare_ways"].value == ("e-mail", "app")
    assert (service.ladder, service.ladder_pause) == (
        (timedelta(minutes=1), timedelta(minutes=2)),
        timedelta(days=1),
    )
    assert service.hours.week == {0: ((time(9), time(12)), (time(13), time.max))}
    assert service.hours.open_at(datetime(2026, 11, 23, 8, 30, tzinfo=UTC))
    assert not service.hours.open_at(datetime(2026, 11, 23, 11, 30, tzinfo=UTC))
    assert catalog.menu() == ("lost_code",)


def test_the_fingerprint_changes_with_every_byte_and_name_and_with_nothing_else(tmp_path: Path) -> None:
    def fingerprint(name: str, files: dict[str, str]) -> str:
        return load_or_raise(*write(tmp_path / name, files)).fingerprint

    first = fingerprint("a", FILES)
    assert first == fingerprint("b", dict(reversed(FILES.items())))
    assert len(first) == 64
    changed = {**FILES, "flows/greeting.yaml": FILES["flows/greeting.yaml"] + "# more\n"}
    assert first != fingerprint("c", changed)


def test_a_folder_of_the_operator_goes_before_the_shipped_one() -> None:
    root = Path(bot.__file__).parent.parent
    assert content_folders("/srv/flows", None) == (Path("/srv/flows"), root / "knowledge")
    assert content_folders("", "/srv/knowledge") == (root / "flows", Path("/srv/knowledge"))


def test_content_packed_into_the_package_goes_before_the_repository(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "bot/_data/flows").mkdir(parents=True)
    monkeypatch.setattr(bot, "__file__", str(tmp_path / "bot/__init__.py"))
    assert content_folders() == (tmp_path / "bot/_data/flows", tmp_path / "knowledge")


def test_text_in_the_place_of_content_is_reported_and_not_raised(tmp_path: Path) -> None:
    loaded = load(*write(tmp_path, {"flows/a.yaml": "x", "knowledge/service.yaml": "y"}))
    assert loaded.catalog is None
    assert [problem.path for problem in loaded.problems] == ["flows/a.yaml", "knowledge/service.yaml"]
