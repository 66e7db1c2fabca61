"""`sparekey chat --watch`: an author saves while the chat runs."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

from tests.e2e.program import ROOT, Chat, Said, chatting


def told(chat: Chat) -> str:
    """The next line that the author is told."""
    assert chat.process.stderr is not None
    return chat.process.stderr.readline()


def place(said: list[Said]) -> str:
    return f"{said[-1]['flow']}.{said[-1]['state']}"


def save(path: Path, before: str, after: str) -> None:
    words = path.read_text("utf-8")
    assert re.search(before, words), before
    path.write_text(re.sub(before, after, words), "utf-8")


def test_the_conversation_goes_on_with_what_the_author_saves(tmp_path: Path) -> None:
    flows, knowledge = tmp_path / "flows", tmp_path / "knowledge"
    shutil.copytree(ROOT / "flows", flows)
    shutil.copytree(ROOT / "knowledge", knowledge)
    settings = {
        "SPAREKEY_DATA_DIR": tmp_path / "data",
        "SPAREKEY_FLOWS_DIR": flows,
        "SPAREKEY_KNOWLEDGE_DIR": knowledge,
    }
    with chatting("--watch", "--language", "en", **settings) as chat:
        chat.say("no otp coming")
        here = place(chat.say("yes"))
        assert here == "no_sms.requested_when"

        # Words change; the place stays.
        save(flows / "en" / "no_sms.yaml", r"(?m)^(  requested_when:\n    text: )[^\n]*(\n      [^\n]*)*", r'\1"How many unicorns ago? {{ facts.code_lifetime }}"')  # fmt: skip
        assert told(chat) == "reloaded\n"
        again = chat.say("purple elephants")
        assert place(again) == here
        assert "How many unicorns ago? 10 minutes" in again[-1]["text"]

        # A fault: the author reads where and what; the person goes on with the content from before.
        good = (flows / "no_sms.yaml").read_text("utf-8")
        save(flows / "no_sms.yaml", r"(?m)^start: \w+$", "start: nowhere")
        fault = told(chat)
        assert re.match(r"flows/no_sms\.yaml:\d+: error: .*nowhere", fault), fault
        assert place(chat.say("back")) == "no_sms.tapped_send"
        assert place(chat.say("yes")) == here

        # Mended, and the person's state has another name now: the topic begins again, and the person is told so.
        for path in (flows / "no_sms.yaml", *flows.glob("*/no_sms.yaml")):
            words = good if path.parent == flows else path.read_text("utf-8")
            path.write_text(re.sub(r"\brequested_when\b", "asked_when", words), "utf-8")
        while (line := told(chat)) != "reloaded\n":  # a save may fall between two of these files
            assert "no_sms.yaml" in line
        restarted = chat.say("help")
        assert place(restarted) == "no_sms.tapped_send"
        assert place(chat.say("yes")) == "no_sms.asked_when"
