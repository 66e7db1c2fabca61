"""Whatever a person types, in whatever script and length: an answer comes, and the conversation goes on."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest

from bot.adapters.storage import migrate
from bot.adapters.storage.store import SqlStore
from bot.core.texts import MAX_TEXT, length
from bot.service.reading import Reader
from tests.playing import playing

#: A first and a last letter of scripts that people write in.
SCRIPTS = {
    "latin": ("a", "ž"), "greek": ("α", "ω"), "cyrillic": ("а", "я"), "armenian": ("ա", "ֆ"), "hebrew": ("א", "ת"),
    "arabic": ("ا", "ي"), "devanagari": ("अ", "ह"), "bengali": ("অ", "হ"), "tamil": ("அ", "ஹ"), "thai": ("ก", "ฮ"),
    "georgian": ("ა", "ჰ"), "hangul": ("가", "힣"), "hiragana": ("ぁ", "ん"), "katakana": ("ァ", "ン"), "han": ("一", "龥"),
    "ethiopic": ("ሀ", "ፐ"), "khmer": ("ក", "អ"), "tibetan": ("ཀ", "ཧ"), "emoji": ("😀", "🙏"), "digits": ("0", "9"),
    "arabic_digits": ("٠", "٩"), "full_width": ("！", "～"), "private": ("\ue000", "\uf8ff"), "mathematical": ("𝐀", "𝟿"),
}  # fmt: skip

CONTROLS = {
    "nul": "\x00" * 200,
    "every_control": "".join(chr(code) for code in range(32))
    + "\x7f"
    + "".join(chr(code) for code in range(0x80, 0xA0)),
    "bidi": "\u202e\u2066code\u2069\u202c" * 300,
    "zero_width": "s\u200bm\u200ds\u2060 " * 500,
    "combining": "e" + "\u0301" * 4000,
    "lone_surrogate": "\ud800 sms \udfff",
    "only_spaces": " \t\n\r\u3000\u00a0" * 500,
    "no_characters": "",
    "template": "{{ facts.__class__ }} {% for x in range(10**9) %}x{% endfor %}",
    "markup": "<b>*_[x](tg://user?id=1)_*</b> `code` &lt;script&gt;",
    "sql": "'; DROP TABLE conversations; --",
    "regular_expression": "a" * 2000 + "!" * 2000,
    "digits_and_dashes": "1-" * 2000,
    "brackets": "(" * 4096,
    "one_word": "x" * 4096,
    "json": '{"kind":"Conversation"}' * 100,
}


def filled(first: str, last: str) -> str:
    """4,096 UTF-16 code units of a script, with spaces, as much as Telegram lets through."""
    letters = [
        chr(code)
        for code in range(ord(first), ord(last) + 1)
        if unicodedata.category(chr(code))[0] not in "CM" or first == "\ue000"
    ]
    words = "".join(letter + (" " if place % 7 == 6 else "") for place, letter in enumerate(letters))
    text = (words * (MAX_TEXT // len(words) + 1))[:MAX_TEXT]
    while length(text) > MAX_TEXT:
        text = text[: len(text) - (length(text) - MAX_TEXT + 1) // 2]
    return text


@pytest.mark.parametrize("text", [pytest.param(filled(*ends), id=name) for name, ends in SCRIPTS.items()])
async def test_4096_characters_of_a_script_get_an_answer(text: str, reader: Reader, tmp_path: Path) -> None:
    assert length(text) >= MAX_TEXT - 1
    await gets_an_answer(text, reader, tmp_path)


@pytest.mark.parametrize("text", [pytest.param(text, id=name) for name, text in CONTROLS.items()])
async def test_hostile_text_gets_an_answer(text: str, reader: Reader, tmp_path: Path) -> None:
    await gets_an_answer(text, reader, tmp_path)


async def gets_an_answer(text: str, reader: Reader, tmp_path: Path) -> None:
    """As the first word, as an answer to a choice, where a number is asked for, and where an account is."""
    url = f"sqlite:///{tmp_path / 'sparekey.db'}"
    migrate.upgrade(url)
    store = SqlStore(url)
    async with playing(reader, tmp_path, store=store) as person:
        assert await person.say(text), "as the first word"
        await person.say("start again")
        await person.pick("no_sms")
        assert await person.say(text), "as an answer"
        await person.say("start again")
        await person.pick("no_sms")
        for choice in ("started", "longer", "no"):
            await person.pick(choice)
        assert await person.where() == "no_sms.number"
        assert await person.say(text), "as a number"
        assert await person.say("human"), "and the way out still works"
        assert not await person.store.read(lambda view: view.waiting_lanes([person.channel.name]))
    await store.close()
