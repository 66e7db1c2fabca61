"""Which language a message is in, and how sure that is."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.matching import identify
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
