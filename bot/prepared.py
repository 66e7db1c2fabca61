"""
Content that was proved and fitted once is kept, so that the next start takes it up at once.

The file is named by a digest of every byte that went into it: the content, our own code, the encoder that the
matcher was fitted with, the versions of Python and of the libraries whose objects are in it. So it is never stale, only missing; nothing depends on it. Reading it runs what is
in it, so a file that somebody else could have written is not read.
"""

from __future__ import annotations

import hashlib
import logging
import mmap
import os
import pickle
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from importlib.metadata import version
from itertools import accumulate
from pathlib import Path
from struct import Struct
from typing import Final

from bot.core.catalog import Catalog
from bot.matching.matcher import Matcher

_LOG = logging.getLogger(__name__)
#: Contents that are kept: the shipped one and a few that an author tries.
KEPT: Final = 4
_LIBRARIES: Final = ("jinja2", "numpy", "pypinyin", "rapidfuzz")
_CODE: Final = Path(__file__).parent
_SIZE: Final = Struct("<Q")
#: Bytes; what the widest instructions of processors ask of an array.
_ALIGNED: Final = 64

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
        kept = _read(file)
        with suppress(OSError):  # what is used stays; a disk that cannot be written keeps it anyway
            os.utime(file)
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
    """Keep it for the next start, those that nobody used for longest are forgotten; without a place to write to, nothing is kept."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle, draft = tempfile.mkstemp(dir=folder)  # readable and writable by us alone
        with os.fdopen(handle, "wb") as file:
            file.writelines(_written(prepared))
        Path(draft).replace(folder / _name(content, encoder))
        newest_first = sorted(folder.glob("*.ready"), key=lambda file: file.stat().st_mtime, reverse=True)
        for old in newest_first[KEPT:]:
            old.unlink(missing_ok=True)
    except OSError as fault:
        _LOG.debug("The content is not kept: %s", fault)


def _written(prepared: Prepared) -> Iterator[bytes]:
    """The sizes of the parts, then the parts, each aligned: the objects, and what their arrays hold."""
    arrays: list[pickle.PickleBuffer] = []
    objects = pickle.dumps(prepared, protocol=pickle.HIGHEST_PROTOCOL, buffer_callback=arrays.append)
    parts = [memoryview(objects), *(array.raw() for array in arrays)]
    sizes = _SIZE.pack(len(parts)) + b"".join(_SIZE.pack(len(part)) for part in parts)
    for part in (sizes, *parts):
        yield bytes(part)
        yield bytes(-len(part) % _ALIGNED)


def _read(file: Path) -> object:
    """The objects; their arrays stay in the file, are read when they are used, and cannot be written."""
    with file.open("rb") as stream:
        whole = memoryview(mmap.mmap(stream.fileno(), 0, access=mmap.ACCESS_READ))
    (count,) = _SIZE.unpack_from(whole)
    header = whole[: _SIZE.size * (1 + count)]
    _, *sizes = (size for (size,) in _SIZE.iter_unpack(header))
    *starts, end = accumulate(size + -size % _ALIGNED for size in (len(header), *sizes))
    if end != len(whole):
        raise EOFError
    objects, *arrays = (whole[start : start + size] for start, size in zip(starts, sizes, strict=True))
    return pickle.loads(objects, buffers=arrays)  # noqa: S301 - only we could have written it


def _name(content: str, encoder: str) -> str:
    libraries = [version(name) for name in _LIBRARIES]
    digest = hashlib.sha256(f"{content} {encoder} {sys.version} {libraries}".encode())
    for file in sorted(_CODE.rglob("*.py")):
        digest.update(file.read_bytes())
    return f"{digest.hexdigest()[:32]}.ready"
