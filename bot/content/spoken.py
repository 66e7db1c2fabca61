"""
Everything that can be said to a person, in one list: which text, in which language, where it stands, what it may name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Final

from bot.content import values
from bot.content.draft import Draft
from bot.content.edges import CASE_CODE, opens_ticket
from bot.content.known import Known, known_slots
from bot.content.values import Scope
from bot.core.catalog import Repair
from bot.core.flow import Flow, FlowTexts, TryArticles, Wait
from bot.core.texts import MAX_TEXT, Text

#: A button of Telegram shows about this much of a label on a small phone; longer ones are cut off there.
MAX_LABEL: Final = 40
#: An article's title stands over its text, in one or two lines.
MAX_TITLE: Final = 60
#: An article fits the screen of a phone.
MAX_ARTICLE: Final = 700


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """One text, label or title."""

    path: str
    #: Keys to it in its file.
    keys: tuple[str, ...]
    language: str
    text: Text
    #: UTF-16 code units after rendering.
    limit: int = MAX_TEXT
    #: None: a label or a title, which has no holes.
    scope: Scope | None = None
    #: The facts that the article names; None: any.
    facts: tuple[str, ...] | None = None

    @property
    def name(self) -> str:
        """Say which text it is, for messages."""
        match self.keys:
            case ("states", state, *_):
                return f"state {state!r}"
            case _:
                return f"{'.'.join(self.keys)!r}"

    @cached_property
    def attributes(self) -> frozenset[tuple[str, str]]:
        """The `name.attribute` pairs of the text."""
        return self.text.attributes() if self.text.names else frozenset()

    @cached_property
    def unknown(self) -> tuple[str, ...]:
        """Names and `name.attribute` that nobody sets here."""
        if self.scope is None:
            return ()
        known = self.scope.values
        names = [name for name in self.text.names if name not in known]
        pairs = [
            f"{name}.{attribute}"
            for name, attribute in self.attributes
            if name in known
            and name in self.text.names
            and attribute not in (self.scope.attributes(name) or ())
        ]
        return tuple(sorted((*names, *pairs)))

    @cached_property
    def rendered(self) -> tuple[tuple[str, ...], str | None]:
        """Everything that it can read as, and why it cannot be rendered, if so."""
        if self.scope is None or not self.text.names:
            return _render(self.text, iter(({},)))
        if self.unknown:
            return (), None
        said, fault = _render(self.text, self.scope.samples(self.text))
        for name, sample in self.scope.without(self.text) if fault is None else ():
            if _render(self.text, iter((sample,)))[1] is not None:
                return said, f"{name!r} is not set on every way to it"
        return said, fault

    @property
    def said(self) -> tuple[str, ...]:
        """What it can read as, less what is too long for any message."""
        return tuple(words for words in self.rendered[0] if len(words) <= MAX_TEXT)


def _render(text: Text, samples: Iterator[Mapping[str, Any]]) -> tuple[tuple[str, ...], str | None]:
    said: list[str] = []
    for sample in samples:
        try:
            said.append(text.render(sample))
        except (ValueError, AttributeError, LookupError) as error:  # a filter may get a value of another kind
            return tuple(dict.fromkeys(said)), str(error)
    return tuple(dict.fromkeys(said)), None


def all_spoken(draft: Draft) -> tuple[Spoken, ...]:
    """List everything that can be said."""
    catalog = draft.catalog
    known = known_slots(draft)
    found: list[Spoken] = []
    for repair in catalog.repair.values():
        found.extend(_of_repair(draft, repair))
    for texts in catalog.texts.values():
        if texts.flow in catalog.flows:
            found.extend(_of_flow(draft, catalog.flows[texts.flow], texts, known[texts.flow]))
    found.extend(_of_articles(draft, known))
    return tuple(found)


def _of_repair(draft: Draft, repair: Repair) -> Iterator[Spoken]:
    path, language = f"flows/{repair.language}/_repair.yaml", repair.language
    yield Spoken(path=path, keys=("name",), language=language, text=Text(repair.name), limit=MAX_LABEL)
    for key, label in repair.labels.items():
        yield Spoken(path=path, keys=("labels", key), language=language, text=Text(label), limit=MAX_LABEL)
    for key, text in repair.texts.items():
        scope = values.repair_scope(draft.catalog, key, language)
        yield Spoken(path=path, keys=("texts", key), language=language, text=text, scope=scope)
    scope = values.finding_scope(draft.catalog, language)
    for code, text in repair.findings.items():
        yield Spoken(path=path, keys=("findings", code), language=language, text=text, scope=scope)


def _of_flow(
    draft: Draft, flow: Flow, texts: FlowTexts, sure: Mapping[str, frozenset[str]]
) -> Iterator[Spoken]:
    path, language = texts.path, texts.language
    yield Spoken(path=path, keys=("title",), language=language, text=Text(texts.title), limit=MAX_LABEL)
    slots = values.slots(draft.catalog, related(draft, (flow.id,)), language)
    slots[CASE_CODE] = (values.CASE,)
    names = {**values.common(draft.catalog, language), **slots}
    known = _said_after(flow, sure)
    for state, words in texts.states.items():
        unsure = frozenset(slots) - known.get(state, frozenset(slots))
        for key, text in (("text", words.text), ("retry", words.retry)):
            if text is not None:
                scope = Scope({**names, **_wait(draft, flow, state, language)}, unsure)
                yield Spoken(
                    path=path, keys=("states", state, key), language=language, text=text, scope=scope
                )
        for choice, label in words.choices.items():
            keys = ("states", state, "choices", choice)
            yield Spoken(path=path, keys=keys, language=language, text=Text(label), limit=MAX_LABEL)


def _said_after(flow: Flow, known: Mapping[str, frozenset[str]]) -> Mapping[str, frozenset[str]]:
    """Add the case code to what is known where it is opened: the words of such a call are said after it."""
    return {
        name: slots | {CASE_CODE} if opens_ticket(flow.states[name]) else slots
        for name, slots in known.items()
    }


def _wait(draft: Draft, flow: Flow, name: str, language: str) -> dict[str, tuple[Any, ...]]:
    if not isinstance(flow.states.get(name), Wait):
        return {}
    return {"wait": (values.moment("length", draft.catalog.service.ladder_pause, language),)}


def _of_articles(draft: Draft, known: Known) -> Iterator[Spoken]:
    catalog = draft.catalog
    for article in catalog.articles.values():
        tried = tuple(places(draft, article.topics))
        flows = related(draft, tuple(flow for flow, _ in tried))
        sure = [known[flow].get(state, frozenset()) for flow, state in tried]
        for language, words in article.texts.items():
            slots = values.slots(catalog, flows, language)
            unsure = frozenset(slots) - (frozenset.intersection(*sure) if sure else frozenset())
            scope = Scope({**values.common(catalog, language), **slots}, unsure)
            yield Spoken(
                path=words.path, keys=("title",), language=language, text=Text(words.title), limit=MAX_TITLE
            )
            yield Spoken(
                path=words.path,
                keys=("text",),
                language=language,
                text=words.text,
                limit=MAX_ARTICLE,
                scope=scope,
                facts=article.facts,
            )


def places(draft: Draft, topics: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Return the flow and state of every place that tries articles of some topics."""
    for flow in draft.catalog.flows.values():
        for state in flow.states.values():
            if isinstance(state, TryArticles) and state.topic in topics:
                yield flow.id, state.id


def related(draft: Draft, flows: tuple[str, ...]) -> tuple[Flow, ...]:
    """Return flows with all that run them and all that they run, since they share one conversation's slots."""
    runs = [(outer, state.flow) for outer, state in draft.runs()]
    up, down = set(flows), set(flows)
    for _ in runs:
        up |= {outer for outer, inner in runs if inner in up}
        down |= {inner for outer, inner in runs if outer in down}
    return tuple(flow for name, flow in draft.catalog.flows.items() if name in up | down)
