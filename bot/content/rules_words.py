"""
Rules over the words: every language is complete, and what a person may type has one meaning.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from bot.content.draft import SERVICE, Draft
from bot.content.problem import Problem, Severity
from bot.content.values import choice_ids
from bot.content.words import SHARED, WORDS
from bot.core.agents import TEMPLATES
from bot.core.choices import NUMBERS, is_number, plain
from bot.core.flow import INPUTS, Ask, AskMany, Call, Collect, End, Flow, FlowTexts, Say, State, Wait
from bot.core.repair import MENU
from bot.core.vocabulary import REPAIR, Result, Word
from bot.diagnosis.codes import Code

#: The engine's own texts.
REPAIR_TEXTS: Final = (
    "notice", "menu", "not_understood", "clarify", "retry", "offer_person", "switch", "stayed", "secret_code",
    "secret_password", "secret_seed_phrase", "secret_private_key", "secret_card", "secret_other", "back_impossible",
    "restarted", "stopped", "language_ask", "language_set", "stale", "attachment", "content_changed", "handed_off",
    "handed_off_urgent", "receipt", "solved", "cancelled", "told", "help", "trouble", "picked", "corrected",
    "welcome_back", "back_to", "one_moment", "waiting", "take_your_time", "skipped", "later", "other", "flood",
    "incident_known", "incident_ask", "incident_awaited", "incident_over", "incident_works",
    "linked", "link_refused", "unlinked", "not_linked", "link_over", "link_lost",
    "chosen", "all_right", "edited", "contact", "group", "status_open", "status_topic", "status_none", "privacy",
    "agent_joined", "agent_silent", "escalated", "handed_back", "closed_by_agent", "reopened",
    *(f"reply_{template}" for template in TEMPLATES),
)  # fmt: skip
#: The engine's own buttons.
REPAIR_LABELS: Final = (
    "human", "none_of_these", "switch", "stay", "worked", "still_stuck", "back", "done", "more", "go_on", "restart",
    "other", "tell_me", "help_anyway", "share_number", "private_chat",
)  # fmt: skip
#: Commands in the menu of a chat service; each is also understood when typed.
REPAIR_COMMANDS: Final = ("start", "help", "human", "status", "language", "privacy", "cancel", "unlink")
#: Words that do something at any moment, so that no button may be named by them.
INTERRUPTS: Final = (Word.HUMAN, Word.BACK, Word.RESTART, Word.STOP, Word.LANGUAGE, Word.HELP, Word.UNLINK)
#: Kinds of states that always say something.
_SPEAKING: Final = (Say, Ask, AskMany, Collect, Wait, Call)
#: Whether the menu follows, where the person is in no flow.
SMALL_TALK_ENDS: Final = (Result.SOLVED, MENU)
#: A shorter text is often the same in two languages: a name, a number.
_SAME_CHARS: Final = 12


def languages(draft: Draft) -> Iterator[Problem]:
    """Every language of the service has every file, and there are no others."""
    catalog = draft.catalog
    for language in catalog.service.languages:
        paths = [f"flows/{language}/{name}.yaml" for name in (*SHARED, *catalog.flows)]
        paths += [f"knowledge/{language}/{name}.yaml" for name in catalog.articles]
        missing = [path for path in paths if not draft.is_there(path)]
        if missing == paths:
            message = (
                f"nothing is written in {language!r}: flows/{language} and knowledge/{language} are missing"
            )
            yield draft.problem(
                SERVICE, ("languages",), message, "Translate them, or remove the language here."
            )
            continue
        for path in missing:
            cure = f"Write it, or remove {language!r} from `languages` in {SERVICE}."
            yield draft.problem(path, (), "the file is missing", cure)


def strays(draft: Draft) -> Iterator[Problem]:
    """Words belong to a flow or an article that exists, in a language of the service."""
    for path in draft.files:
        folder, *language, file = path.split("/")
        if not language:
            continue
        only_understood = folder == "flows" and draft.is_there(f"flows/{language[0]}/{WORDS}.yaml")
        if language[0] not in draft.catalog.service.languages and not only_understood:
            message = f"the language {language[0]!r} is not one of the service's"
            cure = (
                "Add it to `languages` in service.yaml, write its _words.yaml if it is only to be understood,"
                " or remove the file."
            )
            yield draft.problem(path, (), message, cure)
        elif file.removesuffix(".yaml") not in (*SHARED, WORDS) and not draft.is_there(f"{folder}/{file}"):
            yield draft.problem(path, (), f"there is no {folder}/{file}", "Add it or remove this file.")


def states(draft: Draft) -> Iterator[Problem]:
    """Every state that speaks has its text, and no text belongs to a state that is not there."""
    for flow, texts in _pairs(draft):
        for name, state in flow.states.items():
            words = texts.states.get(name)
            keys = ("states", name)
            if isinstance(state, _SPEAKING) and (words is None or words.text is None):
                yield draft.problem(
                    texts.path, keys, f"state {name!r} has no text", f"Add states.{name}.text."
                )
            if (
                words is not None
                and words.retry is not None
                and not isinstance(state, Ask | AskMany | Collect)
            ):
                yield draft.problem(
                    texts.path, (*keys, "retry"), f"state {name!r} asks nothing", "Remove `retry`."
                )
            yield from _choices(draft, texts, state)
        for name in texts.states.keys() - flow.states.keys():
            message = f"state {name!r} does not exist in {flow.path}"
            yield draft.problem(texts.path, ("states", name), message, "Correct the name or remove it.")


def _choices(draft: Draft, texts: FlowTexts, state: State) -> Iterator[Problem]:
    words = texts.states.get(state.id)
    labels: Mapping[str, str] = words.choices if words is not None else {}
    given = choice_ids(state)
    for choice in given:
        if choice not in labels:
            message = f"state {state.id!r} has no label for choice {choice!r}"
            yield draft.problem(
                texts.path, ("states", state.id, "choices"), message, "Add it under `choices`."
            )
    for choice in labels.keys() - set(given):
        message = f"state {state.id!r} has no choice {choice!r}"
        yield draft.problem(
            texts.path, ("states", state.id, "choices", choice), message, "Correct it or remove it."
        )


def answers(draft: Draft) -> Iterator[Problem]:
    """People's own words belong to a choice of the question, and mean one choice only."""
    for flow, texts in _pairs(draft):
        for name, words in texts.states.items():
            given = choice_ids(flow.states[name]) if name in flow.states else ()
            seen = {plain(label): choice for choice, label in words.choices.items()}
            for choice, said in words.answers.items():
                keys = ("states", name, "answers", choice)
                if choice not in given:
                    message = f"state {name!r} has no choice {choice!r}"
                    yield draft.problem(texts.path, keys, message, "Correct it or remove it.")
                for own in map(plain, said):
                    if seen.setdefault(own, choice) != choice:
                        message = f"the answer {own!r} means {seen[own]!r} and {choice!r}"
                        yield draft.problem(texts.path, keys, message, "Keep it at one of them.")


