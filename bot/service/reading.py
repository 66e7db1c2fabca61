"""
Reading a text before the engine sees it: its language, which flow it speaks of, and what the present state collects.

The engine is pure and knows no library; this is the one place where matching and diagnosis meet a conversation.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Final

from bot.core.case_code import parse as parse_case_code
from bot.core.catalog import Catalog
from bot.core.choices import plain, plain_label
from bot.core.conversation import Conversation
from bot.core.events import Reading, TextReceived, Value
from bot.core.flow import Collect
from bot.core.incident import Incident
from bot.core.vocabulary import NONE_FLOW, Decision
from bot.diagnosis.clock import parse_clock, utc_offset
from bot.diagnosis.codes import Code
from bot.diagnosis.countries import parse_country
from bot.diagnosis.phone import PhoneDiagnosis, diagnose
from bot.diagnosis.readings import split_country_code
from bot.matching.language import Identified
from bot.matching.matcher import Matcher
from bot.matching.model import Phrase
from bot.matching.normalise import tokenise
from bot.matching.semantic import Embeddings, Encoder

#: Flows that a text may be about: what is shown of them, and as many again for those that the person declines.
MOST_CANDIDATES: Final = 8
#: The first text decides the language at this confidence: most complaints of four words are above it.
SURE_AT_FIRST: Final = 0.3
#: A sentence decides at this one, where the conversation has begun by buttons.
SURE_UNHEARD: Final = 0.8
#: Later on only whole sentences in another language change it: "ok" or "yes" is said in all of them.
SURE_LATER: Final = 0.5
MIN_WORDS_LATER: Final = 3
#: One text of so many words changes it alone: error messages, which people paste, are shorter.
LONG_WORDS: Final = 25
#: Shorter names of languages are words of other ones: `en`, `it`.
_MIN_NAME: Final = 4
#: What a person quotes is not their own language, nor what we wrote in place of a secret; nor is a word with a digit in it, or all in capitals.
_NOT_OWN: Final = re.compile(
    r'\[removed: [a-z ]+\]|"[^"]*"|“[^”]*”|„[^“”]*[“”]|«[^»]*»|「[^」]*」|『[^』]*』|`[^`]*`|(?m:^>.*$)|https?://\S+|\S*@\S+'
    r"|\b[A-Z0-9][A-Z0-9_\-]*\d[A-Z0-9_\-]*\b|\b[A-Z]{2,}[_\-][A-Z0-9_\-]+\b"
)
_CLAUSE_END: Final = re.compile(r"[.!?;:…。！？；：\n]+")
#: Slots whose answer may be a bare number, which would otherwise look like a pasted code.
DIGIT_SLOTS: Final = frozenset({"phone", "identifier", "country", "ticket", "clock"})
#: Where people who write a language mostly have their number, for "did you choose the right country?".
_LIKELY: Final[Mapping[str, tuple[str, ...]]] = {
    "en": ("US", "GB", "IN", "NG", "AU", "CA", "PH", "PK"),
    "zh": ("CN", "TW", "HK", "SG", "MY", "MO"),
    "fr": ("FR", "BE", "CH", "CA", "CI", "MA", "SN", "CM", "DZ", "TN"),
}
_NUMBER: Final = re.compile(r"[+＋]?[(（]?\d[\d\s().\-–（）]{2,30}\d")
_EMAIL: Final = re.compile(r"[^\s@<>,;:\"'()]{1,64}@[^\s@<>,;:\"'()]{1,190}\.[^\s@<>,;:\"'().]{2,24}")
_USER_NAME: Final = re.compile(r"@?[A-Za-z0-9][A-Za-z0-9_.\-]{2,63}")
_CASE_CODE: Final = re.compile(
    r"(?<![0-9A-Za-z])[Rr][\s\-–]*(?:[0-9A-Za-z][\s\-–]?){9}[0-9A-Za-z](?![0-9A-Za-z])"
)
#: As many as the shortest emergency number has.
_MIN_DIGITS: Final = 3
#: Shorter runs of digits are more likely a choice or a code than an account's number.
_MIN_ACCOUNT_DIGITS: Final = 7


class Reader:
    """
    Reads texts with one version of the content.

    Args:
        catalog: The content.
        matcher: Fitted on it.
        encoder: The one of the matcher's fit; None: texts are matched by their words alone.
    """

    def __init__(self, catalog: Catalog, matcher: Matcher, encoder: Encoder | None = None) -> None:
        self.catalog = catalog
        self.matcher = matcher
        self._encoder = encoder

    def knowing(self, incidents: tuple[Incident, ...]) -> Reader:
        """Return one that knows what is broken now; the content and its matcher are the same."""
        if incidents == self.catalog.incidents:
            return self
        return Reader(replace(self.catalog, incidents=incidents), self.matcher, self._encoder)

    def read(
        self, event: TextReceived, conversation: Conversation, embedding: Embeddings | None = None
    ) -> Reading:
        """
        Read a text.

        Args:
            event: The text, secrets removed; any length.
            conversation: As it is before the text.
            embedding: What it means, of `encode`; without it the lexical tier decides alone.

        Returns:
            What was understood; never raises.
        """
        language, heard = self._language(event.text, conversation)
        spoken = language or conversation.language
        match = self.matcher.match(event.text, language=spoken, k=MOST_CANDIDATES, embedding=embedding)
        return Reading(
            language=language if language in self.catalog.repair else None,
            heard=heard,
            decision=Decision(match.decision),
            flow=match.flow,
            candidates={candidate.flow: candidate.confidence for candidate in match.candidates},
            also=match.also,
            slot=self._slot(event, conversation),
            ticket=find_case_code(event.text),
            corrected_phone=self._corrected_phone(event.text, conversation),
        )

    def may_mean_more(self, event: TextReceived, conversation: Conversation) -> bool:
        """
        Tell whether the semantic tier may change how a text was read by its words, which `event.reading` holds.

        It cannot where the words leave nothing open: an answer that the present state collects, a word that works at
        any moment, a phrase of a flow word for word, a number, a secret that is refused. Nor may a second opinion talk
        anybody out of an emergency.
        """
        flow = self.catalog.flows.get(event.reading.flow or "")
        if (
            self._encoder is None
            or not self.matcher.semantic
            or event.removed
            or event.reading.slot is not None
            or (event.reading.decision is Decision.START and flow is not None and flow.urgent)
        ):
            return False
        return (
            any(character.isalpha() for character in event.text)
            and self.catalog.meaning(plain(event.text), conversation.language) is None
            and not self.matcher.is_settled(event.text)
        )

    def encode(self, text: str) -> Embeddings | None:
        """Return what a text means, shape (dimensions,); None without an encoder. It takes milliseconds."""
        return self._encoder.encode((self.matcher.respelt(text),))[0] if self._encoder is not None else None

    def _language(self, text: str, conversation: Conversation) -> tuple[str | None, str | None]:
        """
        Tell the language to answer in from now on, and the language of the text; None: as before, none shown.

        The first text decides, or after buttons the first sentence. Later on it takes two texts in a row, a long one, or one that names the language: what
        people paste is in the language of their device. A text with a clause in the conversation's language is in it.
        """
        spoken, own = conversation.language, _NOT_OWN.sub(" ", text)
        found = self.matcher.languages.identify(own, default=spoken)
        other = found.tag if found.tag in self.catalog.repair else found.language
        if not conversation.greeted:
            return (other, other) if found.confidence >= SURE_AT_FIRST else (None, None)
        if not _is_whole(own, found):
            return None, None
        # Until now there were only buttons: the language was the channel's guess, or ours.
        if conversation.heard is None and found.confidence >= SURE_UNHEARD:
            return other, other
        if found.language == _base(spoken) or self._still_spoken(own, spoken):
            return None, spoken
        stays = (
            conversation.heard != other and len(tokenise(own)) < LONG_WORDS and not self._names(other, text)
        )
        return (None if stays else other), other

    def _still_spoken(self, text: str, spoken: str) -> bool:
        """Tell whether a clause is in the conversation's language."""
        clauses = (part for part in _CLAUSE_END.split(text) if len(tokenise(part)) >= MIN_WORDS_LATER)
        found = (self.matcher.languages.identify(clause, default="") for clause in clauses)
        return any(one.language == _base(spoken) and one.confidence >= SURE_LATER for one in found)

    def _names(self, language: str, text: str) -> bool:
        """Tell whether a text names a language that is spoken here."""
        words = self.catalog.repair.get(language)
        names = (plain_label(name) for name in words.names) if words is not None else ()
        return any(len(name) >= _MIN_NAME and f" {name} " in f" {plain(text)} " for name in names)

    def expects_digits(self, conversation: Conversation | None) -> bool:
        """Tell whether the present question may be answered by a bare number."""
        state = self._collecting(conversation) if conversation else None
        return state is not None and state.slot in DIGIT_SLOTS

    def _collecting(self, conversation: Conversation) -> Collect | None:
        if not conversation.stack:
            return None
        frame = conversation.stack[-1]
        flow = self.catalog.flows.get(frame.flow)
        state = flow.states.get(frame.state) if flow else None
        return state if isinstance(state, Collect) else None

    def _corrected_phone(self, text: str, conversation: Conversation) -> Value:
        """Read a number that replaces the one sent before; fewer digits are a time, a price, a version."""
        if self._collecting(conversation) or not isinstance(conversation.slots.get("phone"), Mapping):
            return None
        digits = sum(character.isdigit() for character in text)
        return read_phone(text, conversation) if digits >= _MIN_ACCOUNT_DIGITS else None

    def _slot(self, event: TextReceived, conversation: Conversation) -> Value:
        state, text = self._collecting(conversation), event.text
        match state.slot if state else None:
            case "phone":
                return read_phone(text, conversation)
            case "country":
                return read_country(text, conversation)
            case "identifier":
                return read_identifier(text)
            case "ticket":
                code = find_case_code(text)
                return {"code": code} if code is not None else None
            case "clock":
                clock = parse_clock(text)
                return utc_offset(clock, event.at) if clock is not None else None
            case "text":
                return text.strip() or None
        return None


