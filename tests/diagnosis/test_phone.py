"""Rules of the phone-number doctor for every region and for any text."""

import time

import phonenumbers
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from bot.diagnosis.codes import NOTES
from bot.diagnosis.phone import Code, diagnose
from bot.diagnosis.plans import KEEP_ZERO

#: Tristan da Cunha has no mobile network and so no example.
MOBILES = {
    region: example
    for region in sorted(phonenumbers.SUPPORTED_REGIONS)
    if (example := phonenumbers.example_number_for_type(region, PhoneNumberType.MOBILE))
}
REGIONS = sorted(MOBILES)


def e164_of(region: str) -> str:
    return phonenumbers.format_number(MOBILES[region], PhoneNumberFormat.E164)


def nsn_of(region: str) -> str:
    return phonenumbers.national_significant_number(MOBILES[region])


def test_every_region_but_one_has_an_example():
    assert set(phonenumbers.SUPPORTED_REGIONS) - set(MOBILES) == {"TA"}


@pytest.mark.parametrize("region", REGIONS)
def test_every_way_to_type_a_mobile_gives_the_same_number(region):
    """National number, national format, E.164, with 00; without plus outside Germany."""
    e164 = e164_of(region)
    typed = [
        nsn_of(region),
        phonenumbers.format_number(MOBILES[region], PhoneNumberFormat.NATIONAL),
        phonenumbers.format_number(MOBILES[region], PhoneNumberFormat.INTERNATIONAL),
        e164,
        "00" + e164[1:],
    ]
    typed += [e164[1:]] if region != "DE" else []

    assert {text: diagnose(text, country=region).e164 for text in typed} == dict.fromkeys(typed, e164)


def test_in_germany_a_missing_plus_is_asked_about():
    """The digits may be a landline with area code 49xx, so the mobile is only offered."""
    assert diagnose(e164_of("DE")[1:], country="DE").alternative == e164_of("DE")


@pytest.mark.parametrize("region", sorted(KEEP_ZERO))
def test_a_zero_that_belongs_to_the_number_is_never_dropped(region):
    """For each kind of example number, and with a zero typed before a number that has none."""
    for kind in (PhoneNumberType.MOBILE, PhoneNumberType.FIXED_LINE):
        example = phonenumbers.example_number_for_type(region, kind)
        nsn = phonenumbers.national_significant_number(example)
        for typed in {nsn, "0" + nsn.lstrip("0")}:
            diagnosis = diagnose(typed, country=region)
            assert TRUNK_CODES.isdisjoint(diagnosis.codes)
            assert all(form.startswith("0") for form in diagnosis.form_digits if typed.startswith("0"))


TRUNK_CODES = {
    Code.TRUNK_PREFIX_0_TYPED,
    Code.TRUNK_PREFIX_06_TYPED,
    Code.TRUNK_PREFIX_8_TYPED,
    Code.EXTRA_ZERO_NOT_USED_HERE,
}


@pytest.mark.parametrize("region", REGIONS)
def test_the_first_form_is_beyond_reproach_and_each_form_is_the_same_number(region):
    """Typing what was advised brings no new fault: the first form none at all, the second only its 0."""
    first, *rest = diagnose(e164_of(region), country=region).form_digits

    assert diagnose(first, country=region).ok
    for form in (first, *rest):
        again = diagnose(form, country=region)
        assert again.e164 == e164_of(region)
        assert set(again.codes) - NOTES <= ({Code.TRUNK_PREFIX_0_TYPED} if form in rest else set())


@pytest.mark.parametrize("region", REGIONS)
def test_no_more_of_a_number_is_shown_than_was_typed(region):
    """The end of the number is the end of what was typed; the mask shows two digits and the repr none."""
    typed = phonenumbers.format_number(MOBILES[region], PhoneNumberFormat.NATIONAL)
    digits = "".join(filter(str.isdecimal, typed))
    diagnosis = diagnose(typed, country=region)

    assert all(form[-4:] == digits[-4:] for form in diagnosis.form_digits)
    assert diagnosis.e164[-4:] == digits[-4:]
    assert [char for char in diagnosis.masked if char.isdecimal()] in ([], [*digits[-2:]])
    assert digits[-4:] not in repr(diagnosis)


