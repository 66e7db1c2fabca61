"""Secrets pasted into a chat, found before anything is stored and replaced by a word.

Detectors run from the surest to the vaguest: what a checksum or a shape proves, then what the words around it say.
Each looks at a text in which everything already removed is blanked out, so that no words reach across it. Patterns
are anchored at the start of a token and bounded, so the time is linear in the length of the text.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import phonenumbers

from bot.core import case_code
from bot.diagnosis import digits, keys, passwords, secret_words, wordlists
from bot.diagnosis.digits import Span, fold
from bot.diagnosis.masking import mask

__all__ = ["Redacted", "SecretKind", "mask", "redact"]


class SecretKind(StrEnum):
    """What was removed."""

    #: A one-time code or PIN.
    CODE = "code"
    #: A password.
    PASSWORD = "password"  # noqa: S105  the name of a kind
    #: The recovery words of a wallet.
    SEED_PHRASE = "seed_phrase"
    #: A private key.
    PRIVATE_KEY = "private_key"
    #: A session, bearer or bot token, or a cookie.
    TOKEN = "token"  # noqa: S105  the name of a kind
    #: A payment card number.
    CARD = "card"
    #: A bank account number.
    IBAN = "iban"
    #: Backup codes of an account.
    BACKUP_CODES = "backup_codes"
    #: The key an authenticator app is set up with.
    AUTHENTICATOR_SECRET = "authenticator_secret"  # noqa: S105  the name of a kind


@dataclass(frozen=True, slots=True, kw_only=True)
class Redacted:
    """A text without its secrets."""

    text: str
    #: Each kind once, in the order of appearance.
    kinds: tuple[SecretKind, ...]


#: Passes after which a text is taken as it is. A removal can bring a further secret into view: of 30,000
#: random mixtures of the test corpus 268 took two passes and none took three.
_PASSES: Final = 6

_PLACEHOLDER: Final = re.compile(
    r"\[removed: (?:" + "|".join(kind.value.replace("_", " ") for kind in SecretKind) + r")\]"
)

#: A case code, which is no secret, with its `R` or its hyphen; its check character tells it from a password.
_CASE_CODE: Final = re.compile(
    r"(?<![^\W_])(?:r[ \-]?[0-9a-z]{5}[ \-]?[0-9a-z]{5}|(?=\S{0,10}\d)[0-9a-z]{5}-[0-9a-z]{5})(?![^\W_])",
    re.ASCII | re.IGNORECASE,
)


def redact(text: str, *, expects_digits: bool = False) -> Redacted:
    """Replace every secret by `[removed: kind]`.

    Args:
        text: A message, any length.
        expects_digits: Whether the bot has just asked for a number, so that bare digits are not taken for a code.

    Returns:
        The text and the kinds removed. Redacting it again changes nothing. It never raises.
    """
    kinds: list[SecretKind] = []
    for _ in range(_PASSES):
        found = _find(text, expects_digits=expects_digits)
        if not found:
            break
        kinds += [kind for _, _, kind in found]
        text = _replace(text, found)
    return Redacted(text=text, kinds=tuple(dict.fromkeys(kinds)))


Found = tuple[int, int, SecretKind]


def _find(text: str, *, expects_digits: bool) -> list[Found]:
    """The secrets, in order and apart from each other."""
    blank = _PLACEHOLDER.sub(_nothing, text)
    blank = _CASE_CODE.sub(lambda match: _nothing(match) if case_code.parse(match[0]) else match[0], blank)
    found: list[Found] = []
    for kind, detector in _DETECTORS:
        spans = list(detector(blank))
        found += [(start, end, kind) for start, end in spans]
        blank = _blanked(blank, spans)
    spans = list(digits.codes(fold(blank), expects_digits=expects_digits))
    found += [(start, end, SecretKind.CODE) for start, end in spans]
    blank = _blanked(blank, spans)
    found += [(start, end, SecretKind.PASSWORD) for start, end in passwords.find(blank, fold(blank))]
    return _apart(sorted(found))


def _nothing(match: re.Match[str]) -> str:
    return "\0" * len(match[0])


def _blanked(text: str, spans: list[Span]) -> str:
    """The text with spans overwritten, as long as before."""
    parts, position = [], 0
    for start, end in sorted(spans):
        start = max(start, position)
        if end > start:
            parts += [text[position:start], "\0" * (end - start)]
            position = end
    return "".join([*parts, text[position:]])


def _apart(found: list[Found]) -> list[Found]:
    kept: list[Found] = []
    for span in found:
        if not kept or span[0] >= kept[-1][1]:
            kept.append(span)
    return kept


def _replace(text: str, found: list[Found]) -> str:
    parts, position = [], 0
    for start, end, kind in found:
        parts += [text[position:start], f"[removed: {kind.value.replace('_', ' ')}]"]
        position = end
    return "".join([*parts, text[position:]])


def _matches(pattern: str, flags: int = re.ASCII) -> Callable[[str], Iterator[Span]]:
    """A detector that takes whatever a pattern matches: its group `secret` if it has one."""
    compiled = re.compile(pattern, flags)
    group = "secret" if "secret" in compiled.groupindex else 0
    return lambda text: (match.span(group) for match in compiled.finditer(text))


_pem = _matches(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----[^\0]*?(?:-----END [A-Z ]{0,30}PRIVATE KEY-----|\Z|(?=\0))"
)
_otpauth = _matches(r"\botpauth(?:-migration)?://[^\s\0]+", re.ASCII | re.IGNORECASE)
_jwt = _matches(r"(?<![\w.\-])eyJ[\w\-]{8,}(?:\.[\w\-]*)*")
_bot_token = _matches(r"(?<!\w)\d{8,10}:[\w\-]{35}(?![\w\-])")
_header = _matches(
    r"(?<![\w\-])(?:(?:proxy-)?authorization|(?:set-)?cookie):[ \t]*(?P<secret>[^\s\0][^\n\0]{7,})",
    re.IGNORECASE,
)
_bearer = _matches(r"(?<!\w)bearer\s{1,3}(?P<secret>[\w.~+/=\-]{16,})", re.ASCII | re.IGNORECASE)
_parameter = _matches(
    r"(?<![A-Za-z])(?:sid|session|sessionid|session_?id|session_?token|phpsessid|jsessionid|access_token|refresh_token"
    r"|auth_?token|id_token|api_?key|csrftoken)=(?P<secret>[^\s;&\0]{8,})",
    re.ASCII | re.IGNORECASE,
)
_hex_key = _matches(r"(?<![0-9A-Za-z])(?:0x)?[0-9a-fA-F]{64}(?![0-9A-Za-z])")
_extended_key = _matches(r"(?<!\w)[xyztuv]prv[1-9A-HJ-NP-Za-km-z]{90,115}(?!\w)")
#: As recovery codes, keys of software and our own codes for another device are written; a number of a case mixes no letters with digits.
_grouped = _matches(
    r"(?<![\w\-])(?=[0-9A-Z\-]{0,12}(?:\d[A-Z]|[A-Z]\d))[0-9A-Z]{4}(?:-[0-9A-Z]{4}){2}(?![\w\-])",
    re.ASCII | re.IGNORECASE,
)

_WIF: Final = re.compile(r"(?<!\w)[5KLc9][1-9A-HJ-NP-Za-km-z]{50,51}(?!\w)", re.ASCII)


def _wif(text: str) -> Iterator[Span]:
    """Private keys in wallet import format, told by their checksum."""
    return (match.span() for match in _WIF.finditer(text) if keys.passes_base58check(match[0]))


_IBAN: Final = re.compile(r"(?<![0-9A-Za-z])[A-Za-z]{2}\d{2}(?:[ \-]?[0-9A-Za-z]{1,4}){3,8}", re.ASCII)


def _iban(text: str) -> Iterator[Span]:
    """Account numbers, told by their country's length and check digits; words that follow are left."""
    for match in _IBAN.finditer(text):
        length = keys.IBAN_LENGTHS.get(match[0][:2].upper(), 0)
        signs = [position for position, char in enumerate(match[0]) if char.isalnum()]
        if 0 < length <= len(signs) and keys.is_iban("".join(match[0][i] for i in signs[:length])):
            yield match.start(), match.start() + signs[length - 1] + 1


