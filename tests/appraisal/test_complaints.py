"""Complaints are read from a file, and every fault of it has a line and a cure."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.appraisal.complaints import read_complaints
from bot.errors import ConfigError
from bot.matching.evaluate import Row

_GOOD = b'{"text": "no otp", "label": "no_sms", "lang": "en", "source": "x"}'


def test_lines_are_rows_whatever_else_they_have(tmp_path: Path) -> None:
    file = tmp_path / "complaints.jsonl"
    file.write_bytes(b"\xef\xbb\xbf" + _GOOD + b"\r\n\n  \n" + _GOOD.replace(b"no otp", b"a\xe2\x80\xa8b"))
    assert read_complaints(file) == (
        Row(text="no otp", label="no_sms", language="en"),
        Row(text="a\u2028b", label="no_sms", language="en"),
    )


@pytest.mark.parametrize(
    ("line", "told"),
    [
        (b"{", "is not JSON (Expecting property name"),
        (b"[" * 100_000, "is not JSON"),
        (b"[1]", "is no object"),
        (b"null", "is no object"),
        (b'{"text": "a", "label": "b"}', "it has no lang"),
        (b'{"text": 3, "label": "no_sms", "lang": "en"}', "its text is no text"),
        (b'{"text": "a", "label": null, "lang": "en"}', "its label is no text"),
        (b"\xff", "is not UTF-8"),
    ],
)
def test_a_wrong_line_is_named_with_its_number_and_the_cure(line: bytes, told: str, tmp_path: Path) -> None:
    file = tmp_path / "complaints.jsonl"
    file.write_bytes(_GOOD + b"\n\n" + line + b"\n" + _GOOD)
    with pytest.raises(ConfigError) as fault:
        read_complaints(file)
    assert f"{file}, line 3" in str(fault.value)
    assert told in str(fault.value)
    assert '{"text": "no code comes"' in str(fault.value) or "Save the file as UTF-8" in str(fault.value)


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_a_file_without_complaints_is_refused(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "complaints.jsonl"
    file.write_bytes(content)
    with pytest.raises(ConfigError, match="holds no complaint"):
        read_complaints(file)


def test_what_is_not_there_or_no_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read .*: No such file or directory. Name a file"):
        read_complaints(tmp_path / "nowhere.jsonl")
    with pytest.raises(ConfigError, match=r"cannot read .*: Is a directory"):
        read_complaints(tmp_path)
