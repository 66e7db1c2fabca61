"""Correction, alignment, kernel, ridge and logistic model, each against its definition."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.matching import softmax
from bot.matching.align import Aligner
from bot.matching.confidence import fit_logistic
from bot.matching.correct import Corrector
from bot.matching.expert import landmarks
from bot.matching.features import featurise, keys
from bot.matching.kernel import Kernel
from bot.matching.normalise import tokenise
from bot.matching.sounds import table

TEXTS = (
    "I lost my authenticator app",
    "the verification code never arrives",
    "my account is locked",
    "收不到验证码",
    "forgot my password",
    "the code is wrong",
)
DOCUMENTS = tuple(tokenise(text) for text in TEXTS)
FLOWS = np.array([0, 1, 2, 1, 3, 4])

_words = st.lists(
    st.sampled_from(["code", "lost", "locked", "verifcation", "收", "不", "到", "xyz", "my"]), max_size=8
)


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("verifcation", ("verification",)),
        ("pasword", ("password",)),
        ("acocunt", ("account",)),
        ("lostmyapp", ("lost", "my", "app")),
        ("codeneverarrives", ("code", "never", "arrives")),
        ("wrng", ("wrong",)),
        ("zzz", ("zzz",)),
        ("qqqqqqqq", ("qqqqqqqq",)),
        ("locked", ("locked",)),
        ("paris", ("paris",)),
        ("mycodq", ("my", "code")),
    ],
)
def test_a_word_becomes_what_it_was_meant_to_be(typed: str, meant: tuple[str, ...]) -> None:
    assert Corrector(DOCUMENTS).correct((typed,), {}) == meant


@given(st.text(alphabet="abcdefglmnoprstuvwy", min_size=4, max_size=60))
def test_a_split_loses_no_letter(word: str) -> None:
    """What is split and not corrected is still the same letters in the same order."""
    assert "".join(Corrector(DOCUMENTS)._split(word)) == word


def test_no_letter_stands_alone_unless_it_often_does() -> None:
    """A name is no row of letters that some phrase has somewhere; "i" is a word."""
    often, seldom = [("i", "lost", "it")] * 60, [("is", "p", "a", "r", "t", "of", "it")]
    corrector = Corrector([*often, *seldom, *[("the", "code", "is", "wrong")] * 400])
    assert corrector.correct(("paris",), {}) == ("paris",)
    assert corrector.correct(("ilostit",), {}) == ("i", "lost", "it")


@given(st.text(alphabet="abcdeilmnoprst", min_size=4, max_size=40))
def test_a_split_leaves_no_single_letter_of_its_own(word: str) -> None:
    corrector = Corrector(DOCUMENTS)
    assert all(len(piece) > 1 or piece in corrector.words for piece in corrector._split(word))


def test_alignment_is_the_soft_f1_of_its_definition() -> None:
    weights = {"lost": 2.0, "code": 1.0, "my": 0.5}
    aligner = Aligner([("lost", "code"), ("my",)], weights, unseen=3.0)
    # Query "lost my" and phrase "lost code": precision 2/2.5, recall 2/3; phrase "my": precision .5/2.5, recall 1.
    expected = [2 * 0.8 * (2 / 3) / (0.8 + 2 / 3), 2 * 0.2 * 1.0 / 1.2]
    assert aligner.similarities(("lost", "my")) == pytest.approx(expected)


def test_alignment_takes_the_most_similar_partner() -> None:
    """Indel similarity of "codes" and "code" is 8 letters of 9."""
    aligner = Aligner([("code",)], {"code": 1.0}, unseen=1.0)
    assert aligner.similarities(("codes",)) == pytest.approx([8 / 9])


def test_a_phrase_is_wholly_similar_to_itself() -> None:
    kernel = Kernel(DOCUMENTS, FLOWS)
    for at, document in enumerate(DOCUMENTS):
        similarity = kernel.similarities(document)
        assert similarity[at] == pytest.approx(1.0)
        assert similarity.argmax() == at


@given(_words)
def test_the_features_of_one_text_are_those_it_has_among_others(tokens: list[str]) -> None:
    found = featurise([*DOCUMENTS, tokens], table())
    assert found.key[found.number[found.text == len(DOCUMENTS)]].tolist() == sorted(
        set(keys(tokens, table()).tolist())
    )


@given(_words)
def test_similarities_are_shares(tokens: list[str]) -> None:
    similarity = Kernel(DOCUMENTS, FLOWS).similarities(tokens)
    assert similarity.shape == (len(TEXTS),)
    assert np.all((similarity >= 0.0) & (similarity <= 1.0 + 1e-9))


def test_coverage_sees_a_phrase_as_if_it_were_not_there() -> None:
    kernel = Kernel(DOCUMENTS, FLOWS)
    tokens = tokenise("forgot my password")
    assert kernel.coverage([tokens, tokenise("completely different"), ()]).tolist() == [1.0, 0.0, 0.0]
    least = kernel.coverage([tokens, tokens], phrases=np.array([1, 2]))
    assert least[0] == 1.0
    assert 0.0 < least[1] < 0.5  # "my" alone stands elsewhere


def test_the_words_of_the_reject_class_are_not_covered() -> None:
    assert Kernel(DOCUMENTS, FLOWS, reject=3).coverage([tokenise("password")]).tolist() == [0.0]


@pytest.mark.parametrize("times", [1, 12])
def test_the_matrix_of_similarities_is_that_of_each_text(times: int) -> None:
    """Also where features are in so many phrases that they are kept as rows."""
    documents = [(*document, f"word{at}") for at in range(times) for document in DOCUMENTS]
    kernel = Kernel(documents, np.tile(FLOWS, times))
    single = np.array([kernel.similarities(document) for document in documents])
    assert kernel.gram() == pytest.approx((single + single.T) / 2, abs=1e-5)


def test_the_regression_is_where_its_loss_is_least() -> None:
    """The gradient of the penalised loss is (P - Y + penalty A) times the kernel."""
    random = np.random.default_rng(7)
    points = random.normal(size=(14, 3))
    kernel = np.exp(-((points[:, None] - points[None]) ** 2).sum(-1))
    flows = np.arange(14) % 3
    weights = softmax.fit_kernel(softmax.steps(kernel), flows, 3)
    gradient = softmax.probabilities(kernel @ weights) - np.eye(3)[flows] + softmax.PENALTY * weights
    assert np.abs(gradient).max() < 0.02
    assert (kernel @ weights).argmax(axis=1).tolist() == flows.tolist()


def test_the_steps_without_some_phrases_are_those_of_the_others() -> None:
    random = np.random.default_rng(5)
    points = random.normal(size=(300, 3))
    kernel = np.exp(-((points[:, None] - points[None]) ** 2).sum(-1))
    out = np.arange(300) % 8 == 0
    steps = softmax.steps(kernel)
    assert steps @ (kernel / 2 + softmax.PENALTY * np.eye(300)) == pytest.approx(np.eye(300), abs=1e-8)
    assert softmax.steps_without(steps, out) == pytest.approx(softmax.steps(kernel[~out][:, ~out]), abs=1e-8)


def test_probabilities_sum_to_one_and_a_low_temperature_sharpens_them() -> None:
    scores = np.array([[1.0, 0.0, -1e3]])
    assert softmax.probabilities(scores).sum() == pytest.approx(1.0)
    assert softmax.probabilities(scores, 0.3)[0, 0] > softmax.probabilities(scores)[0, 0]


@given(
    st.lists(st.sampled_from(["code", "lost", "收", "到", "my"]), max_size=6),
    st.lists(st.sampled_from(["code", "不"]), max_size=4),
)
def test_features_of_a_text_do_not_depend_on_its_neighbours(one: list[str], other: list[str]) -> None:
    both, alone = featurise([other, one]), featurise([one])
    of_one = both.number[both.text == 1]
    assert both.key[of_one].tolist() == alone.key.tolist()
    assert both.block[of_one].tolist() == alone.block.tolist()
    assert alone.number.tolist() == list(range(len(alone.key)))


def test_the_same_letters_in_another_block_are_another_feature() -> None:
    """Also where the letters differ by one in their last code point: "验a1" spans a space where "a1" and "a2" do not."""
    documents = [tokenise(text) for text in ("验 xa1", "验 xa2", "xa1 xa2", "xa0 xa3")]
    found = featurise(documents)
    each = [featurise([document]) for document in documents]
    for one in each:
        assert found.block[np.searchsorted(found.key, one.key)].tolist() == one.block.tolist()


def test_of_too_many_phrases_each_flow_keeps_its_share() -> None:
    flows = np.repeat([0, 1, 2], [600, 300, 100])
    kept = landmarks(flows, 100)
    assert np.bincount(flows[kept]).tolist() == [60, 30, 10]
    assert landmarks(flows, 1_000).tolist() == list(range(1_000))


@settings(max_examples=20)
@given(st.integers(0, 1_000))
def test_more_evidence_never_makes_it_less_sure(seed: int) -> None:
    random = np.random.default_rng(seed)
    features = random.normal(size=(60, 3))
    target = features @ np.array([1.0, -2.0, 0.3]) + random.normal(size=60) > 0
    model = fit_logistic(features, target, np.ones(60))
    assert np.all(model.weights >= 0.0)
    assert np.all(model.probability(features + np.array([0.5, 0.0, 0.5])) >= model.probability(features))


def test_the_logistic_model_finds_known_weights() -> None:
    random = np.random.default_rng(3)
    features = random.normal(size=(6_000, 2))
    chance = 1.0 / (1.0 + np.exp(-(features @ [1.5, 0.8] - 0.4)))
    model = fit_logistic(features, random.random(6_000) < chance, np.ones(6_000))
    assert model.weights == pytest.approx([1.5, 0.8], abs=0.15)
    assert model.bias == pytest.approx(-0.4, abs=0.15)
