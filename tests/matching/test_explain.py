"""An explanation says what was really weighed."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pytest

from bot.appraisal.explained import brief, explained
from bot.matching import Matcher, Phrase
from bot.matching.explain import Explanation, explain
from bot.matching.semantic import Embeddings


def _words(found: Explanation) -> dict[str, float]:
    assert found.contest is not None
    return {one.word: one.change for one in found.contest.weights}


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("", "unreadable"),
        ("🙃 !?", "unreadable"),
        ("i forgot my password", "phrase"),
        ("zzzzzz qqqqqq", "below_low"),
    ],
)
def test_the_reason_is_what_settled_it(matcher: Matcher, text: str, reason: str) -> None:
    assert explain(matcher, text).reason == reason


def test_the_reason_agrees_with_the_decision(matcher: Matcher, phrases: tuple[Phrase, ...]) -> None:
    decisions = {
        "phrase": "start",
        "from_high": "start",
        "vague": "clarify",
        "below_high": "clarify",
        "below_low": "none",
        "reserved_phrase": "none",
        "nothing_shared": "none",
        "unreadable": "none",
    }
    texts = [one.text for one in phrases[::25]] + [one.text[4:-4] for one in phrases[::25]]
    seen = set()
    for text in texts:
        found = explain(matcher, text)
        assert found.match.decision == decisions[found.reason], (text, found.reason)
        seen.add(found.reason)
    assert {"phrase", "from_high", "reserved_phrase"} <= seen


def test_corrections_are_told_word_by_word(matcher: Matcher) -> None:
    found = explain(matcher, "i fourgot my passwrod")
    told = {one.typed: one.meant for one in found.corrections}
    assert told["passwrod"] == ("password",)
    assert "passwrod -> password" in explained(found)
    assert "my" not in told


def test_the_word_that_speaks_for_the_winner_weighs_most(matcher: Matcher) -> None:
    words = _words(explain(matcher, "please i forgot my password today"))
    assert max(words, key=words.__getitem__) == "password"
    assert words["password"] > 0


def test_the_lead_is_the_one_that_the_text_without_the_word_has(matcher: Matcher) -> None:
    """Against the matcher itself: the same text, typed without the word, put to the same experts."""
    whole = matcher.read("forgot password code")
    part = matcher.read("forgot password")
    assert whole is not None
    assert part is not None
    assert whole.asked == part.asked
    without = matcher.lead(whole, "forgot_password", "no_sms")[1]
    assert without[2] == pytest.approx(matcher.lead(part, "forgot_password", "no_sms")[0])


def test_of_a_rant_the_sentence_that_was_judged_is_shown(matcher: Matcher) -> None:
    rant = "what a day it was, first the train and then the rain and so on and on. " * 3
    found = explain(matcher, f"{rant} i forgot my password. {rant}")
    assert found.excerpt
    assert found.tokens == ("i", "forgot", "my", "password")
    assert "(the sentence that says most)" in explained(found)


def test_the_languages_share_one(matcher: Matcher) -> None:
    found = explain(matcher, "j'ai oublié mon mot de passe")
    assert found.languages[0][0] == "fr"
    assert sum(weight for _, weight in found.languages) == pytest.approx(1.0)


def test_characters_of_a_script_without_spaces_are_written_without(matcher: Matcher) -> None:
    assert "read as       收不到验证码 sms\n" in explained(explain(matcher, "收不到驗證碼 SMS"))


def test_what_moves_the_cursor_never_reaches_the_terminal(matcher: Matcher) -> None:
    shown = explained(explain(matcher, "\x1b[2Jforgot\x07 \u202epassword\r\n"))
    assert not {"\x1b", "\x07", "\u202e", "\r"} & set(shown)


def test_one_flow_alone_has_no_runner_up() -> None:
    found = explain(Matcher.fit([Phrase(flow="thanks", text="thank you")]), "thank you")
    assert found.contest is None
    assert "Why" not in explained(found)


def test_in_brief_it_says_what_it_does(matcher: Matcher) -> None:
    assert brief(matcher.match("i forgot my password")).startswith(
        "Starts forgot_password. How sure: forgot_password 99 %"
    )
    assert brief(matcher.match("")).startswith("Turned away: 0 % likely")
    assert brief(matcher.match("password")).startswith(
        ("Asks which is meant: forgot_password", "Starts forgot_password")
    )


class _Letters:
    """An encoder that knows a text by its letters."""

    name = "letters"

    def encode(self, texts: Sequence[str]) -> Embeddings:
        counts = np.array(
            [[text.count(letter) + 1 for letter in "abcdefghijklmnop"] for text in texts], np.float32
        )
        return np.asarray(counts / np.linalg.norm(counts, axis=1, keepdims=True))


def test_the_semantic_tier_has_its_own_share_of_the_lead(phrases: tuple[Phrase, ...]) -> None:
    """The two leads are on one scale; without an embedding the words are asked alone."""
    matcher = Matcher.fit([one for one in phrases if one.language == "en"], encoder=_Letters())
    text = "forgot my password again"
    embedding = _Letters().encode([text])[0]
    both, alone = explain(matcher, text, embedding=embedding), explain(matcher, text)
    assert (both.tiers, alone.tiers) == (("lexical", "semantic"), ("lexical",))
    assert both.contest is not None
    assert alone.contest is not None
    assert both.contest.meaning == matcher.lead_in_meaning(embedding, "forgot_password", both.contest.rival)
    assert both.contest.meaning != 0
    assert alone.contest.meaning is None
    assert "for its meaning" in explained(both)
    assert "for its meaning" not in explained(alone)
