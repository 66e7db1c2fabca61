"""
What an agent is asked back, or told at once: which template, where to go on, whether it is meant, how a case stands.
"""

from __future__ import annotations

from dataclasses import dataclass

from bot.channels.telegram.staff import buttons
from bot.core.agents import TEMPLATES
from bot.core.cases import goes_back_to
from bot.core.commands import Choice
from bot.service.staff import words
from bot.service.staff.cases import Cases, Found
from bot.service.staff.words import Press

#: What is named where a case left nothing.
_EXAMPLE = "no_sms.number"


@dataclass(frozen=True, slots=True)
class Question:
    """A message with buttons."""

    text: str
    buttons: tuple[Choice, ...] = ()


async def about(cases: Cases, code: str, what: str) -> Question | None:
    """
    Write what an agent is asked or told about a case.

    Args:
        cases: Looks it up.
        code: The case code.
        what: A command's name, or what was pressed.

    Returns:
        The question; None: there is no such case any more.

    Raises:
        StoreError: It could not be looked up.
    """
    found = await cases.find(code)
    if found is None:
        return None
    match what:
        case "tpl" | Press.REPLY:
            spoken = cases.catalog().repair.get(found.conversation.language)
            language = spoken.name if spoken is not None else found.conversation.language
            return Question(words.WHICH_TEMPLATE.format(language=language), _templates(code))
        case "handback" | Press.BACK:
            return _places(cases, found, code)
        case Press.CLOSE:
            return _sure(words.SURE_CLOSE, code, Press.CLOSE)
        case Press.ESCALATE:
            return _sure(words.SURE_ESCALATE, code, Press.ESCALATE)
        case "note":
            return Question(words.HOW_TO_NOTE)
        case "lang":
            return Question(words.LANGUAGES.format(languages=", ".join(sorted(cases.catalog().repair))))
        case _:
            card = cases.card(found)
            return Question(f"{card.text}\n\n{words.COMMANDS}", card.buttons)


def _templates(code: str) -> tuple[Choice, ...]:
    named = [Choice(id=f"{Press.REPLY}:{name}", label=words.TEMPLATES[name]) for name in TEMPLATES]
    return buttons.of_case(code, named)


def _places(cases: Cases, found: Found, code: str) -> Question:
    """Offer the question that the person left, the start of their problem, and the menu."""
    offered = [Choice(id=f"{Press.BACK}:{buttons.MENU}", label=words.MENU)]
    example = _EXAMPLE
    if found.case.left:
        flow, state = found.case.left
        offered.insert(0, Choice(id=f"{Press.BACK}:{flow}", label=words.START_OF.format(flow=flow)))
        if goes_back_to(cases.catalog(), flow, state):
            example = words.AT.format(flow=flow, state=state)
            offered.insert(0, Choice(id=f"{Press.BACK}:{example}", label=example))
    return Question(words.WHICH_PLACE.format(example=example), buttons.of_case(code, offered))


def _sure(question: str, code: str, press: Press) -> Question:
    yes = Choice(id=f"{press}:{buttons.SURE}", label=words.YES)
    return Question(question.format(code=code), buttons.of_case(code, (yes,)))
