"""
Where the content lives: the operator's own folder, else the one packed into the wheel, else the repository's.

The package's own place is asked for, never `sys.path`: an editable install leaves a frozen copy of the content in
site-packages, which must not be read.
"""

from __future__ import annotations

from pathlib import Path

import bot


def content_folders(
    flows_dir: str | Path | None = None, knowledge_dir: str | Path | None = None
) -> tuple[Path, Path]:
    """
    Find the two folders of the content.

    Args:
        flows_dir: The operator's own flows; None or empty: the shipped ones.
        knowledge_dir: The operator's own knowledge; None or empty: the shipped one.

    Returns:
        The flows and the knowledge; they need not exist.
    """
    return _folder("flows", flows_dir), _folder("knowledge", knowledge_dir)


def _folder(name: str, own: str | Path | None) -> Path:
    if own:
        return Path(own)
    package = Path(bot.__file__).parent
    packed = package / "_data" / name
    return packed if packed.is_dir() else package.parent / name
