"""The table of typed numbers: what each gives, code by code."""

import pytest

from bot.diagnosis.phone import Code, Line, PhoneDiagnosis, diagnose

SPACES, PLUS, PUNCT = Code.HAS_SPACES, Code.HAS_PLUS, Code.HAS_PUNCTUATION
CC, TRUNK_0 = Code.COUNTRY_CODE_INCLUDED, Code.TRUNK_PREFIX_0_TYPED
FIXED = Code.FIXED_LINE_NO_SMS
#: Findings about the characters typed: they may stand beside any others.
TYPING = {SPACES, PLUS, PUNCT, Code.NON_ASCII_DIGITS}

# row, typed, country, e164, sms, codes that must be there, further codes that may
ROWS = [
    ("1", "093613 0000", "TW", "+886936130000", True, {SPACES, TRUNK_0}, set()),
    ("2", "936130000", "TW", "+886936130000", True, set(), set()),
    ("3", "886936130000", "TW", "+886936130000", True, {CC}, set()),
    ("4", "8860936130000", "TW", "+886936130000", True, {CC, TRUNK_0}, set()),
    ("5", "+886 0936 130 000", "TW", "+886936130000", True, {PLUS, SPACES, CC, TRUNK_0}, set()),
    ("6", "+886886936130000", "TW", "+886936130000", True, {Code.COUNTRY_CODE_TWICE}, {CC}),
    ("7", "00886936130000", "TW", "+886936130000", True, {Code.IDD_PREFIX_TYPED, CC}, set()),
    ("8", "+886936130000", "US", "+886936130000", False, {Code.COUNTRY_DIFFERS_FROM_SELECTION}, {CC}),
    ("9", "93613000", "TW", None, False, {Code.RIGHT_LENGTH_BUT_NOT_IN_USE}, set()),
    ("10", "0223456789", "TW", "+886223456789", False, {FIXED}, {TRUNK_0}),
    ("11", "070 1012 3456", "TW", "+8867010123456", False, {Code.VOIP}, {TRUNK_0}),
    ("12", "０９３６１３００００", "TW", "+886936130000", True, {Code.NON_ASCII_DIGITS}, {TRUNK_0}),
    ("13", "936130000", None, None, False, {Code.COUNTRY_NOT_CHOSEN}, set()),
    ("14", "3123456789", "IT", "+393123456789", True, set(), set()),
    ("15", "03123456789", "IT", "+3903123456789", False, {Code.ZERO_IS_PART_OF_NUMBER, FIXED}, set()),
    ("16", "6 69812345", "IT", "+390669812345", False, {Code.LEADING_ZERO_MISSING}, {FIXED, Code.SAME_CODE_OTHER_REGION}),
    ("17", "+52 1 55 1234 5678", "MX", "+525512345678", True, {Code.MX_OLD_PREFIX}, {CC}),
    ("18", "044 55 1234 5678", "MX", "+525512345678", True, {Code.MX_OLD_PREFIX}, set()),
    ("19", "11 2345 6789", "AR", "+5491123456789", True, {Code.AR_MOBILE_NEEDS_9}, set()),
    ("20", "011 15 2345 6789", "AR", "+5491123456789", True, {TRUNK_0}, set()),
    ("21", "11 8765 4321", "BR", "+5511987654321", True, {Code.BR_NINTH_DIGIT_MISSING}, set()),
    ("22", "91234 5678", "BR", None, False, {Code.BR_AREA_CODE_MISSING}, set()),
    ("23", "+225 08 09 10 11", "CI", "+2250708091011", True, {Code.CI_8_DIGITS_PRE_2021}, {CC}),
    ("24", "97 12 34 56", "BJ", "+2290197123456", True, {Code.BJ_8_DIGITS_PRE_2024}, set()),
    ("25", "0168 123 4567", "VN", "+84381234567", True, {Code.VN_11_DIGIT_PRE_2018}, set()),
    ("26", "07911 123456", "GB", "+447911123456", True, {TRUNK_0, Code.SAME_CODE_OTHER_REGION}, set()),
    ("27", "+44 (0)7911 123456", "GB", "+447911123456", True, {PUNCT, TRUNK_0}, {CC, Code.SAME_CODE_OTHER_REGION}),
    ("28", "+44 7911 12345", "GB", None, False, {Code.RIGHT_LENGTH_BUT_NOT_IN_USE}, set()),
    ("29", "070 1234 5678", "GB", "+447012345678", False, {Code.PERSONAL_NUMBER}, {TRUNK_0}),
    ("30", "056 1234 5678", "GB", "+445612345678", False, {Code.VOIP}, {TRUNK_0}),
    ("31", "0151 23456789", "DE", "+4915123456789", True, {TRUNK_0}, set()),
    ("32", "4915123456789", "DE", "+494915123456789", False, {FIXED, Code.MAYBE_COUNTRY_CODE_INCLUDED}, set()),
    ("33", "8 912 345-67-89", "RU", "+79123456789", True, {Code.TRUNK_PREFIX_8_TYPED}, set()),
    ("34", "+8 912 345 67 89", None, None, False, {Code.UNKNOWN_COUNTRY_CODE}, {Code.TRUNK_PREFIX_8_TYPED}),
    ("35", "06 20 123 4567", "HU", "+36201234567", True, {Code.TRUNK_PREFIX_06_TYPED}, set()),
    ("36", "09123 4567", "HK", "+85291234567", True, {Code.EXTRA_ZERO_NOT_USED_HERE}, set()),
    ("37", "08123 4567", "SG", "+6581234567", True, {Code.EXTRA_ZERO_NOT_USED_HERE}, set()),
    ("38", "0612345678", "ES", "+34612345678", True, {Code.EXTRA_ZERO_NOT_USED_HERE}, set()),
    ("39", "0512345678", "PL", "+48512345678", True, {Code.EXTRA_ZERO_NOT_USED_HERE}, set()),
    ("40", "098765 43210", "IN", "+919876543210", True, {TRUNK_0}, set()),
    ("41", "13800138000", "CN", "+8613800138000", True, set(), set()),
    ("42", "13800138000", "TW", None, False, {Code.RIGHT_LENGTH_BUT_NOT_IN_USE, Code.VALID_IN_OTHER_COUNTRY}, set()),
    ("43", "0812-3456-789", "ID", "+628123456789", True, {PUNCT, TRUNK_0}, set()),
    ("44", "050-1234-5678", "JP", "+815012345678", False, {Code.VOIP}, {TRUNK_0}),
    ("45", "010-1234-5678", "KR", "+821012345678", True, {TRUNK_0}, set()),
    ("46", "050 123 4567", "AE", "+971501234567", True, {TRUNK_0}, set()),
    ("47", "061234567", "CG", "+242061234567", True, {Code.ZERO_IS_PART_OF_NUMBER}, set()),
    ("48", "06 03 12 34", "GA", "+24106031234", True, {Code.ZERO_IS_PART_OF_NUMBER}, set()),
    ("49", "555-0123", "US", None, False, {Code.AREA_CODE_MISSING}, set()),
    ("50", "011 886 936130000", "US", "+886936130000", False,
     {Code.IDD_PREFIX_TYPED, Code.COUNTRY_DIFFERS_FROM_SELECTION}, {CC}),
    ("51", "1-800-FLOWERS", "US", "+18003569377", False, {Code.HAS_LETTERS, Code.TOLL_FREE}, {CC}),
    ("52", "+1 900 555 1234", "US", "+19005551234", False, {Code.PREMIUM_RATE}, {CC}),
    ("53", "911", "US", None, False, {Code.SHORT_NUMBER}, set()),
    ("54", "2125550123456", "US", None, False, {Code.TOO_LONG}, set()),
    ("55", "+883 5100 12345678", None, "+883510012345678", False, {Code.VOIP, Code.SATELLITE_OR_GLOBAL}, {CC}),
    ("56", "+881 6 12345678", None, "+881612345678", False, {Code.SATELLITE}, {CC}),
    ("57", "0936130000 ext 5", "TW", "+886936130000", True, {Code.HAS_EXTENSION}, {TRUNK_0}),
    ("58", "my phone", "TW", None, False, {Code.NOT_A_NUMBER}, set()),
    ("59 Vietnam", "0912 345 678", "VN", "+84912345678", True, {TRUNK_0}, set()),
    ("59 Vietnam, named", "Vietnam 0912 345 678", "VN", "+84912345678", True, {TRUNK_0}, set()),
    ("59 Nigeria", "0803 123 4567", "NG", "+2348031234567", True, {TRUNK_0}, set()),
    ("59 Turkey", "0532 123 45 67", "TR", "+905321234567", True, {TRUNK_0}, set()),
    ("59 Australia", "0412 345 678", "AU", "+61412345678", True, {TRUNK_0}, set()),
    ("59 Philippines", "0917 123 4567", "PH", "+639171234567", True, {TRUNK_0}, set()),
]  # fmt: skip


