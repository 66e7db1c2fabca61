"""Typed answers, case codes, the ladder and opening hours: the small pure parts."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core import case_code
from bot.core.choices import pick, plain
from bot.core.commands import Choice
from bot.core.hours import Hours
from bot.core.ladder import next_code_at
from bot.core.vocabulary import Word

CHOICES = (
    Choice(id="started", label="Yes, it counts down"),
    Choice(id="nothing", label="I tapped, nothing happened"),
    Choice(id="unsure", label="I am not sure"),
)
YES_NO = (Choice(id="yes", label="是，已经到了"), Choice(id="no", label="没有"))


def nothing(_: str) -> Word | None:
    """No word is known."""
    return None


START = datetime(2026, 11, 25, 10, 0, tzinfo=UTC)
WAITS = tuple(timedelta(seconds=seconds) for seconds in (60, 120, 300, 900))
PAUSE = timedelta(hours=24)


@pytest.mark.parametrize(
    ("typed", "choice"),
    [
        ("1", "started"),
        (" 2. ", "nothing"),
        ("３", "unsure"),
        ("Yes, it counts down", "started"),
        ("YES IT COUNTS DOWN!", "started"),
        ("yes", "started"),
        ("nothing happened", "nothing"),
        ("not sure", "unsure"),
        ("I am not sure what you mean", None),
        ("unsure", "unsure"),
        ("4", None),
        ("0", None),
        ("12", None),
        ("²", "nothing"),
        ("", None),
        ("!!!", None),
        ("I", None),
        ("maybe", None),
    ],
)
def test_a_choice_is_typed_by_number_label_or_part(typed: str, choice: str | None) -> None:
    assert pick(typed, CHOICES, nothing) == choice


def test_words_for_yes_and_no_pick_the_choices_of_that_name() -> None:
    assert pick("嗯", YES_NO, {"嗯": Word.YES}.get) == "yes"
    assert pick("没", YES_NO, {"没": Word.NO}.get) == "no"
    assert pick("是", YES_NO, nothing) == "yes"


def test_another_word_for_yes_picks_the_label_that_begins_with_yes() -> None:
    words = {"yeah": Word.YES, "yes": Word.YES}
    assert pick("yeah", CHOICES, words.get) == "started"
    both = (Choice(id="a", label="Yes, by text"), Choice(id="b", label="Yes, by mail"))
    assert pick("yeah", both, words.get) is None


def test_an_answer_that_fits_two_choices_picks_none() -> None:
    twins = (Choice(id="a", label="Send by text message"), Choice(id="b", label="Wait for the text message"))
    assert pick("text message", twins, nothing) is None


@example("\uf93d")  # a compatibility form of a Traditional character
@given(st.text(max_size=300))
def test_any_text_is_a_choice_or_none(text: str) -> None:
    assert pick(text, CHOICES, nothing) in {None, "started", "nothing", "unsure"}
    assert plain(plain(text)) == plain(text)


@given(st.text())
def test_a_case_code_is_read_back_as_people_type_it(conversation: str) -> None:
    code = case_code.case_code(conversation)
    assert case_code.parse(code) == code
    assert case_code.parse(code.lower().replace("-", " ").replace("0", "o").replace("1", "l")) == code


@given(st.text(), st.integers(2, 11), st.sampled_from("0123456789ABCDEFGHJKMNPQRSTVWXYZ"))
def test_one_wrong_character_in_a_case_code_is_caught(conversation: str, place: int, wrong: str) -> None:
    code = case_code.case_code(conversation)
    typed = code[:place] + wrong + code[place + 1 :]
    if code[place] not in ("-", wrong):
        assert case_code.parse(typed) is None


@pytest.mark.parametrize("text", ["", "123456", "R-00000-00001", "G-123456", "R-7K3F9-QX2M", "hello world"])
def test_what_is_no_case_code_is_none(text: str) -> None:
    assert case_code.parse(text) is None


def test_the_ladder_grows_and_then_pauses() -> None:
    sends: list[datetime] = []
    assert next_code_at(sends, WAITS, PAUSE) is None
    waited = []
    for _ in range(5):
        at = next_code_at(sends, WAITS, PAUSE) or START
        sends.append(at)
        waited.append((next_code_at(sends, WAITS, PAUSE) or START) - at)
    assert waited == [*WAITS, PAUSE]


def test_codes_older_than_the_pause_do_not_count() -> None:
    assert next_code_at([START - PAUSE, START], WAITS, PAUSE) == START + WAITS[0]


HOURS = Hours(
    zone=ZoneInfo("Europe/Paris"),
    week={day: ((time(9), time(12)), (time(14), time(18))) for day in range(5)},
    closed=frozenset({date(2026, 12, 25)}),
)


@pytest.mark.parametrize(
    ("moment", "is_open", "opens"),
    [
        (datetime(2026, 11, 25, 9, 0, tzinfo=UTC), True, datetime(2026, 11, 25, 13, 0, tzinfo=UTC)),
        (datetime(2026, 11, 25, 11, 30, tzinfo=UTC), False, datetime(2026, 11, 25, 13, 0, tzinfo=UTC)),
        (datetime(2026, 11, 27, 18, 0, tzinfo=UTC), False, datetime(2026, 11, 30, 8, 0, tzinfo=UTC)),
        (datetime(2026, 12, 24, 18, 0, tzinfo=UTC), False, datetime(2026, 12, 28, 8, 0, tzinfo=UTC)),
        (datetime(2026, 7, 1, 7, 0, tzinfo=UTC), True, datetime(2026, 7, 1, 12, 0, tzinfo=UTC)),
    ],
)
def test_hours_are_kept_in_the_teams_zone(moment: datetime, is_open: bool, opens: datetime) -> None:
    assert HOURS.open_at(moment) is is_open
    assert HOURS.next_opening(moment) == opens


def test_a_team_that_never_opens_promises_nothing() -> None:
    assert Hours(zone=UTC, week={}).next_opening(START) is None