def labels(draft: Draft) -> Iterator[Problem]:
    """A typed label means one choice: no two are alike, none is a number or a word with a meaning of its own."""
    for _, texts in _pairs(draft):
        reserved = _interrupts(draft, texts.language)
        for name, words in texts.states.items():
            seen: dict[str, str] = {}
            for choice, label in words.choices.items():
                typed, keys = plain(label), ("states", name, "choices", choice)
                if typed in seen:
                    message = f"choices {seen[typed]!r} and {choice!r} have the same label {label!r}"
                    yield draft.problem(texts.path, keys, message, "Make them different.")
                if is_number(typed) or typed in NUMBERS:
                    message = f"label {label!r} reads as the number of a choice"
                    yield draft.problem(texts.path, keys, message, "Add a word.")
                if typed in reserved:
                    message = f"label {label!r} is also a word for {reserved[typed].value!r}"
                    yield draft.problem(texts.path, keys, message, "Say more in the label.")
                seen.setdefault(typed, choice)


def _interrupts(draft: Draft, language: str) -> dict[str, Word]:
    repair = draft.catalog.repair.get(language)
    if repair is None:
        return {}
    buttons = {plain(repair.labels.get(word.value, "")): word for word in (Word.HUMAN, Word.BACK)}
    return buttons | {plain(said): word for word in INTERRUPTS for said in repair.words.get(word, ())}