def _is_whole(text: str, found: Identified) -> bool:
    """Tell whether a text is a sentence of a language; one word is, where it is not in Latin letters."""
    latin = text.isascii() or not any(letter.isalpha() and letter > "\u0370" for letter in text)
    return found.confidence >= SURE_LATER and (not latin or len(tokenise(text)) >= MIN_WORDS_LATER)


def _base(language: str) -> str:
    return language.partition("-")[0]


def read_phone(text: str, conversation: Conversation) -> Value:
    """Diagnose the number in a text; None if there is none. A country named beside it counts."""
    if sum(character.isdigit() for character in text) < _MIN_DIGITS:
        return None
    match = _NUMBER.search(text)
    around = f"{text[: match.start()]} {text[match.end() :]}".strip() if match else ""
    chosen = parse_country(around) if around else None
    slot = conversation.slots.get("country")
    return _phone_slot(text, chosen or (slot if isinstance(slot, str) else None), conversation.language)


def read_country(text: str, conversation: Conversation) -> Value:
    """Read a country, and with it the number that waits for one; None if no country is named."""
    country = parse_country(text)
    if country is None:
        return None
    phone = conversation.slots.get("phone")
    typed = phone.get("typed") if isinstance(phone, Mapping) else None
    number = _phone_slot(typed, country, conversation.language) if isinstance(typed, str) else None
    return {"country": country, "phone": number}


