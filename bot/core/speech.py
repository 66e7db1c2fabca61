"""
What a text may speak of: the slots of the conversation, the facts of the company, the waits, the team.

Only the names that a text uses are computed. A text that cannot be rendered is said without its holes: a person is
waiting, and the fault is the content's, which `sparekey check` finds before it is shipped.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

from bot.core.catalog import Catalog, Repair
from bot.core.conversation import Conversation
from bot.core.events import Value
from bot.core.ladder import next_code_at
from bot.core.texts import LANGUAGE, OWN_CLOCK, Text, duration_in_words
from bot.core.vocabulary import LINKED


def render(
    text: Text, conversation: Conversation, catalog: Catalog, now: datetime, extra: Mapping[str, Any]
) -> str:
    """
    Fill a text.

    Args:
        text: A text of the content.
        conversation: Whose slots and language count.
        catalog: The facts and the words.
        now: Aware UTC.
        extra: Values beside the common ones, e.g. `flow`.

    Returns:
        The words; never raises.
    """
    if not text.names:
        return text.source.strip()
    scope = _Scope(conversation, catalog, now, extra)
    try:
        values = {name: value for name in text.names if (value := scope.get(name, _UNSET)) is not _UNSET}
        return text.render({**values, LANGUAGE: conversation.language})
    except ValueError:
        return text.bare()


def next_code(conversation: Conversation, catalog: Catalog, now: datetime) -> datetime:
    """Return when the next code may be asked for, now at the earliest."""
    service = catalog.service
    moments = [now]
    if (allowed := next_code_at(conversation.sends, service.ladder, service.ladder_pause)) is not None:
        moments.append(allowed)
    retry_at = conversation.slots.get("retry_at")
    if isinstance(retry_at, str):
        moments.append(datetime.fromisoformat(retry_at))
    return max(moments)


def known(conversation: Conversation) -> Mapping[str, Value]:
    """Return what conditions may read: the slots, and whether the person is linked to an account."""
    if conversation.link is None:
        return conversation.slots
    return {**conversation.slots, LINKED: True}


_UNSET = object()


class _Scope(Mapping[str, Any]):
    """The values of a text, computed when asked for."""

    def __init__(
        self, conversation: Conversation, catalog: Catalog, now: datetime, extra: Mapping[str, Any]
    ) -> None:
        self._conversation, self._catalog, self._now, self._extra = conversation, catalog, now, extra

    def __getitem__(self, name: str) -> Any:
        if name in self._extra:
            return self._extra[name]
        if (special := _SPECIAL.get(name)) is not None:
            return special(self._conversation, self._catalog, self._now)
        return self._conversation.slots[name]

    def __iter__(self) -> Iterator[str]:
        return iter({*self._extra, *_SPECIAL, *self._conversation.slots})

    def __len__(self) -> int:
        return len({*self._extra, *_SPECIAL, *self._conversation.slots})


class _Facts(Mapping[str, Any]):
    """The facts in one language: durations are words."""

    def __init__(self, catalog: Catalog, language: str) -> None:
        self._facts, self._language = catalog.service.facts, language

    def __getitem__(self, name: str) -> Any:
        value = self._facts[name].value
        return duration_in_words(value, self._language) if isinstance(value, timedelta) else value

    def __iter__(self) -> Iterator[str]:
        return iter(self._facts)

    def __len__(self) -> int:
        return len(self._facts)


def _facts(conversation: Conversation, catalog: Catalog, _now: datetime) -> _Facts:
    return _Facts(catalog, conversation.language)


def _next_code(conversation: Conversation, catalog: Catalog, now: datetime) -> Mapping[str, object]:
    return moment_ahead("wait", next_code(conversation, catalog, now), conversation, now)


def moment_ahead(
    name: str, moment: datetime, conversation: Conversation, now: datetime
) -> Mapping[str, object]:
    """Return how long it is until a moment, in words under `name`, and the moment itself under `at`."""
    length = duration_in_words(moment - now, conversation.language)
    return {name: length, "at": moment.astimezone(_zone(conversation) or UTC)}


def moment_past(moment: datetime, conversation: Conversation, now: datetime) -> Mapping[str, object]:
    """Return a moment that was, under `at`, and whether it was today, by the clock that it is told by."""
    zone = _zone(conversation) or UTC
    at = moment.astimezone(zone)
    return {"at": at, "today": at.date() == now.astimezone(zone).date()}


def _zone(conversation: Conversation) -> timezone | None:
    """Return the zone that the person's clock shows, if they told it."""
    offset = conversation.slots.get("clock")
    return timezone(timedelta(minutes=offset), OWN_CLOCK) if isinstance(offset, int) else None


