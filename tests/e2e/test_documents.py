"""What the documents say is what the program does."""

from __future__ import annotations

import argparse
import re
import subprocess
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.cli import _parser
from bot.content.articles import parse_article, parse_article_texts
from bot.content.flows import KINDS, parse_flow
from bot.content.form import Form
from bot.content.problem import Report
from bot.content.service import parse_service
from bot.content.words import parse_flow_texts
from bot.content.yaml_reader import read
from bot.core.vocabulary import Action
from bot.rehearsal.cases import ACTS, COUNTS
from bot.rehearsal.player import play_all
from bot.rehearsal.rehearse import load_cases
from bot.service.reading import Reader
from bot.settings import VARIABLES, Settings
from tests.e2e.program import ROOT
from tests.e2e.tutorial import TUTORIAL, blocks

README = (ROOT / "README.md").read_text("utf-8")
FLOWS_GUIDE = (ROOT / "docs" / "flows.md").read_text("utf-8")
#: A setting whose default is said in words.
SAID_IN_WORDS = {
    "database_url": "`sparekey.db` in the data directory",
    "cache_dir": "`cache` in the data directory",
    "telegram_token": "none",
    "telegram_webhook": "none",
    "telegram_webhook_secret": "none",
    "link_secret": "none",
    "widget_origins": "none",
    "widget_key": "none",
    "widget_consent": "none",
    "web_secret": "made and kept in the data directory",
    "web_proxies": "this machine",
    "staff_group": "none",
    "staff_agents": "none",
    "staff_leads": "none",
    "accounts_url": "the demo",
    "accounts_secret": "none",
    "accounts_token": "none",
    "flows_dir": "the shipped flows",
    "knowledge_dir": "the shipped knowledge",
}
#: Names of places on one machine, and hosts of mirrors.
FOREIGN = re.compile(
    r"/w[o]rk/|/root/|/home/(?!me\b)\w|/Users/|https?://[^\s/]*(?:mirror|artifactory|nexus|pypi|proxy)[^\s]*|--index-url|--extra-index"
)


