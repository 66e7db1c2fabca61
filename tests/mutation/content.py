"""The content as plain trees that can be changed and written again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import yaml

Tree = dict[str, Any]
#: The ones in C, where they are, are ten times as fast.
_LOADER: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Final[Any] = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


def read_tree(source: str | bytes) -> Tree:
    """Read one file."""
    tree: Tree = yaml.load(source, Loader=_LOADER)  # noqa: S506 - the safe loader
    return tree


def write_tree(tree: Tree) -> bytes:
    """Write one file."""
    return yaml.dump(tree, Dumper=_DUMPER, allow_unicode=True, sort_keys=False, width=10_000).encode()


@dataclass(frozen=True, kw_only=True)
class Mutant:
    """One file of the content, wrong in one place."""

    path: str
    what: str
    tree: Tree
    #: Only conversations that were in one of these states, or in any if there are none, can notice.
    states: frozenset[tuple[str, str]] = frozenset()
    #: Only those that were shown this article.
    article: str | None = None
    #: Only those in this language.
    language: str | None = None

    def source(self) -> bytes:
        """The file as it is written."""
        return write_tree(self.tree)

    def __str__(self) -> str:
        return f"{self.path}: {self.what}"


@dataclass(frozen=True, kw_only=True)
class Content:
    """Every file, as it was read; nobody changes it."""

    trees: Mapping[str, Tree] = field(repr=False)

    @classmethod
    def read(cls, root: Path) -> Content:
        """Read `flows` and `knowledge` under a folder."""
        files = sorted((*root.glob("flows/**/*.yaml"), *root.glob("knowledge/**/*.yaml")))
        return cls(trees={file.relative_to(root).as_posix(): read_tree(file.read_bytes()) for file in files})

    def flows(self) -> Iterator[tuple[str, Tree]]:
        """The flows themselves."""
        return self._under("flows", 2)

    def words(self) -> Iterator[tuple[str, Tree]]:
        """The words of flows in every language."""
        return ((path, tree) for path, tree in self._under("flows", 3) if "/_" not in path)

    def articles(self) -> Iterator[tuple[str, Tree]]:
        """The articles themselves."""
        return ((path, tree) for path, tree in self._under("knowledge", 2) if "applies_to" in tree)

    def article_words(self) -> Iterator[tuple[str, Tree]]:
        """The words of articles in every language."""
        return self._under("knowledge", 3)

    def _under(self, folder: str, parts: int) -> Iterator[tuple[str, Tree]]:
        for path, tree in self.trees.items():
            pieces = path.split("/")
            if pieces[0] == folder and len(pieces) == parts:
                yield path, tree
