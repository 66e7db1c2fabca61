"""What a text means is added to how it is spelt."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from bot.matching import Matcher, Phrase
from bot.matching.semantic import Embeddings, SemanticModel

#: Directions that texts of each flow point in.
MEANT = {"no_sms": 0, "forgot_password": 1, "human": 2}
PHRASES = {
    "no_sms": (
        "the code never arrives",
        "no text with the code",
        "sms is missing",
        "the message does not come",
    ),
    "forgot_password": (
        "i forgot my password",
        "password unknown",
        "cannot recall my pin",
        "lost my passcode",
    ),
    "human": ("talk to an agent", "a person please", "give me somebody", "call me back"),
}


class Spoken:
    """An encoder that knows what some texts of any language mean; of the others it knows nothing."""

    name = "spoken"

    def __init__(self, known: dict[str, str]) -> None:
        self._known = known | {text: flow for flow, texts in PHRASES.items() for text in texts}

    def encode(self, texts: Sequence[str]) -> Embeddings:
        vectors = np.full((len(texts), 4), 0.1, dtype=np.float32)
        for vector, text in zip(vectors, texts, strict=True):
            vector[MEANT.get(self._known.get(text, ""), 3)] = 1.0
        return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def _phrases() -> list[Phrase]:
    return [Phrase(flow=flow, text=text, language="en") for flow, texts in PHRASES.items() for text in texts]


def _clusters() -> tuple[Embeddings, np.ndarray]:
    random = np.random.default_rng(4)
    flows = np.arange(60) % 3
    points = np.eye(8)[flows] + 0.15 * random.normal(size=(60, 8))
    return (points / np.linalg.norm(points, axis=1, keepdims=True)).astype(np.float32), flows


def test_a_text_that_shares_no_word_is_known_by_its_meaning() -> None:
    encoder = Spoken({"ลืมรหัสผ่าน": "forgot_password"})
    matcher = Matcher.fit(_phrases(), encoder=encoder)
    text = "ลืมรหัสผ่าน"
    assert matcher.match(text).in_scope == 0.0
    match = matcher.match(text, embedding=encoder.encode((text,))[0])
    assert match.candidates[0].flow == "forgot_password"
    assert match.in_scope > 0.0


def test_the_meaning_tips_what_the_words_leave_open() -> None:
    text = "the pin for my person"
    meant = {flow: Spoken({text: flow}) for flow in ("forgot_password", "human")}
    matcher = Matcher.fit(_phrases(), encoder=meant["human"])
    for flow, encoder in meant.items():
        assert matcher.match(text, embedding=encoder.encode((text,))[0]).candidates[0].flow == flow


def test_an_encoder_reads_what_was_surely_misspelt_as_it_was_meant() -> None:
    matcher = Matcher.fit(_phrases(), encoder=Spoken({}))
    assert matcher.respelt("I forgot my passwrod, 2 times!") == "I forgot my password, 2 times!"
    assert matcher.respelt("iforgotmypassword") == "i forgot my password"


@pytest.mark.parametrize("text", ["I forgot my code. Café?", "the coder sends massages", "пароль 不见了", ""])
def test_an_encoder_reads_the_rest_as_it_was_typed(text: str) -> None:
    """Each of few phrases has words of its own, so a word that none has may well be right."""
    assert Matcher.fit(_phrases(), encoder=Spoken({})).respelt(text) == text


def test_where_phrases_repeat_their_words_an_unknown_word_is_a_misspelt_one() -> None:
    said = [Phrase(flow=f"no_{who}", text=f"the message {who}", language="en") for who in ("comes", "goes")]
    wordy = [
        Phrase(flow=one.flow, text=f"{one.text} {word}", language="en")
        for one in said
        for word in ("now", "again", "here", "still")
    ]
    assert Matcher.fit(said).respelt("the massege comes") == "the massege comes"
    assert Matcher.fit(wordy).respelt("the massege comes") == "the message comes"


def test_of_words_that_are_as_near_the_commonest_is_meant() -> None:
    flows = {"pay": ("my card", "a card here", "card lost"), "drive": ("my cart",)}
    phrases = [
        Phrase(flow=flow, text=f"{text} please", language="en")
        for flow, texts in flows.items()
        for text in texts
    ]
    assert Matcher.fit(phrases).match("carx lost please").corrected == "card lost please"


def test_embeddings_are_taken_for_the_flow_that_they_point_to() -> None:
    embeddings, flows = _clusters()
    model = SemanticModel.fit(embeddings[:45], flows[:45], 3)
    assert (model.scores(embeddings[45:]).argmax(axis=1) == flows[45:]).all()
    assert model.scores(embeddings[50]) == pytest.approx(model.scores(embeddings[50:51])[0])


def test_the_order_of_the_rows_does_not_matter() -> None:
    embeddings, flows = _clusters()
    order = np.random.default_rng(1).permutation(len(flows))
    one, other = (
        SemanticModel.fit(embeddings, flows, 3),
        SemanticModel.fit(embeddings[order], flows[order], 3),
    )
    assert other.scores(embeddings) == pytest.approx(one.scores(embeddings), abs=1e-3)
