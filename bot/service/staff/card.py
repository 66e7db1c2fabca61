"""
The card of a case: all that an agent must know to go on, on one screen, and nothing that tells whose account it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.core.catalog import Catalog
from bot.core.commands import Choice
from bot.core.conversation import TAKEOVER_HOLD, Case, Conversation, takeover_suspected
from bot.core.texts import cut, length
from bot.core.vocabulary import LOST, Direction, Priority, Status
from bot.ports import Line
from bot.service.staff import words
from bot.service.staff.words import Press

#: Lines of the person on the card of a case that nobody has; who takes it sees them all.
SHOWN: Final = 3
#: Longest of them; a card is read at a glance.
LONGEST_LINE: Final = 200
#: Telegram's longest title of a topic (Bot API, createForumTopic).
LONGEST_TITLE: Final = 128


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A message with buttons."""

    text: str
    #: `<case code>:<press>`
    buttons: tuple[Choice, ...]


def card(
    conversation: Conversation, case: Case, lines: Sequence[Line], catalog: Catalog, now: datetime
) -> Card:
    """
    Write the card of a case.

    Args:
        conversation: As it is now.
        case: Its case.
        lines: Its transcript since the hand-over, masked already.
        catalog: The content.
        now: Aware UTC.

    Returns:
        The card; the same as long as nothing changed.
    """
    said = [] if case.agent is not None else _said(lines)
    text = words.CARD.format(
        mark=mark(conversation, case),
        code=conversation.case_code,
        priority=case.priority.value,
        problem=_problem(case, catalog),
        at=moment(case.at),
        reason=case.reason,
        language=_language(conversation, catalog),
        channel=conversation.channel,
        trust=conversation.trust.value,
        lost=_lost(conversation),
        tried=", ".join(conversation.tried) or "nothing yet",
        codes=_codes(conversation),
        suggestion=_suggestion(conversation, case, now),
        status=_status(conversation, case),
        said=words.SAID.format(lines="\n".join(said)) if said else "",
        rule=words.HOUSE_RULE,
    )
    return Card(text=cut(text)[0], buttons=_buttons(conversation))


def title(conversation: Conversation, case: Case, catalog: Catalog) -> str:
    """Return what a place is headed with: how the case stands, its code and the problem; nothing of the person."""
    problem = _title_of(case.left[0], catalog) if case.left else ""
    return f"{mark(conversation, case)} {conversation.case_code} {problem}".strip()[:LONGEST_TITLE]


def mark(conversation: Conversation, case: Case) -> str:
    """Return the sign of how a case stands."""
    if conversation.status is Status.RESOLVED:
        return words.OVER
    if conversation.status is Status.PENDING:
        return words.WITH_BOT
    if case.agent is not None:
        return words.TAKEN
    return words.URGENT if case.priority is Priority.URGENT else words.NEW


def moment(at: datetime) -> str:
    """Write a moment: agents may sit anywhere."""
    return f"{at:%d %b %H:%M} UTC"


def line(said: Line) -> str:
    """Write a line of the person's."""
    shown = words.PICTURE if said.picture is not None else ""
    return words.LINE.format(at=f"{said.at:%H:%M}", text=f"{shown} {said.text}".strip())


def _said(lines: Sequence[Line]) -> list[str]:
    theirs = [each for each in lines if each.direction is Direction.INCOMING]
    shown = [line(each) for each in theirs[-SHOWN:]]
    return [each if length(each) <= LONGEST_LINE else f"{each[:LONGEST_LINE]} ..." for each in shown]


def _problem(case: Case, catalog: Catalog) -> str:
    if not case.left:
        return "not told to the bot"
    flow, state = case.left
    return f"{_title_of(flow, catalog)} ({flow}), left at {state!r}"


def _title_of(flow: str, catalog: Catalog) -> str:
    texts = catalog.texts.get(("en", flow)) or catalog.texts.get((catalog.default_language, flow))
    return texts.title if texts is not None else flow


def _language(conversation: Conversation, catalog: Catalog) -> str:
    known = catalog.repair.get(conversation.language)
    return known.name if known is not None else conversation.language


def _lost(conversation: Conversation) -> str:
    lost = conversation.slots.get(LOST)
    return ", ".join(lost) if isinstance(lost, tuple) and lost else "nothing that was told"


def _codes(conversation: Conversation) -> str:
    sends = conversation.sends
    return f"{len(sends)}, the last at {moment(sends[-1])}" if sends else "none"


def _suggestion(conversation: Conversation, case: Case, now: datetime) -> str:
    if takeover_suspected(conversation, now) and conversation.braked_at is not None:
        return words.TAKEOVER.format(until=moment(conversation.braked_at + TAKEOVER_HOLD))
    return f"Suggested: {words.SUGGESTIONS.get(case.reason, words.SUGGESTION)}"


def _status(conversation: Conversation, case: Case) -> str:
    if conversation.status is Status.RESOLVED:
        return words.STATUS_OVER
    if conversation.status is Status.PENDING:
        return words.STATUS_WITH_BOT
    since = moment(case.waits_since or case.at)
    if case.escalated:
        return words.STATUS_ESCALATED.format(since=since)
    if case.agent is None:
        return words.STATUS_NEW.format(since=since)
    waits = words.STATUS_TAKEN if case.waits_since is None else words.STATUS_WAITS
    return waits.format(name=case.name, since=since)


def _buttons(conversation: Conversation) -> tuple[Choice, ...]:
    if conversation.status is Status.RESOLVED:
        shown = [Press.REOPEN]
    else:
        shown = [press for press in Press if press is not Press.REOPEN]
    code = conversation.case_code
    return tuple(Choice(id=f"{code}:{press}", label=words.LABELS[press]) for press in shown)
