"""
Reads all content and builds the catalog; every fault of every file is collected.

A file with an error is left out and remembered as broken, so that one fault is not reported again wherever the file is
referred to. The fingerprint is the SHA-256 of all names and bytes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bot.content import articles, coverage, flows, service, words
from bot.content.draft import SERVICE, Draft
from bot.content.form import ID, ID_RULE, Form
from bot.content.problem import Problem, Report, Severity, in_order
from bot.content.rules import check
from bot.content.yaml_reader import MAX_BYTES, Map, read
from bot.core.article import Article, ArticleTexts
from bot.core.catalog import Catalog, Repair, Service, Understood
from bot.core.flow import Complaints, Flow, FlowTexts
from bot.core.vocabulary import REPAIR
from bot.errors import ContentError

COVERAGE: Final = "knowledge/coverage.yaml"
_SHOWN: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Loaded:
    """What came of reading the content."""

    #: Ready to run; None if any file has an error.
    catalog: Catalog | None
    #: What could be read, for the checks; None without a usable `service.yaml`.
    draft: Draft | None
    problems: tuple[Problem, ...]


@dataclass(slots=True)
class _Parts:
    """What the files give, before it is put together."""

    service: Service | None = None
    flows: dict[str, Flow] = field(default_factory=dict)
    texts: dict[tuple[str, str], FlowTexts] = field(default_factory=dict)
    repair: dict[str, Repair] = field(default_factory=dict)
    none_phrases: dict[str, tuple[str, ...]] = field(default_factory=dict)
    understood: dict[str, Understood] = field(default_factory=dict)
    complaints: dict[tuple[str, str], Complaints] = field(default_factory=dict)
    articles: dict[str, Article] = field(default_factory=dict)
    article_texts: dict[str, dict[str, ArticleTexts]] = field(default_factory=dict)
    coverage: Mapping[int, tuple[str, ...]] | None = None


def load(flows_dir: Path, knowledge_dir: Path) -> Loaded:
    """
    Read the content.

    Args:
        flows_dir: The flows, with one folder a language.
        knowledge_dir: The service, the articles, with one folder a language.

    Returns:
        The catalog and what is wrong; never raises. References between files are left to `bot.content.rules`.
    """
    problems: list[Problem] = []
    raw = _files("flows", flows_dir, problems) | _files("knowledge", knowledge_dir, problems)
    parts, trees, broken = _Parts(), {}, {problem.path for problem in problems}
    heard = frozenset(path.split("/")[1] for path in raw if path.endswith(f"/{words.WORDS}.yaml"))
    for path, content in raw.items():
        report = Report(path)
        tree = read(content, report)
        if tree is not None:
            trees[path] = tree
            _parse(parts, tree, path, report, heard)
        if report.problems:
            broken.add(path)
            problems.extend(report.problems)
    if parts.service is None:
        if SERVICE not in broken:
            problems.append(Problem(path=SERVICE, line=1, message="the file is missing", cure="Write it."))
        return Loaded(catalog=None, draft=None, problems=in_order(problems))
    catalog = _catalog(parts, parts.service, _fingerprint(raw))
    draft = Draft(catalog=catalog, files=trees, broken=frozenset(broken), coverage=parts.coverage)
    return Loaded(catalog=None if problems else catalog, draft=draft, problems=in_order(problems))


def fingerprint(flows_dir: Path, knowledge_dir: Path) -> str:
    """Return the fingerprint that the catalog of these files has, without reading what is in them."""
    unread: list[Problem] = []
    return _fingerprint(_files("flows", flows_dir, unread) | _files("knowledge", knowledge_dir, unread))


def load_or_raise(flows_dir: Path, knowledge_dir: Path) -> Catalog:
    """
    Read content that is about to run.

    Days of review do not count here: a program that runs today must start tomorrow.

    Args:
        flows_dir: The flows.
        knowledge_dir: The knowledge.

    Returns:
        The catalog.

    Raises:
        ContentError: There are errors; lists the first ten.
    """
    loaded = load(flows_dir, knowledge_dir)
    found = [*loaded.problems, *(check(loaded.draft) if loaded.draft else ())]
    errors = in_order([problem for problem in found if problem.severity is Severity.ERROR])
    if loaded.catalog is not None and not errors:
        return loaded.catalog
    lines = [str(problem) for problem in errors[:_SHOWN]]
    if len(errors) > _SHOWN:
        lines.append(f"... and {len(errors) - _SHOWN} more; `sparekey check` lists them all.")
    raise ContentError("\n".join(lines))


def _files(name: str, folder: Path, problems: list[Problem]) -> dict[str, bytes]:
    """Read a folder and the language folders in it; `name` stands for it in every path."""
    found: dict[str, bytes] = {}
    try:
        files = sorted((*folder.glob("*.yaml"), *folder.glob("*/*.yaml")))
        strays = sorted((*folder.glob("*.yml"), *folder.glob("*/*.yml")))
    except OSError:
        files, strays = [], []
    if not files:
        message = f"there is no content in {str(folder)!r}"
        problems.append(
            Problem(path=name, line=1, message=message, cure="Check the folder's name and its rights.")
        )
    for stray in strays:
        path = f"{name}/{stray.relative_to(folder).as_posix()}"
        problems.append(
            Problem(path=path, line=1, message="the file is not read", cure="Let its name end in .yaml.")
        )
    for file in files:
        path = f"{name}/{file.relative_to(folder).as_posix()}"
        try:
            found[path] = _bytes(file)
        except OSError as error:
            message = f"cannot read the file: {error.strerror or error}"
            problems.append(
                Problem(path=path, line=1, message=message, cure="Check that it is a file and its rights.")
            )
    return found


def _bytes(file: Path) -> bytes:
    if not file.is_file():
        raise OSError("it is no regular file")
    with file.open("rb", buffering=0) as stream:
        # No more than there is: the memory for the largest one takes longer than most files.
        return stream.read(min(file.stat().st_size, MAX_BYTES) + 1)


def _parse(parts: _Parts, tree: Map, path: str, report: Report, heard: frozenset[str]) -> None:
    """Build what a file holds; it is kept only if nothing is wrong with it. `heard`: languages only understood."""
    form = Form(tree, report)
    folder, *language, name = path.removesuffix(".yaml").split("/")
    if not ID.fullmatch(name.removeprefix("_")):
        report.error(1, f"the file name {name!r} is no id", ID_RULE)
    scratch = _Parts()
    if folder == "flows" and language and language[0] in heard:
        _complaints(scratch, form, path, name, language[0])
    elif folder == "flows" and language:
        _flow_words(scratch, form, path, name, language[0])
    elif folder == "flows":
        scratch.flows[name] = flows.parse_flow(form, path, name)
    elif language:
        scratch.article_texts[language[0]] = {name: articles.parse_article_texts(form, path, name)}
    elif path == SERVICE:
        scratch.service = service.parse_service(form)
    elif path == COVERAGE:
        scratch.coverage = coverage.parse_coverage(form)
    else:
        scratch.articles[name] = articles.parse_article(form, path, name)
    if not report.problems:
        _merge(parts, scratch)


def _flow_words(parts: _Parts, form: Form, path: str, name: str, language: str) -> None:
    if name == REPAIR:
        parts.repair[language] = words.parse_repair(form, language)
    elif name == words.NONE:
        parts.none_phrases[language] = words.parse_none(form)
    else:
        parts.texts[language, name] = words.parse_flow_texts(form, path, name, language)


def _complaints(parts: _Parts, form: Form, path: str, name: str, language: str) -> None:
    if name == words.WORDS:
        parts.understood[language] = words.parse_understood(form, language)
    elif name == words.NONE:
        parts.none_phrases[language] = words.parse_none(form)
    else:
        parts.complaints[language, name] = words.parse_complaints(form, path, name, language)


def _merge(parts: _Parts, more: _Parts) -> None:
    parts.service = more.service or parts.service
    parts.coverage = parts.coverage if more.coverage is None else more.coverage
    parts.flows |= more.flows
    parts.texts |= more.texts
    parts.repair |= more.repair
    parts.none_phrases |= more.none_phrases
    parts.understood |= more.understood
    parts.complaints |= more.complaints
    parts.articles |= more.articles
    for language, texts in more.article_texts.items():
        parts.article_texts.setdefault(language, {}).update(texts)


def _catalog(parts: _Parts, found: Service, fingerprint: str) -> Catalog:
    known = {
        name: articles.with_texts(
            article,
            {language: texts[name] for language, texts in parts.article_texts.items() if name in texts},
        )
        for name, article in parts.articles.items()
    }
    return Catalog(
        fingerprint=fingerprint,
        service=found,
        flows=parts.flows,
        texts=parts.texts,
        repair=parts.repair,
        articles=known,
        none_phrases=parts.none_phrases,
        understood=parts.understood,
        complaints=parts.complaints,
    )


def _fingerprint(raw: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256()
    for path, content in sorted(raw.items()):
        digest.update(f"{path}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()
