"""
`knowledge/coverage.yaml`: which article or state tells each fact of the articles that Sparekey began from.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

from bot.content.form import Form

_REFERENCE: Final = re.compile(r"article:[a-z][a-z0-9_]*|state:[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")


def parse_coverage(form: Form) -> Mapping[int, tuple[str, ...]]:
    """Read the map: number of the fact -> `article:ID` or `state:FLOW.STATE`; faults are in the form's report."""
    seeds = form.form("seeds")
    form.close()
    if seeds is None:
        return {}
    found: dict[int, tuple[str, ...]] = {}
    for name in seeds.names():
        references = seeds.texts(name)
        if not name.isdecimal():
            seeds.error(name, f"{name!r} is no number of a fact", "Number the facts 1, 2, 3 ...")
            continue
        for reference in references:
            if reference and not _REFERENCE.fullmatch(reference):
                seeds.error(name, f"{reference!r} is no reference", "Write article:ID or state:FLOW.STATE.")
        found[int(name)] = references
    return found
