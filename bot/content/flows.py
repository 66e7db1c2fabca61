"""
`flows/<flow>.yaml`: a flow's states. The key that is present is the kind of the state, exactly one of `KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypedDict

from bot.content.form import Form
from bot.core.conditions import Condition
from bot.core.flow import (
    COLLECTED,
    Ask,
    AskMany,
    Branch,
    Call,
    Collect,
    End,
    Flow,
    HandOffState,
    Route,
    Row,
    Run,
    Say,
    Set,
    State,
    TryArticles,
    Wait,
)
from bot.core.vocabulary import Factor, Outcome, Priority


class _Common(TypedDict):
    id: str
    line: int
    at_most: int | None
    then: str | None
    brake: bool
    after_consent: bool


def parse_flow(form: Form, path: str, stem: str) -> Flow:
    """Build a flow; faults are in the form's report."""
    flow = Flow(
        id=form.own_id("id", stem),
        path=path,
        start=form.id("start"),
        states=_states(form),
        menu=form.optional_integer("menu"),
        failing=form.optional_enum("failing", Factor),
        urgent=form.flag("urgent"),
        small_talk=form.flag("small_talk"),
        internal=form.flag("internal"),
    )
    form.close()
    return flow


def _states(form: Form) -> dict[str, State]:
    inner = form.form("states")
    if inner is None:
        return {}
    if not inner.node.items:
        form.error("states", "the flow has no states", "Write at least one.")
    found = {name: _state(inner, name) for name in inner.id_names()}
    return {name: state for name, state in found.items() if state is not None}


def _state(states: Form, name: str) -> State | None:
    form = states.form(name)
    if form is None:
        return None
    kinds = form.present(KINDS)
    if len(kinds) != 1:
        stated = " and ".join(map(repr, kinds)) or "no kind"
        states.error(name, f"state {name!r} has {stated}", f"Keep exactly one of: {', '.join(KINDS)}.")
        return None
    state = KINDS[kinds[0]](form, _common(states, form, name))
    form.close()
    return state


def _common(states: Form, form: Form, name: str) -> _Common:
    at_most, then = form.optional_integer("at_most"), form.optional_id("then")
    form.together("at_most", "then")
    return {
        "id": name,
        "line": states.line_of(name),
        "at_most": at_most,
        "then": then,
        "brake": form.flag("brake"),
        "after_consent": form.flag("after_consent"),
    }


def _say(form: Form, common: _Common) -> State:
    return Say(**common, next=form.id("say"))


def _ask(form: Form, common: _Common) -> State:
    choices, consent = form.ids("ask"), form.optional_id("consent")
    if consent is not None and consent not in choices:
        form.error("consent", f"{consent!r} is no choice of the question", "Name the choice that accepts.")
    return Ask(
        **common,
        choices=choices,
        tries=form.integer("tries", 3),
        give_up=form.optional_id("give_up"),
        consent=consent,
        opening=form.flag("opening"),
    )


def _ask_many(form: Form, common: _Common) -> State:
    members, choices = form.id_list("ask_many"), form.optional_ids("choices")
    if both := sorted(set(members) & choices.keys()):
        form.error("choices", f"{both[0]!r} is a member and a choice", "Name it once.")
    return AskMany(
        **common,
        members=members,
        next=form.id("next"),
        choices=choices,
        tries=form.integer("tries", 3),
        give_up=form.optional_id("give_up"),
    )


def _collect(form: Form, common: _Common) -> State:
    slot = form.word("collect", COLLECTED, "cannot be collected")
    return Collect(
        **common,
        slot=slot,
        next=form.id("next"),
        choices=form.optional_ids("choices"),
        tries=form.integer("tries", 2),
        give_up=form.optional_id("give_up"),
    )


def _branch(form: Form, common: _Common) -> State:
    cases: list[tuple[Condition, str]] = []
    otherwise: list[str] = []
    for case in form.forms("branch"):
        if otherwise:
            form.report.error(
                case.line, f"state {common['id']!r}: a case stands after 'else'", "Put 'else' last."
            )
        if case.has("else"):
            otherwise.append(case.id("else"))
        else:
            cases.append((case.condition("if"), case.id("next")))
        case.close()
    if not otherwise:
        form.error("branch", "the branch has no 'else'", "Add `- {else: STATE}` as its last case.")
    return Branch(**common, cases=tuple(cases), otherwise=otherwise[0] if otherwise else "")


def _route(form: Form, common: _Common) -> State:
    slots = form.id_list("route")
    return Route(**common, slots=slots, rows=tuple(_row(row, slots) for row in form.forms("table")))


def _row(form: Form, slots: tuple[str, ...]) -> Row:
    cells = {slot: form.id_or_list(slot) for slot in slots if form.has(slot)}
    row = Row(
        cells={slot: (cell,) if isinstance(cell, str) else cell for slot, cell in cells.items()},
        next=form.id("next"),
        line=form.line,
    )
    form.close()
    return row


def _set(form: Form, common: _Common) -> State:
    inner = form.form("set")
    values = {name: inner.id_or_list(name) for name in inner.names()} if inner is not None else {}
    if inner is not None and not values:
        form.error("set", "'set' is empty", "Name a slot and its value.")
    return Set(**common, values=values, next=form.id("next"))


def _call(form: Form, common: _Common) -> State:
    operation, arguments = form.id("call"), form.labels("with")
    return Call(**common, operation=operation, arguments=arguments, outcomes=_outcomes(form))


def _outcomes(form: Form) -> Mapping[Outcome, str]:
    targets = form.ids("outcomes")
    for name in targets:
        if name not in list(Outcome):
            form.error("outcomes", f"outcome {name!r} is unknown", f"Write one of: {', '.join(Outcome)}.")
    return {outcome: targets[outcome] for outcome in Outcome if outcome in targets}


def _try_articles(form: Form, common: _Common) -> State:
    return TryArticles(
        **common,
        topic=form.id("try_articles"),
        solved=form.id("solved"),
        exhausted=form.id("exhausted"),
        batch=form.integer("batch", 3),
    )


def _run(form: Form, common: _Common) -> State:
    return Run(**common, flow=form.id("run"), results=form.ids("results"))


def _wait(form: Form, common: _Common) -> State:
    return Wait(
        **common, duration=form.id("wait"), next=form.id("next"), choices=form.optional_ids("choices")
    )


def _hand_off(form: Form, common: _Common) -> State:
    return HandOffState(
        **common, reason=form.id("handoff"), priority=form.enum("priority", Priority, Priority.NORMAL)
    )


def _end(form: Form, common: _Common) -> State:
    return End(**common, result=form.id("end"))


#: The key that names a kind -> how the rest is read.
KINDS: Final[Mapping[str, Callable[[Form, _Common], State]]] = {
    "say": _say,
    "ask": _ask,
    "ask_many": _ask_many,
    "collect": _collect,
    "branch": _branch,
    "route": _route,
    "set": _set,
    "call": _call,
    "try_articles": _try_articles,
    "run": _run,
    "wait": _wait,
    "handoff": _hand_off,
    "end": _end,
}
