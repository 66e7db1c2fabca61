"""
A fault on the company's side that an operator knows of, in words for the people whom it concerns.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

#: One that nobody ends ends by itself within so long: people must not be told for weeks what is over.
LONGEST: Final = timedelta(days=7)
#: Its words fit the screen of a phone, as an article's do; UTF-16 code units.
MAX_WORDS: Final = 700
#: The timer of whoever waits to be told that it is over.
TIMER: Final = "@incident"


@dataclass(frozen=True, slots=True, kw_only=True)
class Incident:
    """One fault, as an operator has told of it."""

    number: int
    #: The flows that it concerns.
    flows: tuple[str, ...]
    #: Language -> what people are told; the content's default language is there.
    words: Mapping[str, str]
    since: datetime
    #: It ends by itself then, aware UTC.
    until: datetime
    #: When an operator ended it.
    ended_at: datetime | None = None

    def over_since(self, now: datetime) -> datetime | None:
        """Return when it ended, by an operator or by itself; None: it is still open."""
        end = self.until if self.ended_at is None else min(self.ended_at, self.until)
        return end if end <= now else None

    def said_in(self, *languages: str) -> str:
        """Return its words in the first of these languages that has any."""
        return next((self.words[language] for language in languages if language in self.words), "")
