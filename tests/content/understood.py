"""Clean content with a language that is understood only: nobody is answered in it."""

from __future__ import annotations

from bot.core.vocabulary import Word
from tests.content.phrases import HACKED, LOST_CODE, NEW_PHONE, NOT_OURS
from tests.content.reset import ALL

_HACKED = (*HACKED, "they got in through the back", "a stranger is in there", "not me who paid", "it says i live in peru",
           "my name was changed", "odd purchases overnight", "a thief has my login")  # fmt: skip
_GREETING = ("hallo", "servus", "moin moin", "guten tag", "guten abend", "grüß gott", "hallihallo", "tach auch",
             "na du", "sei gegrüßt", "schönen morgen", "huhu")  # fmt: skip
_WORDS = "".join(f'  "{word}": ["wort {word}"]\n' for word in Word)


def _complaints(flow: str, phrases: tuple[str, ...]) -> str:
    return f"# Complaints.\nflow: {flow}\n" + _phrases(phrases[:12])


def _phrases(phrases: tuple[str, ...]) -> str:
    return "phrases:\n" + "".join(f'  - "{phrase}"\n' for phrase in phrases)


GERMAN = {
    "flows/de/_words.yaml": f'# Words.\nlanguage: de\nname: "Deutsch"\nnames: ["deutsch"]\n'
    f'answered: "Ich antworte auf {{{{ language.name }}}}."\nwords:\n{_WORDS}',
    "flows/de/_none.yaml": _phrases(NOT_OURS[:20]),
    "flows/de/lost_code.yaml": _complaints("lost_code", LOST_CODE),
    "flows/de/new_phone.yaml": _complaints("new_phone", NEW_PHONE),
    "flows/de/hacked.yaml": _complaints("hacked", _HACKED),
    "flows/de/greeting.yaml": _complaints("greeting", _GREETING),
}
HEARD = {**ALL, **GERMAN}
