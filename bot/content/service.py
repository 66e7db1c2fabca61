"""
`knowledge/service.yaml`: the facts, the official hosts, the opening hours, the languages and the resend ladder.

Every block names its source and the day by which somebody looks at it again.
"""

from __future__ import annotations

import re
from datetime import UTC, date, time, timedelta, tzinfo
from typing import Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bot.content.form import ID, Form, duration
from bot.core.catalog import Fact, FactValue, Service
from bot.core.hours import Hours

_DAYS: Final = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPAN: Final = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])-(?:([01][0-9]|2[0-3]):([0-5][0-9])|(24):(00))")
_HOST: Final = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}")


def parse_service(form: Form) -> Service:
    """Build the service; faults are in the form's report."""
    ladder, pause = _ladder(form)
    service = Service(
        facts=_facts(form),
        hosts=tuple(_host(entry) for entry in form.forms("hosts")),
        hours=_hours(form),
        languages=_languages(form),
        ladder=ladder,
        ladder_pause=pause,
    )
    form.close()
    return service


def _facts(form: Form) -> dict[str, Fact]:
    inner = form.form("facts")
    if inner is None:
        return {}
    return {name: _fact(inner, name, block) for name in inner.id_names() if (block := inner.form(name))}


def _fact(facts: Form, name: str, form: Form) -> Fact:
    fact = Fact(
        name=name,
        value=_value(form),
        source=form.text("source"),
        review_by=form.day("review_by"),
        line=facts.line_of(name),
    )
    form.close()
    return fact


def _value(form: Form) -> FactValue:
    match form.shape("value", "text", "list", "number", "boolean"):
        case "list":
            return form.texts("value")
        case "number":
            return form.number("value")
        case "boolean":
            return form.flag("value")
        case _:
            return _duration_or_text(form)


def _duration_or_text(form: Form) -> FactValue:
    text = form.text("value")
    try:
        return duration(text)
    except ValueError:
        return text


def _host(form: Form) -> str:
    host = form.text("host")
    if host and not _HOST.fullmatch(host):
        form.error(
            "host", f"{host!r} is no host name", 'Write it like "help.example.com": no https://, no path.'
        )
    _sourced(form)
    return host


def _sourced(form: Form) -> None:
    form.text("source")
    form.day("review_by")
    form.close()


def _hours(form: Form) -> Hours:
    inner = form.form("opening_hours")
    if inner is None:
        return Hours(zone=UTC, week={})
    closed = inner.texts("closed") if inner.has("closed") else ()
    hours = Hours(
        zone=_zone(inner),
        week=_week(inner),
        closed=frozenset(_closed(inner, closed)),
        answers_within=inner.duration("answers_within"),
    )
    _sourced(inner)
    return hours


def _zone(form: Form) -> tzinfo:
    name = form.text("zone")
    if name == "UTC":
        return UTC
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        form.error("zone", f"the time zone {name!r} is unknown", 'Write one like "UTC" or "Europe/Paris".')
        return UTC


def _closed(form: Form, days: tuple[str, ...]) -> list[date]:
    found = []
    for day in days:
        try:
            found.append(date.fromisoformat(day))
        except ValueError:
            form.error("closed", f"{day!r} is no day", 'Write it like "2026-12-25".')
    return found


def _week(form: Form) -> dict[int, tuple[tuple[time, time], ...]]:
    inner = form.form("week")
    if inner is None:
        return {}
    week = {number: _spans(inner, day) for number, day in enumerate(_DAYS) if inner.has(day)}
    inner.close()
    return week


def _spans(form: Form, day: str) -> tuple[tuple[time, time], ...]:
    spans: list[tuple[time, time]] = []
    for text in form.texts(day):
        match = _SPAN.fullmatch(text)
        opens, closes = _times(match) if match else (time(), time())
        if opens >= closes or (spans and opens < spans[-1][1]):
            form.error(
                day, f"{text!r} is no span of opening hours", 'Write spans like "09:00-18:00", in order.'
            )
        spans.append((opens, closes))
    return tuple(spans)


def _times(match: re.Match[str]) -> tuple[time, time]:
    opens = time(int(match[1]), int(match[2]))
    return opens, time.max if match[5] else time(int(match[3]), int(match[4]))


def _languages(form: Form) -> tuple[str, ...]:
    languages = form.texts("languages")
    if "languages" in form.node.items and not languages:
        form.error("languages", "no language is named", 'Write it like ["en"].')
    for language in languages:
        if language and not ID.fullmatch(language):
            form.error("languages", f"{language!r} is no language code", 'Write codes like "en".')
    if len(set(languages)) < len(languages):
        form.error("languages", "a language is named twice", "Remove one.")
    return languages


def _ladder(form: Form) -> tuple[tuple[timedelta, ...], timedelta]:
    inner = form.form("resend_ladder")
    if inner is None:
        return (), timedelta()
    waits = []
    for text in inner.texts("waits"):
        try:
            waits.append(duration(text))
        except ValueError:
            inner.error("waits", f"{text!r} is no duration", 'Write it like "60 seconds".')
    if "waits" in inner.node.items and not waits:
        inner.error("waits", "the ladder has no waits", 'Write them like ["60 seconds", "2 minutes"].')
    pause = inner.duration("pause")
    _sourced(inner)
    return tuple(waits), pause
