"""`sparekey chat --watch`: an author saves while the chat runs."""

from __future__ import annotations

import re
from pathlib import Path

from tests.e2e.conftest import write_small
from tests.e2e.program import Chat, Said, chatting


def told(chat: Chat) -> str:
    """The next line that the author is told."""
    assert chat.process.stderr is not None
    return chat.process.stderr.readline()


def until_reloaded(chat: Chat) -> None:
    while (line := told(chat)) != "reloaded\n":  # somebody may look between two of the files that are saved
        assert "lost_code.yaml" in line


def place(said: list[Said]) -> str:
    return f"{said[-1]['flow']}.{said[-1]['state']}"


def save(path: Path, before: str, after: str) -> None:
    words = path.read_text("utf-8")
    assert re.search(before, words), before
    path.write_text(re.sub(before, after, words), "utf-8")


def test_the_conversation_goes_on_with_what_the_author_saves(tmp_path: Path) -> None:
    content = write_small(tmp_path)
    flows = content["SPAREKEY_FLOWS_DIR"]
    settings = {**content, "SPAREKEY_DATA_DIR": tmp_path / "data"}
    with chatting("--watch", "--language", "en", **settings) as chat:
        chat.say("where is my code")
        here = place(chat.say("Yes, it counts down"))
        assert here == "lost_code.number"

        # Words change; the place stays.
        for path in flows.glob("*/lost_code.yaml"):
            save(
                path, r"(?m)^(  number:\n    text: )[^\n]*", r'\1"How many unicorns in {{ facts.lifetime }}?"'
            )
        until_reloaded(chat)
        again = chat.say("purple elephants")
        assert place(again) == here
        assert "How many unicorns in 10 minutes?" in again[-1]["text"]

        # A fault: the author reads where and what; the person goes on with the content from before.
        good = (flows / "lost_code.yaml").read_text("utf-8")
        save(flows / "lost_code.yaml", r"(?m)^start: \w+$", "start: nowhere")
        fault = told(chat)
        assert re.match(r"flows/lost_code\.yaml:\d+: error: .*nowhere", fault), fault
        assert place(chat.say("back")) == "lost_code.tapped"
        assert place(chat.say("Yes, it counts down")) == here

        # Mended, and the person's state has another name now: the topic begins again, and the person is told so.
        for path in (flows / "lost_code.yaml", *flows.glob("*/lost_code.yaml")):
            words = good if path.parent == flows else path.read_text("utf-8")
            path.write_text(re.sub(r"(?m)\bnumber(?=[:,}]|$)", "digits", words), "utf-8")
        until_reloaded(chat)
        restarted = chat.say("help")
        assert place(restarted) == "lost_code.tapped"
        assert place(chat.say("Yes, it counts down")) == "lost_code.digits"
