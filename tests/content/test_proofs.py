"""What the proofs rest on: what a condition tells, what a slot can hold, what is set where."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.content.held import few_values, situations
from bot.content.implied import surely_named
from bot.content.known import known_slots
from bot.content.load import load
from bot.content.revealing import tells_of_account
from bot.core.conditions import parse
from tests.content.clean import write
from tests.content.reset import ALL


@pytest.mark.parametrize(
    ("condition", "behind", "otherwise"),
    [
        ("case != none", {"case"}, set()),
        ("case == none", set(), {"case"}),
        ("tapped == 'started'", {"tapped"}, set()),
        ("tapped != 'started'", set(), {"tapped"}),
        ("'phone' in lost", {"lost"}, set()),
        ("country in ['TW', 'VN']", {"country"}, set()),
        ("country in ['TW', none]", set(), set()),
        ("phone.fixable and case != none", {"phone", "case"}, set()),
        ("phone.fixable or case != none", set(), set()),
        ("phone.fixable or 'phone' in lost or phone.refused", set(), set()),
        ("not (case == none or lost == none)", {"case", "lost"}, set()),
        ("case == none or lost == none", set(), {"case", "lost"}),
        ("true", set(), set()),
    ],
)
def test_a_condition_tells_what_is_set_behind_it(
    condition: str, behind: set[str], otherwise: set[str]
) -> None:
    node = parse(condition).node
    assert surely_named(node, holds=True) == behind
    assert surely_named(node, holds=False) == otherwise


def test_what_a_condition_tells_is_true_in_every_situation() -> None:
    """The proof against the semantics: wherever a condition holds, what it tells is set."""
    sources = ["'a' in lost and not x == 'b'", "x == none or lost == none", "not (x == 'b' or case == none)"]
    few = {"lost": (("a",), ("b",), ("a", "b")), "x": ("a", "b")}
    for condition in map(parse, sources):
        seen = list(situations((condition,), few, frozenset()))
        assert len(seen) >= 6
        for slots in seen:
            holds = condition.holds(slots)
            assert all(slots.get(name) is not None for name in surely_named(condition.node, holds=holds))


def test_a_slot_that_is_set_for_certain_is_never_none() -> None:
    condition = parse("x == none")
    assert [slots["x"] for slots in situations((condition,), {"x": ("a",)}, frozenset({"x"}))] == ["a"]
    assert [slots["x"] for slots in situations((condition,), {"x": ("a",)}, frozenset())] == ["a", None]


def test_attributes_of_what_is_not_set_are_none() -> None:
    condition = parse("phone == none and phone.fixable")
    assert not any(condition.holds(slots) for slots in situations((condition,), {}, frozenset()))
    assert any(parse("phone == none").holds(slots) for slots in situations((condition,), {}, frozenset()))


def test_a_set_holds_any_of_its_members_and_what_is_noted(tmp_path: Path) -> None:
    draft = load(*write(tmp_path, ALL)).draft
    assert draft is not None
    few = few_values(draft.catalog.flows.values())
    assert few["lost"] == (("phone",), ("email",), ("phone", "email"))
    assert few["logged_in"] == ("yes", "no", "unsure")


def test_a_result_tells_the_caller_what_was_asked(tmp_path: Path) -> None:
    """Every way to `opened` has asked what is lost; the account's name is forgotten with the flow."""
    runs = "  done:\n    run: ask_all\n    results: {asked: fine}\n  fine:\n    end: solved"
    inner = "# x\nid: ask_all\ninternal: true\nstart: whose\nstates:\n  whose:\n    collect: identifier\n    next: seen\n"
    inner += "  seen:\n    ask: {a: asked}\n  asked:\n    end: asked\n"
    files = {**ALL, "flows/ask_all.yaml": inner}
    files["flows/new_phone.yaml"] = files["flows/new_phone.yaml"].replace("  done:\n    end: solved", runs)
    draft = load(*write(tmp_path, files)).draft
    assert draft is not None
    known = known_slots(draft)
    assert {"lost", "logged_in"} <= known["ask_all"]["whose"]
    assert "seen" in known["new_phone"]["fine"]
    assert "identifier" not in known["new_phone"]["fine"]


@pytest.mark.parametrize(
    "words",
    [
        "Your account exists.",
        "There is no account with this address.",
        "This number is not registered.",
        "Your account is already frozen.",
        "I could not find an account.",
        "It belongs to an account, so a code is on its way.",
        "Votre compte existe.",
        "Aucun compte avec cette adresse.",
        "Ce numéro n'est pas enregistré.",
        "Comme cela correspond à un compte, il part tout de suite.",
        "该账户不存在。",
        "您的账户已被冻结",
        "这个手机号未注册。",
        "找不到该账户",
        "因为它对应一个账户，验证码已发出。",
    ],
)
def test_a_text_that_tells_of_an_account_is_noticed(words: str) -> None:
    assert tells_of_account(f"Hello. {words}") == words.strip()


@pytest.mark.parametrize(
    "words",
    [
        "If this belongs to an account, a code is on its way.",
        "Is your number verified?",
        "As long as an account is frozen by its owner, it resets nothing.",
        "I may not say whether an account is restricted.",
        "Which account is the code for?",
        "Si cela correspond à un compte, il part vers le numéro.",
        "Votre numéro est-il vérifié ?",
        "如果它对应一个账户，验证码只会发到账户登记的号码。",
        "您自己冻结过这个账户吗？",
    ],
)
def test_a_text_that_leaves_it_open_is_not(words: str) -> None:
    assert tells_of_account(words) is None
