"""
`flows/<flow>.yaml`: a flow's states. The key that is present is the kind of the state, exactly one of `KINDS`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, TypedDict

from bot.content.form import ID, ID_RULE, Form
from bot.core.conditions import Condition
from bot.core.flow import (
    Ask,
    Branch,
    Call,
    Collect,
    End,
    Flow,
    HandOffState,
    Run,
    Say,
    State,
    TryArticles,
    Wait,
)
from bot.core.vocabulary import Outcome, Priority

#: What may be collected.
SLOTS: Final = ("phone", "country", "identifier", "text")


class _Common(TypedDict):
    id: str
    line: int
    at_most: int | None
    then: str | None


def parse_flow(form: Form, path: str, stem: str) -> Flow:
    """Build a flow; faults are in the form's report."""
    flow = Flow(
        id=form.own_id("id", stem),
        path=path,
        start=form.id("start"),
        states=_states(form),
        menu=form.optional_integer("menu"),
        failing=form.optional_id("failing"),
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
    found = {name: _state(inner, name) for name in inner.names()}
    return {name: state for name, state in found.items() if state is not None}


def _state(states: Form, name: str) -> State | None:
    if not ID.fullmatch(name):
        states.error(name, f"{name!r} is no id", ID_RULE)
    form = states.form(name)
    if form is None:
        return None
    kinds = [key for key in form.node.items if key in KINDS]
    if len(kinds) != 1:
        stated = " and ".join(map(repr, kinds)) or "no kind"
        states.error(name, f"state {name!r} has {stated}", f"Keep exactly one of: {', '.join(KINDS)}.")
        return None
    state = KINDS[kinds[0]](form, _common(states, form, name))
    form.close()
    return state


def _common(states: Form, form: Form, name: str) -> _Common:
    at_most, then = form.optional_integer("at_most"), form.optional_id("then")
    if (at_most is None) != (then is None):
        has, lacks = ("then", "at_most") if at_most is None else ("at_most", "then")
        form.error(has, f"{has!r} stands without {lacks!r}", f"Add {lacks!r} or remove {has!r}.")
    return {"id": name, "line": states.line_of(name), "at_most": at_most, "then": then}


def _say(form: Form, common: _Common) -> State:
    return Say(**common, next=form.id("say"))


def _ask(form: Form, common: _Common) -> State:
    return Ask(
        **common, choices=form.ids("ask"), tries=form.integer("tries", 3), give_up=form.optional_id("give_up")
    )


def _collect(form: Form, common: _Common) -> State:
    slot = form.id("collect")
    if slot and slot not in SLOTS:
        form.error("collect", f"{slot!r} cannot be collected", f"Write one of: {', '.join(SLOTS)}.")
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
    "collect": _collect,
    "branch": _branch,
    "call": _call,
    "try_articles": _try_articles,
    "run": _run,
    "wait": _wait,
    "handoff": _hand_off,
    "end": _end,
}
