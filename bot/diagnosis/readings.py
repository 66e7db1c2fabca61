"""Readings of typed digits: which valid number they may stand for, and what had to be changed to get there.

The library's parser strips a trunk prefix without telling, so each reading compares what was typed with the national
number that came out. A reading is only ever a *valid* number; nothing here guesses a country.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

import phonenumbers
from phonenumbers import CountryCodeSource, PhoneMetadata, PhoneNumber, PhoneNumberType

from bot.diagnosis import plans
from bot.diagnosis.codes import SMS_LINES, Code, Line

_LINES: Final = {
    PhoneNumberType.MOBILE: Line.MOBILE,
    PhoneNumberType.FIXED_LINE_OR_MOBILE: Line.FIXED_OR_MOBILE,
    PhoneNumberType.FIXED_LINE: Line.FIXED,
    PhoneNumberType.VOIP: Line.VOIP,
    PhoneNumberType.TOLL_FREE: Line.TOLL_FREE,
    PhoneNumberType.PREMIUM_RATE: Line.PREMIUM_RATE,
    PhoneNumberType.SHARED_COST: Line.SHARED_COST,
    PhoneNumberType.PERSONAL_NUMBER: Line.PERSONAL,
    PhoneNumberType.PAGER: Line.PAGER,
    PhoneNumberType.UAN: Line.COMPANY,
    PhoneNumberType.VOICEMAIL: Line.VOICEMAIL,
}

#: The library's name for country codes of no country.
GLOBAL: Final = "001"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """A valid number and how the typed digits became it."""

    number: PhoneNumber
    codes: tuple[Code, ...] = ()
    #: True when the reading changes the number itself, so that its owner has to say whether it is theirs.
    guessed: bool = False

    @property
    def line(self) -> Line:
        """The kind of line."""
        if self.number.country_code in plans.SATELLITE_COUNTRY_CODES:
            return Line.SATELLITE
        return _LINES.get(phonenumbers.number_type(self.number), Line.UNKNOWN)

    @property
    def gets_sms(self) -> bool:
        """Whether the line can get an SMS."""
        return self.line in SMS_LINES

    @property
    def nsn(self) -> str:
        """The national number, digits only, with the zeros that belong to it."""
        return phonenumbers.national_significant_number(self.number)

    def found(self, *codes: Code, guessed: bool = False) -> Reading:
        """The same number with further findings in front."""
        return replace(self, codes=(*codes, *self.codes), guessed=self.guessed or guessed)


def country_code(region: str) -> int:
    """The country code of a region the library knows."""
    return phonenumbers.country_code_for_region(region)


def split_country_code(digits: str) -> tuple[int, str] | None:
    """Country code and the rest, or None when no country has such a code. Codes are prefix-free (ITU-T E.164)."""
    for length in (1, 2, 3):
        code = int(digits[:length] or 0)
        if code in phonenumbers.COUNTRY_CODE_TO_REGION_CODE and digits[0] != "0":
            return code, digits[length:]
    return None


def as_dialled(region: str, digits: str) -> Reading | None:
    """Digits as people of the region dial them, with or without the trunk prefix."""
    try:
        number = phonenumbers.parse(digits, region, keep_raw_input=True)
    except phonenumbers.NumberParseException:
        return None
    if number.country_code_source != CountryCodeSource.FROM_DEFAULT_COUNTRY:
        return None
    if not phonenumbers.is_valid_number(number):
        return None
    reading = Reading(number=number)
    return _with_zero_kept(_argentine_mobile(reading.found(*_prefix_codes(digits, reading.nsn))))


def _prefix_codes(digits: str, nsn: str) -> tuple[Code, ...]:
    """What the parser took away or added to get from the typed digits to the national number."""
    if digits == nsn:
        return ()
    if nsn.endswith(digits):
        return (Code.AREA_CODE_MISSING,)
    prefix = digits.removesuffix(nsn)
    if prefix == "06":
        return (Code.TRUNK_PREFIX_06_TYPED,)
    if prefix.startswith("8"):
        return (Code.TRUNK_PREFIX_8_TYPED,)
    if prefix == "1":  # North America: the trunk prefix and the country code are the same digit
        return (Code.COUNTRY_CODE_INCLUDED,)
    return (Code.TRUNK_PREFIX_0_TYPED,) if prefix.startswith("0") else ()


def _argentine_mobile(reading: Reading) -> Reading:
    """In Argentina a mobile without its 9 looks like a landline; only a mobile is worth asking about here."""
    if reading.number.country_code != 54 or reading.line is not Line.FIXED:
        return reading
    mobile = _exactly(54, "9" + reading.nsn)
    return mobile.found(Code.AR_MOBILE_NEEDS_9, *reading.codes, guessed=True) if mobile else reading


def _with_zero_kept(reading: Reading) -> Reading:
    region = phonenumbers.region_code_for_number(reading.number)
    if region in plans.KEEP_ZERO and reading.nsn.startswith("0"):
        return replace(reading, codes=(*reading.codes, Code.ZERO_IS_PART_OF_NUMBER))
    return reading


def _exactly(code: int, nsn: str) -> Reading | None:
    """The national number as it stands, nothing stripped."""
    zeros = len(nsn) - len(nsn.lstrip("0"))
    number = PhoneNumber(
        country_code=code,
        national_number=int(nsn),
        italian_leading_zero=True if zeros else None,
        number_of_leading_zeros=zeros if zeros > 1 else None,
    )
    return Reading(number=number) if phonenumbers.is_valid_number(number) else None


def repaired(region: str, digits: str) -> Reading | None:
    """Digits that only a change makes valid: an old number, a zero too many, a zero missing."""
    code = country_code(region)
    rewriting = plans.REWRITINGS.get(code)
    if rewriting and (today := rewriting[0](digits)) and (reading := _exactly(code, today)):
        return reading.found(rewriting[1], guessed=True)
    if region in plans.KEEP_ZERO:
        reading = _exactly(code, "0" + digits)
        return reading.found(Code.LEADING_ZERO_MISSING) if reading else None
    if digits.startswith("0") and len(digits) > 1:
        without = as_dialled(region, digits[1:])
        return without.found(Code.EXTRA_ZERO_NOT_USED_HERE) if without else None
    return None


def national(region: str, digits: str) -> Reading | None:
    """Digits after the country code, as dialled or repaired."""
    return (as_dialled(region, digits) or repaired(region, digits)) if digits else None


def international(digits: str, region: str | None) -> Reading | None:
    """Digits that begin with a country code; `region` decides between regions that share it."""
    parts = split_country_code(digits)
    if parts is None or not parts[1]:
        return None
    code, rest = parts
    home = (
        region if region and country_code(region) == code else phonenumbers.region_code_for_country_code(code)
    )
    if home == GLOBAL:
        return _exactly(code, rest)
    if reading := national(home, rest):
        return reading
    again = rest.removeprefix(str(code))
    twice = national(home, again) if again != rest else None
    return twice.found(Code.COUNTRY_CODE_TWICE) if twice else None


def with_own_code(region: str, digits: str) -> Reading | None:
    """Digits that begin with the region's own country code, without a plus."""
    code = str(country_code(region))
    if not digits.startswith(code):
        return None
    reading = international(digits, region)
    return reading.found(Code.COUNTRY_CODE_INCLUDED) if reading else None


def after_idd(digits: str, region: str | None) -> Reading | None:
    """Digits that begin with a prefix for calls abroad: the region's own, then the common ones."""
    for rest in without_idd(digits, region):
        if reading := international(rest, region):
            return reading.found(Code.IDD_PREFIX_TYPED, Code.COUNTRY_CODE_INCLUDED)
    return None


def without_idd(digits: str, region: str | None) -> list[str]:
    """What may stand after a prefix for calls abroad."""
    rests = []
    metadata = PhoneMetadata.metadata_for_region(region) if region else None
    if metadata and metadata.international_prefix:
        own = re.match(metadata.international_prefix, digits)
        rests += [digits[own.end() :]] if own and own.end() else []
    rests += [digits.removeprefix(idd) for idd in plans.IDD_PREFIXES if digits.startswith(idd)]
    return [rest for rest in rests if rest]
