"""
Rules over facts: each is written once, they agree with each other, and their links lead to our own hosts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from itertools import pairwise
from typing import Final
from urllib.parse import urlsplit

from bot.content.draft import SERVICE, Draft
from bot.content.problem import Problem, Severity
from bot.content.spoken import Spoken
from bot.core.catalog import Fact, FactValue

_UNITS: Final[Mapping[str, timedelta]] = {
    **dict.fromkeys(("second", "seconde", "秒"), timedelta(seconds=1)),
    **dict.fromkeys(("minute", "min", "分钟"), timedelta(minutes=1)),
    **dict.fromkeys(("hour", "heure", "小时"), timedelta(hours=1)),
    **dict.fromkeys(("day", "jour", "天"), timedelta(days=1)),
}
#: Without one, which is also an article: "one day" may be any day.
_NUMBERS: Final[Mapping[str, int]] = {
    "two": 2, "three": 3, "five": 5, "ten": 10, "fifteen": 15, "thirty": 30,
    "deux": 2, "trois": 3, "cinq": 5, "dix": 10, "quinze": 15, "trente": 30,
    "两": 2, "三": 3, "五": 5, "十": 10, "十五": 15, "三十": 30,
}  # fmt: skip
_DURATION: Final = re.compile(
    rf"(?<![\w.,:/-])(\d{{1,4}}|{'|'.join(sorted(_NUMBERS, key=len, reverse=True))})[ -]?"
    rf"({'|'.join(_UNITS)})s?(?![a-zéèê])",
    re.IGNORECASE,
)
#: How many signs a code has.
_LENGTH: Final = re.compile(r"(?<![\w.,:/-])(\d{1,2})[ -]?(?:digits?|chiffres|位)")
#: Names of ours; a fact that names something of others, such as a mailbox, may be spoken of as well.
OUR_NAMES: Final = ("company", "sender_name", "bot_name")
#: What must be shorter than what, and why; facts that are not there do not count.
SHORTER: Final = (
    ("sms_patience", "code_lifetime", "who waits longer for a text finds its code expired"),
    ("email_patience", "code_lifetime", "who waits longer for a mail finds its code expired"),
    ("code_lifetime", "sms_limit_pause", "a pause that ends before the code does stops nobody"),
)
#: Codes at once on their way: Twilio Verify refuses the sixth of a verification, so that one is kept in hand.
MAX_SENDS: Final = 4
#: NIST SP 800-63B-4, section 4.2.1.2: a recovery code sent by text or a call lives at most so long.
LONGEST_CODE: Final = timedelta(minutes=10)
#: NIST SP 800-63B-4, section 4.2.1.2: a recovery code sent by e-mail lives at most so long.
LONGEST_LINK: Final = timedelta(hours=24)
#: A takeover is noticed the next day; a reset whose hold ends before has cost the money by then.
SHORTEST_HOLD: Final = timedelta(hours=24)


def written_twice(draft: Draft, spoken: tuple[Spoken, ...]) -> Iterator[Problem]:
    """What is a fact is not written out in a text: it would stay behind when the fact changes."""
    lengths = {fact.value: fact.name for fact in _of_length(draft)}
    durations = {fact.value: fact.name for fact in _of(draft, timedelta)}
    words = {fact.value: fact.name for fact in _of(draft, str) if _is_ours(fact)}
    for one in spoken:
        if one.scope is None:
            continue
        said = one.text.bare()
        found = [(match[0], durations.get(_length(match))) for match in _DURATION.finditer(said)]
        found += [(match[0], lengths.get(int(match[1]))) for match in _LENGTH.finditer(said)]
        found += [(str(value), name) for value, name in words.items() if str(value) in said]
        for written, name in found:
            if name is not None:
                message = f"{one.name} says {written!r}, which is the fact {name!r}, so it is written twice"
                cure = f"Write {{{{ facts.{name} }}}}."
                # A warning: two things may last equally long by chance.
                yield draft.problem(one.path, one.keys, message, cure, Severity.WARNING)


def _of(draft: Draft, kind: type) -> Iterator[Fact]:
    return (fact for fact in draft.catalog.service.facts.values() if isinstance(fact.value, kind))


def _is_ours(fact: Fact) -> bool:
    return fact.name in OUR_NAMES or "://" in str(fact.value) or "@" in str(fact.value)


def _of_length(draft: Draft) -> Iterator[Fact]:
    return (fact for fact in _of(draft, int) if fact.name.endswith("_length"))


def _length(match: re.Match[str]) -> FactValue:
    number, unit = match[1].casefold(), match[2].casefold()
    return _UNITS[unit] * (int(number) if number.isdecimal() else _NUMBERS[number])


def contradictions(draft: Draft) -> Iterator[Problem]:
    """Facts that belong together agree."""
    lengths = {fact.name: fact.value for fact in _of(draft, timedelta) if isinstance(fact.value, timedelta)}
    for short, long, why in SHORTER:
        if short in lengths and long in lengths and lengths[short] >= lengths[long]:
            message = f"{short!r} is not shorter than {long!r}: {why}"
            yield draft.problem(SERVICE, ("facts", short), message, "Change one of them.")
    yield from _ladder(draft, lengths.get("code_lifetime"))
    for name, most, why in (
        ("code_lifetime", LONGEST_CODE, "a code sent by text lives at most 10 minutes"),
        ("reset_link_lifetime", LONGEST_LINK, "a code or a link sent by e-mail lives at most 24 hours"),
    ):
        if lengths.get(name, most) > most:
            message = f"{name!r} is longer than NIST SP 800-63B-4, section 4.2.1.2 allows: {why}"
            yield draft.problem(SERVICE, ("facts", name), message, "Shorten it.", Severity.WARNING)
    if lengths.get("reset_hold", SHORTEST_HOLD) < SHORTEST_HOLD:
        message = "'reset_hold' is shorter than 24 hours: whoever notices a takeover the next day is too late"
        yield draft.problem(SERVICE, ("facts", "reset_hold"), message, "Lengthen it.", Severity.WARNING)


def _ladder(draft: Draft, lifetime: timedelta | None) -> Iterator[Problem]:
    waits, pause = draft.catalog.service.ladder, draft.catalog.service.ladder_pause
    if any(later < earlier for earlier, later in pairwise((*waits, pause))):
        message = "the waits of the resend ladder do not rise up to its pause"
        yield draft.problem(SERVICE, ("resend_ladder",), message, "Put the shorter waits first.")
    most = _most_sends(waits, lifetime) if lifetime is not None else 0
    if most > MAX_SENDS:
        message = f"the resend ladder allows {most} codes while one of them lives, more than {MAX_SENDS}"
        cure = "Lengthen its waits: services that send codes refuse more than 5."
        yield draft.problem(SERVICE, ("resend_ladder",), message, cure)


def _most_sends(waits: tuple[timedelta, ...], lifetime: timedelta) -> int:
    """Count the codes that can be sent within the life of one."""
    moments = [sum(waits[:number], timedelta()) for number in range(len(waits) + 1)]
    return max(sum(first <= moment <= first + lifetime for moment in moments) for first in moments)


def links(draft: Draft) -> Iterator[Problem]:
    """A fact that is a link leads to one of our hosts."""
    for fact in _of(draft, str):
        value = str(fact.value)
        host = urlsplit(value).hostname if value.startswith("https://") else None
        if host is not None and host not in draft.catalog.service.hosts:
            message = f"the fact {fact.name!r} links to {host!r}, which is none of the hosts"
            yield draft.problem(SERVICE, ("facts", fact.name), message, "Add the host or correct the link.")


FACT_RULES: Final = (contradictions, links)
