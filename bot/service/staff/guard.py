"""
What an agent may say: nothing that asks for a secret, holds one, or leads to a site that is none of the company's.

Who gets into an agent's account must not get into everybody's through it. It is looked at before it is stored, so that a
secret is stored nowhere; the reply as a whole is refused, because half a sentence helps nobody. It is looked at as it reads: what
is not seen in it hides nothing. An agent's name is read by the person, too.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from dataclasses import replace
from typing import Final

from bot.content.rules_text import foreign_link
from bot.content.secrets import asks_for_secret
from bot.core.events import AgentEvent, AgentNoted, AgentReplied
from bot.core.vocabulary import Refusal
from bot.diagnosis.secrets import redact

#: Letters that turn the order of others around, so that what is read is not what is there (Unicode UAX #9).
_BIDI: Final = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
#: Letters without a shape that are no format controls (Unicode, Default_Ignorable_Code_Point).
_SHAPELESS: Final = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u3164\ufe00-\ufe0f\uffa0]")
#: An address with its scheme, which `foreign_link` judges as a whole.
_LINK: Final = re.compile(r"[a-z][a-z0-9+.-]{0,30}://[^\s<>\"'()（）。，；！？、「」》]*", re.IGNORECASE)
#: A letter or a digit of a host. Words of East Asia stand beside it without a space.
_LETTER: Final = "[^\\W_\u2e80-\u9fff\uac00-\ud7a3]"
#: What chat programs turn into a link by itself: a host under whatever domain, a number of a host with a path or a port.
_HOST: Final = re.compile(
    rf"(?<!{_LETTER})(?<!-)(?P<host>(?:(?:{_LETTER}|-)+\.)+(?!\d){_LETTER}(?:{_LETTER}|-)+)(?P<path>(?::\d+)?/[^\s<>\"'()]*)?"
)
_NUMBERED: Final = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}[/:]\w")
#: A name of Telegram's, which leads to whoever has it now.
_MENTION: Final = re.compile(r"(?<![\w.+-])@[a-z]\w{3,31}", re.ASCII | re.IGNORECASE)
#: Who speaks where the name may not be told.
NAMELESS: Final = "Agent"


def named(event: AgentEvent, hosts: Collection[str]) -> AgentEvent:
    """Return what an agent did under a name that leads nowhere and asks for nothing; people choose their names themselves."""
    seen = _seen(event.name)
    harmless = asks_for_secret(seen) is None and not _leads_astray(seen, hosts)
    return event if harmless else replace(event, name=NAMELESS)


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
    read = redact(_seen(redacted.text), expects_digits=False)
    if redacted.kinds or read.kinds:
        return replace(event, text=read.text, refused=Refusal.HOLDS_SECRET)
    return replace(event, text=text, refused=event.refused or _refused(event, text, hosts))


def _refused(event: AgentReplied, text: str, hosts: Collection[str]) -> Refusal | None:
    if not text:
        return Refusal.EMPTY if event.template is None and event.picture is None else None
    seen = _seen(text)
    if asks_for_secret(seen) is not None:
        return Refusal.ASKS_SECRET
    return Refusal.FOREIGN_LINK if _leads_astray(seen, hosts) else None


def _seen(text: str) -> str:
    """Return a text as it reads: without letters that are not seen, and with plain ones for their other forms (NFKC)."""
    shown = "".join(letter for letter in text if unicodedata.category(letter) != "Cf")
    return unicodedata.normalize("NFKC", _SHAPELESS.sub("", shown))


def _leads_astray(seen: str, hosts: Collection[str]) -> bool:
    """Tell whether anything in a text leads a reader to what is none of the company's."""
    if any(foreign_link(link[0], hosts) is not None for link in _LINK.finditer(seen)):
        return True
    rest = _LINK.sub(" ", seen)
    if _MENTION.search(rest) or _NUMBERED.search(rest):
        return True
    return any(_is_foreign(found, hosts) for found in _HOST.finditer(rest))


def _is_foreign(found: re.Match[str], hosts: Collection[str]) -> bool:
    """Tell whether a host is none of the company's; "e.g." and "1.Open" are no hosts, a mailbox may be of a whole domain."""
    host = found["host"].lower()
    name = host.split(".")[-2]
    if found["path"] is None and (len(name) == 1 or (name.isdecimal() and len(name) == 2)):
        return False
    if found.start() and found.string[found.start() - 1] == "@":
        return not any(each == host or each.endswith(f".{host}") for each in hosts)
    return host not in hosts
