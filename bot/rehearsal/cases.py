"""
Reads conversation tests strictly: what a person does, step by step, and what must hold after it.

A case that lists languages becomes one case for each of them, its words picked out; whether the service speaks them is
not asked here. All faults of all files are collected; nothing is raised.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from bot.content.form import Form
from bot.content.problem import Problem, Report, in_order
from bot.content.yaml_reader import MAX_BYTES, read
from bot.core.vocabulary import Status


@dataclass(frozen=True, slots=True, kw_only=True)
class Types:
    """The person types; `{case}` in it is the case code that they were given last."""

    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Picks:
    """The person presses a button by its id, of the newest question or of an older screen."""

    choice: str
    screen: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Opens:
    """The person opens the chat; the chat service reports their language, or none."""

    language: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sends:
    """The person sends a photo, a voice message ..."""

    kind: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """Time passes."""

    length: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Forces:
    """The account system will answer the next call of these operations like this."""

    #: Operation -> fault.
    faults: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosesTicket:
    """Whoever works on the ticket that the person was given last closes it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Links:
    """The person opens a fresh one-time address that the company's own site made for an account."""

    account: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Stands:
    """The account that the person is linked to, or mei's, stands otherwise from now on."""

    #: `locked` ends by itself in two hours.
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteSends:
    """The company's own site has sent a code to that account, and this became of it."""

    channel: str
    status: str
    reason: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Breaks:
    """Something breaks on the company's side, and an operator tells so; it ends by itself in a day."""

    flows: tuple[str, ...]
    #: Language -> what people are told.
    words: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mended:
    """An operator tells that what broke last is over."""