def diagnose_row(row: str, text: str, country: str | None) -> PhoneDiagnosis:
    return diagnose(text, country=country, likely=("CN",) if row == "42" else ())


@pytest.mark.parametrize(
    ("row", "text", "country", "e164", "sms", "codes", "allowed"), ROWS, ids=[r[0] for r in ROWS]
)
def test_each_row_gives_its_number_capability_and_codes(row, text, country, e164, sms, codes, allowed):
    """A row's codes are all there, and nothing is blamed that the row does not know of."""
    diagnosis = diagnose_row(row, text, country)

    assert (diagnosis.e164, diagnosis.sms_capable) == (e164, sms)
    assert codes <= set(diagnosis.codes)
    assert set(diagnosis.codes) <= codes | allowed | TYPING


def test_the_table_has_all_59_rows():
    assert {row[0].split()[0] for row in ROWS} == {str(number) for number in range(1, 60)}


@pytest.mark.parametrize("row", ["23", "24", "25", "32", "34", "42"])
def test_a_guessed_number_has_to_be_confirmed(row):
    """Starred rows, and the two that offer another reading."""
    [(_, text, country, *_)] = [r for r in ROWS if r[0] == row]

    assert diagnose_row(row, text, country).needs_confirmation


@pytest.mark.parametrize(("row", "alternative"), [("32", "+4915123456789"), ("42", "+8613800138000")])
def test_the_other_reading_is_offered_with_its_form_digits(row, alternative):
    [(_, text, country, *_)] = [r for r in ROWS if r[0] == row]
    diagnosis = diagnose_row(row, text, country)

    assert diagnosis.alternative == alternative
    assert alternative.endswith(diagnosis.form_digits[0])
    assert diagnosis.fixable
    assert not diagnosis.cannot_receive_sms