_CARD: Final = re.compile(r"(?<![\d+])\d(?:[ \-]?\d){12,29}")


def _card(text: str) -> Iterator[Span]:
    """Payment cards: 13 to 19 digits with a check digit, that are not a phone number without its plus."""
    folded = fold(text)
    for match in _CARD.finditer(folded):
        places = [position for position, char in enumerate(match[0]) if char.isdigit()]
        number = "".join(match[0][place] for place in places)
        for length in (16, 15, 19, 14, 13, 18, 17):
            whole = length == len(places) or (
                length < len(places) and not match[0][places[length] - 1].isdigit()
            )
            if whole and _is_card(number[:length]):
                yield match.start(), match.start() + places[length - 1] + 1
                break


def _is_card(number: str) -> bool:
    """First digits 2 to 6 are those of the card schemes (ISO/IEC 7812-1)."""
    if number[0] not in "23456" or len(set(number)) == 1 or not keys.passes_luhn(number):
        return False
    code_of = phonenumbers.COUNTRY_CODE_TO_REGION_CODE
    code = next((int(number[:size]) for size in (1, 2, 3) if int(number[:size]) in code_of), None)
    if len(number) > 15 or code is None:
        return True
    rest = number[len(str(code)) :]
    return not phonenumbers.is_valid_number(
        phonenumbers.PhoneNumber(
            country_code=code, national_number=int(rest), italian_leading_zero=rest[0] == "0"
        )
    )


