"""
Bots to compare with. Each asks three questions after a complaint, in the same words and with the same five buttons.

What they keep between two messages, and where, is what tells them apart.
"""

from __future__ import annotations

from typing import Final

ANSWER: Final = (
    "I am sorry that the code is not coming. A few short questions usually show why.\n"
    'On the page: did you tap "Send code", and did a countdown start?'
)
LABELS: Final = (
    "Yes, it counts down",
    "I tapped, nothing happened",
    "It says too many requests",
    "I am not sure",
    "Talk to a person",
)
#: Button data.
DATA: Final = tuple(f"v1:1:{number}" for number in range(len(LABELS)))
#: Messages of one conversation: a complaint and the answers to three questions.
MESSAGES: Final = 4
