"""The tutorial, performed: what it says is what a support writer will see."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.e2e.tutorial import TUTORIAL, Writer, blocks, matches


@pytest.mark.timeout(300)  # it checks, plays and chats anew after each change, a minute of work
def test_the_tutorial_can_be_followed_from_the_empty_file_to_the_conversation(tmp_path: Path) -> None:
    """Every file is written, every change made, every command run; what each shows is what stands there."""
    document = TUTORIAL.read_text("utf-8")
    writer = Writer(tmp_path)
    try:
        for block in blocks(document):
            done = writer.perform(block)
            assert done.text == block.text, (
                f"{TUTORIAL}:{block.line}; write it anew: python -m tests.e2e.tutorial"
            )
    finally:
        writer.close()


def test_the_tutorial_ends_with_green_checks_and_a_conversation_in_each_language() -> None:
    """What is performed above is all that it promises."""
    consoles = [block.text for block in blocks(TUTORIAL.read_text("utf-8")) if block.kind == "console"]
    last = {command: text for text in consoles for command in re.findall(r"(?m)^\$ (.+)$", text)}
    assert last["sparekey check"].endswith("\n0 errors, 1 warning.\n")
    assert "are not understood in" in last["sparekey check"]
    assert (
        "no_call                      8/8     8/14\narticles                     2/2\n"
        in last["sparekey coverage no_call --accept"]
    )
    assert "\n6 plays, 0 failed." in last["sparekey coverage no_call --accept"]
    assert "sparekey chat --language en --watch" in last
    assert "sparekey chat --language fr" in last


@pytest.mark.parametrize(
    ("told", "shown", "same"),
    [
        ("one\n…\nfour\n", "one\ntwo\nthree\nfour\n", True),
        ("at 10:01 UTC", "at 23:59 UTC\n", True),
        ("0.6… sure", "0.63 sure", True),
        ("one\nthree\n", "one\ntwo\nthree\n", False),
        ("1 error", "2 errors", False),
        ("", "something", False),
    ],
)  # fmt: skip
def test_only_what_is_left_out_may_differ(told: str, shown: str, same: bool) -> None:
    assert matches(told, shown) is same