_BASE32: Final = re.compile(
    r"(?<![A-Za-z0-9])(?:[A-Z2-7]{16,256}|[a-z2-7]{16,256}"
    r"|[A-Z2-7]{4}(?:[ \-][A-Z2-7]{4}){3,31}|[a-z2-7]{4}(?:[ \-][a-z2-7]{4}){3,31})=*(?![A-Za-z0-9])",
    re.ASCII,
)


def _authenticator_key(text: str) -> Iterator[Span]:
    """Base32 of 80 bits and more in a message that speaks of a key."""
    if not secret_words.KEY.search(fold(text)):
        return
    for match in _BASE32.finditer(text):
        if match[0].isupper() or any(map(str.isdigit, match[0])):
            yield match.span()


_BACKUP_CODE: Final = re.compile(
    r"(?<![A-Za-z0-9\-])(?:[a-z0-9]{3,6}(?:-[a-z0-9]{3,6}){1,3}|\d{4} \d{4}|[a-z0-9]{6,12})(?![A-Za-z0-9\-])",
    re.ASCII,
)
#: Codes of one shape that make a block.
_BLOCK: Final = 3


def _backup_codes(text: str) -> Iterator[Span]:
    """Codes of one shape, three or more, or one right after the words, in a message that speaks of backup codes."""
    folded = fold(text)
    names = [match.end() for match in secret_words.BACKUP.finditer(folded)]
    if not names:
        return
    shapes: dict[tuple[int, ...], list[Span]] = {}
    for match in _BACKUP_CODE.finditer(folded):
        if any(char.isdigit() for char in match[0]):
            shape = tuple(map(len, re.split(r"[ \-]", match[0])))
            shapes.setdefault(shape, []).append(match.span())
    near = {end + gap for end in names for gap in range(7)}
    for spans in shapes.values():
        yield from (span for span in spans if len(spans) >= _BLOCK or span[0] in near)


_DETECTORS: Final[tuple[tuple[SecretKind, Callable[[str], Iterator[Span]]], ...]] = (
    (SecretKind.PRIVATE_KEY, _pem),
    (SecretKind.AUTHENTICATOR_SECRET, _otpauth),
    (SecretKind.TOKEN, _jwt),
    (SecretKind.TOKEN, _bot_token),
    (SecretKind.TOKEN, _header),
    (SecretKind.TOKEN, _bearer),
    (SecretKind.TOKEN, _parameter),
    (SecretKind.PRIVATE_KEY, _hex_key),
    (SecretKind.PRIVATE_KEY, _extended_key),
    (SecretKind.PRIVATE_KEY, _wif),
    (SecretKind.IBAN, _iban),
    (SecretKind.CARD, _card),
    (SecretKind.SEED_PHRASE, wordlists.seed_phrases),
    (SecretKind.AUTHENTICATOR_SECRET, _authenticator_key),
    (SecretKind.BACKUP_CODES, _backup_codes),
    (SecretKind.CODE, _grouped),
)
