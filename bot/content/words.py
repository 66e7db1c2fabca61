"""
`flows/<language>/*.yaml`: the words of a flow, the engine's own words (`_repair`), and what is not ours (`_none`).

A language that is understood but not spoken has `_words` instead of `_repair`, and of every flow the complaints alone.
"""

from __future__ import annotations

from typing import Final

from bot.content.form import Form
from bot.core.catalog import Repair, Understood
from bot.core.choices import plain
from bot.core.flow import Complaints, FlowTexts, StateTexts
from bot.core.vocabulary import REPAIR, Word

#: The file of the matcher's reserved class.
NONE: Final = "_none"
#: The file that makes a language one that is understood only.
WORDS: Final = "_words"
#: Files of the folder of a spoken language that are no flow's words.
SHARED: Final = (REPAIR, NONE)


def parse_flow_texts(form: Form, path: str, stem: str, language: str) -> FlowTexts:
    """Build the words of a flow; faults are in the form's report."""
    texts = FlowTexts(
        flow=form.own_id("flow", stem),
        language=language,
        path=path,
        title=form.text("title"),
        phrases=form.texts("phrases") if form.has("phrases") else (),
        states=_states(form),
    )
    form.close()
    return texts


def parse_complaints(form: Form, path: str, stem: str, language: str) -> Complaints:
    """Build the complaints of a flow in a language that is understood only; faults are in the form's report."""
    complaints = Complaints(
        flow=form.own_id("flow", stem), language=language, path=path, phrases=form.texts("phrases")
    )
    form.close()
    return complaints


def _states(form: Form) -> dict[str, StateTexts]:
    inner = form.form("states") if form.has("states") else None
    if inner is None:
        return {}
    return {name: _state(state, inner.line_of(name)) for name in inner.names() if (state := inner.form(name))}


def _state(form: Form, line: int) -> StateTexts:
    texts = StateTexts(
        text=form.optional_template("text"),
        retry=form.optional_template("retry"),
        choices=form.labels("choices"),
        answers=form.text_lists("answers"),
        line=line,
    )
    form.close()
    return texts


def parse_repair(form: Form, language: str) -> Repair:
    """Build the engine's own words; faults are in the form's report."""
    repair = Repair(
        language=form.own_id("language", language),
        name=form.text("name"),
        texts=form.templates("texts"),
        labels=form.labels("labels"),
        words=_words(form),
        names=_folded(form.texts("names")),
        commands=form.labels("commands"),
        findings=form.templates("findings"),
    )
    form.close()
    return repair


def parse_understood(form: Form, language: str) -> Understood:
    """Build what people may type in a language that is understood only; faults are in the form's report."""
    if (given := form.text("language")) and given != language:
        form.error("language", f"it is {given!r} but the folder is named {language!r}", "Make them the same.")
    understood = Understood(
        language=language,
        name=form.text("name"),
        names=_folded(form.texts("names")),
        words=_words(form),
        answered=form.template("answered"),
    )
    form.close()
    return understood


def _words(form: Form) -> dict[Word, tuple[str, ...]]:
    inner = form.form("words")
    if inner is None:
        return {}
    words = {word: _folded(inner.texts(word.value)) for word in Word}
    inner.close()
    return words


def _folded(texts: tuple[str, ...]) -> tuple[str, ...]:
    """Fold words as typed texts are folded before they are compared; two that become one are one."""
    return tuple(dict.fromkeys(plain(text) for text in texts))


def parse_none(form: Form) -> tuple[str, ...]:
    """Read the phrases of what is not ours."""
    phrases = form.texts("phrases")
    form.close()
    return phrases
