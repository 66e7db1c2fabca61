"""Which language a message is in, and how sure that is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching import Languages, identify
from bot.matching.language import LANGUAGES


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("I am not getting the code", "en"),
        ("我收不到验证码", "zh"),
        ("je ne reçois pas le code", "fr"),
        ("no me llega el mensaje con la clave", "es"),
        ("não recebo o código no celular", "pt"),
        ("ich bekomme keinen Code auf mein Handy", "de"),
        ("non ricevo il codice sul telefono", "it"),
        ("мне не приходит код", "ru"),
        ("мені не надходить код підтвердження", "uk"),
        ("telefonuma kod gelmiyor", "tr"),
        ("لا يصلني رمز التحقق", "ar"),
        ("کد تایید برای من نمی آید", "fa"),
        ("मुझे ओटीपी नहीं मिल रहा है", "hi"),
        ("saya tidak menerima kode", "id"),
        ("tôi không nhận được mã", "vi"),
        ("認証コードが届きません", "ja"),
        ("인증번호가 오지 않아요", "ko"),
        ("ไม่ได้รับรหัสยืนยัน", "th"),
        ("nie dostaję kodu na telefon", "pl"),
    ],
)
def test_each_language_is_told_from_the_others(text: str, language: str) -> None:
    found = identify(text, default="xx")
    assert found.language == language
    assert found.confidence >= 0.3


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("OTP nahi aa raha", "hi"),
        ("ne mogu voiti", "ru"),
        ("nao recebo o codigo", "pt"),
        ("khong nhan duoc ma", "vi"),
        ("sifremi unuttum", "tr"),
    ],
)
def test_a_language_typed_on_a_plain_latin_keyboard_is_recognised(text: str, language: str) -> None:
    assert identify(text).language == language


@pytest.mark.parametrize("text", ["", "ok", "2", "sms", "OTP", "👍", "+886 936 130 000", "...", "KuCoin"])
def test_a_text_that_shows_no_language_is_in_the_one_so_far(text: str) -> None:
    found = identify(text, default="tr")
    assert (found.language, found.confidence) == ("tr", 0.0)


def test_product_names_do_not_make_chinese_english() -> None:
    assert identify("Google Authenticator丢了").language == "zh"


def test_traditional_chinese_is_told_from_simplified() -> None:
    assert identify("手機收不到驗證碼").tag == "zh-Hant"
    assert identify("手机收不到验证码").tag == "zh"
    assert identify("手機收不到驗證碼").language == "zh"


@given(st.text())
def test_every_text_has_a_language_of_the_list_and_a_confidence(text: str) -> None:
    found = identify(text)
    assert found.language in LANGUAGES
    assert 0.0 <= found.confidence <= 1.0


_FEW = (
    ("nl", "ik krijg geen code op mijn telefoon"),
    ("nl", "mijn wachtwoord is vergeten en de code komt niet"),
    ("nl", "ik heb een nieuwe telefoon en krijg de code niet meer"),
)


def test_a_language_is_known_by_the_phrases_that_its_authors_write() -> None:
    text = "de code komt niet op mijn telefoon"
    assert identify(text).language != "nl"
    assert Languages.fit(_FEW).identify(text).language == "nl"


def test_the_order_of_the_phrases_does_not_matter() -> None:
    text = "geen code op telefoon"
    assert Languages.fit(_FEW).identify(text) == Languages.fit(_FEW[::-1]).identify(text)


@pytest.mark.parametrize("text", ["ana msh 3aref ad5ol 7sabi", "kelmet elser mesh 3arefha, nseet"])
def test_arabic_in_latin_letters_and_digits_is_recognised(text: str) -> None:
    assert identify(text).language == "ar"


def test_an_address_is_in_no_language() -> None:
    assert (
        identify("https://example.com/login?next=reset john.smith@example.com", default="tr").confidence
        == 0.0
    )


@pytest.mark.parametrize(
    "text",
    ["<img src=x onerror=alert(1)>", "<script>alert(1)</script>", "<b>hello</b>", "</div><!DOCTYPE html>"],
)
def test_markup_and_code_are_in_no_language(text: str) -> None:
    assert identify(text).language == "en"
    assert identify(f"{text} 收不到验证码(短信)").language == "zh"


def test_a_word_is_counted_once_a_text_with_all_its_letters() -> None:
    """What a whole word says is kept; it is what its parts say."""
    languages = Languages.fit([("en", "the code the code"), ("en", "a code"), ("fr", "le code")])
    for word in ("the", "code", "le"):
        kept = languages._of_words[languages._words[word]]
        assert kept == pytest.approx(languages._evidence((word,)))


def test_how_often_a_part_is_counted_does_not_depend_on_how_often_a_text_says_it() -> None:
    once, often = Languages.fit([("en", "zug bahn")]), Languages.fit([("en", "zug zug bahn zug")])
    assert once.identify("zug") == often.identify("zug")
    assert (once._weights == often._weights).all()
