"""
Case codes: short, typable, and never mistaken for a verification code.

`R-` and ten letters or digits of Crockford's base 32 (no I, L, O, U), the last one a check character. Nine characters
are 45 bits: the code names a case, it opens nothing.
"""

from __future__ import annotations

import hashlib
from typing import Final

#: The letters of all codes that people type, and those that are taken for others.
ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
MISREAD: Final = str.maketrans({"I": "1", "L": "1", "O": "0"})


def case_code(conversation: str) -> str:
    """Derive the case code of a conversation from its unguessable id, e.g. `R-Q48WW-R1WEJ`."""
    number = int.from_bytes(hashlib.sha256(f"case:{conversation}".encode()).digest()[:8], "big")
    body = "".join(ALPHABET[number >> 5 * place & 31] for place in range(9))
    return _written(body + _check(body))


def parse(text: str) -> str | None:
    """Read a case code as a person types it (any case, O for 0, without hyphens); None if it is none."""
    body = "".join(text.upper().split()).replace("-", "").translate(MISREAD)
    body = body.removeprefix("R") if len(body) == 11 else body
    if len(body) != 10 or any(letter not in ALPHABET for letter in body) or _check(body[:9]) != body[9]:
        return None
    return _written(body)


def _check(body: str) -> str:
    """Return a character that catches one wrong character and two neighbours swapped."""
    return ALPHABET[sum((2 * place + 1) * ALPHABET.index(letter) for place, letter in enumerate(body)) % 32]


def _written(body: str) -> str:
    return f"R-{body[:5]}-{body[5:]}"
