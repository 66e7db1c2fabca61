"""How Chinese characters sound, without their tones: what is typed by sound is mistaken by sound (验证码, 验证吗)."""

from __future__ import annotations

import unicodedata
from functools import cache

import numpy as np
from numpy.typing import NDArray

Sounds = NDArray[np.uint16]

# Code points with a table of their own: the Basic Multilingual Plane has all characters of daily use.
SIZE = 0x10000


@cache
def table() -> Sounds:
    """The number of the first reading of each code point below `SIZE`, 0 for what has none; the same in every process."""
    from pypinyin.pinyin_dict import pinyin_dict

    read = {code: _plain(readings) for code, readings in pinyin_dict.items() if code < SIZE}
    numbers = {syllable: number for number, syllable in enumerate(sorted(set(read.values())), 1)}
    sounds = np.zeros(SIZE, np.uint16)
    for code, syllable in read.items():
        sounds[code] = numbers[syllable]
    return sounds


def _plain(readings: str) -> str:
    """The first of several readings, without the mark of its tone."""
    letters = unicodedata.normalize("NFD", readings.partition(",")[0])
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
