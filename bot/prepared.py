"""
Content that was proved and fitted once is kept, so that the next start takes it up at once.

The file is named by a digest of every byte that went into it: the content, our own code, the encoder that the
matcher was fitted with, the versions of Python and of the libraries whose objects are in it. So it is never stale, only missing; nothing depends on it. Reading it runs what is
in it, so a file that somebody else could have written is not read.
"""

from __future__ import annotations

import hashlib
import logging
import os
import pickle
import stat
import sys
import tempfile
from importlib.metadata import version
from pathlib import Path
from typing import Final

from bot.core.catalog import Catalog
from bot.matching.matcher import Matcher

_LOG = logging.getLogger(__name__)
#: Contents that are kept: the shipped one and a few that an author tries.
KEPT: Final = 4
_LIBRARIES: Final = ("jinja2", "numpy", "pypinyin", "rapidfuzz")
_CODE: Final = Path(__file__).parent

Prepared = tuple[Catalog, Matcher]


def load(folder: Path, content: str, *, encoder: str = "") -> Prepared | None:
    """
    Return what was kept.

    Args:
        folder: Where it is kept.
        content: Fingerprint of the content.
        encoder: Name of the one that the matcher was fitted with; empty: none. It is not kept itself.

    Returns:
        The catalog and the matcher; None if there is no file, or none that is ours and whole.
    """
    file = folder / _name(content, encoder)
    try:
        status = file.stat()
        if status.st_uid != os.getuid() or status.st_mode & (stat.S_IWGRP | stat.S_IWOTH):
            _LOG.warning("%s could have been written by somebody else; it is not read.", file)
            return None
        kept = pickle.loads(file.read_bytes())  # noqa: S301 - only we could have written it
    except FileNotFoundError:
        return None
    except Exception as fault:  # a torn file can fail in any way; it is made anew
        _LOG.warning("%s cannot be read (%s); it is made anew.", file, type(fault).__name__)
        return None
    match kept:
        case (Catalog() as catalog, Matcher() as matcher):
            return catalog, matcher
        case _:
            return None


def keep(folder: Path, content: str, prepared: Prepared, *, encoder: str = "") -> None:
    """Keep it for the next start, the oldest ones are forgotten; without a place to write to, nothing is kept."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=folder)  # readable and writable by us alone
        with os.fdopen(handle, "wb") as file:
            pickle.dump(prepared, file, protocol=pickle.HIGHEST_PROTOCOL)
        Path(draft).replace(folder / _name(content, encoder))
        newest_first = sorted(folder.glob("*.ready"), key=lambda file: file.stat().st_mtime, reverse=True)
        for old in newest_first[KEPT:]:
            old.unlink(missing_ok=True)
    except OSError as fault:
        _LOG.debug("The content is not kept: %s", fault)


def _name(content: str, encoder: str) -> str:
    libraries = [version(name) for name in _LIBRARIES]
    digest = hashlib.sha256(f"{content} {encoder} {sys.version} {libraries}".encode())
    for file in sorted(_CODE.rglob("*.py")):
        digest.update(file.read_bytes())
    return f"{digest.hexdigest()[:32]}.ready"