def _hold(conversation: Conversation, catalog: Catalog, now: datetime) -> Mapping[str, object]:
    """Return the hold after a reset that is made now."""
    fact = catalog.service.facts.get("reset_hold")
    length = fact.value if fact is not None and isinstance(fact.value, timedelta) else timedelta(hours=24)
    words = duration_in_words(length, conversation.language)
    return {"length": words, "ends": (now + length).astimezone(_zone(conversation) or UTC)}


def _ticket(conversation: Conversation, _catalog: Catalog, _now: datetime) -> Mapping[str, object]:
    ticket = conversation.slots.get("ticket")
    if not isinstance(ticket, Mapping):
        return {}
    opened = ticket.get("opened")
    moment = datetime.fromisoformat(opened) if isinstance(opened, str) else None
    return {**ticket, "opened": moment and moment.astimezone(_zone(conversation) or UTC)}


def _account(conversation: Conversation, _catalog: Catalog, _now: datetime) -> Mapping[str, object]:
    """Return what a linked person was told of their account; what is not known is None."""
    return _told(conversation, "account", ("state", "phone_ends", "email_begins"), "until")


def _delivery(conversation: Conversation, _catalog: Catalog, _now: datetime) -> Mapping[str, object]:
    """Return what a linked person was told of the newest code; what is not known is None."""
    return _told(conversation, "delivery", ("status", "reason"), "at")


def _told(conversation: Conversation, slot: str, words: tuple[str, ...], moment: str) -> Mapping[str, object]:
    held = conversation.slots.get(slot)
    found = held if isinstance(held, Mapping) else {}
    at = found.get(moment)
    read = datetime.fromisoformat(at).astimezone(_zone(conversation) or UTC) if isinstance(at, str) else None
    return {**{name: found.get(name) for name in words}, moment: read}


def _link(conversation: Conversation, _catalog: Catalog, _now: datetime) -> Mapping[str, object]:
    link = conversation.link
    return {} if link is None else {"until": link.until.astimezone(_zone(conversation) or UTC)}


def _team(conversation: Conversation, catalog: Catalog, now: datetime) -> Mapping[str, object]:
    hours = catalog.service.hours
    opens, zone = hours.next_opening(now), _zone(conversation)
    return {
        "open": hours.open_at(now),
        "opens": opens.astimezone(zone) if opens is not None and zone is not None else opens,
        "within": duration_in_words(hours.answers_within, conversation.language),
    }


def _phone(conversation: Conversation, catalog: Catalog, _now: datetime) -> Mapping[str, object]:
    phone = conversation.slots.get("phone")
    if not isinstance(phone, Mapping):
        return {}
    return {**phone, "findings": _findings(phone, _repair(conversation, catalog))}


def _findings(phone: Mapping[str, Value], repair: Repair) -> tuple[str, ...]:
    codes = phone.get("codes")
    sentences = []
    for code in codes if isinstance(codes, tuple) else ():
        if (text := repair.findings.get(code)) is not None:
            try:
                sentences.append(text.render({"phone": phone}))
            except ValueError:
                sentences.append(text.bare())
    return tuple(sentences)


def _language(conversation: Conversation, catalog: Catalog, _now: datetime) -> Mapping[str, object]:
    return {"name": _repair(conversation, catalog).name}


def _repair(conversation: Conversation, catalog: Catalog) -> Repair:
    return catalog.repair.get(conversation.language) or catalog.repair[catalog.default_language]


def _kept(_conversation: Conversation, catalog: Catalog, _now: datetime) -> Mapping[str, object]:
    """Return for how many days a conversation is kept; 0: for ever."""
    return {"days": catalog.kept_days}


def _case_code(conversation: Conversation, _catalog: Catalog, _now: datetime) -> str:
    return conversation.case_code or ""


_SPECIAL = {
    "facts": _facts,
    "next_code": _next_code,
    "team": _team,
    "phone": _phone,
    "hold": _hold,
    "ticket": _ticket,
    "account": _account,
    "delivery": _delivery,
    "link": _link,
    "language": _language,
    "case_code": _case_code,
    "kept": _kept,
}
