"""
The command line: parses, calls, prints.

Data goes to standard output, talk to standard error. Exit 0: done; 1: failed; 2: wrong usage. A traceback is only shown
with `-v`. What is heavy is imported by the verb that needs it.
"""

from __future__ import annotations

import argparse
import asyncio
import io
import logging
import os
import re
import signal
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from bot import authoring
from bot.core.incident import LONGEST
from bot.errors import ConfigError, SparekeyError
from bot.output import talk
from bot.settings import VARIABLES, Settings, parse_port

#: Incidents that are over and listed all the same.
LAST_ENDED: Final = 5
#: `action` is the stable key of a line, for whoever searches the log; most lines of libraries have none.
_FORMAT = "%(asctime)s %(levelname)s %(name)s %(action)s: %(message)s"


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one verb and return the exit code."""
    _forgive_bad_characters()
    parsed = _parser().parse_args(arguments)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter(_FORMAT, defaults={"action": "-"}))
    logging.basicConfig(level=logging.DEBUG if parsed.verbose else logging.INFO, handlers=[handler])
    for chatty in ("aiogram", "aiohttp", "asyncio", "httpcore", "alembic", "sqlalchemy"):
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

    serve = verbs.add_parser("serve", help="run the bot: Telegram, the chat widget, timers, /healthz")
    serve.add_argument("--host", help=f"address of the web server (env: {VARIABLES['host']})")
    serve.add_argument(
        "--port", type=_port, metavar="N", help=f"port of the web server (env: {VARIABLES['port']})"
    )
    serve.add_argument(
        "--demo", action="store_true", help="add a sample site with the widget and a simulated phone"
    )
    serve.set_defaults(run=_serve)

    chat = verbs.add_parser("chat", help="talk to the bot here")
    chat.add_argument("--language", help="the language to begin in, e.g. fr")
    chat.add_argument("--jsonl", action="store_true", help="talk to a script: a line in, JSON objects out")
    chat.add_argument(
        "--watch", action="store_true", help="load flows and knowledge again whenever they are saved"
    )
    chat.set_defaults(run=_chat)

    check = verbs.add_parser("check", help="find every fault in flows and knowledge")
    check.add_argument("--json", action="store_true", help="one JSON object per fault, and one of the proof")
    check.add_argument("--language", help="only the words of this language")
    check.add_argument(
        "--fit",
        action="store_true",
        help="also fit the matcher, which takes a while, and name the flows that it takes for others",
    )
    check.set_defaults(run=authoring.check)

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
    coverage.set_defaults(run=authoring.coverage)

    match = verbs.add_parser("match", help="show which flow a complaint starts, and how well that works")
    match.add_argument("text", nargs="?", help="the complaint")
    match.add_argument("--explain", action="store_true", help="show everything that was weighed")
    match.add_argument(
        "--lexical",
        action="store_true",
        help="go by the words alone, also where the semantic tier is installed",
    )
    match.add_argument("--json", action="store_true", help="one JSON object")
    match.add_argument(
        "--jsonl", action="store_true", help="one complaint per line of the input, one JSON object each"
    )
    match.add_argument(
        "--evaluate",
        type=Path,
        metavar="FILE",
        help="measure on labelled complaints (JSON lines with text, label, lang)",
    )
    match.add_argument(
        "--report", type=Path, metavar="FILE", help="write what --evaluate finds as a page, e.g. report.html"
    )
    match.set_defaults(run=authoring.match)

    phone = verbs.add_parser("phone", help="say what is wrong with a phone number as typed")
    phone.add_argument("number")
    phone.add_argument("--country", help="the country chosen on the form, e.g. TW")
    phone.add_argument("--json", action="store_true")
    phone.set_defaults(run=authoring.phone)

    graph = verbs.add_parser("graph", help="draw flows")
    graph.add_argument("flow", nargs="?", help="one flow; without it, all")
    graph.add_argument("--format", choices=["mermaid", "svg"], default="mermaid")
    graph.add_argument("--language", help="whose words stand in the boxes, e.g. fr")
    graph.add_argument("--all", type=Path, metavar="DIR", help="write one file per flow there")
    graph.set_defaults(run=authoring.graph)

    schema = verbs.add_parser("schema", help="print the JSON Schema of a kind of file, for editors")
    schema.add_argument("kind", nargs="?", help="flow, words, article ...; without it, list them")
    schema.add_argument("--all", type=Path, metavar="DIR", help="write them all there")
    schema.set_defaults(run=authoring.schema)

    verbs.add_parser(
        "doctor", help="check settings, content, database, Telegram and account system"
    ).set_defaults(run=_doctor)

    database = verbs.add_parser("db", help="look after the database").add_subparsers(
        required=True, metavar="ACTION"
    )
    database.add_parser("upgrade", help="bring the database to this program's schema").set_defaults(
        run=_upgrade
    )

    backup = database.add_parser("backup", help="copy the database to a new file, also while the bot runs")
    backup.add_argument("file", type=Path, metavar="FILE", help="a new file")
    backup.set_defaults(run=_back_up)
    restore = database.add_parser("restore", help="put a backup in the place of the database")
    restore.add_argument("file", type=Path, metavar="FILE", help="a backup")
    restore.set_defaults(run=_restore)

    audit = verbs.add_parser("verify-audit", help="follow the hash chain of the audit")
    audit.add_argument(
        "--head", type=_hash, metavar="HASH", help="a head written down earlier: is it still there?"
    )
    audit.set_defaults(run=_verify_audit)

    accounts = verbs.add_parser(
        "backend-check", help="find out whether an account service keeps the contract"
    )
    accounts.add_argument("url", metavar="URL", help="its base address")
    accounts.add_argument(
        "--identifier",
        required=True,
        metavar="NAME",
        help="a test account there; it is sent a code and a link, and gets a ticket",
    )
    accounts.set_defaults(run=_backend_check)

    incident = verbs.add_parser(
        "incident", help="tell people of a fault on your side, and that it is over; without more, list them"
    )
    incident.set_defaults(run=_list_incidents)
    told = incident.add_subparsers(metavar="ACTION")
    begun = told.add_parser("start", help="tell whoever comes with one of these problems, while the bot runs")
    begun.add_argument("flows", nargs="+", metavar="FLOW", help="a problem that it concerns, e.g. no_sms")
    begun.add_argument(
        "--say",
        type=_words,
        action="append",
        required=True,
        metavar="LANGUAGE=WORDS",
        help='what they are told, once for each language, e.g. en="Text messages arrive late."',
    )
    begun.add_argument(
        "--until",
        type=_length,
        default=timedelta(hours=24),
        metavar="LENGTH",
        help="ends it by itself, e.g. 90m, 6h or 2d; without it 24h, at most 7d",
    )
    begun.set_defaults(run=_start_incident)
    ended = told.add_parser("end", help="it is over: tell whoever waits for that")
    ended.add_argument("number", type=int, metavar="NUMBER", help="its number")
    ended.set_defaults(run=_end_incident)

    export = verbs.add_parser("export", help="print the transcript of a case, with everything tried")
    export.add_argument("case", help="a case code, e.g. R-Q48WW-R1WEJ")
    export.set_defaults(run=_export)

    erase = verbs.add_parser("erase", help="delete everything that is kept of one contact")
    erase.add_argument(
        "case", nargs="?", help="one of the contact's case codes; else name channel and contact"
    )
    erase.add_argument("--channel", help="where the contact writes, e.g. telegram")
    erase.add_argument(
        "--contact", metavar="ID", help="the contact there, e.g. the number of a Telegram chat"
    )
    erase.set_defaults(run=_erase)
    return parser


def _port(text: str) -> int:
    try:
        return parse_port(text)
    except ValueError as fault:
        raise argparse.ArgumentTypeError(f"{text!r} {fault}") from fault


def _hash(text: str) -> str:
    if re.fullmatch("[0-9a-f]{64}", text) is None:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no hash of 64 digits, 0 to 9 and a to f. Copy the whole head."
        )
    return text


def _words(text: str) -> tuple[str, str]:
    language, equals, said = text.partition("=")
    if not (language and equals):
        raise argparse.ArgumentTypeError(
            f'{text!r} names no language. Write it like en="Text messages arrive late."'
        )
    return language, said.strip()


def _length(text: str) -> timedelta:
    match = re.fullmatch("([1-9][0-9]{0,4})([mhd])", text)
    units = {"m": "minutes", "h": "hours", "d": "days"}
    length = timedelta(**{units[match[2]]: int(match[1])}) if match else timedelta()
    if not timedelta() < length <= LONGEST:
        raise argparse.ArgumentTypeError(
            f"{text!r} is no length of up to {LONGEST.days} days. Write it like 90m, 6h or 2d."
        )
    return length


def _serve(arguments: argparse.Namespace, settings: Settings) -> None:
    # Process 1 of a container ignores a SIGTERM that nobody has asked for, and start-up takes seconds. An exception out of
    # the middle of it would only leave loose ends; leaving at once is what the database is made for.
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    from bot.running import serve

    given = {name: value for name in ("host", "port") if (value := getattr(arguments, name)) is not None}
    settings = replace(settings, **given)
    if arguments.demo:
        # Somebody is looking on: what is going well is not worth a line.
        logging.getLogger().setLevel(logging.DEBUG if arguments.verbose else logging.WARNING)
    elif not settings.telegram_token and not settings.widget_origins:
        talk(
            f"Neither {VARIABLES['telegram_token']} nor {VARIABLES['widget_origins']}: only /healthz is served. Set the token that "
            "BotFather gave you, or the sites that the widget stands on; or try `sparekey serve --demo`."
        )
    site = _TELEGRAM_SITE if settings.telegram_token else _SITE
    tell = (lambda address: talk(site.format(address=address))) if arguments.demo else None
    asyncio.run(serve(settings, demo=arguments.demo, tell=tell))


def _chat(arguments: argparse.Namespace, settings: Settings) -> None:
    from bot.running import chat

    logging.getLogger().setLevel(logging.DEBUG if arguments.verbose else logging.WARNING)
    if not arguments.jsonl:
        where = f"the account system at {settings.accounts_url}: codes are really sent."
        talk(
            _WELCOME.format(
                where=where if settings.accounts_url else _DEMO, token=VARIABLES["telegram_token"]
            )
        )
    tell = talk if arguments.watch else None
    asyncio.run(chat(settings, jsonl=arguments.jsonl, language=arguments.language, tell=tell))


_SITE = "Open {address} in a browser: sign in as mei, and ask the chat for the code that never comes. Ctrl-C ends it."
_TELEGRAM_SITE = f"{_SITE} The Telegram bot answers, too."
_DEMO = """\
a demo account service (accounts: mei, camille, alex).
Nothing leaves this machine."""
_WELCOME = """\
Sparekey on the terminal, with {where}
Type as a locked-out person would, e.g.: i dont recieve the code
Buttons are numbered; type a number or the words. End with Ctrl-D.
What else is possible: set {token} and run `sparekey serve` for Telegram; `sparekey --help` for the rest.
"""


def _doctor(_: argparse.Namespace, settings: Settings) -> int:
    from bot.doctor import examine

    findings = asyncio.run(examine(settings))
    for finding in findings:
        print(finding)
    return 0 if all(finding.ok for finding in findings) else 1


def _upgrade(_: argparse.Namespace, settings: Settings) -> None:
    from bot.records import upgrade

    print(upgrade(settings))


def _back_up(arguments: argparse.Namespace, settings: Settings) -> None:
    from bot.records import back_up

    print(back_up(settings, arguments.file))


def _restore(arguments: argparse.Namespace, settings: Settings) -> None:
    from bot.records import restore

    print(restore(settings, arguments.file))


def _verify_audit(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.records import verify_audit

    found, whole = asyncio.run(verify_audit(settings, arguments.head)), True
    if found.broken_at is not None:
        whole = False
        print(
            f"The audit is broken at record {found.broken_at}: it or what stood before it was changed, moved or removed. "
            f"The {found.records} records before it hold."
        )
    if arguments.head is not None and not found.has_noted:
        whole = False
        print(
            "The head that was written down is not among what holds: what came last was removed, or it is another audit's."
        )
    if whole:
        print(f"The audit holds, {found.records} records. Write its head down somewhere else:\n{found.head}")
    return 0 if whole else 1


def _backend_check(arguments: argparse.Namespace, _: Settings) -> int:
    from bot.bootstrap import check_backend

    settings = Settings.from_env({**os.environ, VARIABLES["accounts_url"]: arguments.url})
    findings = asyncio.run(check_backend(settings, arguments.identifier))
    for finding in findings:
        print(finding)
    return 0 if all(finding.ok for finding in findings) else 1


def _start_incident(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.records import Unfit, start_incident

    languages = [language for language, _ in arguments.say]
    if len(set(languages)) < len(languages):
        talk("sparekey incident start: two --say are in the same language. Keep one of them.")
        return 2
    try:
        told = asyncio.run(start_incident(settings, arguments.flows, dict(arguments.say), arguments.until))
    except Unfit as fault:
        talk(f"sparekey incident start: {fault}")
        return 2
    print(told.number)
    talk(
        f"It is told from now on to whoever comes with: {', '.join(told.flows)}. It ends by itself at {_minute(told.until)}, "
        f"or with: sparekey incident end {told.number}"
    )
    return 0


def _end_incident(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.records import end_incident

    if not asyncio.run(end_incident(settings, arguments.number)):
        talk(
            f"sparekey incident end: no incident {arguments.number} is open. `sparekey incident` lists those that are."
        )
        return 1
    talk(f"Incident {arguments.number} is over. Whoever waits is told within minutes.")
    return 0


def _list_incidents(_: argparse.Namespace, settings: Settings) -> None:
    from bot.records import list_incidents

    found = asyncio.run(list_incidents(settings))
    over = [each for each in found if each[1] is not None]
    still_open = [each for each in found if each[1] is None]
    if not found:
        talk("Nobody has told of anything that is broken.")
    for incident, end in (*over[-LAST_ENDED:], *still_open):
        since, until = _minute(incident.since), _minute(end or incident.until)
        when = f"over  {since} to {until}" if end else f"open  since {since}, ends by itself at {until}"
        print(f"{incident.number}  {when}  {', '.join(incident.flows)}")
        for language, words in incident.words.items():
            print(f"    {language}: {' '.join(words.split())}")


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"


def _export(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.core.case_code import parse

    code = parse(arguments.case)
    if code is None:
        talk(f"sparekey export: {_NO_CODE.format(arguments.case)}")
        return 2
    from bot.records import export

    transcript = asyncio.run(export(settings, code))
    if transcript is None:
        talk(f"sparekey export: there is no case {code} in the database.")
        return 1
    print(transcript)
    return 0


def _erase(arguments: argparse.Namespace, settings: Settings) -> int:
    from bot.core.case_code import parse
    from bot.ports import Lane

    named = bool(arguments.channel and arguments.contact)
    if named == bool(arguments.case) or (arguments.case and (arguments.channel or arguments.contact)):
        talk("sparekey erase: say whose: a case code, or --channel and --contact.")
        return 2
    whose = Lane(arguments.channel, arguments.contact) if named else parse(arguments.case)
    if whose is None:
        talk(f"sparekey erase: {_NO_CODE.format(arguments.case)}")
        return 2
    from bot.records import erase

    erased = asyncio.run(erase(settings, whose))
    if erased is None:
        talk(f"sparekey erase: there is no case {whose} in the database.")
        return 1
    removed, cleared = erased
    print(_ERASED.format_map(removed))
    if cleared.gone:
        print(_TOPICS.format(gone=cleared.gone))
    if cleared.left:
        talk(_TOPICS_LEFT.format(left=cleared.left, why=cleared.why))
    return 0


_TOPICS = "Deleted in the staff group, with all that was said there: topics {gone}."
_TOPICS_LEFT = """\
sparekey erase: topics that are not deleted yet: {left}. {why}
A running `sparekey serve` that has the staff group tries again every hour; or delete them in the group by hand."""
_NO_CODE = "{!r} is no case code such as R-Q48WW-R1WEJ. Look for a mistyped character."
_ERASED = """\
Erased: conversations {conversations}, lines {lines}, events {events}, messages and calls {effects}, timers {timers}.
Backups, the log of the chat service and the account system have what they have."""
