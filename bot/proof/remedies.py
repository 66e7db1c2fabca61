"""
Articles: each one that can apply at a `try_articles` is shown there once, in every language.

An article counts as applying where its condition holds for some values that questions of the content give; in which
order they are asked is left open. So more articles are shown than there may be, never fewer. With a factor lost that an
article needs it must not be shown; that is tried as well.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from bot.content.values import PHONE_FLAGS
from bot.core.article import Article
from bot.core.catalog import Catalog
from bot.core.conditions import Literal
from bot.core.conversation import Conversation, evolve
from bot.core.engine import Step, step
from bot.core.events import ChoicePicked, Value
from bot.core.flow import TryArticles
from bot.core.question import STILL_STUCK
from bot.core.vocabulary import LOST, Factor
from bot.proof.effects import Local
from bot.proof.findings import Finding, Findings
from bot.proof.inputs import phone_with
from bot.proof.invariants import faults
from bot.proof.pasts import values
from bot.proof.situation import NOW


class Remedies:
    """Shows every article, for one catalog."""

    def __init__(self, catalog: Catalog, findings: Findings) -> None:
        self._catalog, self._findings = catalog, findings
        self._values = {**values(catalog), LOST: _losses(), "phone": _phones(catalog)}
        self._values["country"] = (*_words(catalog), "TW")
        self.shown: set[str] = set()
        self.steps = 0

    def try_all(self, locals_: tuple[Local, ...]) -> None:
        """Show what can be shown at one situation of each `try_articles`."""
        seen = set()
        for local in locals_:
            flow, name = local.pair.place
            state = self._catalog.flows[flow].states[name]
            if isinstance(state, TryArticles) and (flow, name) not in seen:
                seen.add((flow, name))
                for article in self._catalog.articles.values():
                    if state.topic in article.topics:
                        self._try(local, article)

    def _try(self, local: Local, article: Article) -> None:
        held = next(self._applying(article), None)
        if held is None:
            return
        self.shown.add(article.id)
        for language in self._catalog.repair:
            slots = {name: value for name, value in local.pair.left.slots.items() if name != LOST}
            before = evolve(local.pair.left, language=language, slots={**slots, **held})
            taken = self._show(local, before, article)
            if taken is not None:
                if _article(taken) != article.id:
                    self._add(local, f"{article.id} is not shown though it applies")
                for message, cure in faults(before, taken, self._catalog):
                    self._findings.add(Finding(local.pair.place, f"{article.id}: {message}", cure))
        for factor in article.needs:
            without = {**local.pair.left.slots, **held, LOST: (factor.value,)}
            taken = self._show(local, evolve(local.pair.left, slots=without), article)
            if taken is not None and _article(taken) == article.id:
                self._add(local, f"{article.id} is shown, which needs the lost {factor.value}")

    def _applying(self, article: Article) -> Iterator[Mapping[str, Value]]:
        """Yield slots with which an article applies."""
        names = sorted({name for name, _ in article.when.names()}) if article.when is not None else []
        for chosen in product(*((None, *self._values.get(name, ())) for name in names)):
            held = {name: value for name, value in zip(names, chosen, strict=True) if value is not None}
            lost = held.get(LOST)
            able = not isinstance(lost, tuple) or not any(factor in lost for factor in article.needs)
            if able and (article.when is None or article.when.holds(held)):
                yield held

    def _show(self, local: Local, before: Conversation, article: Article) -> Step | None:
        """Let every other remedy fail first."""
        others = tuple(name for name in self._catalog.articles if name != article.id)
        conversation = evolve(before, tried=others)
        event = ChoicePicked(id="e", at=NOW, choice=STILL_STUCK, screen=conversation.screen)
        self.steps += 1
        try:
            return step(conversation, event, self._catalog, NOW)
        except Exception as fault:
            self._add(local, f"{article.id} cannot be shown: {fault}")
            return None

    def _add(self, local: Local, message: str) -> None:
        cure = "Look at the article's condition, needs and words."
        self._findings.add(Finding(local.pair.place, message, cure))


def _article(taken: Step) -> str | None:
    stack = taken.conversation.stack
    return stack[-1].article if stack else None


def _losses() -> tuple[Value, ...]:
    """Return every set of factors that people lose."""
    members = (Factor.PHONE, Factor.EMAIL, Factor.AUTHENTICATOR, Factor.PASSKEY)
    picks = product((False, True), repeat=len(members))
    return tuple(
        tuple(one.value for one, there in zip(members, pick, strict=True) if there) for pick in picks
    )


def _phones(catalog: Catalog) -> tuple[Value, ...]:
    """Return a number with each flag, and one of each region that an article speaks of."""
    flags = (
        {**dict.fromkeys(PHONE_FLAGS, False), **dict.fromkeys(on, True)}
        for on in ((), *((flag,) for flag in PHONE_FLAGS))
    )
    regions = ({**dict.fromkeys(PHONE_FLAGS, False), "region": region} for region in _words(catalog))
    return tuple(phone_with(attributes) for attributes in (*flags, *regions))


def _words(catalog: Catalog) -> tuple[str, ...]:
    """Return the words of two capitals that articles compare with: regions."""
    found = {
        word
        for article in catalog.articles.values()
        for comparison in (article.when.comparisons() if article.when is not None else ())
        for side in (comparison.left, comparison.right)
        if isinstance(side, Literal)
        for word in (side.value if isinstance(side.value, tuple) else (side.value,))
        if isinstance(word, str) and len(word) == 2 and word.isupper()
    }
    return tuple(sorted(found))
