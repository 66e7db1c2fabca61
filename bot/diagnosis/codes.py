"""What can be said of a phone number as a person typed it: codes and kinds of line, never sentences.

Several codes may hold at once. Every code about the *typing* is reported whenever it applies, also when it did no
harm, because the form a person fills in may be stricter than we are. `NOTES` are the codes that name nothing to change.
"""

from __future__ import annotations

from enum import StrEnum


class Code(StrEnum):
    """One finding about a typed number."""

    #: White space before, in or after the number.
    HAS_SPACES = "HAS_SPACES"
    #: A plus sign.
    HAS_PLUS = "HAS_PLUS"
    #: Hyphens, dots, slashes or parentheses.
    HAS_PUNCTUATION = "HAS_PUNCTUATION"
    #: Letters touching the digits, keypad words included.
    HAS_LETTERS = "HAS_LETTERS"
    #: Digits that are not 0-9: full-width, Arabic-Indic, Devanagari ...
    NON_ASCII_DIGITS = "NON_ASCII_DIGITS"
    #: An office extension after the number.
    HAS_EXTENSION = "HAS_EXTENSION"

    #: The country code stands in the number; a form takes it from its list of countries.
    COUNTRY_CODE_INCLUDED = "COUNTRY_CODE_INCLUDED"
    #: The country code stands there two times.
    COUNTRY_CODE_TWICE = "COUNTRY_CODE_TWICE"
    #: The first digits may be the country code or an area code: ask.
    MAYBE_COUNTRY_CODE_INCLUDED = "MAYBE_COUNTRY_CODE_INCLUDED"
    #: A domestic 0 is typed before the number.
    TRUNK_PREFIX_0_TYPED = "TRUNK_PREFIX_0_TYPED"
    #: A domestic 8 is typed before the number (Russia, Kazakhstan, Belarus, Turkmenistan).
    TRUNK_PREFIX_8_TYPED = "TRUNK_PREFIX_8_TYPED"
    #: A domestic 06 is typed before the number (Hungary).
    TRUNK_PREFIX_06_TYPED = "TRUNK_PREFIX_06_TYPED"
    #: A prefix for calls abroad (00, 011, 0011, 810 ...) is typed.
    IDD_PREFIX_TYPED = "IDD_PREFIX_TYPED"
    #: A 0 is typed in a country that knows no such 0.
    EXTRA_ZERO_NOT_USED_HERE = "EXTRA_ZERO_NOT_USED_HERE"
    #: The 0 that belongs to the number is not there.
    LEADING_ZERO_MISSING = "LEADING_ZERO_MISSING"
    #: The 0 at the front belongs to the number and stays.
    ZERO_IS_PART_OF_NUMBER = "ZERO_IS_PART_OF_NUMBER"

    #: Mexico: 1, 01, 044 or 045 before the ten digits, gone since August 2019.
    MX_OLD_PREFIX = "MX_OLD_PREFIX"
    #: Argentina: a mobile is reached from abroad with a 9 before the area code.
    AR_MOBILE_NEEDS_9 = "AR_MOBILE_NEEDS_9"
    #: Brazil: a mobile of eight digits from before the ninth digit.
    BR_NINTH_DIGIT_MISSING = "BR_NINTH_DIGIT_MISSING"
    #: Brazil: the two digits of the area are missing.
    BR_AREA_CODE_MISSING = "BR_AREA_CODE_MISSING"
    #: Cote d'Ivoire: eight digits, from before January 2021.
    CI_8_DIGITS_PRE_2021 = "CI_8_DIGITS_PRE_2021"
    #: Benin: eight digits, from before November 2024.
    BJ_8_DIGITS_PRE_2024 = "BJ_8_DIGITS_PRE_2024"
    #: Vietnam: a mobile of eleven digits, from before 2018.
    VN_11_DIGIT_PRE_2018 = "VN_11_DIGIT_PRE_2018"

    #: No country is chosen and the number does not tell it.
    COUNTRY_NOT_CHOSEN = "COUNTRY_NOT_CHOSEN"
    #: The number is complete and belongs to another country than the chosen one.
    COUNTRY_DIFFERS_FROM_SELECTION = "COUNTRY_DIFFERS_FROM_SELECTION"
    #: The chosen country shares its code with the number's own: no fault.
    SAME_CODE_OTHER_REGION = "SAME_CODE_OTHER_REGION"
    #: Wrong in the chosen country, right in another one the person may be in.
    VALID_IN_OTHER_COUNTRY = "VALID_IN_OTHER_COUNTRY"
    #: No country has this code.
    UNKNOWN_COUNTRY_CODE = "UNKNOWN_COUNTRY_CODE"

    #: As long as a number here may be, yet in no range in use: often a digit is missing or wrong.
    RIGHT_LENGTH_BUT_NOT_IN_USE = "RIGHT_LENGTH_BUT_NOT_IN_USE"
    #: Digits are missing.
    TOO_SHORT = "TOO_SHORT"
    #: Too many digits.
    TOO_LONG = "TOO_LONG"
    #: A local number without its area code.
    AREA_CODE_MISSING = "AREA_CODE_MISSING"
    #: An emergency or service number of a few digits.
    SHORT_NUMBER = "SHORT_NUMBER"
    #: Not a phone number.
    NOT_A_NUMBER = "NOT_A_NUMBER"

    #: A landline.
    FIXED_LINE_NO_SMS = "FIXED_LINE_NO_SMS"
    #: An internet telephone number.
    VOIP = "VOIP"
    #: Free to call; never sent to.
    TOLL_FREE = "TOLL_FREE"
    #: Costs extra to reach; never sent to.
    PREMIUM_RATE = "PREMIUM_RATE"
    #: Caller and owner share the cost; never sent to.
    SHARED_COST = "SHARED_COST"
    #: A follow-me number, often used for fraud; never sent to.
    PERSONAL_NUMBER = "PERSONAL_NUMBER"
    #: A pager; never sent to.
    PAGER = "PAGER"
    #: A company-wide number; never sent to.
    COMPANY_NUMBER = "COMPANY_NUMBER"
    #: A voice mailbox; never sent to.
    VOICEMAIL = "VOICEMAIL"
    #: A satellite telephone; never sent to.
    SATELLITE = "SATELLITE"
    #: In a code of no country, satellite networks among them; never sent to.
    SATELLITE_OR_GLOBAL = "SATELLITE_OR_GLOBAL"