def tracked() -> tuple[Path, ...]:
    """The files under version control, and new ones that will be."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if listed.returncode != 0:
        pytest.skip("this is no git checkout, so nothing tells which files are ours")
    return tuple(path for name in listed.stdout.split("\0") if name and (path := ROOT / name).is_file())


def table(heading: str) -> list[list[str]]:
    """The rows of the first table under a heading of the README, without its head."""
    section = README.split(f"\n## {heading}\n")[1].split("\n## ")[0]
    rows = [line.strip("|").split(" | ") for line in section.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_the_settings_table_is_the_settings() -> None:
    told: dict[str, str] = {}
    for variables, defaults, _ in table("Settings"):
        told.update(zip(variables.split(", "), defaults.split(", "), strict=True))
    actual = {}
    for name, variable in VARIABLES.items():
        default = getattr(Settings(), name)
        plain = f"{default:g}" if isinstance(default, float) else str(default)
        actual[f"`{variable}`"] = SAID_IN_WORDS.get(name, f"`{plain}`")
    assert told == actual


def verbs(parser: argparse.ArgumentParser, before: str = "sparekey") -> Iterator[tuple[str, set[str]]]:
    """Every verb with its options."""
    inner = [action for action in parser._actions if isinstance(action, argparse._SubParsersAction)]
    if not inner:
        options = {option for action in parser._actions for option in action.option_strings}
        yield before, {option for option in options if option.startswith("--")} - {"--help", "--verbose"}
    for action in inner:
        for name, sub in action.choices.items():
            yield from verbs(sub, f"{before} {name}")


def test_the_commands_table_is_the_command_line() -> None:
    told = {}
    for row in table("Commands"):
        command = row[0].strip("`")
        told[re.split(r" [A-Z\[]", command)[0]] = set(re.findall(r"--[a-z]+", command))
    assert told == dict(verbs(_parser()))


def test_no_file_speaks_of_the_machine_that_it_was_written_on() -> None:
    this = Path(__file__)
    found = [
        f"{path.relative_to(ROOT)}: {match.group()}"
        for path in tracked()
        if path != this and b"\0" not in (content := path.read_bytes())
        for match in FOREIGN.finditer(content.decode("utf-8"))
    ]
    assert found == []


def test_every_link_within_the_documents_leads_somewhere() -> None:
    broken = []
    for path in tracked():
        if path.suffix != ".md":
            continue
        for target, anchor in re.findall(
            r"\]\((?!https?:|mailto:)([^)#\s]*)(#[^)\s]+)?\)", path.read_text("utf-8")
        ):
            file = (path.parent / target) if target else path
            if not file.exists() or (anchor and anchor[1:] not in anchors(file)):
                broken.append(f"{path.relative_to(ROOT)}: {target}{anchor}")
    assert broken == []


def anchors(file: Path) -> set[str]:
    headings = re.findall(r"(?m)^#+ +(.+)$", file.read_text("utf-8"))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_the_modules_that_the_documents_name_exist() -> None:
    missing = []
    written = {block.file for block in blocks(TUTORIAL.read_text("utf-8"))}
    for path in tracked():
        if path.suffix == ".md":
            named = re.findall(
                r"`((?:bot|flows|knowledge|tests|docs|bench)/[\w./]*\w(?:\.\w+)?/?)`", path.read_text("utf-8")
            )
            missing += [
                f"{path.name}: {name}" for name in named if not (ROOT / name).exists() and name not in written
            ]
    assert missing == []


def examples() -> list[str]:
    """The YAML of the guide, in its order."""
    return re.findall(r"(?ms)^```yaml\n(.*?)^```$", FLOWS_GUIDE)


def form_of(text: str, report: Report) -> Form:
    node = read(text.encode(), report)
    assert node is not None, report.problems
    return Form(node, report)


def test_the_guide_has_an_example_of_every_kind_of_state_that_can_be_read() -> None:
    states = [block for block in examples() if re.match(r"[a-z_]+:\n  [a-z_]+:", block)]
    states = [block for block in states if re.findall(r"(?m)^  ([a-z_]+):", block)[0] in KINDS]
    assert {re.findall(r"(?m)^  ([a-z_]+):", block)[0] for block in states} == set(KINDS)
    for block in states:
        report = Report("flows/example.yaml")
        text = "id: example\nstart: first\nstates:\n" + textwrap.indent(block, "  ")
        parse_flow(form_of(text, report), report.path, "example")
        assert report.problems == []


def test_the_other_files_of_the_guide_can_be_read() -> None:
    read_by = {
        "flow: no_sms\ntitle": lambda form: parse_flow_texts(form, "", "no_sms", "en"),
        "id: iphone_filters": lambda form: parse_article(form, "", "iphone_filters"),
        "article: iphone_filters": lambda form: parse_article_texts(form, "", "iphone_filters"),
        "facts:\n": parse_service,
    }
    for start, parse in read_by.items():
        (block,) = [each for each in examples() if re.search(rf"(?m)^{start}", each)]
        report = Report("example")
        parse(form_of(block, report))
        assert report.problems == []


def test_the_conversations_of_the_guide_can_be_played(reader: Reader, tmp_path: Path) -> None:
    conversations = tmp_path / "conversations"
    conversations.mkdir()
    for number, block in enumerate(each for each in examples() if re.search("(?m)^cases:", each)):
        (conversations / f"guide_{number}.yaml").write_text(block, "utf-8")
    plays = play_all(load_cases(tmp_path, reader.catalog.service.languages), reader, tmp_path)
    assert len(plays) == 1 + len(reader.catalog.service.languages)
    assert [str(play.failure) for play in plays if play.failure] == []


def test_the_guide_names_every_key_of_a_step() -> None:
    guide = FLOWS_GUIDE.split("## Testing a flow")[1]
    expectations = ("bot", "not", "choices", "state", "status", "language", *COUNTS)
    assert [key for key in (*ACTS, "screen", *expectations) if f"`{key}" not in guide] == []


def test_every_action_of_the_log_is_explained() -> None:
    guide = (ROOT / "docs" / "operating.md").read_text("utf-8")
    explained = {
        name for row in re.findall(r"(?m)^\| (`.*?) \|", guide) for name in re.findall(r"`(\w+)`", row)
    }
    used = {
        Action[name]
        for path in (ROOT / "bot").rglob("*.py")
        for name in re.findall(r"\bAction\.([A-Z_]+)", path.read_text("utf-8"))
    }
    assert explained == {action.value for action in used}


def test_the_changes_are_written_down() -> None:
    changes = (ROOT / "CHANGELOG.md").read_text("utf-8")
    version = re.search(r'(?m)^version = "(.+)"$', (ROOT / "pyproject.toml").read_text("utf-8"))
    assert version is not None
    assert f"\n## {version.group(1)}" in changes
    assert re.search(r"(?m)^- \w", changes)
