"""Texts with holes: strict, sandboxed, never over the limit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.texts import LANGUAGE, MAX_TEXT, OWN_CLOCK, Text, cut, duration_in_words, length

ESCAPE_ATTEMPTS = [
    "{{ ''.__class__.__mro__ }}",
    "{{ facts.__init__.__globals__ }}",
    "{{ cycler.__init__ }}",
    "{{ range(1000000000) }}",
    "{{ lipsum() }}",
    "{{ self.__init__ }}",
    "{% include 'x' %}",
    "{{ facts.pop('a') }}",
    "{{ 'a'.format_map({}) ~ ''.__doc__.__len__.__self__.__class__ }}",
]


@pytest.mark.parametrize("source", ESCAPE_ATTEMPTS)
def test_the_sandbox_is_not_left(source: str) -> None:
    with pytest.raises(ValueError):
        print(Text.parse(source).render({"facts": {"a": "b"}}))


def test_an_undefined_name_is_a_fault_and_not_an_empty_string() -> None:
    with pytest.raises(ValueError, match="never_set"):
        Text.parse("{{ never_set }}").render({})


def test_what_a_person_typed_is_never_a_template() -> None:
    assert Text.parse("{{ name }}").render({"name": "{{ 7 * 7 }} {% raw %}"}) == "{{ 7 * 7 }} {% raw %}"


def test_a_text_without_holes_keeps_its_source() -> None:
    assert Text.parse("  plain } words\n").render({}) == "plain } words"


def test_a_text_knows_the_names_it_uses() -> None:
    assert Text.parse("{{ a.b }}{% if c %}{{ d | clock }}{% endif %}").names == {"a", "c", "d"}


def test_a_text_that_cannot_be_rendered_still_has_its_bare_words() -> None:
    assert Text.parse("Wait {{ never_set }} please{% if x %}!{% endif %}").bare() == "Wait please!"


def test_the_clock_says_its_zone() -> None:
    at = datetime(2026, 11, 25, 14, 2, tzinfo=UTC)
    assert (
        Text.parse("{{ at | clock }}, {{ at | day }}").render({"at": at})
        == "14:02 UTC, Wed 25 Nov 2026, 14:02 UTC"
    )


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0, "1 second"), (1, "1 second"), (59, "59 seconds"), (60, "1 minute"), (61, "61 seconds"), (119, "119 seconds"),
     (120, "2 minutes"), (121, "3 minutes"), (3600, "1 hour"), (7201, "3 hours"), (86_400, "24 hours"), (172_801, "3 days")],
)  # fmt: skip
def test_a_wait_is_never_promised_too_short(seconds: int, words: str) -> None:
    assert duration_in_words(timedelta(seconds=seconds), "en") == words


@given(
    st.timedeltas(min_value=timedelta(), max_value=timedelta(days=400)),
    st.sampled_from(["en", "zh", "fr", "xx"]),
)
def test_every_duration_has_words(span: timedelta, language: str) -> None:
    assert duration_in_words(span, language)


@given(st.text())
def test_length_is_what_telegram_counts(text: str) -> None:
    assert length(text) == len(text.encode("utf-16-le", "surrogatepass")) // 2


@pytest.mark.parametrize(
    "said", ["word " * 2000, "😀" * 5000, "a line\n" * 1500, ("p" * 900 + "\n\n") * 12, "x" * 9000, "short"]
)
def test_a_long_text_is_cut_where_it_hurts_least_and_nothing_of_it_is_lost(said: str) -> None:
    parts = cut(said)
    assert all(0 < length(part) <= MAX_TEXT for part in parts)
    assert "".join("".join(parts).split()) == "".join(said.split())
    if " " in said.strip() or "\n" in said.strip():
        assert {word for part in parts for word in part.split()} == set(said.split())


@pytest.mark.parametrize(
    ("language", "says"),
    [
        ("en", "Sun 1 Nov 2026, 14:02 your time"),
        ("fr", "1er novembre 2026 à 14:02 (votre heure)"),
        ("zh", "2026 年 11 月 1 日 14:02（您的时间）"),
        ("tr", "Sun 1 Nov 2026, 14:02 your time"),
    ],
)
def test_a_day_is_written_in_the_manner_of_the_language(language: str, says: str) -> None:
    at = datetime(2026, 11, 1, 14, 2, tzinfo=timezone(timedelta(hours=8), OWN_CLOCK))
    assert Text.parse("{{ at | day }}").render({"at": at, LANGUAGE: language}) == says
