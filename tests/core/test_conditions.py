"""The language of `if` and `when`: small, total, and no way out of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.conditions import parse

SLOTS = {
    "platform": "iphone",
    "phone": {"fixable": True, "region": "IN", "line": None},
    "tries": 3,
    "country": None,
}

TRUE = [
    "platform == 'iphone'",
    "platform != 'android'",
    "phone.fixable",
    "phone.region in ['IN', 'SG']",
    "not phone.line",
    "phone.line == none",
    "country == none",
    "never_set == none",
    "tries >= 3 and tries < 4",
    "platform == 'android' or phone.region == 'IN'",
    "not (platform == 'android' and phone.fixable)",
    "platform not in ['android', 'other']",
    "true and not false",
]
FALSE = [
    "platform == 'android'",
    "not phone.fixable",
    "never_set",
    "never_set.attribute",
    "platform.attribute",
    "platform > 3",
    "never_set >= 1",
    "platform in 'iphone'",
    "platform == 'android' or platform == 'other' and phone.fixable",
]
ESCAPE_ATTEMPTS = [
    "__import__('os').system('id')",
    "platform.__class__.__mro__",
    "phone['fixable']",
    "().__class__",
    "lambda: 1",
    "platform == 'x' if tries else 'y'",
    "[x for x in phone]",
    "f'{platform}'",
    "platform; tries",
    "{{ platform }}",
    "eval('1')",
    "a.b.c",
    "1 + 1",
    "platform = 'iphone'",
    "`id`",
    'platform == "iphone"',
    "Platform == 'x'",
    "and",
    "not",
    "",
    "(((platform",
    "platform in [phone]",
    "(" * 40 + "platform" + ")" * 40,
    "not " * 40 + "platform",
    "platform == '" + "x" * 600 + "'",
]


@pytest.mark.parametrize("source", TRUE)
def test_a_true_condition_holds(source: str) -> None:
    assert parse(source).holds(SLOTS)


@pytest.mark.parametrize("source", FALSE)
def test_a_false_condition_does_not_hold_and_does_not_raise(source: str) -> None:
    assert not parse(source).holds(SLOTS)


@pytest.mark.parametrize("source", ESCAPE_ATTEMPTS)
def test_nothing_but_the_language_is_taken(source: str) -> None:
    with pytest.raises(ValueError):
        parse(source)


@given(st.text(max_size=200))
def test_any_text_is_a_condition_or_a_value_error(source: str) -> None:
    try:
        condition = parse(source)
    except ValueError:
        return
    assert condition.holds(SLOTS) in (True, False)


def test_names_tell_what_a_condition_reads() -> None:
    assert parse("a == 'x' and not b.c or d in ['e']").names() == {("a", None), ("b", "c"), ("d", None)}
