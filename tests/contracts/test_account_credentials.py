"""Who may call the account service: every part of a call is signed, for five minutes, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.adapters.accounts.credentials import (
    SIGNATURE,
    Call,
    SharedSecret,
    SignatureGuard,
    Token,
    TokenGuard,
)
from tests.contracts.account_worlds import TurnedClock

SECRET = "0123456789abcdef0123456789abcdef"
CALL = Call(method="POST", target="/base/resend-code", body=b'{"case": "c"}', key="k1")


@pytest.fixture
def clock() -> TurnedClock:
    return TurnedClock()


def signed(clock: TurnedClock, call: Call = CALL, secret: str = SECRET, **late: float) -> dict[str, str]:
    at = clock.now() - timedelta(**late)
    return {name.lower(): value for name, value in SharedSecret(secret).headers(call, at.timestamp()).items()}


def test_a_signature_is_of_the_documented_form(clock: TurnedClock) -> None:
    """By hand: HMAC-SHA-256 of the lines and the body, as OpenSSL computes it."""
    import hashlib
    import hmac
    import re

    header = signed(clock)[SIGNATURE.lower()]
    parts = re.fullmatch("t=(.*),n=(.*),v1=(.*)", header)
    assert parts
    t, n, v1 = parts.groups()
    assert int(t) == clock.now().timestamp()
    text = f'{t}\n{n}\nPOST\n/base/resend-code\nk1\n{{"case": "c"}}'
    assert v1 == hmac.new(SECRET.encode(), text.encode(), hashlib.sha256).hexdigest()


def test_a_call_is_admitted_once(clock: TurnedClock) -> None:
    guard, headers = SignatureGuard(SECRET, clock), signed(clock)
    assert [guard.admits(headers, CALL) for _ in range(3)] == [True, False, False]
    assert guard.admits(signed(clock), CALL)


def test_a_call_that_was_admitted_is_never_admitted_again(clock: TurnedClock) -> None:
    """Neither while it counts, nor after it was forgotten; also one from a clock that goes before ours."""
    for late in (0, 299, -299):
        guard, headers = SignatureGuard(SECRET, clock), signed(clock, seconds=late)
        assert guard.admits(headers, CALL)
        for _ in range(14):
            clock.turn(timedelta(minutes=1))
            assert guard.admits(signed(clock), CALL)
            assert not guard.admits(headers, CALL)


@pytest.mark.parametrize(
    "other",
    [{"method": "GET"}, {"target": "/base/find-ticket"}, {"body": b"{}"}, {"key": "k2"}, {"key": ""}],
    ids=str,
)
def test_a_changed_call_is_refused(clock: TurnedClock, other: dict[str, str]) -> None:
    guard, headers = SignatureGuard(SECRET, clock), signed(clock)
    assert not guard.admits(headers, replace(CALL, **other))  # type: ignore[arg-type]
    assert guard.admits(headers, CALL)


@pytest.mark.parametrize(("late", "admitted"), [(300, True), (301, False), (-300, True), (-301, False)])
def test_a_signature_counts_for_five_minutes(clock: TurnedClock, late: int, admitted: bool) -> None:
    assert SignatureGuard(SECRET, clock).admits(signed(clock, seconds=late), CALL) is admitted


def test_what_is_no_signature_is_refused(clock: TurnedClock) -> None:
    guard, right = SignatureGuard(SECRET, clock), signed(clock)[SIGNATURE.lower()]
    wrong = (
        "", "v1=", right + ",v1=00", right.upper(), right.replace("n=", "n=0"), right[:-1], right + " ", "\ud800", "٣",
        right.replace("t=", "t=+"),
    )  # fmt: skip
    for header in wrong:
        assert not guard.admits({SIGNATURE.lower(): header}, CALL)
    assert not guard.admits({}, CALL)
    assert not guard.admits(signed(clock, secret=SECRET[::-1]), CALL)
    assert guard.admits({SIGNATURE.lower(): right}, CALL)


def test_a_token_is_admitted_as_often_as_it_comes() -> None:
    headers = {name.lower(): value for name, value in Token("t0k3n").headers(CALL, 0).items()}
    assert [TokenGuard("t0k3n").admits(headers, CALL) for _ in range(2)] == [True, True]
    for header in ("Bearer t0k3", "Bearer t0k3n ", "t0k3n", "", "Bearer ü"):
        assert not TokenGuard("t0k3n").admits({"authorization": header}, CALL)


def test_no_secret_is_in_a_repr() -> None:
    assert SECRET not in repr(SharedSecret(SECRET)) + repr(Token(SECRET))
