"""
Rules over what people type: a complaint means one flow and is one of many, and an answer means one choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from bot.content.draft import Draft
from bot.content.problem import Problem
from bot.content.rules_near import astray, confusable, redundant
from bot.content.rules_words import INTERRUPTS
from bot.content.values import choice_ids
from bot.content.words import NONE, WORDS
from bot.content.written import Written, in_other_letters, languages, written
from bot.core.choices import is_number, pick, plain
from bot.core.commands import Choice
from bot.core.flow import Complaints, Flow, FlowTexts
from bot.core.vocabulary import Word

#: Fewer phrases than these and a flow is not understood well: of the menu where the language is spoken, and elsewhere.
MENU_PHRASES, PHRASES = 30, 12
#: The same of what is not ours: where the language is spoken, and where it is understood only.
NONE_PHRASES, NONE_PHRASES_UNDERSTOOD = 60, 20


def twice(draft: Draft) -> Iterator[Problem]:
    """No complaint stands twice in a language, unless the same flow has it in other letters, too."""
    for language in languages(draft):
        seen: dict[str, Written] = {}
        for phrase in written(draft, language):
            if phrase.is_title:
                continue
            first = seen.setdefault(plain(phrase.text), phrase)
            if first is phrase or (first.flow == phrase.flow and in_other_letters(first, phrase)):
                continue
            also = "" if first.path == phrase.path else f", also in {first.path}"
            message = f"the phrase {phrase.text!r} stands here twice{also}"
            yield phrase.problem(draft, message, "Keep it where it belongs.")


def internal(draft: Draft) -> Iterator[Problem]:
    """Nobody complains of a flow that only other flows run."""
    found: list[FlowTexts | Complaints] = [*draft.catalog.texts.values(), *draft.catalog.complaints.values()]
    for texts in found:
        flow = draft.catalog.flows.get(texts.flow)
        if flow is not None and flow.internal and texts.phrases:
            cure = "Remove them." if isinstance(texts, FlowTexts) else "Remove this file."
            yield draft.problem(texts.path, ("phrases",), "an internal flow has phrases", cure)


def thin(draft: Draft) -> Iterator[Problem]:
    """Every flow has enough phrases in every language that is spoken or understood, and so has what is not ours."""
    spoken = draft.catalog.service.languages
    for language in languages(draft):
        for flow in draft.catalog.flows.values():
            path = f"flows/{language}/{flow.id}.yaml"
            if path in draft.files and path not in draft.broken and not flow.internal:
                least = MENU_PHRASES if language in spoken and flow.menu is not None else PHRASES
                yield from _thin(draft, path, len(draft.catalog.phrases(language, flow.id)), least)
        phrases = draft.catalog.none_phrases.get(language)
        if phrases is not None:
            least = NONE_PHRASES if language in spoken else NONE_PHRASES_UNDERSTOOD
            yield from _thin(draft, f"flows/{language}/{NONE}.yaml", len(phrases), least)


def _thin(draft: Draft, path: str, count: int, least: int) -> Iterator[Problem]:
    if count < least:
        message = f"{count} phrases are too few to be matched well"
        cure = f"Write {least} or more, as people write them."
        yield draft.warning(path, ("phrases",), message, cure, "thin")


def unheard(draft: Draft) -> Iterator[Problem]:
    """A language that is understood has complaints of every flow, and of what is not ours."""
    for flow in draft.catalog.flows.values():
        if not flow.internal:
            yield from _unheard(draft, flow)
    for language in draft.catalog.understood:
        path = f"flows/{language}/{NONE}.yaml"
        if not draft.is_there(path):
            message = f"{path} is missing, so that anything in this language may start a flow"
            cure = f"Write it with {NONE_PHRASES_UNDERSTOOD} phrases that are not ours."
            yield draft.warning(f"flows/{language}/{WORDS}.yaml", (), message, cure, "unheard")


def _unheard(draft: Draft, flow: Flow) -> Iterator[Problem]:
    lacking = [
        language
        for language in draft.catalog.understood
        if not draft.is_there(f"flows/{language}/{flow.id}.yaml")
    ]
    if lacking:
        message = f"complaints of {flow.id!r} are not understood in {', '.join(lacking)}"
        cure = f"Write flows/{lacking[0]}/{flow.id}.yaml with `flow` and {PHRASES} `phrases`."
        yield draft.warning(flow.path, ("id",), message, cure, "unheard")


def answers(draft: Draft) -> Iterator[Problem]:
    """People's own words for a choice are no command, no number, and no yes or no that means another choice."""
    for (language, name), texts in draft.catalog.texts.items():
        if name in draft.catalog.flows:
            yield from _answers(draft, texts, _meanings(draft, language))


def _meanings(draft: Draft, language: str) -> Mapping[str, Word]:
    """Return what a whole text means at any moment, in the person's language first, as the engine reads it."""
    order = [language, *(other for other in draft.catalog.repair if other != language)]
    repairs = [draft.catalog.repair[name] for name in order if name in draft.catalog.repair]
    found: dict[str, Word] = {}
    for repair in repairs:
        for word, all_said in repair.words.items():
            for said in all_said:
                found.setdefault(plain(said), word)
    return found


def _answers(draft: Draft, texts: FlowTexts, meanings: Mapping[str, Word]) -> Iterator[Problem]:
    for name, words in texts.states.items():
        state = draft.catalog.flows[texts.flow].states.get(name)
        ids = choice_ids(state) if state is not None else ()
        given = [Choice(id=choice, label=words.choices.get(choice, choice)) for choice in ids]
        for choice, all_said in words.answers.items():
            for said in all_said:
                meaning, keys = meanings.get(plain(said)), ("states", name, "answers", choice)
                other = pick(said, given, lambda text: meanings.get(plain(text))) if meaning else None
                if meaning in INTERRUPTS:
                    message = f"the answer {said!r} is also a word for {meaning.value!r}"
                    yield draft.problem(texts.path, keys, message, "Say more, or leave it out.")
                elif is_number(plain(said)):
                    message = f"the answer {said!r} reads as the number of a choice"
                    yield draft.problem(texts.path, keys, message, "Add a word.")
                elif meaning is not None and other not in (None, choice):
                    message = (
                        f"the answer {said!r} for {choice!r} means {meaning.value!r}, which is {other!r} here"
                    )
                    yield draft.problem(texts.path, keys, message, "Leave it out.")


PHRASE_RULES: Final = (twice, internal, confusable, answers)
#: What is only advised, so content runs without it: `sparekey check` alone asks for it.
PHRASE_ADVICE: Final = (thin, unheard, redundant, astray)
