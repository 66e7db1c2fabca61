"""The phone-number doctor: what is wrong with a number as typed, and what to type instead.

Digits are read in a fixed order, the least change first: as dialled in the chosen country, with its country code in
front, with a prefix for calls abroad, then repaired. The first valid number wins. Where another reading is as likely
it is given as `alternative` and has to be confirmed. Validity speaks of the numbering plan only, never of whether
somebody has the number. A typed number is never a place to send a code to.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult

from bot.diagnosis import plans, readings
from bot.diagnosis.codes import LINE_CODES, NOTES, REFUSED, SMS_LINES, Code, Line
from bot.diagnosis.readings import Reading
from bot.diagnosis.typed import Typed, read

__all__ = ["Code", "Line", "PhoneDiagnosis", "diagnose"]

#: Other countries tried; a person is rarely between more.
_LIKELY_LIMIT: Final = 8

_REASONS: Final = {
    ValidationResult.IS_POSSIBLE: Code.RIGHT_LENGTH_BUT_NOT_IN_USE,
    ValidationResult.IS_POSSIBLE_LOCAL_ONLY: Code.AREA_CODE_MISSING,
    ValidationResult.INVALID_COUNTRY_CODE: Code.UNKNOWN_COUNTRY_CODE,
    ValidationResult.TOO_SHORT: Code.TOO_SHORT,
    ValidationResult.INVALID_LENGTH: Code.TOO_SHORT,
    ValidationResult.TOO_LONG: Code.TOO_LONG,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneDiagnosis:
    """What is known of a typed number. Its repr never shows the number."""

    #: The number for the backend, or None when the digits are no valid number.
    e164: str | None = field(default=None, repr=False)
    #: What to type where the country is chosen from a list: digits only, in the order to try.
    form_digits: tuple[str, ...] = field(default=(), repr=False)
    #: Whether a code can arrive with the country as it is chosen now.
    sms_capable: bool = False
    codes: tuple[Code, ...] = ()
    #: ISO code of the region the number belongs to; "001" for country codes of no country.
    region: str | None = None
    #: The region a code speaks of: the number's own, or the one where the digits would be right.
    other_region: str | None = None
    line: Line = Line.UNKNOWN
    #: Whether the owner has to say that the number is theirs before it is relied on.
    needs_confirmation: bool = False
    #: E.164 of the other reading, which the owner may confirm; `form_digits` are then its digits.
    alternative: str | None = field(default=None, repr=False)
    #: The typed digits with all but the last two hidden.
    masked: str = ""

    @property
    def understood(self) -> bool:
        """Whether the digits are a valid number."""
        return self.e164 is not None

    @property
    def ok(self) -> bool:
        """Whether there is nothing to change."""
        return self.sms_capable and not self.needs_confirmation and not self._faults

    @property
    def fixable(self) -> bool:
        """Whether typing it differently, or choosing another country, gives a number that gets an SMS."""
        able = self.line in SMS_LINES or self.alternative is not None
        return able and bool(self.form_digits) and (self._faults or self.needs_confirmation)

    @property
    def cannot_receive_sms(self) -> bool:
        """Whether it is a valid number of a kind that gets no SMS, refused kinds included."""
        return self.understood and self.line not in SMS_LINES and self.alternative is None

    @property
    def refused(self) -> bool:
        """Whether it is of a kind no code is ever sent to."""
        return not REFUSED.isdisjoint(self.codes)

    @property
    def _faults(self) -> bool:
        return not NOTES.issuperset(self.codes)

    def as_dict(self) -> dict[str, object]:
        """The plain form for machines: e164, form_digits, sms_capable and diagnoses."""
        return {
            "e164": self.e164,
            "form_digits": list(self.form_digits),
            "sms_capable": self.sms_capable,
            "diagnoses": [code.value for code in self.codes],
        }


def diagnose(text: str, *, country: str | None = None, likely: Sequence[str] = ()) -> PhoneDiagnosis:
    """Tell what a typed number is and how to type it.

    Args:
        text: What the person typed; a sentence around the number does no harm. The first 4,096 characters count.
        country: ISO 3166 region chosen on the form, any case; an unknown one counts as none.
        likely: Other regions the person may be in, likeliest first.

    Returns:
        The diagnosis. It never raises.
    """
    typed = read(text)
    if not typed.digits:
        return PhoneDiagnosis(codes=(Code.NOT_A_NUMBER,))
    chosen = _region(country)
    others = [region for region in map(_region, likely[:_LIKELY_LIMIT]) if region and region != chosen]
    if reading := _read(typed, chosen, others):
        diagnosis = _ambiguous(_found(reading, chosen), typed, chosen)
    else:
        diagnosis = _not_found(typed, chosen, others)
    codes = tuple(dict.fromkeys((*typed.codes, *diagnosis.codes)))
    return replace(diagnosis, codes=codes, masked=_masked(typed.digits))


def _region(name: str | None) -> str | None:
    region = (name or "").strip().upper()
    return region if region in phonenumbers.SUPPORTED_REGIONS else None


def _masked(digits: str) -> str:
    shown = digits[-2:] if len(digits) > 4 else ""
    return "•" * (len(digits) - len(shown)) + shown


def _read(typed: Typed, chosen: str | None, others: list[str]) -> Reading | None:
    """The valid number typed, or None."""
    reading = _read_digits(typed.digits, chosen, others, plus=typed.plus)
    if reading or not typed.keypad:
        return reading
    return _read_digits(typed.keypad, chosen, others, plus=typed.plus)


def _read_digits(digits: str, chosen: str | None, others: list[str], *, plus: bool) -> Reading | None:
    if plus:
        reading = readings.international(digits, chosen)
        return reading.found(Code.COUNTRY_CODE_INCLUDED) if reading else None
    if chosen is None:
        return readings.after_idd(digits, None) or _without_country(digits, others)
    return (
        _with_or_without_own_code(chosen, digits)
        or readings.with_own_code(chosen, digits)
        or readings.after_idd(digits, chosen)
        or readings.repaired(chosen, digits)
    )


def _without_country(digits: str, others: list[str]) -> Reading | None:
    """Digits that are a number only if they begin with a country code: the owner has to confirm it."""
    if any(readings.national(region, digits) for region in others):
        return None
    reading = readings.international(digits, None)
    if reading is None or reading.codes:
        return None
    return reading.found(Code.COUNTRY_NOT_CHOSEN, Code.COUNTRY_CODE_INCLUDED, guessed=True)


def _with_or_without_own_code(region: str, digits: str) -> Reading | None:
    """As dialled; but a landline that is a mobile once its country code is seen was meant as the mobile."""
    reading = readings.as_dialled(region, digits)
    if reading is None or reading.gets_sms or region in plans.OWN_CODE_IS_AN_AREA_CODE:
        return reading
    mobile = readings.with_own_code(region, digits)
    if mobile is None or not mobile.gets_sms:
        return reading
    return mobile.found(Code.MAYBE_COUNTRY_CODE_INCLUDED, guessed=True)


def _found(reading: Reading, chosen: str | None) -> PhoneDiagnosis:
    region = phonenumbers.region_code_for_number(reading.number)
    codes = [*reading.codes]
    differs = chosen is not None and readings.country_code(chosen) != reading.number.country_code
    if differs:
        codes.append(Code.COUNTRY_DIFFERS_FROM_SELECTION)
    elif chosen is not None and region != chosen:
        codes.append(Code.SAME_CODE_OTHER_REGION)
    if code := LINE_CODES.get(reading.line):
        codes.append(code)
    if region == readings.GLOBAL and reading.line is not Line.SATELLITE:
        codes.append(Code.SATELLITE_OR_GLOBAL)
    return PhoneDiagnosis(
        e164=phonenumbers.format_number(reading.number, PhoneNumberFormat.E164),
        form_digits=_form_digits(reading),
        sms_capable=reading.gets_sms and not differs and region != readings.GLOBAL,
        codes=tuple(codes),
        region=region,
        other_region=region if chosen is not None and region != chosen else None,
        line=reading.line,
        needs_confirmation=reading.guessed,
    )


def _form_digits(reading: Reading) -> tuple[str, ...]:
    """The national number; with the 0 as a second form where the country writes its numbers with one."""
    written = phonenumbers.format_number(reading.number, PhoneNumberFormat.NATIONAL)
    with_zero = "0" + reading.nsn
    if "".join(char for char in written if char.isdecimal()) == with_zero:
        return reading.nsn, with_zero
    return (reading.nsn,)


def _ambiguous(diagnosis: PhoneDiagnosis, typed: Typed, chosen: str | None) -> PhoneDiagnosis:
    """Add the mobile that a landline becomes once its first digits are taken for the country code."""
    if chosen not in plans.OWN_CODE_IS_AN_AREA_CODE or typed.plus or diagnosis.line is not Line.FIXED:
        return diagnosis
    mobile = readings.with_own_code(chosen, typed.digits)
    if mobile is None or not mobile.gets_sms:
        return diagnosis
    return _offering(diagnosis, mobile, Code.MAYBE_COUNTRY_CODE_INCLUDED, None)


def _offering(diagnosis: PhoneDiagnosis, reading: Reading, code: Code, region: str | None) -> PhoneDiagnosis:
    """The diagnosis with another reading its owner may confirm."""
    return replace(
        diagnosis,
        codes=(*diagnosis.codes, code),
        form_digits=_form_digits(reading),
        other_region=region,
        needs_confirmation=True,
        alternative=phonenumbers.format_number(reading.number, PhoneNumberFormat.E164),
    )


def _not_found(typed: Typed, chosen: str | None, others: list[str]) -> PhoneDiagnosis:
    diagnosis = PhoneDiagnosis(codes=_failure(typed, chosen))
    if typed.plus:
        return _russian_eight(diagnosis, typed)
    for region in others:
        reading = readings.national(region, typed.digits) or readings.with_own_code(region, typed.digits)
        if reading and reading.gets_sms:
            return _offering(diagnosis, reading, Code.VALID_IN_OTHER_COUNTRY, region)
    return diagnosis


def _russian_eight(diagnosis: PhoneDiagnosis, typed: Typed) -> PhoneDiagnosis:
    """+8 and a Russian number: the domestic 8 was taken for the country code, which is 7."""
    if Code.UNKNOWN_COUNTRY_CODE not in diagnosis.codes or not typed.digits.startswith("8"):
        return diagnosis
    reading = readings.as_dialled("RU", typed.digits)
    if reading is None or not reading.gets_sms:
        return diagnosis
    return _offering(diagnosis, reading, Code.TRUNK_PREFIX_8_TYPED, "RU")


def _failure(typed: Typed, chosen: str | None) -> tuple[Code, ...]:
    """Why the digits are no valid number."""
    if typed.plus:
        return (_abroad_failure(typed.digits),)
    if chosen is None:
        return (Code.COUNTRY_NOT_CHOSEN,)
    if typed.digits.startswith("00") and (rests := readings.without_idd(typed.digits, None)):
        return Code.IDD_PREFIX_TYPED, _abroad_failure(rests[0])
    if readings.country_code(chosen) == 55 and plans.lacks_area_in_brazil(typed.digits):
        return (Code.BR_AREA_CODE_MISSING,)
    return (_home_failure(chosen, typed.digits),)


def _abroad_failure(digits: str) -> Code:
    parts = readings.split_country_code(digits)
    if parts is None:
        return Code.UNKNOWN_COUNTRY_CODE
    region = phonenumbers.region_code_for_country_code(parts[0])
    if region == readings.GLOBAL or not parts[1]:
        return Code.RIGHT_LENGTH_BUT_NOT_IN_USE if len(parts[1]) > 6 else Code.TOO_SHORT
    return _home_failure(region, parts[1])


def _home_failure(region: str, digits: str) -> Code:
    """Judged by length; three to six digits in use as a short number are called that."""
    if len(digits) <= 6 and phonenumbers.is_valid_short_number_for_region(
        phonenumbers.PhoneNumber(country_code=readings.country_code(region), national_number=int(digits)),
        region,
    ):
        return Code.SHORT_NUMBER
    try:
        number = phonenumbers.parse(digits, region)
    except phonenumbers.NumberParseException as error:
        long = error.error_type == phonenumbers.NumberParseException.TOO_LONG
        return Code.TOO_LONG if long else Code.TOO_SHORT
    return _REASONS[phonenumbers.is_possible_number_with_reason(number)]
