"""
All content that the engine runs on: immutable, swapped as a whole, named by its fingerprint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.core.article import Article
from bot.core.calls import OPERATIONS, Operation
from bot.core.flow import Flow, FlowTexts
from bot.core.hours import Hours
from bot.core.texts import Text
from bot.core.vocabulary import Word

#: What a fact may be in a text.
FactValue = str | int | float | bool | timedelta | tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One fact of the company, with its source and the day to look at it again."""

    name: str
    value: FactValue
    source: str
    review_by: date
    line: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """`knowledge/service.yaml`: what a company edits first."""

    facts: Mapping[str, Fact]
    #: Hosts that texts may link to.
    hosts: tuple[str, ...]
    hours: Hours
    #: Languages that the content ships, the default first.
    languages: tuple[str, ...]
    #: Waits after the first, second ... code; after the last one the ladder is used up.
    ladder: tuple[timedelta, ...]
    #: How long a used-up ladder stays used up.
    ladder_pause: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Repair:
    """`flows/<language>/_repair.yaml`: what the engine itself says, and the words that it understands."""

    language: str
    #: The language's own name, for the choice of a language.
    name: str
    texts: Mapping[str, Text]
    #: Labels of the engine's own choices.
    labels: Mapping[str, str]
    words: Mapping[Word, tuple[str, ...]]
    #: Names that a person may type for this language.
    names: tuple[str, ...]
    #: Commands that a chat service shows in a menu -> what they do.
    commands: Mapping[str, str]
    #: Diagnosis code of a phone number -> what to tell the person.
    findings: Mapping[str, Text]


@dataclass(frozen=True, slots=True, kw_only=True)
class Catalog:
    """Flows, articles, words and facts of one version of the content."""

    fingerprint: str
    service: Service
    flows: Mapping[str, Flow]
    #: (language, flow id) -> words.
    texts: Mapping[tuple[str, str], FlowTexts]
    repair: Mapping[str, Repair]
    articles: Mapping[str, Article]
    #: Language -> phrases of the matcher's reserved class: what is not ours.
    none_phrases: Mapping[str, tuple[str, ...]]
    #: What flows may call; another table is for proofs that a fault in it would be found.
    operations: Mapping[str, Operation] = field(default_factory=lambda: OPERATIONS)

    @property
    def default_language(self) -> str:
        """The language that is spoken until the person's is known."""
        return self.service.languages[0]

    def menu(self) -> tuple[str, ...]:
        """Return the ids of the flows that are offered as "what is the problem?", in their order."""
        offered = [flow for flow in self.flows.values() if flow.menu is not None]
        return tuple(flow.id for flow in sorted(offered, key=lambda flow: (flow.menu or 0, flow.id)))
