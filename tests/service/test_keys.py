"""The key of a call is its id, and always one that an account system takes."""

from __future__ import annotations

import re

from hypothesis import example, given
from hypothesis import strategies as st

from bot.adapters.accounts.wire import KEY_PATTERN
from bot.core.commands import CallBackend
from bot.service.account_system import key_of


def call(name: str) -> CallBackend:
    return CallBackend(id=name, operation="resend_code", arguments={})


def test_the_id_is_the_key() -> None:
    assert key_of(call("tg123456-789:0")) == "tg123456-789:0"


def test_the_id_that_a_timer_causes_is_too_long_and_has_a_key_of_its_own() -> None:
    """Written down, because two versions that run side by side must agree."""
    caused = "00fd077c43d4ce8f882731857ae054f6:security_incident.sim_now:1796055337.0:3"
    assert len(caused) > 64
    assert key_of(call(caused)) == "370b447989a02c7d87b157ad6067941865298420544dd470b8ff4bef2a978323"


@example("a space")
@example("x" * 65)
@given(st.text(min_size=1, max_size=200))
def test_every_key_is_one_of_the_contract_and_the_same_again(name: str) -> None:
    key = key_of(call(name))
    assert re.fullmatch(KEY_PATTERN, key)
    assert key == key_of(call(name))


@given(st.lists(st.text(min_size=1, max_size=120), unique=True, min_size=2, max_size=2))
def test_two_calls_have_two_keys(names: list[str]) -> None:
    assert key_of(call(names[0])) != key_of(call(names[1]))
