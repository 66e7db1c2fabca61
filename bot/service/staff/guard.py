"""
What an agent may say: nothing that asks for a secret, holds one, or leads to a site that is none of the company's.

Who gets into an agent's account must not get into everybody's through it. It is looked at before it is stored, so that a
secret is stored nowhere; the reply as a whole is refused, because half a sentence helps nobody.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import replace
from typing import Final

from bot.content.rules_text import foreign_link
from bot.content.secrets import asks_for_secret
from bot.core.events import AgentNoted, AgentReplied
from bot.core.vocabulary import Refusal
from bot.diagnosis.secrets import redact

#: Letters that turn the order of others around, so that what is read is not what is there (Unicode UAX #9).
_BIDI: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")


def guarded(event: AgentReplied | AgentNoted, hosts: Collection[str]) -> AgentReplied | AgentNoted:
    """
    Return what an agent wrote as it may be stored: without secrets, and with the reason if it may not be sent.

    Args:
        event: As it was written.
        hosts: The company's sites.
    """
    text = _BIDI.sub("", event.text).strip()
    redacted = redact(text, expects_digits=False)
    if isinstance(event, AgentNoted):
        return replace(event, text=redacted.text)
    if redacted.kinds:
        return replace(event, text=redacted.text, refused=Refusal.HOLDS_SECRET)
    return replace(event, text=text, refused=event.refused or _refused(event, text, hosts))


def _refused(event: AgentReplied, text: str, hosts: Collection[str]) -> Refusal | None:
    if not text:
        return Refusal.EMPTY if event.template is None else None
    if asks_for_secret(text) is not None:
        return Refusal.ASKS_SECRET
    return Refusal.FOREIGN_LINK if foreign_link(text, hosts) is not None else None
