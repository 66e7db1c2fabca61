"""
What agents read, in English: the card of a case, answers to what they do, and the words on their buttons.

Data only; `card` and `view` fill it. No sentence holds anything of a person but what the transcript shows, masked.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from bot.core.vocabulary import Refusal


class Press(StrEnum):
    """What agents may press under a card; `BACK` and `REPLY` ask which, `CLOSE` and `ESCALATE` whether."""

    TAKE = "take"
    REPLY = "reply"
    NOTE = "note"
    ESCALATE = "escalate"
    BACK = "back"
    CLOSE = "close"
    REOPEN = "reopen"


LABELS: Final[Mapping[Press, str]] = {
    Press.TAKE: "Take",
    Press.REPLY: "Reply template",
    Press.NOTE: "Note",
    Press.ESCALATE: "Escalate",
    Press.BACK: "Back to bot at ...",
    Press.CLOSE: "Close",
    Press.REOPEN: "Reopen",
}
#: What a place is headed with: new, urgent, taken, with the bot, over.
NEW, URGENT, TAKEN, WITH_BOT, OVER = "🆕", "🔴", "💬", "🤖", "✅"
HOUSE_RULE: Final = "What you write here goes to the person under your first name. A line that begins with // or /note stays here."
#: Reason of a hand-over -> what to do.
SUGGESTIONS: Final[Mapping[str, str]] = {
    "human": "They asked for a person. Read what was tried, then ask what is still missing.",
    "not_understood": "The bot did not understand them. Ask in other words, then hand back at the right question.",
    "self_service_failed": "Everything they can do themselves was tried. Look at the delivery in the account system.",
    "ticket_not_opened": "A reset ticket was promised and could not be opened. Open it, under this case code.",
}
#: For every other reason: a flow that names itself has come to its end; the rest are faults of the content.
SUGGESTION: Final = "Read what was tried, and go on from there."
TAKEOVER: Final = "POSSIBLE TAKEOVER. Change no factor before {until}; tell how to protect the account, and nothing about it."
CARD: Final = """{mark} Case {code}, {priority}
Problem: {problem}
Handed over: {at}, because: {reason}
Language: {language}. Channel: {channel}. Trust: {trust}
Lost: {lost}
Tried: {tried}
Codes asked for: {codes}
{suggestion}
Status: {status}{said}

{rule}"""
SAID: Final = "\n\nSaid since then:\n{lines}"
STATUS_NEW: Final = "nobody has it, they wait since {since}"
STATUS_TAKEN: Final = "{name} has it"
STATUS_WAITS: Final = "{name} has it, they wait since {since}"
STATUS_ESCALATED: Final = "for a lead, they wait since {since}"
STATUS_WITH_BOT: Final = "with the bot again"
STATUS_OVER: Final = "closed"
REMINDER: Final = "⏰ The person has waited for {minutes} minutes."
REMINDER_TOLD: Final = (
    "⏰ The person has waited for {minutes} minutes, and was told that {name} could not answer."
)
#: Stands for a picture where only words are shown, and in its place where it cannot be shown.
PICTURE: Final = "[picture]"
PICTURE_GONE: Final = "(The picture is not kept any more.)"
PICTURE_REFUSED: Final = "(The picture cannot be shown here: {fault})"
#: How a line of the person's is shown once somebody has the case.
LINE: Final = "🗨 {at} {text}"

REFUSALS: Final[Mapping[Refusal, str]] = {
    Refusal.ASKS_SECRET: "Not sent: it asks for a code, a password or a key. Nobody may ask for those, not even the "
    "team. Ask what the person sees instead.",
    Refusal.HOLDS_SECRET: "Not sent: it holds what looks like a code, a password or a key. Write it without, and delete "
    "your message here.",
    Refusal.FOREIGN_LINK: "Not sent: it links to a site that is none of ours, or names a mailbox or an @name there. Link to "
    "ours, over https. A full stop without a space behind it looks like a link, too.",
    Refusal.EMPTY: "Not sent: only words go to the person, and pictures if SPAREKEY_PICTURES allows them; no files, no voice "
    "messages. Write it in words.",
    Refusal.CASE_GONE: "Not done: this person has begun another conversation since, or this one is gone. Wait until "
    "they are handed over again.",
    Refusal.CASE_CLOSED: "Not done: the case is closed. Send /reopen first.",
    Refusal.LEADS_ONLY: "Not done: the case was escalated, so a lead goes on with it. Notes are welcome: //",
    Refusal.NO_SUCH_STATE: "Not done: the bot has no such question. Press \u201cBack to bot at ...\u201d to see some, or "
    "send /handback FLOW or /handback FLOW.STATE with a question that waits for an answer.",
    Refusal.NO_SUCH_TEMPLATE: "Not sent: there is no such template. Send /tpl to see them.",
    Refusal.NO_SUCH_LANGUAGE: "Not done: the bot does not speak that language. Send /info to see which it speaks.",
}
BLOCKED: Final = (
    "Not delivered: the person has blocked the bot. It is tried again only with your next message."
)
NOT_DELIVERED: Final = "Not delivered: {fault}"

UNAUTHORISED: Final = "You are not on the list of agents, so nothing was done. Ask whoever runs the bot to add {id} to {setting}."
ANONYMOUS: Final = (
    "Nothing was sent: you write as the group, and nobody can tell who you are. Switch off \u201cremain anonymous\u201d in "
    "your admin rights, then write again."
)
NO_CASE: Final = "No case belongs to this topic, so nobody else reads what is written here."
WHICH_TEMPLATE: Final = "Which reply? It is sent at once, in {language}."
WHICH_PLACE: Final = (
    "Where shall the bot go on? You can also send /handback FLOW.STATE, e.g. /handback {example}."
)
SURE_CLOSE: Final = "Close case {code}? The person is told, and can open it again by writing."
SURE_ESCALATE: Final = "Escalate case {code}? Only a lead goes on with it then, and the person is told."
HOW_TO_NOTE: Final = "Begin a line with // or /note: it stays here, and in the transcript."
LANGUAGES: Final = "Send /lang with one of: {languages}"
YES: Final = "Yes"
MENU: Final = "The menu"
START_OF: Final = "Start of {flow}"
AT: Final = "{flow}.{state}"
COMMANDS: Final = (
    "/take  /note TEXT  /tpl  /close  /reopen  /escalate  /handback FLOW.STATE  /info  /lang LANGUAGE"
)
#: Template -> its name on a button.
TEMPLATES: Final[Mapping[str, str]] = {
    "hello": "I have read everything",
    "looking": "I am looking into it",
    "never_ask": "Keep codes to yourself",
    "official_page": "Only on our own site",
    "one_more_thing": "What do you see now?",
    "solved": "Glad that it works",
}
