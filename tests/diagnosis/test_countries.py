"""Answers to "which country is chosen?"."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.diagnosis.countries import NAMES, parse_country


@pytest.mark.parametrize(("text", "region"), [
    ("Taiwan", "TW"), ("台湾", "TW"), ("臺灣", "TW"), ("Taïwan", "TW"), ("TW", "TW"), ("+886", "TW"), ("886", "TW"),
    ("00886", "TW"), ("the +886 one", "TW"), ("Taiwan (+886)", "TW"), ("＋８８６", "TW"), ("it says Taiwan +886", "TW"),
    ("+1", "US"), ("+7", "RU"), ("+44", "GB"), ("Canada +1", "CA"), ("Kazakhstan +7", "KZ"), ("u.s.", "US"),
    ("Papua New Guinea", "PG"), ("Guinea", "GN"), ("Nigeria", "NG"), ("Niger", "NE"), ("Côte d’Ivoire", "CI"),
    ("我在中国大陆", "CN"), ("南苏丹", "SS"), ("印度尼西亚", "ID"), ("Việt Nam", "VN"), ("états-unis", "US"),
])  # fmt: skip
def test_a_named_country_is_read(text, region):
    assert parse_country(text) == region


@pytest.mark.parametrize("text", [
    "", "no", "NO", "in", "1", "7", "2 or 3", "France or Spain", "Taiwan +1", "+999", "Congo", "Korea", "error 404",
    "error 40", "0936130000", "+886936130000", "I do not know", "the first one", "00",
])  # fmt: skip
def test_an_unclear_answer_is_none(text):
    assert parse_country(text) is None


@pytest.mark.parametrize(("region", "names"), NAMES.items(), ids=NAMES)
def test_every_name_gives_its_region(region, names):
    assert {parse_country(name) for name in names.split("|")} == {region}
    assert len(names.split("|")) >= 3


def test_every_calling_code_gives_its_main_region():
    """Codes of no country give none."""
    for code, (main, *_) in phonenumbers.COUNTRY_CODE_TO_REGION_CODE.items():
        assert parse_country(f"+{code}") == (None if main == "001" else main)


@given(st.text(max_size=4096))
def test_any_text_is_answered(text):
    assert parse_country(text) is None or parse_country(text) in phonenumbers.SUPPORTED_REGIONS
