"""An evaluation in which something of every kind happened."""

from __future__ import annotations

import pytest

from bot.matching import Matcher, Phrase
from bot.matching.evaluate import OUT_OF_SCOPE, Evaluation, Row, evaluate

_PHRASES = [
    Phrase(flow="thanks", text="thank you so much"),
    Phrase(flow="goodbye", text="see you tomorrow"),
    Phrase(flow="human", text="talk to an agent"),
    Phrase(flow="upset", text="grr"),
]

HOSTILE = "<script>alert('x')</script> & see \x1b[2J you\ntomorrow \u202e \ud800"


@pytest.fixture(scope="package")
def matcher() -> Matcher:
    return Matcher.fit(_PHRASES)


@pytest.fixture(scope="package")
def found(matcher: Matcher) -> Evaluation:
    return evaluate(
        matcher,
        [
            *[Row(text="thank you so much", label="thanks", language="en")] * 11,
            Row(text="see you tomorrow", label="thanks", language="en"),
            Row(text="talk to an agent", label="human", language="<b>zh</b>"),
            Row(text="see you tomorrow", label=OUT_OF_SCOPE, language="en"),
            Row(text=HOSTILE, label="upset", language="en"),
            Row(text="zxqv", label=OUT_OF_SCOPE, language="en"),
            Row(text="hello", label="<i>greeting</i>", language="en"),
        ],
    )


@pytest.fixture(scope="package")
def nothing(matcher: Matcher) -> Evaluation:
    return evaluate(matcher, [])
