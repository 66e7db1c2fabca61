"""
The command line: parses, calls, prints.

Data goes to standard output, talk to standard error. Exit 0: done; 1: failed; 2: wrong usage. A traceback is only shown
with `-v`. What is heavy is imported by the verb that needs it.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import io
import json
import logging
import math
import os
import signal
import sys
import time
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, astuple, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from bot.errors import ConfigError, SparekeyError
from bot.settings import VARIABLES, Settings, parse_port

if TYPE_CHECKING:
    from bot.content.draft import Draft
    from bot.content.problem import Problem
    from bot.matching.evaluate import Row

#: `action` is the stable key of a line, for whoever searches the log; most lines of libraries have none.
_FORMAT = "%(asctime)s %(levelname)s %(name)s %(action)s: %(message)s"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit code."""
    _forgive_bad_characters()
    parsed = _parser().parse_args(arguments)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(_FORMAT, defaults={"action": "-"}))
    logging.basicConfig(level=logging.DEBUG if parsed.verbose else logging.INFO, handlers=[handler])
    for chatty in ("aiogram", "aiohttp", "asyncio", "alembic", "sqlalchemy"):
        logging.getLogger(chatty).setLevel(logging.WARNING)
    try:
        settings = Settings.from_env(os.environ)
        return int(parsed.run(parsed, settings) or 0)
    except SparekeyError as fault:
        if parsed.verbose:
            logging.getLogger(__name__).exception("This is where it happened:")
        print(f"sparekey: {fault}", file=sys.stderr)
        return 2 if isinstance(fault, ConfigError) else 1
    except BrokenPipeError:
        # The reader has gone, e.g. `head`. What is still buffered must not fail once more at the exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 1
    except KeyboardInterrupt:
        return 0


def _forgive_bad_characters() -> None:
    """Replace what is not of the terminal's encoding, in and out, instead of failing on it."""
    for stream in (sys.stdin, sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="sparekey", description="A chat support bot that gets people back into their accounts."
    )
    parser.add_argument("-v", "--verbose", action="store_true", help="log everything, and show tracebacks")
    verbs = parser.add_subparsers(required=True, metavar="VERB")

    serve = verbs.add_parser("serve", help="run the bot: Telegram, timers, /healthz")
    serve.add_argument("--host", help=f"address of /healthz (env: {VARIABLES['host']})")
    serve.add_argument("--port", type=_port, metavar="N", help=f"port of /healthz (env: {VARIABLES['port']})")
    serve.set_defaults(run=_serve)

    chat = verbs.add_parser("chat", help="talk to the bot here, with the demo account service")
    chat.add_argument("--language", help="the language to begin in, e.g. fr")
    chat.add_argument("--jsonl", action="store_true", help="talk to a script: a line in, JSON objects out")
    chat.add_argument(
        "--watch", action="store_true", help="load flows and knowledge again whenever they are saved"
    )
    chat.set_defaults(run=_chat)

    check = verbs.add_parser("check", help="find every fault in flows and knowledge")
    check.add_argument("--json", action="store_true", help="one JSON object per fault, and one of the proof")
    check.add_argument("--language", help="only the words of this language")
    check.set_defaults(run=_check)

    coverage = verbs.add_parser(
        "coverage", help="play the conversation tests and show what they do not visit"
    )
    coverage.add_argument("flow", nargs="?", help="only its tests, its states and articles; without it, all")
    coverage.add_argument("--json", action="store_true", help="one JSON object")
    coverage.add_argument(
        "--tests",
        type=Path,
        metavar="DIR",
        help="holds conversations/ and transcripts/; else tests/ beside the flows",
    )
    coverage.add_argument("--accept", action="store_true", help="make what is said now the transcripts")
    coverage.add_argument("--report", action="store_true", help="end with 0 whatever is found")
    coverage.set_defaults(run=_coverage)

    match = verbs.add_parser("match", help="show which flow a complaint starts")
    match.add_argument("text", nargs="?", help="the complaint")
    match.add_argument(
        "--jsonl", action="store_true", help="one complaint per line of the input, one JSON object each"
    )
    match.add_argument(
        "--evaluate",
        type=Path,
        metavar="FILE",
        help="measure on labelled complaints (JSON lines with text, label, lang)",
    )
    match.set_defaults(run=_match)

    phone = verbs.add_parser("phone", help="say what is wrong with a phone number as typed")
    phone.add_argument("number")
    phone.add_argument("--country", help="the country chosen on the form, e.g. TW")
    phone.add_argument("--json", action="store_true")
    phone.set_defaults(run=_phone)

    graph = verbs.add_parser("graph", help="draw flows")
    graph.add_argument("flow", nargs="?", help="one flow; without it, all")
    graph.add_argument("--format", choices=["mermaid", "svg"], default="mermaid")
    graph.add_argument("--language", help="whose words stand in the boxes, e.g. fr")
    graph.add_argument("--all", type=Path, metavar="DIR", help="write one file per flow there")
    graph.set_defaults(run=_graph)

    schema = verbs.add_parser("schema", help="print the JSON Schema of a kind of file, for editors")
    schema.add_argument("kind", nargs="?", help="flow, words, article ...; without it, list them")
    schema.add_argument("--all", type=Path, metavar="DIR", help="write them all there")
    schema.set_defaults(run=_schema)

    verbs.add_parser(
        "doctor", help="check settings, content, database, Telegram and account system"
    ).set_defaults(run=_doctor)

    database = verbs.add_parser("db", help="look after the database").add_subparsers(
        required=True, metavar="ACTION"
    )
    database.add_parser("upgrade", help="bring the database to this program's schema").set_defaults(
        run=_upgrade
    )

    export = verbs.add_parser("export", help="print the transcript of a case, with everything tried")
    export.add_argument("case", help="a case code, e.g. R-Q48WW-R1WEJ")
    export.set_defaults(run=_export)
    return parser


