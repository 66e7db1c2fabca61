"""
What a widget shows before anything was said: the company, its hours, the usual problems.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from bot.core.catalog import Catalog
from bot.core.texts import duration_in_words


def language_of(catalog: Catalog, tag: str | None) -> str:
    """Return the spoken language that a tag such as `fr-CH` asks for; else the default one."""
    wanted = (tag or "").replace("_", "-").lower()
    spoken = {language.lower(): language for language in catalog.service.languages}
    while wanted:
        if wanted in spoken:
            return spoken[wanted]
        wanted = wanted.rpartition("-")[0]
    return catalog.default_language


def config(
    catalog: Catalog, language: str, now: datetime, *, identity: bool, pictures: bool, consent: str = ""
) -> Mapping[str, Any]:
    """Return it as JSON."""
    service, hours = catalog.service, catalog.service.hours
    opens = None if hours.open_at(now) else hours.next_opening(now)
    titles = {flow: catalog.texts.get((language, flow)) for flow in catalog.menu()}
    return {
        "company": str(service.facts["company"].value) if "company" in service.facts else "",
        "site": str(service.facts["site"].value) if "site" in service.facts else "",
        "languages": [{"code": each, "name": catalog.repair[each].name} for each in service.languages],
        "language": language,
        "understands": [*catalog.heard()],
        "problems": [{"flow": flow, "title": words.title} for flow, words in titles.items() if words],
        "hours": {
            "open": hours.open_at(now),
            "opens": opens.isoformat() if opens is not None else None,
            "within": duration_in_words(hours.answers_within, language),
        },
        "incident": _incident(catalog, language, now),
        "identity": identity,
        "pictures": pictures,
        "consent": {"url": consent, "days": catalog.kept_days or None} if consent else None,
    }


def _incident(catalog: Catalog, language: str, now: datetime) -> Mapping[str, str] | None:
    """Return the first thing that is broken now; None: nothing that anybody has told of."""
    broken = (each for each in catalog.incidents if each.over_since(now) is None)
    first = next(broken, None)
    if first is None:
        return None
    words = first.said_in(language, catalog.default_language)
    return {"text": words, "since": first.since.isoformat()}