#: The first four, and a link, are what the person does.
Act = (
    Types
    | Picks
    | Opens
    | Sends
    | Waits
    | Forces
    | ClosesTicket
    | Links
    | Stands
    | SiteSends
    | Breaks
    | Mended
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must hold after a step; None: anything."""

    #: Parts that the answer contains; empty: there is no answer.
    bot: tuple[str, ...] | None
    #: Parts that the answer does not contain.
    absent: tuple[str, ...]
    #: Ids of the buttons.
    choices: tuple[str, ...] | None
    #: `flow.state`.
    state: str | None
    status: Status | None
    language: str | None
    #: What the account system was asked and did so far: key of the step -> count.
    counts: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseStep:
    """What happens, and what must hold then."""

    #: Counted from 1.
    number: int
    line: int
    act: Act
    expected: Expected


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One conversation, in one language if the case lists languages."""

    path: Path
    #: The flow that the file is named for, or names.
    flow: str
    line: int
    title: str
    language: str | None
    steps: tuple[CaseStep, ...]

    @property
    def spoken(self) -> frozenset[str]:
        """Return the languages without which it cannot be played: its own, and those that its steps expect."""
        named = (self.language, *(step.expected.language for step in self.steps))
        return frozenset(language for language in named if language is not None)


#: Counts of the demo account service.
COUNTS: Final = ("calls", "sms", "tickets", "resets")


def read_cases(folder: Path) -> tuple[tuple[Case, ...], tuple[Problem, ...]]:
    """
    Read every conversation test of a folder.

    Args:
        folder: Its `*.yaml` are read, in the order of their names.

    Returns:
        The cases of the files without a fault, and what is wrong with the others.
    """
    cases: list[Case] = []
    problems: list[Problem] = []
    for path in sorted(folder.glob("*.yaml")):
        report = Report(str(path))
        found = list(_file(path, report))
        if report.problems:
            problems.extend(report.problems)
        else:
            cases.extend(found)
    return tuple(cases), in_order(problems)


def _file(path: Path, report: Report) -> Iterator[Case]:
    try:
        with path.open("rb") as stream:
            tree = read(stream.read(MAX_BYTES + 1), report)
    except OSError as fault:
        report.error(1, f"cannot read the file: {fault.strerror}", "Check its rights.")
        return
    if tree is None:
        return
    yield from parse_cases(Form(tree, report), path)


def parse_cases(form: Form, path: Path) -> Iterator[Case]:
    """Build the cases of a file; faults are in the form's report."""
    flow = form.optional_id("flow") or path.stem
    titles: set[str] = set()
    for number, inner in enumerate(form.forms("cases"), start=1):
        title = inner.named(f"case {number}").text("case")
        named = inner.named(f"case {title!r}")
        if title in titles:
            named.error("case", "two cases have this title", "Give each its own.")
        titles.add(title)
        yield from _case(named, path, flow, title)
    form.close()


def _case(form: Form, path: Path, flow: str, title: str) -> Iterator[Case]:
    """Read a case, once for each of its languages."""
    form.has("case")
    flow = form.optional_id("flow") or flow
    wanted = form.texts("languages") if form.has("languages") else ()
    for language in wanted or (None,):
        steps = tuple(
            _step(
                inner.named(f"case {title!r}, step {number}"),
                number,
                _Words(wanted, language),
            )
            for number, inner in enumerate(form.forms("steps"), start=1)
        )
        yield Case(path=path, flow=flow, line=form.line, title=title, language=language, steps=steps)
    form.close()


@dataclass(frozen=True, slots=True)
class _Words:
    """Picks the words of one language out of a case."""

    languages: tuple[str, ...]
    language: str | None

    def of(self, form: Form, key: str) -> tuple[str, ...]:
        """Read a text, a list of texts, or a map of languages to either; left out: none."""
        if not form.has(key):
            return ()
        match form.shape(key, "text", "list", "mapping"):
            case "mapping":
                return self._picked(form, key)
            case "list":
                return form.texts(key)
            case _:
                return (form.text(key),)

    def _picked(self, form: Form, key: str) -> tuple[str, ...]:
        inner = form.form(key)
        if inner is None or self.language is None:
            form.error(
                key,
                f"{key!r} has words for languages, the case has none",
                "Add `languages: [...]` to the case.",
            )
            return ()
        for name in inner.names():
            if name not in self.languages:
                inner.error(name, f"{name!r} is none of the case's languages", "Remove it, or list it.")
        if not inner.has(self.language):
            form.error(key, f"{key!r} has no words for {self.language!r}", "Add them.")
            return ()
        return _Words((), None).of(inner, self.language)


def _step(form: Form, number: int, words: _Words) -> CaseStep:
    acts = form.present(ACTS)
    if len(acts) != 1:
        happens = f"{' and '.join(acts)} happen at once" if acts else "nothing happens"
        form.error(acts[-1] if acts else "user", happens, f"Write one of: {', '.join(ACTS)}.")
    act = ACTS[acts[0]](form, words) if acts else Types(text="")
    step = CaseStep(number=number, line=form.line, act=act, expected=_expected(form, words))
    form.close()
    return step


def _types(form: Form, words: _Words) -> Act:
    texts = words.of(form, "user")
    if len(texts) != 1:
        form.error("user", "'user' is no single text", "Write one text.")
    return Types(text=" ".join(texts))


def _picks(form: Form, _: _Words) -> Act:
    return Picks(choice=form.text("pick"), screen=form.optional_integer("screen", least=0))


def _opens(form: Form, words: _Words) -> Act:
    """`true`: in the language of the case."""
    if form.shape("start", "text", "boolean") == "boolean" and form.flag("start"):
        return Opens(language=words.language)
    return Opens(language=form.text("start"))


def _sends(form: Form, _: _Words) -> Act:
    return Sends(kind=form.text("send"))


def _waits(form: Form, _: _Words) -> Act:
    return Waits(length=timedelta(seconds=form.integer("wait", 1)))


def _forces(form: Form, _: _Words) -> Act:
    """One word: of a code that is sent."""
    if form.shape("force", "text", "mapping") == "mapping":
        return Forces(faults=form.ids("force"))
    return Forces(faults={"resend_code": form.id("force")})


def _closes_ticket(form: Form, _: _Words) -> Act:
    if not form.flag("close_ticket"):
        form.error("close_ticket", "'close_ticket' closes nothing", "Write true, or remove it.")
    return ClosesTicket()


def _links(form: Form, _: _Words) -> Act:
    return Links(account=form.text("link"))


def _stands(form: Form, _: _Words) -> Act:
    return Stands(state=form.id("stands"))


def _site_sends(form: Form, _: _Words) -> Act:
    """For instance `{channel: sms, status: failed, reason: full}`."""
    inner = form.form("site_sends")
    if inner is None:
        return SiteSends(channel="", status="", reason=None)
    reason = inner.id("reason") if inner.has("reason") else None
    act = SiteSends(channel=inner.id("channel"), status=inner.id("status"), reason=reason)
    inner.close()
    return act


def _breaks(form: Form, _: _Words) -> Act:
    """`over`, or for instance `{flows: [no_sms], say: {en: "Text messages arrive late."}}`."""
    if form.shape("incident", "text", "mapping") == "text":
        if form.text("incident") != "over":
            form.error("incident", "'incident' says neither what is broken nor `over`", "Write one of both.")
        return Mended()
    inner = form.form("incident")
    said = inner.form("say") if inner is not None else None
    if inner is None or said is None:
        return Mended()
    act = Breaks(flows=inner.texts("flows"), words={name: said.text(name) for name in said.names()})
    inner.close()
    return act


#: Key of a step -> reads what the person does.
ACTS: Final[Mapping[str, Callable[[Form, _Words], Act]]] = {
    "user": _types,
    "pick": _picks,
    "start": _opens,
    "send": _sends,
    "wait": _waits,
    "force": _forces,
    "close_ticket": _closes_ticket,
    "link": _links,
    "stands": _stands,
    "site_sends": _site_sends,
    "incident": _breaks,
}


def _expected(form: Form, words: _Words) -> Expected:
    counts = {key: form.optional_integer(key, least=0) for key in COUNTS}
    return Expected(
        bot=words.of(form, "bot") if form.has("bot") else None,
        absent=words.of(form, "not"),
        choices=form.texts("choices") if form.has("choices") else None,
        state=form.text("state") if form.has("state") else None,
        status=form.enum("status", Status, Status.PENDING) if form.has("status") else None,
        language=form.text("language") if form.has("language") else None,
        counts={key: count for key, count in counts.items() if count is not None},
    )
