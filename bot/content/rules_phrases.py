"""
Rules over what people type: a complaint means one flow, and an answer means one choice.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from rapidfuzz import fuzz, process

from bot.content.draft import Draft
from bot.content.problem import Problem
from bot.content.rules_words import INTERRUPTS
from bot.content.values import choice_ids
from bot.content.words import NONE
from bot.core.choices import is_number, pick, plain
from bot.core.commands import Choice
from bot.core.flow import FlowTexts
from bot.core.vocabulary import Word
from bot.matching.normalise import tokenise

#: Ratio of the sorted tokens from which two phrases are one to a reader. Among the 2,000 shipped phrases the nearest two
#: of different flows that people do tell apart have 87.5 (Chinese, where a word more is two signs more).
CONFUSABLE: Final = 90.0


@dataclass(frozen=True, slots=True)
class _Phrase:
    """A phrase or a title, and where it stands."""

    flow: str
    path: str
    key: str
    text: str


def confusable(draft: Draft) -> Iterator[Problem]:
    """No two phrases of different flows are so alike that a person could not say which is which."""
    for language in draft.catalog.service.languages:
        phrases = _phrases(draft, language)
        tokens = [" ".join(tokenise(phrase.text)) for phrase in phrases]
        alike = process.cdist(tokens, tokens, scorer=fuzz.token_sort_ratio, score_cutoff=CONFUSABLE)
        for first, second in np.argwhere(np.triu(alike, 1) >= CONFUSABLE):
            yield from _confused(draft, phrases[first], phrases[second])


def _phrases(draft: Draft, language: str) -> list[_Phrase]:
    """List the phrases of a language, those of what is not ours first."""
    none = f"flows/{language}/{NONE}.yaml"
    found = [_Phrase(NONE, none, "phrases", text) for text in draft.catalog.none_phrases.get(language, ())]
    for (spoken, name), texts in draft.catalog.texts.items():
        flow = draft.catalog.flows.get(name)
        if spoken == language and flow is not None and not flow.internal:
            found.append(_Phrase(name, texts.path, "title", texts.title))
            found.extend(_Phrase(name, texts.path, "phrases", text) for text in texts.phrases)
    return found


def _confused(draft: Draft, first: _Phrase, second: _Phrase) -> Iterator[Problem]:
    twice = first.key == second.key == "phrases" and plain(first.text) == plain(second.text)
    if first.flow == second.flow or twice:  # what stands there twice is another rule's
        return
    message = f"{second.text!r} can hardly be told apart from {first.text!r} in {first.path}"
    line = draft.item_line(second.path, second.key, second.text)
    cure = "Keep it where it belongs, or add the word that makes the difference."
    yield Problem(path=second.path, line=line, where=second.key, message=message, cure=cure)


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


PHRASE_RULES: Final = (confusable, answers)
