"""
What can come at any moment, tried once at every state: secrets, other languages, other problems, old and forged buttons.

The engine looks at these before it looks at the flow, and after them the person is asked the same question again. So
one try at each state, with and without a call under way, stands for all situations of the state; the ways that such a
thing opens (a switch, a restart) begin flows that are explored by themselves.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from bot.core.catalog import Catalog
from bot.core.conversation import Conversation, evolve
from bot.core.engine import Step, step
from bot.core.events import (
    AccountLinked,
    AccountUnlinked,
    AttachmentReceived,
    ChoicePicked,
    ConversationStarted,
    Event,
    Reading,
    TextReceived,
    TimerFired,
)
from bot.core.flow import Ask, AskMany, Collect
from bot.core.vocabulary import Decision, Status, Word
from bot.proof.act import GIBBERISH
from bot.proof.effects import Local
from bot.proof.findings import Finding, Findings
from bot.proof.invariants import faults
from bot.proof.situation import LINK, NOW, Pair

_SECRETS = ("code", "password", "seed_phrase", "private_key", "card", "iban")


class Anytime:
    """Lets everything come at every state, for one catalog."""

    def __init__(self, catalog: Catalog, findings: Findings) -> None:
        self._catalog, self._findings = catalog, findings
        self.steps = 0

    def try_all(self, locals_: tuple[Local, ...]) -> None:
        """Try one situation of each state."""
        seen = set()
        for local in locals_:
            frame = local.pair.frame
            key = (*local.pair.place, frame.call_state, frame.picked)
            if key not in seen and self._rests(local.pair):
                seen.add(key)
                self._try(local.pair)

    def _rests(self, pair: Pair) -> bool:
        """Tell whether the flow is the innermost one there, not one that waits for another."""
        flow, state = pair.place
        found = self._catalog.flows[flow].states[state]
        return type(found).__name__ != "Run"

    def _try(self, pair: Pair) -> None:
        conversation = pair.left
        for event in self._events(conversation):
            taken = self._take(pair, conversation, event)
            if taken is not None:
                self._check(pair, conversation, taken)
        self._human(pair)
        self._misunderstood(pair)
        self._tomorrow(pair)

    def _events(self, conversation: Conversation) -> Iterator[Event]:
        for kind in _SECRETS:
            yield TextReceived(id="e", at=NOW, text="***", removed=(kind,), message="1")
        for word in (Word.BACK, Word.HELP, Word.LANGUAGE, Word.RESTART, Word.STOP, Word.UNLINK):
            yield TextReceived(id="e", at=NOW, text=f"/{word.value}")
        for language in self._catalog.repair:
            yield TextReceived(id="e", at=NOW, text=GIBBERISH, reading=Reading(language=language))
        for flow in self._others(conversation):
            reading = Reading(decision=Decision.START, flow=flow)
            yield TextReceived(id="e", at=NOW, text=f"{GIBBERISH} {GIBBERISH} {GIBBERISH}", reading=reading)
        yield TextReceived(id="e", at=NOW, text=GIBBERISH, reading=Reading(ticket="R-Q48WW-R1WEJ"))
        yield ChoicePicked(id="e", at=NOW, choice="@human", screen=conversation.screen - 1)
        yield ChoicePicked(id="e", at=NOW, choice="@no_such_choice", screen=conversation.screen)
        yield AttachmentReceived(id="e", at=NOW, kind="photo")
        yield ConversationStarted(id="e", at=NOW)
        yield ConversationStarted(id="e", at=NOW, link="used")
        yield AccountLinked(id="e", at=NOW, account="another", until=LINK.until)
        yield AccountUnlinked(id="e", at=NOW)
        yield TimerFired(id="e", at=NOW, timer="no.such")

    def _others(self, conversation: Conversation) -> Iterator[str]:
        """Yield a problem to switch to, an urgent one and small talk."""
        flows = self._catalog.flows.values()
        inside = {frame.flow for frame in conversation.stack}
        for fits in (
            (flow.id for flow in flows if not (flow.internal or flow.urgent or flow.small_talk)),
            (flow.id for flow in flows if flow.urgent),
            (flow.id for flow in flows if flow.small_talk),
        ):
            yield from [flow for flow in fits if flow not in inside][:1]

    def _human(self, pair: Pair) -> None:
        """A human is one input away, by word and by button."""
        for event in (
            TextReceived(id="e", at=NOW, text="/human"),
            ChoicePicked(id="e", at=NOW, choice="@human", screen=pair.left.screen),
        ):
            if isinstance(event, ChoicePicked) and pair.frame.call is not None:
                continue
            for language in self._catalog.repair:
                before = evolve(pair.left, language=language)
                taken = self._take(pair, before, event)
                if taken is not None:
                    self._check(pair, before, taken)
                    if taken.conversation.status is not Status.OPEN:
                        self._add(pair, "a human is not one input away", "Report it: the engine is at fault.")

    def _misunderstood(self, pair: Pair) -> None:
        """A text that nothing understands is answered in every language; the fifth one fetches a human."""
        for language in self._catalog.repair:
            for count in (0, 1, 4):
                before = evolve(pair.left, language=language, misunderstood=count)
                taken = self._take(pair, before, TextReceived(id="e", at=NOW, text=GIBBERISH))
                if taken is not None:
                    self._check(pair, before, taken)
                    if count == 4 and self._still_asks(pair, taken):
                        message = "somebody who is never understood gets no human"
                        self._add(pair, message, "Report it: the engine is at fault.")

    def _still_asks(self, pair: Pair, taken: Step) -> bool:
        state = self._catalog.flows[pair.frame.flow].states[pair.frame.state]
        asks = isinstance(state, Ask | AskMany | Collect) and state.tries > 1
        return asks and taken.conversation.status is Status.PENDING

    def _tomorrow(self, pair: Pair) -> None:
        """Somebody who comes back a day later is asked whether to go on, and finds the question again."""
        later = evolve(pair.left, active_at=NOW - timedelta(hours=25))
        asked = self._take(pair, later, TextReceived(id="e", at=NOW, text=GIBBERISH))
        if asked is None:
            return
        self._check(pair, later, asked)
        for choice in ("@go_on", "@restart"):
            event = ChoicePicked(id="f", at=NOW, choice=choice, screen=asked.conversation.screen)
            taken = self._take(pair, asked.conversation, event)
            if taken is not None:
                self._check(pair, asked.conversation, taken)

    def _take(self, pair: Pair, conversation: Conversation, event: Event) -> Step | None:
        self.steps += 1
        try:
            return step(conversation, event, self._catalog, NOW)
        except Exception as fault:
            self._add(pair, f"a step fails: {fault}", "Set what the text names on every way to it.")
            return None

    def _check(self, pair: Pair, before: Conversation, taken: Step) -> None:
        for message, cure in faults(before, taken, self._catalog):
            self._add(pair, message, cure)

    def _add(self, pair: Pair, message: str, cure: str) -> None:
        self._findings.add(Finding(pair.place, message, cure))