def read_identifier(text: str) -> str | None:
    """Read an e-mail address, a phone number or a user name out of a text; None if there is none."""
    if (email := _EMAIL.search(text)) is not None:
        return email.group().casefold()
    if (number := _NUMBER.search(text)) is not None:
        digits = "".join(character for character in number.group() if character.isdigit())
        if len(digits) >= _MIN_ACCOUNT_DIGITS:
            return f"+{digits}" if number.group()[0] in "+＋" else digits
    name = text.strip().rstrip(".!。！")
    if _USER_NAME.fullmatch(name) and not name.isdigit():
        return name.removeprefix("@").casefold()
    return None


def find_case_code(text: str) -> str | None:
    """Find a case code in a text, written in any of the ways that `case_code.parse` takes; only with its `R`."""
    return next(
        (code for match in _CASE_CODE.finditer(text) if (code := parse_case_code(match.group()))), None
    )


def _phone_slot(typed: str, country: str | None, language: str) -> Value:
    found = diagnose(typed, country=country, likely=_LIKELY.get(language, ()))
    missing = Code.COUNTRY_NOT_CHOSEN in found.codes
    return {
        "country_missing": missing,
        # Kept only until the country is known; the diagnosis needs the digits once more.
        "typed": typed if missing else None,
        **_findings(found),
    }


def _findings(found: PhoneDiagnosis) -> dict[str, Value]:
    return {
        "understood": found.understood,
        "fixable": found.fixable,
        "cannot_receive_sms": found.cannot_receive_sms,
        "refused": found.refused,
        "needs_confirmation": found.needs_confirmation,
        "codes": tuple(code.value for code in found.codes),
        "form_digits": found.form_digits,
        "masked": found.masked,
        "region": found.region,
        "other_region": found.other_region,
        "calling_code": _calling_code(found.alternative or found.e164),
        "line": found.line.value,
    }


def _calling_code(e164: str | None) -> str | None:
    """Return the calling code of the number that the form digits belong to, e.g. `+886`."""
    parts = split_country_code(e164.removeprefix("+")) if e164 else None
    return f"+{parts[0]}" if parts else None


def fit_matcher(catalog: Catalog, encoder: Encoder | None = None) -> Matcher:
    """Fit a matcher on the phrases and the titles of the content; what is not ours is its reserved class. An encoder adds the semantic tier."""
    phrases = [
        Phrase(flow=flow, text=text, language=language)
        for (language, flow), words in catalog.texts.items()
        if not catalog.flows[flow].internal
        for text in (words.title, *words.phrases)
    ]
    phrases += [
        Phrase(flow=flow, text=text, language=language)
        for (language, flow), complaints in catalog.complaints.items()
        for text in complaints.phrases
    ]
    foreign = [
        Phrase(flow=NONE_FLOW, text=text, language=language)
        for language, texts in catalog.none_phrases.items()
        for text in texts
    ]
    # The words that work at any moment are the shortest there are in a language.
    words = [
        (language, word)
        for language, known in catalog.heard().items()
        for said in known.words.values()
        for word in said
    ]
    return Matcher.fit([*phrases, *foreign], encoder=encoder, words=words)
