"""Hostile and odd YAML becomes problems or plain text, never an exception."""

from __future__ import annotations

import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bot.content.checks import check_content
from bot.content.problem import Report
from bot.content.yaml_reader import Map, Scalar, Sequence, read
from tests.content.clean import FILES, write

TODAY = date(2026, 11, 22)
LAUGHS = "a: &a [x, x, x, x, x, x, x, x, x]\n" + "".join(
    f"{name}: &{name} [{', '.join([f'*{before}'] * 9)}]\n"
    for before, name in zip("abcdefgh", "bcdefghi", strict=True)
)

HOSTILE = {
    "billion laughs": (LAUGHS.encode(), "aliases and anchors are not allowed"),
    "deep flow lists": (b"a: " + b"[" * 100_000, "nested deeper than"),
    "deep flow mappings": (b"{a: " * 100_000, "nested deeper than"),
    "deep block mappings": (
        "".join(f"{' ' * depth}a:\n" for depth in range(900)).encode(),
        "nested deeper than",
    ),
    "deep block lists": (b"- " * 100_000, "nested deeper than"),
    "NUL byte": (b"id: a\x00b\n", "not allowed"),
    "control character": (b"id: a\x07b\n", "not allowed"),
    "more than 1 MiB": (b"id: greeting # " + b"x" * (1 << 20), "larger than 1 MiB"),
    "binary": (bytes(range(256)) * 16, "not UTF-8"),
    "Latin-1": ("id: caf\u00e9\n".encode("latin-1"), "not UTF-8"),
    "UTF-16": ("id: greeting\n".encode("utf-16"), "not UTF-8"),
    "lone surrogate": (b'id: "\\ud800"\n', "cannot read the YAML"),
    "escaped NUL": (b'id: "\\0"\n', "U+0000 is not allowed"),
    "empty": (b"", "the file is empty"),
    "comment only": (b"# nothing\n", "the file is empty"),
    "tab": (b"states:\n\ta: 1\n", "cannot read the YAML"),
    "two documents": (b"id: a\n---\nid: b\n", "a second document"),
    "python object": (b"id: !!python/object/apply:os.system ['true']\n", "the tag"),
    "merge": (b"a: &a {x: 1}\nb:\n  <<: *a\n", "aliases and anchors"),
    "list as a key": (b"? [a, b]\n: c\n", "stands as a key"),
    "list at the top": (b"- a\n", "no mapping"),
    "word at the top": (b"hello", "no mapping"),
    "unclosed quote": (b'id: "a\n', "cannot read the YAML"),
    "unknown directive": (b"%YAML 9.9\n---\nid: a\n", "cannot read the YAML"),
    "huge number": (b"id: " + b"9" * 100_000, ""),
    "half a character": ("id: 验".encode()[:-1], "not UTF-8"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_is_a_problem_and_no_exception(name: str, tmp_path: Path) -> None:
    content, says = HOSTILE[name]
    folders = write(tmp_path)
    (folders[0] / "greeting.yaml").write_bytes(content)
    began = time.perf_counter()
    found = check_content(*folders, today=TODAY)
    assert time.perf_counter() - began < 5
    assert {problem.path for problem in found} == {"flows/greeting.yaml"}
    assert any(says in problem.message for problem in found), [str(problem) for problem in found]
    assert all(1 <= problem.line <= content.count(b"\n") + 1 for problem in found)


@pytest.mark.parametrize("path", FILES)
def test_any_file_may_be_broken(path: str, tmp_path: Path) -> None:
    """The fault of one file is reported for that file alone."""
    folders = write(tmp_path, {**FILES, path: "id: [a\n"})
    assert {problem.path for problem in check_content(*folders, today=TODAY)} == {path}


@pytest.mark.parametrize("path", FILES)
def test_any_file_may_hold_something_else(path: str, tmp_path: Path) -> None:
    for content in (
        "states: 1\n",
        "id: {a: {b: c}}\nstates: []\ntexts: x\nwords: [1]\nfacts: 3\n",
        "facts: {a: b}\n",
        '"": ""\n',
    ):
        found = check_content(*write(tmp_path, {**FILES, path: content}), today=TODAY)
        assert path in {problem.path for problem in found}


def test_missing_folders_are_problems(tmp_path: Path) -> None:
    found = check_content(tmp_path / "a", tmp_path / "b", today=TODAY)
    assert [problem.path for problem in found] == ["flows", "knowledge", "knowledge/service.yaml"]


def test_a_folder_in_the_place_of_a_file_is_a_problem(tmp_path: Path) -> None:
    folders = write(tmp_path)
    (folders[0] / "greeting.yaml").unlink()
    (folders[0] / "greeting.yaml").mkdir()
    found = check_content(*folders, today=TODAY)
    assert [str(problem) for problem in found] == [
        "flows/greeting.yaml:1: error: cannot read the file: it is no regular file. Check that it is a file and its rights."
    ]


def test_a_file_named_yml_is_not_silently_left_out(tmp_path: Path) -> None:
    folders = write(tmp_path, {**FILES, "flows/en/more.yml": "flow: more\n"})
    (found,) = check_content(*folders, today=TODAY)
    assert (found.path, found.message) == ("flows/en/more.yml", "the file is not read")


def _read(source: str) -> tuple[Map | None, list[str]]:
    report = Report("x.yaml")
    return read(source.encode(), report), [str(problem) for problem in report.problems]


def test_only_true_and_false_are_booleans_and_only_plain_numbers_are_numbers() -> None:
    source = (
        "no: yes\non: off\nn: N\ntilde: ~\nnull: null\nempty:\nday: 2026-01-01\noctal: 0123\nclock: 12:30\nhex: 0x1F\n"
        "exp: 1e3\nunder: 1_000\ninf: .inf\nt: true\nf: false\ni: -12\nd: 1.50\nquoted: '12'\nT: True\nlong: 1234567890123456\n"
    )
    tree, problems = _read(source)
    assert not problems
    assert tree is not None
    values = {key: node.value for key, node in tree.items.items() if isinstance(node, Scalar)}
    assert values == {
        "no": "yes", "on": "off", "n": "N", "tilde": "~", "null": "null", "empty": "", "day": "2026-01-01",
        "octal": "0123", "clock": "12:30", "hex": "0x1F", "exp": "1e3", "under": "1_000", "inf": ".inf",
        "t": True, "f": False, "i": -12, "d": 1.5, "quoted": "12", "T": "True", "long": "1234567890123456",
    }  # fmt: skip


def test_lines_are_counted_from_one_and_a_byte_order_mark_is_no_text() -> None:
    tree, problems = _read("\ufeffa: 1\n\nb:\n  - x\n  - y\n")
    assert not problems
    assert tree is not None
    items = tree.items["b"]
    assert isinstance(items, Sequence)
    assert (tree.lines, [item.line for item in items.items]) == ({"a": 1, "b": 3}, [4, 5])


def test_every_duplicate_key_is_reported_and_the_first_one_counts() -> None:
    tree, problems = _read("a: 1\nb: {c: 1, c: 2}\na: 3\n'a': 4\n")
    assert [line.split(": ", 2)[0] for line in problems] == ["x.yaml:2", "x.yaml:3", "x.yaml:4"]
    assert tree is not None
    assert isinstance(first := tree.items["a"], Scalar)
    assert first.value == 1


@given(
    st.one_of(
        st.binary(max_size=200), st.text(max_size=200).map(lambda text: text.encode("utf-8", "surrogatepass"))
    )
)
def test_any_bytes_are_read_without_an_exception(content: bytes) -> None:
    report = Report("x.yaml")
    assert (read(content, report) is None) <= bool(report.problems)


_PIECES = st.sampled_from(
    [*FILES["flows/lost_code.yaml"].splitlines(), *FILES["flows/en/lost_code.yaml"].splitlines(), "  a: [", "  - {", "    x: *y",
     "states:", "  thanks:", "    say: thanks", "    at_most: 99999999999999", "    text: '{{ a.b.c[0](1) }}'", "{% if", "\t", "-", ": "]
)  # fmt: skip


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lines=st.lists(st.one_of(_PIECES, st.text(max_size=20)), max_size=25), words=st.booleans())
def test_any_text_as_a_flow_file_gives_problems_and_no_exception(
    lines: list[str], *, words: bool, tmp_path: Path
) -> None:
    folders = write(tmp_path)
    file = folders[0] / ("en/lost_code.yaml" if words else "lost_code.yaml")
    file.write_bytes("\n".join(lines).encode("utf-8", "surrogatepass"))
    assert check_content(*folders, today=TODAY) != ()


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_any_line_of_any_file_may_be_lost_or_doubled(data: st.DataObject, tmp_path: Path) -> None:
    path = data.draw(st.sampled_from(sorted(FILES)))
    lines = FILES[path].splitlines()
    at = data.draw(st.integers(0, len(lines) - 1))
    lines[at : at + 1] = data.draw(
        st.sampled_from([[], [lines[at]] * 2, [lines[at][1:]], [f"  {lines[at]}"]])
    )
    found = check_content(*write(tmp_path, {**FILES, path: "\n".join(lines) + "\n"}), today=TODAY)
    assert all(problem.message and problem.cure and problem.line >= 1 for problem in found)
