"""
The verbs for those who write flows and articles: prove, play, match, draw.

What is heavy is imported by the verb that needs it.
"""

from __future__ import annotations

import argparse
import gc
import json
import sys
import time
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import ConfigError
from bot.output import misused, print_json, talk
from bot.settings import Settings

if TYPE_CHECKING:
    from bot.content.draft import Draft
    from bot.content.problem import Problem
    from bot.matching.evaluate import Row
    from bot.matching.matcher import Matcher
    from bot.matching.semantic import Embeddings, Encoder


def check(arguments: argparse.Namespace, settings: Settings) -> int:
    """Prove flows and knowledge."""
    from bot.content.checks import check_loaded
    from bot.content.load import load
    from bot.content.paths import content_folders
    from bot.content.problem import shortened

    flows, knowledge = content_folders(settings.flows_dir, settings.knowledge_dir)
    loaded = load(flows, knowledge)
    problems = check_loaded(
        loaded,
        today=datetime.now(UTC).date(),
        # Beside the flows in a checkout; an installed program has no tests.
        tests_dir=flows.parent / "tests" / "conversations",
        language=arguments.language,
    )
    if loaded.draft is not None and not _errors(problems):
        problems += _prove(loaded.draft, as_json=arguments.json)
        if arguments.fit and not _errors(problems):
            problems += _fit(loaded.draft, settings)
    if arguments.json:
        for problem in problems:
            print_json(problem.as_dict())
    else:
        print(*shortened(problems), sep="\n", end="\n" if problems else "")
    errors = _errors(problems)
    counted = f"{_counted(errors, 'error')}, {_counted(len(problems) - errors, 'warning')}."
    talk(counted if problems else "All good.")
    return 1 if errors else 0


def _errors(problems: Iterable[Problem]) -> int:
    return sum(problem.severity == "error" for problem in problems)


def _fit(draft: Draft, settings: Settings) -> tuple[Problem, ...]:
    """Ask the matcher how well it understands the phrases by their words; it is kept, as at every start."""
    from bot.bootstrap import load_reader
    from bot.content.rules_fit import advise_fit

    return advise_fit(draft, load_reader(settings).matcher.report)


def _prove(draft: Draft, *, as_json: bool) -> tuple[Problem, ...]:
    """Explore every conversation, and say how much that was."""
    from bot.proof.prove import prove

    gc.disable()  # what is found is kept to the end: looking for garbage in it takes a sixth of the time
    began = time.monotonic()
    proof = prove(draft)
    seconds = round(time.monotonic() - began, 1)
    if as_json:
        print_json({"proof": {"situations": proof.situations, "steps": proof.steps, "seconds": seconds}})
    proved = f"{proof.situations:,} situations and {proof.steps:,} steps in {seconds} s"
    talk(f"{'Explored' if proof.problems else 'Proved over'} {proved}.")
    return proof.problems


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def coverage(arguments: argparse.Namespace, settings: Settings) -> int:
    """Play the conversation tests and show what they visit."""
    from bot.bootstrap import load_reader
    from bot.content.paths import content_folders
    from bot.rehearsal.rehearse import accept, rehearse

    tests = arguments.tests or content_folders(settings.flows_dir)[0].parent / "tests"
    reader = load_reader(settings)
    if unknown := _unknown(arguments.flow, reader.catalog.flows):
        return misused("coverage", unknown)
    found = rehearse(reader, tests, arguments.flow)
    if arguments.accept:
        found = accept(found, tests)
    if arguments.json:
        print_json(found.as_dict())
    else:
        print(found)
    return 0 if found.flawless or arguments.report else 1


def match(arguments: argparse.Namespace, settings: Settings) -> int:
    """Tell which flow a complaint starts and why, or how well that works on many."""
    if wrong := _wrongly_asked(arguments):
        return misused("match", wrong)
    from bot.appraisal.complaints import read_complaints
    from bot.bootstrap import load_encoder, load_reader

    rows = None if arguments.evaluate is None else read_complaints(arguments.evaluate)
    encoder = None if arguments.lexical else load_encoder(settings)
    matcher = load_reader(settings, encoder).matcher
    if rows is not None:
        _evaluate(matcher, encoder, rows, arguments)
    elif arguments.jsonl:
        for line in sys.stdin:
            text = line.rstrip("\r\n")
            print_json(matcher.match(text, embedding=_meaning(matcher, encoder, text)).as_dict(text))
    else:
        _match_one(matcher, encoder, arguments)
    return 0


def _meaning(matcher: Matcher, encoder: Encoder | None, text: str) -> Embeddings | None:
    return encoder.encode((matcher.respelt(text),))[0] if encoder is not None else None


