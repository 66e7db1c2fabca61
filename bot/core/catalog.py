"""
All content that the engine runs on: immutable, swapped as a whole, named by its fingerprint.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from bot.core.article import Article
from bot.core.calls import OPERATIONS, Operation
from bot.core.flow import Complaints, Flow, FlowTexts
from bot.core.hours import Hours
from bot.core.incident import Incident
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
class Understood:
    """`flows/<language>/_words.yaml`: what people may type in a language that is understood but not spoken."""

    language: str
    #: The language's own name.
    name: str
    #: Names that a person may type for this language.
    names: tuple[str, ...]
    words: Mapping[Word, tuple[str, ...]]
    #: That it is understood but answered in another language, in the language itself.
    answered: Text


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
    #: Languages that people may write and the service does not speak.
    understood: Mapping[str, Understood] = field(default_factory=dict)
    #: (language, flow id) -> complaints in a language that is understood only.
    complaints: Mapping[tuple[str, str], Complaints] = field(default_factory=dict)

    #: Days without a line after which a conversation is deleted; 0: never.
    kept_days: int = 90
    #: What is broken now, and what was lately, the oldest first. None of the content: the fingerprint does not know it.
    incidents: tuple[Incident, ...] = ()

    #: Language -> what people may type at any moment, folded -> what it means.
    _meanings: Mapping[str, Mapping[str, Word]] = field(init=False, repr=False, compare=False)
    #: Topic -> its articles, the first to try first.
    _remedies: Mapping[str, tuple[Article, ...]] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        meanings = {
            language: {said: word for word, all_said in known.words.items() for said in all_said}
            for language, known in self.heard().items()
        }
        object.__setattr__(self, "_meanings", meanings)
        remedies: dict[str, tuple[Article, ...]] = {}
        for article in sorted(self.articles.values(), key=lambda article: (article.order, article.id)):
            for topic in article.topics:
                remedies[topic] = (*remedies.get(topic, ()), article)
        object.__setattr__(self, "_remedies", remedies)

    def remedies(self, topic: str) -> tuple[Article, ...]:
        """Return the articles of a topic, the first to try first."""
        return self._remedies.get(topic, ())

    def meaning(self, typed: str, language: str) -> Word | None:
        """Tell which word a whole text is, folded as by `plain`: in this language, else in the first that knows it."""
        own = self._meanings.get(language, {}).get(typed)
        return own or next((word for known in self._meanings.values() if (word := known.get(typed))), None)

    def heard(self) -> Mapping[str, Repair | Understood]:
        """Return the words of every language that people may write, those that are spoken first."""
        return {**self.repair, **self.understood}

    def phrases(self, language: str, flow: str) -> tuple[str, ...]:
        """Return the example complaints of a flow in a language; none where nobody wrote any."""
        texts = self.texts.get((language, flow)) or self.complaints.get((language, flow))
        return texts.phrases if texts is not None else ()

    @property
    def default_language(self) -> str:
        """The language that is spoken until the person's is known."""
        return self.service.languages[0]

    def menu(self) -> tuple[str, ...]:
        """Return the ids of the flows that are offered as "what is the problem?", in their order."""
        offered = [flow for flow in self.flows.values() if flow.menu is not None]
        return tuple(flow.id for flow in sorted(offered, key=lambda flow: (flow.menu or 0, flow.id)))
