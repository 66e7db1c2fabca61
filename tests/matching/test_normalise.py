"""Two texts that a person would call the same are the same tokens."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.chinese import TRADITIONAL, simplify
from bot.matching.normalise import MAX_TOKENS, NUMBER, normalise, sentences, tokenise


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("I can't log in", "i cannot log in"),
        ("I don’t get it", "i do not get it"),
        ("dont", "do not"),
        ("I won't", "i will not"),
        ("I'm locked out", "i am locked out"),
        ("je ne reçois pas", "JE NE RECOIS PAS"),
        ("khôngnhận được mã", "khongnhan duoc ma"),
        ("şifremi unuttum", "sifremi unuttum"),
        ("İPTAL", "iptal"),
        ("ещё раз", "еще раз"),
        ("не могу войти", "ne mogu voiti"),
        ("код не приходит", "kod ne prihodit"),
        ("手機收不到簡訊驗證碼", "手机收不到简讯验证码"),
        ("helloooo", "hello"),
        ("hello 😀👍", "hello"),
        ("code 123456", "code 42"),
        ("ＯＴＰ", "otp"),
        ("أنا", "انا"),
        ("مُحَمَّد", "محمد"),
        ("کد", "كد"),
    ],
)
def test_two_ways_to_write_the_same_are_the_same_tokens(one: str, other: str) -> None:
    assert tokenise(one) == tokenise(other)


def test_i_kratkoye_and_i_stay_one_letter_of_the_skeleton() -> None:
    """The skeleton is what people type, so й and и are both i; neither disappears as a stripped mark."""
    assert tokenise("мой") == ("moi",)


def test_vowel_signs_stay_inside_their_word() -> None:
    assert tokenise("मुझे ओटीपी नहीं मिला") == ("मुझे", "ओटीपी", "नहीं", "मिला")


def test_scripts_without_spaces_give_a_token_a_character() -> None:
    assert tokenise("sms收不到") == ("sms", "收", "不", "到")
    assert tokenise("コード") == ("コ", "ー", "ド")
    assert tokenise("รหัส")[0] == "ร"


def test_a_number_alone_is_one_token_but_a_word_with_a_digit_stays() -> None:
    assert tokenise("2fa 123 456") == ("2fa", NUMBER, NUMBER)


@given(st.text())
def test_any_text_gives_a_bounded_number_of_tokens_none_empty(text: str) -> None:
    once = tokenise(text)
    assert len(once) <= MAX_TOKENS
    assert all(once)


def test_only_so_many_characters_are_read() -> None:
    assert len(normalise("ab" * 4_000)) == 1_000


def test_sentences_without_a_word_do_not_count() -> None:
    assert sentences("Hi there. ... !!! 收不到。没有短信", most=3) == ("Hi there.", "收不到", "没有短信")


def test_the_table_changes_only_traditional_characters() -> None:
    assert all(simplify(char) != char for char in TRADITIONAL)
    assert simplify("收不到验证码 abc") == "收不到验证码 abc"
    assert all(simplify(simplify(char)) == simplify(char) for char in TRADITIONAL)
