"""The judge sees what it is there to see."""

from __future__ import annotations

from collections import Counter

import pytest

from tests.crash.ledger import Books, Call, Row
from tests.crash.oracle import Expected, Verdict, compare_calls, compare_replies

REPLIES = [
    ("a b c", "a b c", (0, 0, 0)),
    ("a b c", "a a b c", (0, 1, 0)),
    ("a b c", "a b b b c c", (0, 3, 0)),
    ("a b b c", "a b b c", (0, 0, 0)),
    ("a b b c", "a b b b c", (0, 1, 0)),
    ("a b c", "a b", (1, 0, 0)),
    ("a b c", "a c", (2, 0, 1)),
    ("a b c", "a b a c", (0, 0, 1)),
    ("a b c", "", (3, 0, 0)),
]


@pytest.mark.parametrize(("expected", "accepted", "figures"), REPLIES)
def test_replies_are_lost_doubled_or_out_of_order(
    expected: str, accepted: str, figures: tuple[int, int, int]
) -> None:
    verdict = Verdict()
    compare_replies(verdict, 1, expected.split(), accepted.split())
    assert (verdict.lost, verdict.doubled_replies, verdict.out_of_order) == figures
    assert bool(verdict.problems) == (figures[0] + figures[2] > 0)


CALLS = [
    ("k", "k", 0, 0, 0),
    ("k k", "k", 0, 1, 0),
    ("k x", "k", 0, 0, 1),
    ("k", "", 0, 0, 1),
    ("", "k", 0, 0, 1),
    ("", "k", 1, 0, 0),  # the kill came before the call was made, and the person was told that nobody knows
]


@pytest.mark.parametrize(("made", "answered", "unknown", "doubled", "problems"), CALLS)
def test_a_call_is_made_once_and_always_answered(
    made: str, answered: str, unknown: int, doubled: int, problems: int
) -> None:
    books = Books(
        calls=tuple(Call(key, "case", "{}", "resend_code") for key in made.split()),
        inbox=tuple(Row(f"{key}:r", 1, "", "done") for key in answered.split()),
    )
    verdict = Verdict(unknown_calls=unknown)
    compare_calls(verdict, books, Expected({}, {}, {"k": "resend_code"}, Counter()))
    assert (verdict.doubled_calls, len(verdict.problems)) == (doubled, problems)
