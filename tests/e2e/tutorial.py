"""
The tutorial as it is performed: its files are written, its changes made and its commands run, block by block.

In docs/tutorial.md a `yaml` block is the whole of the file that the line above it names last, a `diff` block changes it,
and a `console` block holds commands after `$`, lines that somebody types after `>`, and what comes of them. Between them
`…` stands for anything. `python -m tests.e2e.tutorial` writes into the document what comes of them now; where that has
changed it stands in full, and what chance decides is to be left out again by hand.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from tests.e2e.program import ROOT, SPAREKEY, environment

TUTORIAL = ROOT / "docs" / "tutorial.md"
_BLOCK = re.compile(r"(?ms)^```(\w+)\n(.*?)^```$")
_PROMPT = re.compile(r"(?:^|\n)> \Z")
_CHAT = "$ sparekey chat"
#: What is another one each time.
_CHANCE = {r"\b\d\d:\d\d UTC": "HH:MM UTC", r"\bR-\w{5}-\w{5}\b": "R-*****-*****"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One block of the tutorial."""

    kind: str
    text: str
    #: Where it stands in the document.
    span: tuple[int, int]
    line: int
    #: The file that it is about, below the folder of the content.
    file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A command or a line that somebody types, and what is shown after it."""

    #: `$ ...`, `> ...`; empty: something comes by itself.
    given: str
    shown: str

    @property
    def text(self) -> str:
        """As it stands in the document."""
        return f"{self.given}\n{self.shown}" if self.given else self.shown


def blocks(document: str) -> Iterator[Block]:
    """The blocks, in their order."""
    for found in _BLOCK.finditer(document):
        above = document[: found.start()].rstrip().rpartition("\n")[2]
        named = re.findall(r"`([\w./]+\.yaml)`", above)
        yield Block(
            kind=found[1],
            text=found[2],
            span=found.span(2),
            line=document.count("\n", 0, found.start()) + 1,
            file=named[-1] if named else "",
        )


def exchanges(text: str) -> Iterator[Exchange]:
    """The commands of a console block, and in a chat the lines that are typed; without a command it goes on."""
    given, shown, chatting = "", "", not text.startswith("$ ")
    for line in text.splitlines():
        if not line.startswith(("$ ", "> ") if chatting else "$ "):
            shown += f"{line}\n"
            continue
        if given or shown:
            yield Exchange(given=given, shown=shown)
        given, shown = line, ""
        chatting = line.startswith(("> ", _CHAT))
    yield Exchange(given=given, shown=shown)


def matches(told: str, shown: str) -> bool:
    """Whether this is what the document tells, times and case codes aside."""
    lines = [_pattern(line) for line in _steady(told).strip("\n").split("\n")]
    return re.fullmatch("".join(lines), _steady(shown).strip("\n") + "\n") is not None


def _pattern(line: str) -> str:
    if line.strip() == "…":
        return r"(?:.*\n)*?"
    return ".*".join(map(re.escape, line.rstrip().split("…"))) + r"[ ]*\n"


def _steady(text: str) -> str:
    for chance, word in _CHANCE.items():
        text = re.sub(chance, word, text)
    return text


class Writer:
    """
    Follows the tutorial in a home of their own.

    Args:
        home: Empty.
    """

    def __init__(self, home: Path) -> None:
        self._home = home
        self._before: list[str] = []
        self._chat: Chat | None = None

    def perform(self, block: Block) -> Block:
        """Do what a block says; returns it with what was shown."""
        match block.kind:
            case "yaml":
                self._save(block.file, block.text)
            case "diff":
                self._change(block)
            case "console":
                done = [self._exchange(exchange) for exchange in exchanges(block.text)]
                return replace(block, text="".join(exchange.text for exchange in done))
        return block

    def close(self) -> None:
        """End a chat that is still open."""
        if self._chat is not None:
            self._chat.close()
            self._chat = None

    def _save(self, file: str, text: str) -> None:
        path = self._home / "support" / file
        path.parent.mkdir(exist_ok=True, parents=True)
        path.write_text(text, "utf-8")

    def _change(self, block: Block) -> None:
        path, lines = self._home / "support" / block.file, block.text.splitlines()
        old = "".join(f"{line[1:]}\n" for line in lines if line[0] != "+")
        new = "".join(f"{line[1:]}\n" for line in lines if line[0] != "-")
        text = path.read_text("utf-8")
        assert text.count(old) == 1, f"{TUTORIAL.name}:{block.line}: {block.file} does not hold:\n{old}"
        self._save(block.file, text.replace(old, new))

    def _exchange(self, told: Exchange) -> Exchange:
        match told.given[:2]:
            case "$ ":
                self.close()
                shown = self._run(told.given[2:])
            case "> ":
                assert self._chat is not None, f"nobody listens to {told.given!r}"
                shown = self._chat.say(told.given[2:])
            case _:
                assert self._chat is not None, f"nothing runs that would say {told.shown!r}"
                shown = self._chat.hear(told.shown.count("\n"))
        return told if matches(told.shown, shown) else replace(told, shown=shown)

    def _run(self, command: str) -> str:
        script = " && ".join((*self._before, command))
        if command.startswith(("cd ", "export ")):
            self._before.append(command)
        started = subprocess.Popen(
            ["bash", "-c", script],
            cwd=ROOT,
            env=environment(
                HOME=self._home,
                PATH=f"{SPAREKEY.parent}{os.pathsep}{os.environ['PATH']}",
                PYTHONUNBUFFERED=1,
            ),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
        )
        if f"$ {command}".startswith(_CHAT):
            self._chat = Chat(started)
            return self._chat.until_prompted()
        return started.communicate()[0].decode("utf-8")


class Chat:
    """A chat on a terminal, as a person sees it."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process

    def say(self, line: str) -> str:
        """Type a line; returns what is shown until the next prompt."""
        assert self._process.stdin is not None
        self._process.stdin.write(f"{line}\n".encode())
        self._process.stdin.flush()
        return self.until_prompted()

    def until_prompted(self) -> str:
        """Return what is shown until a line can be typed."""
        shown = b""
        while not _PROMPT.search(shown.decode("utf-8", errors="replace")):
            shown += self._more(shown)
        return shown.decode("utf-8").removesuffix("> ")

    def hear(self, lines: int) -> str:
        """Return so many lines that come by themselves."""
        shown = b""
        while shown.count(b"\n") < lines:
            shown += self._more(shown)
        return shown.decode("utf-8")

    def close(self) -> None:
        """End the input, as Ctrl-D does."""
        self._process.communicate()

    def _more(self, before: bytes) -> bytes:
        assert self._process.stdout is not None
        read = os.read(self._process.stdout.fileno(), 1 << 16)
        assert read, f"the chat ended after: {before.decode()}"
        return read


def main() -> None:
    """Write what comes of the commands now into the document."""
    document = TUTORIAL.read_text("utf-8")
    with tempfile.TemporaryDirectory() as home:
        writer = Writer(Path(home))
        done = [writer.perform(block) for block in blocks(document)]
        writer.close()
    for block in reversed(done):
        start, end = block.span
        document = document[:start] + block.text + document[end:]
    TUTORIAL.write_text(document, "utf-8")


if __name__ == "__main__":
    main()