@pytest.mark.parametrize(
    ("text", "country", "other"),
    [
        ("13800138000", "TW", "CN"),
        ("+886936130000", "US", "TW"),
        ("07911 123456", "GB", "GG"),
        ("936130000", "TW", None),
    ],
)
def test_the_other_region_is_named(text, country, other):
    assert diagnose(text, country=country, likely=("CN",)).other_region == other


@pytest.mark.parametrize(("text", "country", "line"), [
    ("0936130000", "TW", Line.MOBILE), ("2125550123", "US", Line.FIXED_OR_MOBILE), ("0223456789", "TW", Line.FIXED),
    ("050-1234-5678", "JP", Line.VOIP), ("+881 6 12345678", None, Line.SATELLITE), ("my phone", None, Line.UNKNOWN),
])  # fmt: skip
def test_the_line_is_told(text, country, line):
    assert diagnose(text, country=country).line is line


@pytest.mark.parametrize("row", ["29", "51", "52", "55", "56"])
def test_lines_that_cost_money_are_refused(row):
    [(_, text, country, *_)] = [r for r in ROWS if r[0] == row]
    diagnosis = diagnose_row(row, text, country)

    assert diagnosis.refused
    assert diagnosis.cannot_receive_sms
    assert not diagnosis.fixable


@pytest.mark.parametrize("row", ["1", "10", "11", "26", "32", "42", "44"])
def test_nothing_else_is_refused(row):
    [(_, text, country, *_)] = [r for r in ROWS if r[0] == row]

    assert not diagnose_row(row, text, country).refused