class Line(StrEnum):
    """The kind of line a valid number belongs to."""

    #: A mobile.
    MOBILE = "mobile"
    #: The plan does not tell landline from mobile (North America, Mexico): taken as able to get an SMS.
    FIXED_OR_MOBILE = "fixed_or_mobile"
    #: A landline.
    FIXED = "fixed"
    #: Internet telephony.
    VOIP = "voip"
    #: Free to call.
    TOLL_FREE = "toll_free"
    #: Costs extra.
    PREMIUM_RATE = "premium_rate"
    #: Shared cost.
    SHARED_COST = "shared_cost"
    #: Follow-me number.
    PERSONAL = "personal"
    #: Pager.
    PAGER = "pager"
    #: Company-wide number.
    COMPANY = "company"
    #: Voice mailbox.
    VOICEMAIL = "voicemail"
    #: Satellite telephone.
    SATELLITE = "satellite"
    #: Valid, of a kind the plan does not tell, or no valid number at all.
    UNKNOWN = "unknown"


#: Lines that get an SMS.
SMS_LINES = frozenset({Line.MOBILE, Line.FIXED_OR_MOBILE})

#: What a line's kind adds to the findings.
LINE_CODES = {
    Line.FIXED: Code.FIXED_LINE_NO_SMS,
    Line.VOIP: Code.VOIP,
    Line.TOLL_FREE: Code.TOLL_FREE,
    Line.PREMIUM_RATE: Code.PREMIUM_RATE,
    Line.SHARED_COST: Code.SHARED_COST,
    Line.PERSONAL: Code.PERSONAL_NUMBER,
    Line.PAGER: Code.PAGER,
    Line.COMPANY: Code.COMPANY_NUMBER,
    Line.VOICEMAIL: Code.VOICEMAIL,
    Line.SATELLITE: Code.SATELLITE,
}

#: Kinds no code is ever sent to: each of them has been used to earn money from the sender.
REFUSED = frozenset(
    {
        Code.TOLL_FREE,
        Code.PREMIUM_RATE,
        Code.SHARED_COST,
        Code.PERSONAL_NUMBER,
        Code.PAGER,
        Code.COMPANY_NUMBER,
        Code.VOICEMAIL,
        Code.SATELLITE,
        Code.SATELLITE_OR_GLOBAL,
    }
)

#: Codes that name nothing to change in the typing: facts about the number.
NOTES = frozenset({Code.ZERO_IS_PART_OF_NUMBER, Code.SAME_CODE_OTHER_REGION, *LINE_CODES.values(), *REFUSED})
