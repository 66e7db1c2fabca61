"""How Chinese characters sound, without their tones: what is typed by sound is mistaken by sound (验证码, 验证吗)."""

from __future__ import annotations

import json
import unicodedata
from functools import cache
from importlib.metadata import distribution
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Sounds = NDArray[np.uint16]

# Code points with a table of their own: the Basic Multilingual Plane has all characters of daily use.
SIZE = 0x10000


@cache
def table() -> Sounds:
    """The number of the first reading of each code point below `SIZE`, 0 for what has none; the same in every process."""
    # To import the package is to load its phrases too, which takes longer than the fit of a language.
    file = Path(str(distribution("pypinyin").locate_file("pypinyin/pinyin_dict.json")))
    readings = json.loads(file.read_bytes()).items()
    read = {int(code): _plain(first.partition(",")[0]) for code, first in readings if int(code) < SIZE}
    numbers = {syllable: number for number, syllable in enumerate(sorted(set(read.values())), 1)}
    sounds = np.zeros(SIZE, np.uint16)
    for code, syllable in read.items():
        sounds[code] = numbers[syllable]
    return sounds


@cache
def _plain(reading: str) -> str:
    """A reading without the mark of its tone."""
    letters = unicodedata.normalize("NFD", reading)
    return "".join(letter for letter in letters if not unicodedata.combining(letter))