def _port(text: str) -> int:
    try:
        return parse_port(text)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(f"{text!r} {fault}") from fault


def _serve(arguments: argparse.Namespace, settings: Settings) -> None:
    # Process 1 of a container ignores a SIGTERM that nobody has asked for, and start-up takes seconds. An exception out of
    # the middle of it would only leave loose ends; leaving at once is what the database is made for.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    from bot.bootstrap import serve

    given = {name: value for name in ("host", "port") if (value := getattr(arguments, name)) is not None}
    if not settings.telegram_token:
        _talk(
            f"No {VARIABLES['telegram_token']}: only /healthz is served. Set it to the token that BotFather gave you."
        )
    asyncio.run(serve(replace(settings, **given)))


def _chat(arguments: argparse.Namespace, settings: Settings) -> None:
    from bot.bootstrap import chat

    logging.getLogger().setLevel(logging.DEBUG if arguments.verbose else logging.WARNING)
    if not arguments.jsonl:
        _talk(_WELCOME.format(token=VARIABLES["telegram_token"]))
    tell = _talk if arguments.watch else None
    asyncio.run(chat(settings, jsonl=arguments.jsonl, language=arguments.language, tell=tell))


_WELCOME = """\
Sparekey on the terminal, with a demo account service (accounts: mei, camille, alex).
Nothing leaves this machine. Type as a locked-out person would, e.g.: i dont recieve the code
Buttons are numbered; type a number or the words. End with Ctrl-D.
What else is possible: set {token} and run `sparekey serve` for Telegram; `sparekey --help` for the rest.
"""


