"""
Taking in what a channel received: secrets are removed first, then it is stored, then the channel may acknowledge.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import replace

from bot.core.events import (
    AgentEvent,
    AgentNoted,
    AgentReplied,
    AttachmentReceived,
    ConversationStarted,
    TextReceived,
)
from bot.diagnosis.secrets import SecretKind, redact
from bot.errors import UnreadableRow
from bot.ports import Incoming, Lane, Snapshot, Store, Transaction
from bot.service import links
from bot.service.reading import Reader
from bot.service.staff.guard import guarded, named

#: Telegram's longest message (Bot API, sendMessage); longer texts of other channels are cut before anything reads them.
MAX_TEXT = 4096
#: Codes have 4 to 8 digits, mostly 6; mobile numbers as people type them have 7 and more in nearly all countries.
MIN_NUMBER_DIGITS = 7
#: Invisible controls of the direction of writing (Unicode, Bidi_Control): they could make a line read otherwise than it is.
_UNSEEN = dict.fromkeys((0x061C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)))


class Intake:
    """Stores what was received, each event once."""

    def __init__(
        self, store: Store, reader: Callable[[], Reader], wake: Callable[[Mapping[Lane, int]], None]
    ) -> None:
        self._store, self._reader, self._wake = store, reader, wake

    async def receive(self, batch: Sequence[Incoming]) -> None:
        """
        Store a batch without its secrets and wake the lanes that got something new.

        Args:
            batch: What a channel received, oldest first; known ids are passed over.

        Raises:
            StoreError: Nothing of the batch was stored; the channel must not acknowledge it.
        """
        if not batch:
            return
        batch = [self._guarded(incoming) for incoming in batch]
        strict = [without_secrets(incoming, expects_digits=False) for incoming in batch]
        doubtful = {
            each.lane for each in strict if isinstance(each.event, TextReceived) and each.event.removed
        }
        expecting = await self._expecting(doubtful) if doubtful else frozenset()
        clean = [
            without_secrets(incoming, expects_digits=True)
            if incoming.lane in expecting and _may_be_a_number(incoming)
            else stripped
            for incoming, stripped in zip(batch, strict, strict=True)
        ]
        self._wake(await self._store.write(lambda tx: _receive(tx, clean)))

    def _guarded(self, incoming: Incoming) -> Incoming:
        """Look at what an agent wrote, and under which name, before it is stored."""
        if not isinstance(incoming.event, AgentEvent):
            return incoming
        hosts = self._reader().catalog.service.hosts
        event = named(incoming.event, hosts)
        if isinstance(event, AgentReplied | AgentNoted):
            event = guarded(replace(event, text=storable(event.text[:MAX_TEXT])), hosts)
        return replace(incoming, event=event)

    async def _expecting(self, lanes: Collection[Lane]) -> frozenset[Lane]:
        """Return those of the lanes whose present question may be answered by a bare number."""
        reader = self._reader()
        return await self._store.read(
            lambda view: frozenset(lane for lane in lanes if _expects_digits(view, lane, reader))
        )


def _may_be_a_number(incoming: Incoming) -> bool:
    """Tell whether a text has too many digits for a code that came by text."""
    event = incoming.event
    return (
        isinstance(event, TextReceived) and sum(map(str.isdigit, event.text[:MAX_TEXT])) >= MIN_NUMBER_DIGITS
    )


def _expects_digits(view: Snapshot, lane: Lane, reader: Reader) -> bool:
    try:
        return reader.expects_digits(view.conversation(lane))
    except UnreadableRow:  # its own turn deals with that; nobody else's message may wait for it
        return False


def without_secrets(incoming: Incoming, *, expects_digits: bool) -> Incoming:
    """Remove codes, passwords, keys and cards from a text, and remember what kinds there were; likewise a link's secret."""
    event = incoming.event
    if isinstance(event, ConversationStarted) and event.payload is not None:
        return replace(incoming, event=links.without_secret(event))
    if not isinstance(event, TextReceived | AttachmentReceived):
        return incoming
    text, opens_link = links.without_payloads(storable(event.text[:MAX_TEXT]))
    redacted = redact(text, expects_digits=expects_digits)
    kinds = (*((SecretKind.TOKEN,) if opens_link else ()), *redacted.kinds)
    removed = tuple(dict.fromkeys(kind.value for kind in kinds))
    return replace(incoming, event=replace(event, text=redacted.text, removed=removed))


def storable(text: str) -> str:
    """Replace what no database takes, halves of surrogate pairs and NUL; leave out what reorders the words around it."""
    whole = text.replace("\x00", "\ufffd").translate(_UNSEEN)
    return whole.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _receive(tx: Transaction, batch: Sequence[Incoming]) -> Mapping[Lane, int]:
    return Counter(incoming.lane for incoming in batch if tx.receive(incoming))