def _wrongly_asked(arguments: argparse.Namespace) -> str:
    """Say what does not go together; empty: everything does."""
    given = [arguments.text is not None, arguments.jsonl, arguments.evaluate is not None]
    if sum(given) != 1:
        return "give one of TEXT, --jsonl and --evaluate FILE."
    if arguments.report is not None and arguments.evaluate is None:
        return "--report shows an evaluation: give --evaluate FILE, too."
    if arguments.explain and arguments.text is None:
        return "--explain is for one complaint: give a TEXT."
    return ""


def _match_one(matcher: Matcher, encoder: Encoder | None, arguments: argparse.Namespace) -> None:
    from bot.appraisal.explained import brief, explained
    from bot.matching.explain import explain

    text = arguments.text
    embedding = _meaning(matcher, encoder, text)
    if arguments.explain:
        explanation = explain(matcher, text, embedding=embedding)
        if arguments.json:
            print_json(asdict(explanation))
        else:
            print(explained(explanation))
        return
    found = matcher.match(text, embedding=embedding)
    if arguments.json:
        print_json(found.as_dict(text))
    else:
        print(brief(found))


def _evaluate(
    matcher: Matcher, encoder: Encoder | None, rows: Iterable[Row], arguments: argparse.Namespace
) -> None:
    from bot.appraisal.page import page, write_page
    from bot.appraisal.summary import summary
    from bot.matching.evaluate import evaluate

    found = evaluate(matcher, rows, encoder=encoder)
    if arguments.report is not None:
        write_page(page(found, arguments.evaluate.name), arguments.report)
        talk(f"Wrote {arguments.report}.")
    if arguments.json:
        print_json(asdict(found))
    else:
        print(summary(found, arguments.evaluate.name))


def phone(arguments: argparse.Namespace, _: Settings) -> None:
    """Tell what is wrong with a number."""
    from bot.diagnosis.phone import diagnose

    found = diagnose(arguments.number, country=arguments.country)
    if arguments.json:
        print_json(found.as_dict())
        return
    print(f"E.164:        {found.e164 or '-'}")
    print(f"on the form:  {' or '.join(found.form_digits) or '-'}")
    print(f"gets SMS:     {'yes' if found.sms_capable else 'no'}")
    print(f"diagnoses:    {', '.join(found.codes) or 'nothing to change'}")


def graph(arguments: argparse.Namespace, settings: Settings) -> int:
    """Draw flows."""
    from bot.bootstrap import load_catalog
    from bot.content.drawing.mermaid import mermaid
    from bot.content.drawing.picture import picture
    from bot.content.drawing.svg import svg

    catalog = load_catalog(settings)
    language = arguments.language or catalog.default_language
    wanted = [arguments.flow] if arguments.flow else sorted(catalog.flows)
    if unknown := _unknown(arguments.flow, catalog.flows):
        return misused("graph", unknown)
    if language not in catalog.service.languages:
        return misused(
            "graph", f"no language {language!r}. There are: {', '.join(catalog.service.languages)}."
        )
    if arguments.format == "svg" and len(wanted) > 1 and arguments.all is None:
        return misused("graph", "an SVG shows one flow: name it, or give --all DIR for one file per flow.")
    draw, ending = (svg, "svg") if arguments.format == "svg" else (mermaid, "mmd")
    drawn = {f"{flow}.{ending}": draw(picture(catalog.flows[flow], catalog, language)) for flow in wanted}
    _put(drawn, arguments.all)
    return 0


def schema(arguments: argparse.Namespace, _: Settings) -> int:
    """Write JSON Schemas for an author's editor."""
    from bot.schemas import SCHEMAS, schema

    if arguments.kind is None and arguments.all is None:
        print("\n".join(SCHEMAS))
        return 0
    wanted = list(SCHEMAS) if arguments.kind is None else [arguments.kind]
    if wanted[0] not in SCHEMAS:
        return misused("schema", f"there is no kind {wanted[0]!r}. There are: {', '.join(SCHEMAS)}.")
    written = {f"{kind}.schema.json": json.dumps(schema(kind), indent=2) + "\n" for kind in wanted}
    _put(written, arguments.all)
    return 0


def _put(files: Mapping[str, str], folder: Path | None) -> None:
    """Print files, or write them into a folder."""
    if folder is None:
        print("\n".join(files.values()), end="")
        return
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, content in files.items():
            (folder / name).write_text(content, encoding="utf-8")
    except OSError as fault:
        raise ConfigError(f"--all: cannot write to {folder}: {fault.strerror or fault}.") from fault
    talk(f"Wrote {len(files)} files to {folder}.")


def _unknown(flow: str | None, flows: Collection[str]) -> str:
    """Say that there is no such flow; empty: there is, or none was named."""
    if flow is None or flow in flows:
        return ""
    return f"there is no flow {flow!r}. There are: {', '.join(sorted(flows))}."
