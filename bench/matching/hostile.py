"""Part E: what no person writes, on our own content: how long the worst of it takes, whether it raises, whether it starts anything."""

from __future__ import annotations

import argparse
import json
import random
import string
import time
from collections.abc import Iterator

from bench.matching.alone import measured
from bench.matching.table import Table
from bot.bootstrap import load_catalog
from bot.matching import Matcher
from bot.service.reading import fit_matcher
from bot.settings import Settings

#: Random strings, of all alphabets together.
FEW, MANY = 5_000, 100_000
_LONGEST = 4_096
_OF_A_KIND = 20
_TOKENS, _LETTERS = 100, 12
_ALPHABETS = {
    "Latin": string.ascii_lowercase + " ",
    "accented": "aeéèêñöüßçğışłżăâđ ",
    "Cyrillic": "абвгдежзийклмнопрстуфхцчшщыьэюяіїєґ ",
    "Arabic": "ابتثجحخدذرزسشصضطظعغفقكلمنهويپچگک ",
    "Devanagari": "".join(map(chr, range(0x0900, 0x0970))) + " ",
    "Han": "".join(map(chr, range(0x4E00, 0x9FA5, 7))),
    "Thai": "".join(map(chr, range(0x0E01, 0x0E3A))) + " ",
    "Hangul": "".join(map(chr, range(0xAC00, 0xD7A3, 11))) + " ",
    "printable": string.printable,
    "anything": "".join(map(chr, range(0, 0x11000, 3))),
}
_NOTES = ("targets: worst below 50 ms, no exception, at most 0.1 % started",)


def run(*, full: bool) -> list[Table]:
    """In a process of its own, of whose matches the times are."""
    found = measured(__name__, str(MANY if full else FEW))
    rows = tuple(found.items())
    return [Table(title="E. hostile", columns=("", "figure"), rows=rows, notes=_NOTES, digits=2)]


def measure(strings: int) -> dict[str, float]:
    """The figures of this process."""
    matcher, chance = fit_matcher(load_catalog(Settings())), random.Random(7)
    figures: dict[str, float] = {}
    for kind, texts in kinds(chance).items():
        figures[f"{kind}: worst ms"] = max(_tried(matcher, text)[0] for text in texts)
    tried = [_tried(matcher, text) for text in _random(chance, strings)]
    outcomes = [outcome for _, outcome in tried]
    figures[f"{strings:,} random strings: worst ms"] = max(took for took, _ in tried)
    figures["random strings: exceptions"] = float(outcomes.count(None))
    figures["random strings: started %"] = 100 * outcomes.count("start") / strings
    return figures


def kinds(chance: random.Random) -> dict[str, list[str]]:
    """Some texts of each kind that is meant to be slow."""

    def some(alphabet: str, length: int) -> str:
        return "".join(chance.choices(alphabet, k=length))

    letters, marks = string.ascii_lowercase, "".join(map(chr, range(0x0300, 0x0370)))
    texts = [
        {
            "printable junk": some(string.printable, _LONGEST),
            "one word": some(letters, _LONGEST),
            "one letter": chance.choice(letters) * _LONGEST,
            "spaces": " " * _LONGEST,
            "Han": some(_ALPHABETS["Han"], _LONGEST),
            "combining marks": "e" + some(marks, _LONGEST),
            "junk words": " ".join(some(letters, _LETTERS) for _ in range(_TOKENS)),
            "short junk words": " ".join(some(letters, 5) for _ in range(_LONGEST // 6)),
            "junk sentences": ". ".join(some(letters + "   ", 40) for _ in range(_TOKENS)),
            "what decomposes": "\ufdfa" * _LONGEST,
        }
        for _ in range(_OF_A_KIND)
    ]
    return {kind: [each[kind] for each in texts] for kind in texts[0]}


def _random(chance: random.Random, strings: int) -> Iterator[str]:
    alphabets = tuple(_ALPHABETS.values())
    for at in range(strings):
        yield "".join(chance.choices(alphabets[at % len(alphabets)], k=chance.randint(1, 200)))


def _tried(matcher: Matcher, text: str) -> tuple[float, str | None]:
    """How many ms the match took, and its decision; None where it raised."""
    began = (
        time.thread_time()
    )  # of this work alone: on a busy machine the longest of 100,000 is a wait for the others
    try:
        decision: str | None = matcher.match(text).decision
    except Exception:  # what is counted here is that none comes
        decision = None
    return (time.thread_time() - began) * 1e3, decision


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("strings", type=int)
    print(json.dumps(measure(parser.parse_args().strings)))
