"""The schemas say what the readers read: they accept what ships, refuse planted faults, and name every key."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from bot.cli import main
from bot.content import about
from bot.content.form import Form
from bot.content.paths import content_folders
from bot.content.problem import Report
from bot.content.schema import schema_of
from bot.content.yaml_reader import Map, read
from bot.schemas import SCHEMAS, schema
from tests.content.clean import FILES
from tests.content.faults import SCHEMA, Fault
from tests.content.json_schema import faults, plain

ROOT = Path(__file__).parents[2]
ALL = {kind: schema(kind) for kind in SCHEMAS}
#: Faults of what a file says of others or of itself, of the YAML itself, and of the inside of a text.
UNSEEN = {
    "duplicate key", "bad YAML", "id is not the file's name", "alias", "tag", "else not last", "branch without else",
    "bad condition", "template that does not compile", "unknown filter", "text that computes", "text that calls",
    "text that includes a file", "text nested without end", "loops within loops", "many negations",
    "control character", "bidi override", "unknown time zone", "bad opening hours", "bad host",
    "empty word list", "missing service", "reserved name",
}  # fmt: skip


def kind_of(path: str) -> str:
    folder, *language, name = path.removesuffix(".yaml").split("/")
    shared = {
        "_repair": "repair", "_none": "none", "_words": "understood", "service": "service", "coverage": "coverage",
    }  # fmt: skip
    understood = bool(language) and (ROOT / folder / language[0] / "_words.yaml").exists()
    of_flow = "complaints" if understood else "words"
    kinds = {"flows": ("flow", of_flow), "knowledge": ("article", "article-words")}
    return shared.get(name) or kinds[folder][bool(language)]


def faults_of(kind: str, content: str, path: str = "x.yaml") -> list[str]:
    report = Report(path)
    tree = read(content.encode(), report)
    assert isinstance(tree, Map), report.problems
    return faults(ALL[kind], plain(tree))


def test_every_shipped_file_is_valid() -> None:
    checked = 0
    for folder, name in zip(content_folders(), ("flows", "knowledge"), strict=True):
        for file in sorted(folder.rglob("*.yaml")):
            path = f"{name}/{file.relative_to(folder).as_posix()}"
            assert faults_of(kind_of(path), file.read_text("utf-8"), path) == [], path
            checked += 1
    for file in sorted((ROOT / "tests" / "conversations").glob("*.yaml")):
        assert faults_of("conversation-test", file.read_text("utf-8")) == [], file.name
        checked += 1
    assert checked > 100


@pytest.mark.parametrize("path", FILES)
def test_clean_content_is_valid(path: str) -> None:
    assert faults_of(kind_of(path), FILES[path]) == []


@pytest.mark.parametrize(
    "fault", [fault for fault in SCHEMA if fault.name not in UNSEEN], ids=lambda fault: fault.name
)
def test_a_planted_fault_of_structure_is_refused(fault: Fault) -> None:
    assert faults_of(kind_of(fault.edit), fault.files()[fault.edit])


def test_what_a_schema_cannot_see_is_listed_rightly() -> None:
    """A fault that the schemas learn to see must leave the list."""
    assert {fault.name for fault in SCHEMA} >= UNSEEN
    for fault in SCHEMA:
        content = fault.files().get(fault.edit, "")
        if fault.name in UNSEEN and read(content.encode(), Report("x.yaml")) is not None:
            assert faults_of(kind_of(fault.edit), content) == [], fault.name


def key_of(cell: str) -> list[str]:
    """The keys in the first cell of a row: `key` or `key: value`."""
    return re.findall(r"`([a-z_]+)(?=`|:)", cell)


def keys_of(found: Any) -> set[str]:
    if isinstance(found, list):
        return {key for inner in found for key in keys_of(inner)}
    if not isinstance(found, dict):
        return set()
    return {*found.get("properties", ()), *(key for inner in found.values() for key in keys_of(inner))}


def kind_of_example(example: dict[str, Any]) -> str:
    """Which kind of file an example of the guide is of, by a key that only this kind has at its top."""
    tops = {
        "cases": "conversation-test",
        "article": "article-words",
        "applies_to": "article",
        "title": "words",
    }
    tops |= {"states": "flow", "start": "flow", "facts": "service", "hosts": "service", "labels": "repair"}
    return next((kind for key, kind in tops.items() if key in example), "state")


def test_the_schemas_name_every_key_of_the_guide() -> None:
    """Its examples are parts of files, so that keys may be missing but none may be unknown."""
    guide = (ROOT / "docs" / "flows.md").read_text("utf-8")
    state = ALL["flow"]["properties"]["states"]["additionalProperties"]
    kinds: set[str] = set()
    for block in re.findall(r"```yaml\n(.*?)```", guide, re.DOTALL):
        tree = read(block.encode(), Report("x.yaml"))
        assert tree is not None, block
        example = plain(tree)
        kind = kind_of_example(example)
        kinds.add(kind)
        found = (
            [fault for one in example.values() for fault in faults(state, one)]
            if kind == "state"
            else faults(ALL[kind], example)
        )
        assert [fault for fault in found if "is missing" not in fault] == [], block
    assert {"flow", "state", "words", "article", "article-words", "service", "conversation-test"} <= kinds
    tables = re.findall(r"^\| key \|.*\n\|[-|]+\n((?:\|.*\n)+)", guide, re.MULTILINE)
    rows = {
        key
        for table in tables
        for cell in re.findall(r"^\|(.*?)\|", table, re.MULTILINE)
        for key in key_of(cell)
    }
    assert {"menu", "internal", "user", "force"} <= rows <= set().union(*map(keys_of, ALL.values()))
    named = set(re.findall(r"^\*\*`([a-z_]+)`\*\*:", guide, re.MULTILINE))
    assert named == set(state["properties"]), "the guide has a section on every kind of state"


def undescribed(found: Any, path: str = "") -> list[str]:
    if isinstance(found, list):
        return [name for inner in found for name in undescribed(inner, path)]
    if not isinstance(found, dict):
        return []
    own = [
        f"{path}.{key}" for key, inner in found.get("properties", {}).items() if "description" not in inner
    ]
    deeper = [
        name
        for keyword, inner in found.items()
        if keyword not in ("if", "properties")
        for name in undescribed(inner, path)
    ]
    return (
        own
        + deeper
        + [
            name
            for key, inner in found.get("properties", {}).items()
            for name in undescribed(inner, f"{path}.{key}")
        ]
    )


def test_every_key_is_described_and_every_description_is_of_a_key() -> None:
    """If this fails after a key was added to a reader: write what it means into `bot/content/about.py`."""
    assert [name for kind, found in ALL.items() for name in undescribed(found, kind)] == []
    described = json.dumps(ALL)
    assert [end for end, meaning in about.ABOUT.items() if json.dumps(meaning) not in described] == []


def test_a_key_that_a_reader_asks_for_is_in_its_schema() -> None:
    def read_one(form: Form) -> None:
        form.text("name")
        if form.has("instead"):
            form.id("instead")
        else:
            form.integer("count", 3, least=2)
            form.id_or_list("several")

    variants = schema_of(read_one)["anyOf"]
    assert [variant["required"] for variant in variants] == [["instead", "name"], ["name", "several"]]
    assert variants[1]["properties"]["count"] == {"type": "integer", "minimum": 2}
    assert [one["type"] for one in variants[1]["properties"]["several"]["anyOf"]] == ["string", "array"]


def test_operations_say_their_arguments_and_outcomes() -> None:
    flow = "id: x\nstart: a\nstates:\n  a:\n    call: find_ticket\n    outcomes: {accepted: b, held: b}\n"
    found = faults_of("flow", flow)
    assert any("'not_found' is missing" in fault for fault in found)
    assert any("'held' is unknown" in fault for fault in found)
    assert any(
        "is none of" in fault for fault in faults_of("flow", flow.replace("find_ticket", "find_tickets"))
    )


def test_the_command_prints_one_and_writes_all(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["schema", "flow"]) == 0
    assert json.loads(capsys.readouterr().out)["$schema"] == "http://json-schema.org/draft-07/schema#"
    assert main(["schema", "--all", str(tmp_path / "new")]) == 0
    written = {file.name: json.loads(file.read_text("utf-8")) for file in (tmp_path / "new").iterdir()}
    assert written == {f"{kind}.schema.json": found for kind, found in ALL.items()}
    assert main(["schema"]) == 0
    assert capsys.readouterr().out.split() == list(SCHEMAS)
    assert main(["schema", "flows"]) == 2
    assert "There are: flow, words" in capsys.readouterr().err