def word_lists(draft: Draft) -> Iterator[Problem]:
    """A word of a person means one thing."""
    for language, known in draft.catalog.heard().items():
        path = f"flows/{language}/{REPAIR if language in draft.catalog.repair else WORDS}.yaml"
        seen: dict[str, Word] = {}
        for word, said in known.words.items():
            if not said:
                message = f"the word list {word.value!r} is empty"
                yield draft.problem(path, ("words", word.value), message, "Write at least one word.")
            for one in map(plain, said):
                if seen.setdefault(one, word) is not word:
                    message = f"{one!r} stands in the word lists {seen[one].value!r} and {word.value!r}"
                    yield draft.problem(path, ("words", word.value), message, "Keep one.")


def repair_complete(draft: Draft) -> Iterator[Problem]:
    """The engine has all its words: texts, labels, and a sentence for every diagnosis code."""
    for repair in draft.catalog.repair.values():
        for kind, wanted, given in (
            ("texts", REPAIR_TEXTS, repair.texts),
            ("labels", REPAIR_LABELS, repair.labels),
            ("commands", REPAIR_COMMANDS, repair.commands),
            ("findings", tuple(Code), repair.findings),
        ):
            for name in wanted:
                if name not in given:
                    message = f"{kind}.{name} is missing"
                    yield draft.problem(
                        _repair_path(repair.language), (kind,), message, f"Add it under `{kind}`."
                    )
            for name in sorted(given.keys() - set(wanted)):
                message = f"{kind}.{name} is unknown"
                yield draft.problem(
                    _repair_path(repair.language), (kind, name), message, "Correct it or remove it."
                )


def untranslated(draft: Draft) -> Iterator[Problem]:
    """A text that reads the same in two languages was probably not translated."""
    seen: dict[tuple[str, str, str], str] = {}
    for flow, texts in _pairs(draft):
        for name, words in texts.states.items():
            if words.text is None or len(plain(words.text.bare())) < _SAME_CHARS:
                continue
            first = seen.setdefault((flow.id, name, words.text.source), texts.language)
            if first != texts.language:
                message = f"state {name!r} reads the same as in {first!r}"
                keys = ("states", name, "text")
                yield draft.problem(texts.path, keys, message, "Translate it.", Severity.WARNING)
    for article in draft.catalog.articles.values():
        first_in: dict[str, str] = {}
        for language, texts_of in article.texts.items():
            first = first_in.setdefault(texts_of.text.source, language)
            if first != language:
                message = f"the article reads the same as in {first!r}"
                yield draft.problem(texts_of.path, ("text",), message, "Translate it.", Severity.WARNING)


def small_talk(draft: Draft) -> Iterator[Problem]:
    """Small talk asks nothing: it is answered without leaving the flow that one is in."""
    for flow in draft.catalog.flows.values():
        for state in flow.states.values() if flow.small_talk else ():
            keys = ("states", state.id)
            if isinstance(state, INPUTS):
                message = f"small talk waits for the person in state {state.id!r}"
                yield draft.problem(flow.path, keys, message, "Only `say` and `end` there.")
            if isinstance(state, End) and state.result not in SMALL_TALK_ENDS:
                message = f"small talk ends {state.result!r}, which means nothing there"
                yield draft.problem(flow.path, keys, message, f"Write one of: {', '.join(SMALL_TALK_ENDS)}.")


def _pairs(draft: Draft) -> Iterator[tuple[Flow, FlowTexts]]:
    for (language, name), texts in draft.catalog.texts.items():
        if name in draft.catalog.flows and language in draft.catalog.service.languages:
            yield draft.catalog.flows[name], texts


def _repair_path(language: str) -> str:
    return f"flows/{language}/{REPAIR}.yaml"


WORD_RULES: Final = (
    languages,
    strays,
    states,
    labels,
    answers,
    word_lists,
    repair_complete,
    untranslated,
    small_talk,
)
