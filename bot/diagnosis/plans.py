"""National number plans: what the general metadata does not say about zeros, prefixes and old numbers.

A rewriting takes the digits after the country code as typed and gives the number they stand for today, or None.
Whoever calls it checks that the result is a valid number and asks the person to confirm it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from bot.diagnosis.codes import Code

#: Where a 0 at the front belongs to the number. A scan of the example numbers of every region in phonenumbers 9.0.43
#: finds a leading zero in these alone.
KEEP_ZERO: Final = frozenset({"BJ", "CG", "CI", "GA", "IT", "SM", "VA"})

#: Where a landline may begin with the country's own code and be as long as a mobile with that code, so that the
#: digits alone do not decide. In Germany area codes 49xx are in daily use.
OWN_CODE_IS_AN_AREA_CODE: Final = frozenset({"DE"})

#: Country codes given to satellite networks (ITU-T E.164 list of assigned country codes).
SATELLITE_COUNTRY_CODES: Final = frozenset({870, 881})

#: Prefixes for calls abroad, tried when the chosen country's own does not fit: people keep the habit of the country
#: they come from. Europe and most others, North America, Australia, former Soviet Union.
IDD_PREFIXES: Final = ("0011", "011", "00", "810")

#: Vietnam's change of September 2018: 01xx to 0y.
_VIETNAM_2018: Final = {
    "120": "70", "121": "79", "122": "77", "126": "76", "128": "78",
    "123": "83", "124": "84", "125": "85", "127": "81", "129": "82",
    "162": "32", "163": "33", "164": "34", "165": "35", "166": "36", "167": "37", "168": "38", "169": "39",
    "186": "56", "188": "58", "199": "59",
}  # fmt: skip

#: Cote d'Ivoire's change of January 2021: the second of the old eight digits told the operator (Moov, MTN, Orange).
_IVORY_COAST_2021: Final = (
    dict.fromkeys("0123", "01") | dict.fromkeys("456", "05") | dict.fromkeys("789", "07")
)


def _mexico(digits: str) -> str | None:
    for prefix in ("044", "045", "01", "1"):
        if digits.startswith(prefix) and len(digits) == len(prefix) + 10:
            return digits[len(prefix) :]
    return None


def _brazil(digits: str) -> str | None:
    local = digits.removeprefix("0")
    if len(local) == 10 and local[2] in "6789":
        return f"{local[:2]}9{local[2:]}"
    return None


def _ivory_coast(digits: str) -> str | None:
    return _IVORY_COAST_2021[digits[1]] + digits if len(digits) == 8 else None


def _benin(digits: str) -> str | None:
    return "01" + digits if len(digits) == 8 else None


def _vietnam(digits: str) -> str | None:
    local = digits.removeprefix("0")
    prefix = _VIETNAM_2018.get(local[:3])
    return prefix + local[3:] if prefix and len(local) == 10 else None


#: Country code to its rewriting and the code that names it.
REWRITINGS: Final[dict[int, tuple[Callable[[str], str | None], Code]]] = {
    52: (_mexico, Code.MX_OLD_PREFIX),
    55: (_brazil, Code.BR_NINTH_DIGIT_MISSING),
    84: (_vietnam, Code.VN_11_DIGIT_PRE_2018),
    225: (_ivory_coast, Code.CI_8_DIGITS_PRE_2021),
    229: (_benin, Code.BJ_8_DIGITS_PRE_2024),
}


def lacks_area_in_brazil(digits: str) -> bool:
    """Whether digits are a Brazilian subscriber number without its two digits of area."""
    return (len(digits) == 9 and digits[0] == "9") or (len(digits) == 8 and digits[0] in "23456789")