def test_a_trunk_zero_is_shown_both_ways():
    """Some senders want the 0, some do not: without it first."""
    assert diagnose("0936130000", country="TW").form_digits == ("936130000", "0936130000")


@pytest.mark.parametrize(
    ("text", "country"), [("13800138000", "CN"), ("8 912 345 67 89", "RU"), ("612345678", "ES")]
)
def test_countries_that_write_no_zero_get_one_form(text, country):
    assert len(diagnose(text, country=country).form_digits) == 1


@pytest.mark.parametrize(("text", "country", "e164"), [
    ("my number is 0936-130-000, no code comes", "TW", "+886936130000"),
    ("我的号码是13800138000收不到", "CN", "+8613800138000"),
    ("٠٥٠١٢٣٤٥٦٧", "AE", "+971501234567"),
    ("\u202a+886 936 130 000\u202c", "TW", "+886936130000"),
    ("tel:+886936130000", "TW", "+886936130000"),
    ("0936130000", "tw", "+886936130000"),
    ("011 1 212 555 0123", "US", "+12125550123"),
])  # fmt: skip
def test_the_number_is_found_in_what_surrounds_it(text, country, e164):
    diagnosis = diagnose(text, country=country)

    assert diagnosis.e164 == e164
    assert diagnosis.sms_capable


def test_an_unknown_country_counts_as_none():
    assert diagnose("936130000", country="XX") == diagnose("936130000")


def test_a_number_with_its_country_code_is_confirmed_when_no_country_is_chosen():
    diagnosis = diagnose("886936130000")

    assert diagnosis.e164 == "+886936130000"
    assert diagnosis.needs_confirmation


def test_hidden_digits_are_not_read_as_a_keypad_word():
    """X would be 9 on a keypad, and the number another one."""
    assert diagnose("093613XXXX", country="TW").e164 is None


def test_spaces_around_the_number_count():
    assert diagnose(" 936130000", country="TW").codes == (Code.HAS_SPACES,)


def test_a_number_typed_right_is_ok_and_not_fixable():
    diagnosis = diagnose("936130000", country="TW")

    assert (diagnosis.ok, diagnosis.fixable, diagnosis.understood) == (True, False, True)


def test_the_dictionary_form_is_plain():
    assert diagnose("093613 0000", country="TW").as_dict() == {
        "e164": "+886936130000",
        "form_digits": ["936130000", "0936130000"],
        "sms_capable": True,
        "diagnoses": ["HAS_SPACES", "TRUNK_PREFIX_0_TYPED"],
    }


NUMBER_LIKE = st.text(alphabet="0123456789+ -().xX٠９ABc#,;\n", max_size=60)


@settings(max_examples=300, deadline=None)
@given(st.one_of(st.text(max_size=4096), NUMBER_LIKE), st.sampled_from([None, "ZZ", *REGIONS]))
def test_any_text_gets_a_diagnosis(text, country):
    """Never raises, and what it returns is consistent."""
    diagnosis = diagnose(text, country=country, likely=REGIONS)

    assert not (diagnosis.ok and diagnosis.fixable)
    assert not (diagnosis.sms_capable and diagnosis.cannot_receive_sms)
    assert diagnosis.codes or diagnosis.ok or diagnosis.understood
    assert all(form.isdecimal() and form.isascii() for form in diagnosis.form_digits)


HOSTILE = [
    "1" * 4096,
    "+1" * 2048,
    "0 " * 2048,
    "1a" * 2048,
    "(" * 4096,
    "٠-" * 2048,
    "+" * 4096,
    "1\u20e3" * 2048,
    "8" * 31,
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_read_in_milliseconds(text):
    """Best of five, so that a busy machine does not decide; the first call also loads the metadata."""
    diagnose(text, country="AR", likely=("BR", "MX", "RU"))
    times = []
    for _ in range(5):
        start = time.perf_counter()
        diagnose(text, country="AR", likely=("BR", "MX", "RU"))
        times.append(time.perf_counter() - start)

    assert min(times) < 0.005
