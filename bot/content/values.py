"""
What texts and conditions may name, and representative values for each name.

A text is rendered with the first value of every name and once more for every other value, so that both ways of each
case are seen. Mirrors what the engine gives (`bot.core.speech`): a name that is not set is not there.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from bot.core.calls import OF_THE_LINK, OPERATIONS
from bot.core.catalog import Catalog
from bot.core.flow import COLLECTED, Ask, AskMany, Call, Collect, Flow, Set, State, Wait
from bot.core.incident import MAX_WORDS
from bot.core.texts import Text, duration_in_words
from bot.core.vocabulary import LINKED
from bot.diagnosis.codes import Line

_MOMENT: Final = datetime(2026, 11, 24, 14, 32, tzinfo=UTC)
#: Answers of one question at once.
MAX_PICKED: Final = 6
#: Findings told at once; the diagnosis seldom gives more (and never reaches the limit of a message).
_FINDINGS: Final = 4
#: Attributes of `phone` that are true or false.
PHONE_FLAGS: Final = (
    "country_missing", "understood", "fixable", "cannot_receive_sms", "refused", "needs_confirmation"
)  # fmt: skip
PHONE: Final = (
    *PHONE_FLAGS,
    "masked",
    "form_digits",
    "findings",
    "region",
    "other_region",
    "calling_code",
    "line",
)
#: Slots that conditions may read though no flow asks for them.
GIVEN_SLOTS: Final = ("case", "clock", LINKED)
#: Attributes of what a linked person is told of their account; those that may be missing are None.
ACCOUNT: Final = ("state", "until", "phone_ends", "email_begins")
DELIVERY: Final = ("status", "reason", "at")
#: What these can be, as `bot.adapters.accounts.wire` has it.
ACCOUNT_STATES: Final = ("active", "locked", "self_frozen", "restricted", "closed")
DELIVERY_STATUSES: Final = ("none", "queued", "sent", "delivered", "failed")
FAILURES: Final = ("unreachable", "refused", "invalid", "full", "suppressed", "other")
#: Attributes of `ticket`: the code as soon as it is collected, the rest once it is found.
TICKET: Final = ("code", "state", "opened")
#: Names that texts and conditions know already.
RESERVED: Final = frozenset(
    {
        *COLLECTED,
        *GIVEN_SLOTS,
        "facts",
        "next_code",
        "hold",
        "team",
        "language",
        "case_code",
        "kept",
        "wait",
        "flow",
        "retry_at",
        "link",
        *OF_THE_LINK,
    }
)
#: Names beside the common ones, by the key of the engine's own text.
REPAIR_NAMES: Final[Mapping[str, tuple[str, ...]]] = {
    "switch": ("flow",),
    "later": ("flow",),
    "other": ("flow",),
    "welcome_back": ("flow",),
    "back_to": ("flow",),
    "picked": ("picked",),
    "waiting": ("wait",),
    "corrected": ("answer",),
    "incident_known": ("incident",),
    "incident_over": ("incident",),
    "handed_off": ("case_code",),
    "handed_off_urgent": ("case_code",),
    "receipt": ("case_code",),
    "linked": ("link",),
    "agent_joined": ("agent",),
    "agent_silent": ("agent", "case_code"),
    "escalated": ("case_code",),
    "closed_by_agent": ("case_code",),
    "reopened": ("case_code",),
    "language_set": ("language",),
    "chosen": ("choice",),
    "status_open": ("case_code",),
    "status_topic": ("flow",),
}


class _Absent:
    """A value that is none: false in a case, and a fault where it would be said."""

    def __bool__(self) -> bool:
        return False

    def __str__(self) -> str:
        raise ValueError("a value that may be missing is said without `{% if %}`")


ABSENT: Final = _Absent()
#: A case code as it is written.
CASE: Final = "R-Q48WW-R1WEJ"
_TICKETS: Final = (
    {"code": "R-Q48WW-R1WEJ", "state": "open", "opened": _MOMENT},
    {"code": "R-Q48WW-R1WEJ", "state": "closed", "opened": _MOMENT},
    {"code": "R-Q48WW-R1WEJ", "state": ABSENT, "opened": ABSENT},
)


_ACCOUNT: Final[Mapping[str, Any]] = {
    "state": "active",
    "until": _MOMENT,
    "phone_ends": "21",
    "email_begins": "m",
}
_DELIVERY: Final[Mapping[str, Any]] = {"status": "sent", "reason": "other", "at": _MOMENT}
#: Operation -> what its slot may hold, as texts see it.
_TOLD: Final[Mapping[str, tuple[Mapping[str, Any], ...]]] = {
    "account_state": (
        _ACCOUNT,
        *({**_ACCOUNT, "state": state} for state in ACCOUNT_STATES),
        *({**_ACCOUNT, name: ABSENT} for name in ("until", "phone_ends", "email_begins")),
    ),
    "delivery_status": (
        _DELIVERY,
        *({**_DELIVERY, "status": status} for status in DELIVERY_STATUSES),
        *({**_DELIVERY, "reason": reason} for reason in (*FAILURES, ABSENT)),
        {**_DELIVERY, "at": ABSENT},
    ),
}
#: What a text finds under a name that is not set: nothing in it, so that it may ask.
_EMPTY: Final[Mapping[str, Mapping[str, Any]]] = {
    "phone": {},
    "account": dict.fromkeys(ACCOUNT, ABSENT),
    "delivery": dict.fromkeys(DELIVERY, ABSENT),
}


@dataclass(frozen=True, slots=True)
class Scope:
    """The names that one text may use."""

    #: Name -> representative values, the usual one first.
    values: Mapping[str, tuple[Any, ...]]
    #: Names that are not set on every way to the text.
    unsure: frozenset[str] = field(default_factory=frozenset)

    def attributes(self, name: str) -> frozenset[str] | None:
        """Return what may follow `name.`; None if nothing may."""
        usual = self.values[name][0]
        return frozenset(usual) if isinstance(usual, Mapping) else None

    def samples(self, text: Text) -> Iterator[Mapping[str, Any]]:
        """Yield values for a text: the usual ones, then one name changed at a time."""
        usual = {name: self.values[name][0] for name in text.names}
        yield usual
        for name in sorted(text.names):
            for other in self.values[name][1:]:
                yield {**usual, name: other}

    def without(self, text: Text) -> Iterator[tuple[str, Mapping[str, Any]]]:
        """Yield the usual values with one unsure name not set, and that name."""
        usual = {name: self.values[name][0] for name in text.names}
        for name in sorted(text.names & self.unsure):
            rest = {other: value for other, value in usual.items() if other != name}
            yield name, {**rest, name: _EMPTY[name]} if name in _EMPTY else rest


def common(catalog: Catalog, language: str) -> dict[str, tuple[Any, ...]]:
    """Return the values of the names that every text may use."""
    within = duration_in_words(catalog.service.hours.answers_within, language)
    facts = {
        name: duration_in_words(fact.value, language) if isinstance(fact.value, timedelta) else fact.value
        for name, fact in catalog.service.facts.items()
    }
    open_team = {"open": True, "opens": _MOMENT, "within": within}
    return {
        "facts": (facts,),
        "kept": ({"days": 90}, {"days": 0}),
        "hold": ({"length": duration_in_words(timedelta(hours=24), language), "ends": _MOMENT},),
        "next_code": (moment("wait", timedelta(minutes=15), language),),
        "team": (open_team, {**open_team, "open": False}, {**open_team, "open": False, "opens": ABSENT}),
    }


def moment(name: str, length: timedelta, language: str) -> Mapping[str, object]:
    """Return a wait as texts see it: its length under `name`, its end under `at`."""
    return {name: duration_in_words(length, language), "at": _MOMENT}


def slots(catalog: Catalog, flows: tuple[Flow, ...], language: str) -> dict[str, tuple[Any, ...]]:
    """Return the values of what some flows ask for, as texts see them."""
    found: dict[str, tuple[Any, ...]] = {}
    for flow in flows:
        for state in flow.states.values():
            if isinstance(state, Ask):
                found[state.id] = (*found.get(state.id, ()), *state.choices)
            elif isinstance(state, AskMany):
                sets = (state.members, *((member,) for member in state.members))
                found[state.id] = (*found.get(state.id, ()), *sets)
            elif isinstance(state, Set):
                for name, value in state.values.items():
                    found[name] = (*found.get(name, ()), value)
            elif isinstance(state, Collect) and state.slot == "ticket":
                found["ticket"] = _TICKETS
            elif isinstance(state, Call) and state.operation in _TOLD:
                slot = OPERATIONS[state.operation].tells or ""
                found[slot] = _TOLD[state.operation]
            elif isinstance(state, Collect) and state.slot == "phone":
                found["phone"] = _phones(catalog, language)
            elif isinstance(state, Collect) and state.slot == "country":
                found["country"] = ("TW",)
    return found


def choice_ids(state: State) -> tuple[str, ...]:
    """Return the ids that a state labels, in order."""
    match state:
        case AskMany():
            return (*state.members, *state.choices)
        case Ask() | Collect() | Wait():
            return tuple(state.choices)
        case _:
            return ()


def closed_values(flows: tuple[Flow, ...]) -> dict[tuple[str, str | None], frozenset[str]]:
    """Return every `(name, attribute)` that holds one of a few strings, with these."""
    found: dict[tuple[str, str | None], frozenset[str]] = {
        ("phone", "line"): frozenset(Line),
        ("ticket", "state"): frozenset({"open", "closed"}),
        ("account", "state"): frozenset(ACCOUNT_STATES),
        ("delivery", "status"): frozenset(DELIVERY_STATUSES),
        ("delivery", "reason"): frozenset(FAILURES),
    }
    for flow in flows:
        for state in flow.states.values():
            for name, held in _held(state):
                found[name, None] = found.get((name, None), frozenset()) | frozenset(held)
    return found


def _held(state: State) -> Iterator[tuple[str, Iterable[str]]]:
    """Yield the slots that a state fills with one of a few words, or with some of them."""
    match state:
        case Ask():
            yield state.id, state.choices
        case AskMany():
            yield state.id, state.members
        case Set():
            for name, value in state.values.items():
                yield name, (value,) if isinstance(value, str) else value


def slot_names(flows: tuple[Flow, ...]) -> frozenset[str]:
    """Return the slots that some flows fill."""
    states = [state for flow in flows for state in flow.states.values()]
    held = {name for state in states for name, _ in _held(state)}
    calls = (OPERATIONS.get(state.operation) for state in states if isinstance(state, Call))
    held |= {operation.tells for operation in calls if operation is not None and operation.tells}
    return frozenset(held | {state.slot for state in states if isinstance(state, Collect)})


def repair_scope(catalog: Catalog, key: str, language: str) -> Scope:
    """Return the names that one of the engine's own texts may use."""
    titles = [texts.title for (spoken, _), texts in catalog.texts.items() if spoken == language]
    special = {
        "flow": {"title": max(titles, key=len, default="-")},
        "case_code": CASE,
        "language": {"name": catalog.repair[language].name},
        "removed": "code",
        "wait": moment("length", timedelta(minutes=15), language),
        "answer": max(_labels(catalog, language), key=len, default="-"),
        "picked": sorted(_labels(catalog, language), key=len)[-MAX_PICKED:],
        "agent": "Maximiliane",
        "choice": max(_labels(catalog, language), key=len, default="-"),
        "link": {"until": _MOMENT},
    }
    incident = {"words": "-" * MAX_WORDS, "at": _MOMENT}
    several = {"incident": ({**incident, "today": True}, {**incident, "today": False})}
    names = ("removed",) if key.startswith("secret_") else REPAIR_NAMES.get(key, ())
    return Scope(
        {**common(catalog, language), **{name: several.get(name, (special.get(name),)) for name in names}}
    )