def _check(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.content.checks import check_loaded
    from bot.content.load import load
    from bot.content.paths import content_folders

    flows, knowledge = content_folders(settings.flows_dir, settings.knowledge_dir)
    loaded = load(flows, knowledge)
    problems = check_loaded(
        loaded,
        today=datetime.now(UTC).date(),
        # Beside the flows in a checkout; an installed program has no tests.
        tests_dir=flows.parent / "tests" / "conversations",
        language=arguments.language,
    )
    errors = sum(problem.severity == "error" for problem in problems)
    proof = _prove(loaded.draft, as_json=arguments.json) if loaded.draft is not None and not errors else ()
    for problem in (*problems, *proof):
        print(json.dumps(problem.as_dict(), ensure_ascii=False) if arguments.json else problem)
    errors += len(proof)
    counted = f"{_counted(errors, 'error')}, {_counted(len(problems) + len(proof) - errors, 'warning')}."
    _talk(counted if problems or proof else "All good.")
    return 1 if errors else 0


def _prove(draft: Draft, *, as_json: bool) -> tuple[Problem, ...]:
    """Explore every conversation, and say how much that was."""
    from bot.proof.prove import prove

    gc.disable()  # what is found is kept to the end: looking for garbage in it takes a sixth of the time
    began = time.monotonic()
    proof = prove(draft)
    seconds = round(time.monotonic() - began, 1)
    if as_json:
        _print_json({"proof": {"situations": proof.situations, "steps": proof.steps, "seconds": seconds}})
    proved = f"{proof.situations:,} situations and {proof.steps:,} steps in {seconds} s"
    _talk(f"{'Explored' if proof.problems else 'Proved over'} {proved}.")
    return proof.problems


def _counted(number: int, thing: str) -> str:
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"


def _coverage(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.bootstrap import load_reader
    from bot.content.paths import content_folders
    from bot.rehearsal.rehearse import accept, rehearse

    tests = arguments.tests or content_folders(settings.flows_dir)[0].parent / "tests"
    reader = load_reader(settings)
    if unknown := _unknown(arguments.flow, reader.catalog.flows):
        return _misused("coverage", unknown)
    found = rehearse(reader, tests, arguments.flow)
    if arguments.accept:
        found = accept(found, tests)
    if arguments.json:
        _print_json(found.as_dict())
    else:
        print(found)
    return 0 if found.flawless or arguments.report else 1


def _match(arguments: argparse.Namespace, settings: Settings) -> int:
    if arguments.evaluate is None and not arguments.jsonl and arguments.text is None:
        _talk("sparekey match: give a TEXT, --jsonl or --evaluate FILE.")
        return 2
    rows = None if arguments.evaluate is None else _rows(arguments.evaluate)

    from bot.bootstrap import load_catalog
    from bot.service.reading import fit_matcher

    matcher = fit_matcher(load_catalog(settings))
    if rows is not None:
        from bot.matching.evaluate import evaluate

        _print_json(asdict(evaluate(matcher, rows)))
        return 0
    for line in sys.stdin if arguments.jsonl else (arguments.text,):
        text = line.rstrip("\r\n")
        _print_json(matcher.match(text).as_dict(text))
    return 0


def _rows(path: Path) -> list[Row]:
    from bot.matching.evaluate import Row

    try:
        found = [json.loads(line) for line in path.read_text(encoding="utf-8").split("\n") if line.strip()]
        rows = [Row(text=row["text"], label=row["label"], language=row["lang"]) for row in found]
    except (OSError, UnicodeDecodeError) as fault:
        raise ConfigError(f"--evaluate: cannot read {path}: {fault}") from fault
    except (json.JSONDecodeError, KeyError, TypeError) as fault:
        raise ConfigError(
            f"--evaluate: {path} is not JSON lines with text, label and lang ({fault!r})."
        ) from fault
    if not rows or not all(isinstance(field, str) for row in rows for field in astuple(row)):
        raise ConfigError(f"--evaluate: {path} holds no complaint, or one whose fields are no texts.")
    return rows


def _phone(arguments: argparse.Namespace, _: Settings) -> None:
    from bot.diagnosis.phone import diagnose

    found = diagnose(arguments.number, country=arguments.country)
    if arguments.json:
        _print_json(found.as_dict())
        return
    print(f"E.164:        {found.e164 or '-'}")
    print(f"on the form:  {' or '.join(found.form_digits) or '-'}")
    print(f"gets SMS:     {'yes' if found.sms_capable else 'no'}")
    print(f"diagnoses:    {', '.join(found.codes) or 'nothing to change'}")


def _graph(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.bootstrap import load_catalog
    from bot.content.drawing.mermaid import mermaid
    from bot.content.drawing.picture import picture
    from bot.content.drawing.svg import svg

    catalog = load_catalog(settings)
    language = arguments.language or catalog.default_language
    wanted = [arguments.flow] if arguments.flow else sorted(catalog.flows)
    if unknown := _unknown(arguments.flow, catalog.flows):
        return _misused("graph", unknown)
    if language not in catalog.service.languages:
        return _misused(
            "graph", f"no language {language!r}. There are: {', '.join(catalog.service.languages)}."
        )
    if arguments.format == "svg" and len(wanted) > 1 and arguments.all is None:
        return _misused("graph", "an SVG shows one flow: name it, or give --all DIR for one file per flow.")
    draw, ending = (svg, "svg") if arguments.format == "svg" else (mermaid, "mmd")
    drawn = {f"{flow}.{ending}": draw(picture(catalog.flows[flow], catalog, language)) for flow in wanted}
    _put(drawn, arguments.all)
    return 0


def _schema(arguments: argparse.Namespace, _: Settings) -> int:
    from bot.schemas import SCHEMAS, schema

    if arguments.kind is None and arguments.all is None:
        print("\n".join(SCHEMAS))
        return 0
    wanted = list(SCHEMAS) if arguments.kind is None else [arguments.kind]
    if wanted[0] not in SCHEMAS:
        return _misused("schema", f"there is no kind {wanted[0]!r}. There are: {', '.join(SCHEMAS)}.")
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
    _talk(f"Wrote {len(files)} files to {folder}.")


def _unknown(flow: str | None, flows: Collection[str]) -> str:
    """Say that there is no such flow; empty: there is, or none was named."""
    if flow is None or flow in flows:
        return ""
    return f"there is no flow {flow!r}. There are: {', '.join(sorted(flows))}."


def _misused(verb: str, words: str) -> int:
    _talk(f"sparekey {verb}: {words}")
    return 2


def _doctor(_: argparse.Namespace, settings: Settings) -> int:
    from bot.doctor import examine

    findings = asyncio.run(examine(settings))
    for finding in findings:
        print(finding)
    return 0 if all(finding.ok for finding in findings) else 1


def _upgrade(_: argparse.Namespace, settings: Settings) -> None:
    from bot.bootstrap import upgrade

    print(upgrade(settings))


def _export(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.core.case_code import parse

    code = parse(arguments.case)
    if code is None:
        _talk(
            f"sparekey export: {arguments.case!r} is no case code such as R-Q48WW-R1WEJ. Look for a mistyped character."
        )
        return 2
    from bot.bootstrap import export

    transcript = asyncio.run(export(settings, code))
    if transcript is None:
        _talk(f"sparekey export: there is no case {code} in {settings.database}.")
        return 1
    print(transcript)
    return 0


def _print_json(value: object) -> None:
    print(json.dumps(_plain(value), ensure_ascii=False), flush=True)


def _plain(value: object) -> object:
    """Write null for what was not measured: JSON has no NaN."""
    match value:
        case float() if math.isnan(value):
            return None
        case dict():
            return {name: _plain(inner) for name, inner in value.items()}
        case list() | tuple():
            return [_plain(inner) for inner in value]
        case _:
            return value


def _talk(words: str) -> None:
    print(words, file=sys.stderr)