def _labels(catalog: Catalog, language: str) -> list[str]:
    return [
        label
        for (spoken, _), texts in catalog.texts.items()
        if spoken == language
        for words in texts.states.values()
        for label in words.choices.values()
    ]


def finding_scope(catalog: Catalog, language: str) -> Scope:
    """Return the names that the sentence of a diagnosis code may use."""
    phones = tuple(
        {key: value for key, value in phone.items() if key != "findings"}
        for phone in _phones(catalog, language)
    )
    return Scope({"phone": phones})


def _phones(catalog: Catalog, language: str) -> tuple[Mapping[str, Any], ...]:
    sentences = (
        [text.bare() for text in catalog.repair[language].findings.values()]
        if language in catalog.repair
        else []
    )
    usual: dict[str, Any] = {
        **dict.fromkeys(PHONE_FLAGS, True),
        "masked": "•••••••78",
        "form_digits": ("912345678", "0912345678"),
        "findings": tuple(sorted(sentences, key=len)[-_FINDINGS:]),
        "region": "TW",
        "other_region": "VN",
        "calling_code": "+886",
        "line": Line.MOBILE.value,
    }
    changes: tuple[dict[str, Any], ...] = (
        *({flag: False} for flag in PHONE_FLAGS),
        {"form_digits": ("912345678",)},
        {"findings": ()},
        {"other_region": ABSENT},
        *({"line": line.value} for line in Line if line is not Line.MOBILE),
    )
    return (
        usual,
        *({**usual, **change} for change in changes),
        {**usual, **dict.fromkeys(PHONE_FLAGS, False)},
    )
