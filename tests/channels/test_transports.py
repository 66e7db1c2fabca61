"""
The same answer means the same, whichever library carries the call: a difference is a bug.

A server of a few lines answers with the very bytes of the test, also with what no Telegram sends.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import logging
import re
import subprocess
import sys
import traceback
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

import pytest

from bot.channels.telegram import answers, bot_api
from bot.channels.telegram.aiogram_transport import AiogramTransport
from bot.channels.telegram.answers import Migrated
from bot.channels.telegram.bot_api import BotApi
from bot.channels.telegram.ptb_transport import PtbTransport
from bot.errors import (
    ChannelBusy,
    ChannelUnreachable,
    ConfigError,
    MessageRefused,
    RecipientGone,
    SparekeyError,
)

Library = type[AiogramTransport] | type[PtbTransport]
LIBRARIES: Sequence[Library] = (AiogramTransport, PtbTransport)
TOKEN, SECRET = "4711:s3cr3t-half", "s3cr3t-half"
WORDS = "my password is hunter2"
MESSAGE = {"chat_id": 1001, "text": WORDS}
PHOTO = {"chat_id": 1001, "photo": b"\xff\xd8\xff"}


@dataclass
class Scripted:
    """Answers each call with the next bytes: None keeps silent, and after b"" it hangs up without an answer."""

    answers: list[bytes | None]
    calls: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    #: Seconds between two bytes of an answer; None: all at once.
    drip_s: float | None = None
    serving: list[asyncio.Future[None]] = field(default_factory=list)
    closed: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(0))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.serving.append(asyncio.ensure_future(self._answer(reader, writer)))
        with contextlib.suppress(ConnectionError, asyncio.CancelledError):
            await self.serving[-1]
        writer.close()
        with contextlib.suppress(ConnectionError):
            await writer.wait_closed()
        self.closed.release()

    async def finish(self) -> None:
        """Leave no connection behind."""
        for serving in self.serving:
            serving.cancel()
            await self.closed.acquire()

    async def _answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode()
        length = re.search(r"content-length: (\d+)", head, re.IGNORECASE)
        body = await reader.readexactly(int(length[1])) if length else b""
        self.calls.append(
            (head.split()[1], dict(parse_qsl(body.decode(errors="replace"), keep_blank_values=True)))
        )
        answer = self.answers.pop(0)
        if answer is None:
            await reader.read()  # until the caller has had enough
        elif self.drip_s is None:
            writer.write(answer)
            await writer.drain()
        else:
            for byte in answer:
                writer.write(bytes([byte]))
                await writer.drain()
                await asyncio.sleep(self.drip_s)


@asynccontextmanager
async def answering(library: Library, scripted: Scripted) -> AsyncIterator[BotApi]:
    server = await asyncio.start_server(scripted.serve, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    transport = library(TOKEN, f"http://127.0.0.1:{port}")
    try:
        yield transport
    finally:
        await transport.close()
        server.close()


CLOSE = "Connection: close\r\n"


def http(status: int, body: bytes | str | dict[str, Any], kind: str = "application/json") -> bytes:
    content = json.dumps(body) if isinstance(body, dict) else body
    content = content.encode() if isinstance(content, str) else content
    head = (
        f"HTTP/1.1 {status} Whatever\r\nContent-Type: {kind}\r\nContent-Length: {len(content)}\r\n{CLOSE}\r\n"
    )
    return head.encode() + content


def fine(result: Any) -> bytes:
    return http(200, {"ok": True, "result": result})


def refusal(status: int, description: str = "No", **more: Any) -> bytes:
    return http(status, {"ok": False, "error_code": status, "description": description, **more})


def asked_to_wait(seconds: Any, status: int = 429) -> bytes:
    return refusal(status, "Too Many Requests", parameters={"retry_after": seconds})


def page(status: int) -> bytes:
    return http(status, f"<html>{WORDS}</html>", "text/html")


async def raised(library: Library, raw: Sequence[bytes]) -> list[SparekeyError]:
    """Return what each answer to a message raises."""
    found = []
    async with answering(library, Scripted(list(raw))) as transport:
        for _ in raw:
            with pytest.raises(SparekeyError) as error:
                await transport.send_message(MESSAGE)
            found.append(error.value)
    return found


HUGE = answers.LONGEST_WAIT_S
SHAPES: dict[str, tuple[bytes, type[SparekeyError]]] = {
    "no such chat": (refusal(400, "Bad Request: chat not found"), RecipientGone),
    "an empty text": (refusal(400, "Bad Request: message text is empty"), MessageRefused),
    "no description": (http(400, {"ok": False}), MessageRefused),
    "a description that is none": (http(400, {"ok": False, "description": {"a": 1}}), MessageRefused),
    "the token is echoed": (refusal(400, f"Bad Request: /bot{TOKEN}/x, {SECRET}"), MessageRefused),
    "blocked": (refusal(403, "Forbidden: bot was blocked by the user"), RecipientGone),
    "a group that moved": (refusal(400, parameters={"migrate_to_chat_id": -1}), Migrated),
    "a token nobody has": (refusal(401, "Unauthorized"), ConfigError),
    "a token that is none": (refusal(404, "Not Found"), ConfigError),
    "two programs": (refusal(409, "Conflict: terminated by other getUpdates request"), ChannelUnreachable),
    "a webhook": (refusal(409, "Conflict: can't use getUpdates method while webhook is active"), ChannelUnreachable),
    "too large": (refusal(413, "Request Entity Too Large"), MessageRefused),
    "trouble": (refusal(500, "Internal Server Error"), ChannelUnreachable),
    "a restart": (refusal(500, "Internal Server Error: restart"), ChannelUnreachable),
    "down": (refusal(502, "Bad Gateway"), ChannelUnreachable),
    "late": (refusal(504, "Gateway Timeout"), ChannelUnreachable),
    "a status of its own": (refusal(599), ChannelUnreachable),
    "a refusal that says it is none": (refusal(200), ChannelUnreachable),
    "a page instead of 200": (page(200), ChannelUnreachable),
    "a page instead of 400": (page(400), ChannelUnreachable),
    "a page instead of 401": (page(401), ChannelUnreachable),
    "a page instead of 403": (page(403), ChannelUnreachable),
    "a page instead of 404": (page(404), ChannelUnreachable),
    "a page instead of 429": (page(429), ChannelUnreachable),
    "a page instead of 502": (page(502), ChannelUnreachable),
    "half of a document": (http(200, '{"ok":true,"result":{"text":"' + WORDS), ChannelUnreachable),
    "no document": (http(200, ""), ChannelUnreachable),
    "a list": (http(200, "[]"), ChannelUnreachable),
    "a word": (http(403, '"Forbidden"'), ChannelUnreachable),
    "null": (http(200, "null"), ChannelUnreachable),
    "ok without a result": (http(200, {"ok": True}), ChannelUnreachable),
    "ok that is no boolean": (http(200, {"ok": "yes", "result": True}), ChannelUnreachable),
    "ok and a bad status": (http(502, {"ok": True, "result": True}), ChannelUnreachable),
    "no Unicode": (http(200, b'{"ok":true,"result":"\xff\xfe"}'), ChannelUnreachable),
    "another alphabet": (
        http(200, '{"ok":true,"result":"é"}'.encode("latin-1"), "application/json; charset=latin-1"),
        ChannelUnreachable,
    ),
    "deeper than anybody reads": (http(200, "[" * 200_000), ChannelUnreachable),
    "a number without end": (http(200, '{"ok":true,"result":' + "9" * 5_000 + "}"), ChannelUnreachable),
    "moved for good": (http(301, "", "text/html").replace(b"\r\n", b"\r\nLocation: /elsewhere\r\n", 1), ChannelUnreachable),
    "moved for now": (http(307, "", "text/html").replace(b"\r\n", b"\r\nLocation: /elsewhere\r\n", 1), ChannelUnreachable),
    "packed, but not really": (
        http(200, {"ok": True, "result": True}).replace(b"\r\n", b"\r\nContent-Encoding: gzip\r\n", 1),
        ChannelUnreachable,
    ),
    "no HTTP": (f"{WORDS}\r\n\r\n".encode(), ChannelUnreachable),
    "shorter than it says": (http(200, WORDS)[:-10], ChannelUnreachable),
    "no answer": (b"", ChannelUnreachable),
}  # fmt: skip
#: What is no answer at all is told in the words of the library, or of the system.
UNTOLD = {"packed, but not really", "no HTTP", "shorter than it says", "no answer"}


@pytest.mark.parametrize("library", LIBRARIES)
async def test_a_call_that_should_have_left_long_before_does_not_leave(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that a process that stood still says nothing in a chat that others have taken over; the next call goes as always."""
    scripted = Scripted([fine(True)])
    async with answering(library, scripted) as transport:
        with monkeypatch.context() as late:
            late.setattr(bot_api, "LEAVES_S", -1.0)
            with pytest.raises(ChannelUnreachable, match="TooLate: this machine stood still"):
                await transport.send_message(MESSAGE)
        assert await transport.send_message(MESSAGE | {"text": "in time"})
    assert [form["text"] for _, form in scripted.calls] == ["in time"]


async def test_an_answer_means_the_same_with_both_libraries() -> None:
    one, other = [
        dict(zip(SHAPES, await raised(library, [raw for raw, _ in SHAPES.values()]), strict=True))
        for library in LIBRARIES
    ]
    meanings = {shape: meaning for shape, (_, meaning) in SHAPES.items()}
    assert {shape: type(error) for shape, error in one.items()} == meanings
    assert {shape: type(error) for shape, error in other.items()} == meanings
    for shape in SHAPES.keys() - UNTOLD:
        assert str(one[shape]) == str(other[shape])


@pytest.mark.parametrize("library", LIBRARIES)
async def test_nothing_of_a_call_or_its_answer_is_shown_or_logged(
    library: Library, caplog: pytest.LogCaptureFixture
) -> None:
    """At DEBUG too, of every library."""
    caplog.set_level(logging.DEBUG)
    errors = await raised(library, [raw for raw, _ in SHAPES.values()])
    shown = caplog.text + "".join("".join(traceback.format_exception(error)) for error in errors)
    assert "(token)" in shown
    assert SECRET not in shown
    assert "hunter2" not in shown


WAITS: Sequence[tuple[bytes, float]] = [
    (asked_to_wait(7), 7),
    (asked_to_wait(0.5), 0.5),
    (asked_to_wait(35_000), HUGE),
    (asked_to_wait(10**400), HUGE),
    (asked_to_wait(7, status=400), 7),
    (asked_to_wait(7, status=500), 7),
    (asked_to_wait(0), answers.UNSAID_WAIT_S),
    (asked_to_wait(-5), answers.UNSAID_WAIT_S),
    (asked_to_wait("7"), answers.UNSAID_WAIT_S),
    (asked_to_wait(None), answers.UNSAID_WAIT_S),
    (refusal(429, "Too Many Requests: retry after 7", parameters={}), answers.UNSAID_WAIT_S),
    (refusal(429, "Too Many Requests: retry after 7", parameters=[]), answers.UNSAID_WAIT_S),
    (refusal(429), answers.UNSAID_WAIT_S),
    (http(429, {"ok": False}), answers.UNSAID_WAIT_S),
]


@pytest.mark.parametrize("library", LIBRARIES)
async def test_being_asked_to_wait_is_understood_in_all_shapes(library: Library) -> None:
    busy = await raised(library, [raw for raw, _ in WAITS])
    waits = [error.retry_after_s for error in busy if isinstance(error, ChannelBusy)]
    assert waits == [seconds for _, seconds in WAITS]


RESULTS: Sequence[Any] = [
    [],
    [{"update_id": 3, "something_of_next_year": {"deep": [1, {"er": None}]}, "message": {"text": 5}}],
    [{"update_id": 3, "message": {"date": "no date", "text": "naïve 手机 🙂 \u0000 ‮"}}],
]


@pytest.mark.parametrize("library", LIBRARIES)
async def test_updates_stay_plain_json(library: Library) -> None:
    """What a library does not know is no reason to refuse a batch."""
    async with answering(library, Scripted([fine(result) for result in RESULTS])) as transport:
        assert [await transport.get_updates(None, 0, ("message",)) for _ in RESULTS] == RESULTS


@pytest.mark.parametrize("library", LIBRARIES)
async def test_a_batch_that_cannot_be_acknowledged_is_asked_for_again(library: Library) -> None:
    wrong = [True, {}, "[]", [5], [{}], [{"update_id": "3"}], [None], None]
    async with answering(library, Scripted([fine(result) for result in wrong])) as transport:
        for _ in wrong:
            with pytest.raises(ChannelUnreachable, match="cannot be read"):
                await transport.get_updates(None, 0, ("message",))


@pytest.mark.parametrize("library", LIBRARIES)
async def test_whatever_telegram_returns_for_a_message_it_was_sent(library: Library) -> None:
    """Otherwise it would be sent again."""
    results = [{"something_of_next_year": 1}, True, None, [], "sent"]
    scripted = Scripted([fine(result) for result in results])
    async with answering(library, scripted) as transport:
        for _ in results:
            await transport.send_message(MESSAGE)
    assert len(scripted.calls) == len(results)


#: How the next two answers go together: where a file is, and the file.
KEPT = fine({"file_id": "A", "file_unique_id": "a", "file_size": 3, "file_path": "photos/file_1.jpg"})


def kept(path: Any) -> bytes:
    return fine({"file_id": "A", "file_path": path})


FETCHED: dict[str, tuple[Sequence[bytes], type[SparekeyError]]] = {
    "nobody has it": (
        [refusal(400, "Bad Request: wrong file_id or the file is temporarily unavailable")],
        MessageRefused,
    ),
    "too large": ([fine({"file_size": answers.MAX_FILE + 1, "file_path": "photos/a.jpg"})], MessageRefused),
    "larger than it says": ([KEPT, http(200, b"x" * (answers.MAX_FILE + 1))], MessageRefused),
    "no place": ([fine({"file_id": "A"})], ChannelUnreachable),
    "not there any more": ([KEPT, refusal(404, "Not Found")], MessageRefused),
    "a page instead of 404": ([KEPT, page(404)], ChannelUnreachable),
    "a token nobody has": ([KEPT, refusal(401, f"Unauthorized: {TOKEN}")], ConfigError),
    "busy": ([KEPT, asked_to_wait(7)], ChannelBusy),
    "down": ([KEPT, refusal(502, "Bad Gateway")], ChannelUnreachable),
    "a part of it": ([KEPT, http(206, b"abc")], ChannelUnreachable),
    "moved": (
        [KEPT, http(302, b"").replace(b"\r\n", b"\r\nLocation: /elsewhere\r\n", 1)],
        ChannelUnreachable,
    ),
    "shorter than it says": ([KEPT, http(200, b"x" * 100)[:-10]], ChannelUnreachable),
    "no answer": ([KEPT, b""], ChannelUnreachable),
    **{
        f"a place that leads out: {path!r}": ([kept(path)], ChannelUnreachable)
        for path in ("", "/etc/passwd", "../x", "a/../../x", "a/./b", "a//b", "a?b", "a#b", "a b", "%2e%2e/x", "é", 5)
    },
    "an address": ([kept("http://evil.example/x")], ChannelUnreachable),
}  # fmt: skip


@pytest.mark.parametrize("library", LIBRARIES)
async def test_a_file_is_fetched_as_it_is(library: Library) -> None:
    scripted = Scripted([KEPT, http(200, b"\xff\xd8\x00", "image/jpeg")] * 2)
    async with answering(library, scripted) as transport:
        assert [await transport.fetch("A"), await transport.fetch("A")] == [b"\xff\xd8\x00"] * 2
    assert scripted.calls[:2] == [
        (f"/bot{TOKEN}/getFile", {"file_id": "A"}),
        (f"/file/bot{TOKEN}/photos/file_1.jpg", {}),
    ]


async def test_a_file_that_cannot_be_had_is_told_the_same_with_both_libraries(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    told: list[dict[str, str]] = []
    for library in LIBRARIES:
        errors: dict[str, str] = {}
        for shape, (raw, meaning) in FETCHED.items():
            scripted = Scripted(list(raw))
            async with answering(library, scripted) as transport:
                with pytest.raises(meaning) as error:
                    await transport.fetch("A")
            assert scripted.answers == [], f"{shape}: nothing else is asked"
            assert SECRET not in "".join(traceback.format_exception(error.value))
            errors[shape] = str(error.value)
        told.append({shape: words for shape, words in errors.items() if shape not in UNTOLD})
    assert told[0] == told[1]
    assert SECRET not in caplog.text


@pytest.mark.parametrize("library", LIBRARIES)
async def test_a_file_that_comes_too_slowly_is_not_waited_for(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bot_api, "FILE_TIMEOUT_S", 0.5)
    for answer in ([KEPT, None], [None]):
        async with answering(library, Scripted(list(answer))) as transport:
            with pytest.raises(ChannelUnreachable, match=r"no answer in 0\.5 s"):
                await (transport.fetch("A") if len(answer) == 2 else transport.call("sendPhoto", PHOTO))


@pytest.mark.parametrize("library", LIBRARIES)
async def test_a_file_that_should_have_left_long_before_does_not_leave(
    library: Library, monkeypatch: pytest.MonkeyPatch
) -> None:
    scripted = Scripted([])
    async with answering(library, scripted) as transport:
        monkeypatch.setattr(bot_api, "LEAVES_S", -1.0)
        with pytest.raises(ChannelUnreachable, match="TooLate: this machine stood still"):
            await transport.call("sendPhoto", PHOTO)
    assert scripted.calls == []


LONG = "é手🙂\n&=+%;\u2028" * 409 + "123456"


async def test_both_libraries_send_the_same_forms() -> None:
    """4,096 characters of all kinds too; absent parameters are absent."""
    sent = []
    for library in LIBRARIES:
        scripted = Scripted([fine([])] * 7)
        async with answering(library, scripted) as transport:
            await transport.get_updates(None, 25, ("message", "callback_query"))
            await transport.get_updates(17, 25, ("message",))
            await transport.send_message(
                {"chat_id": 5, "text": LONG, "reply_markup": {"inline_keyboard": [[{"text": LONG}]]}}
            )
            await transport.delete_message("5", "6")
            await transport.answer_callback("77")
            await transport.set_commands({"human": "Parler à quelqu'un"}, None)
            await transport.set_commands({"human": "Parler à quelqu'un"}, "fr")
        sent.append(scripted.calls)
    assert sent[0] == sent[1]
    first, second, message, *_ = sent[0]
    allowed = json.dumps(["message", "callback_query"])
    assert first == (f"/bot{TOKEN}/getUpdates", {"timeout": "25", "allowed_updates": allowed})
    assert second[1]["offset"] == "17"
    assert message[1]["text"] == LONG


@pytest.mark.parametrize("library", LIBRARIES)
async def test_half_a_character_is_refused_and_not_tried_for_ever(
    library: Library,
) -> None:
    scripted = Scripted([])
    async with answering(library, scripted) as transport:
        with pytest.raises(MessageRefused, match="half a character"):
            await transport.send_message({"chat_id": 5, "text": "\ud83d"})
    assert scripted.calls == []


@pytest.mark.parametrize("drip_s", [None, 0.05])
@pytest.mark.parametrize("library", LIBRARIES)
async def test_who_is_silent_or_slow_is_waited_for_so_long_and_no_longer(
    library: Library, drip_s: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A connection that is half open, or one byte at a time; the next call has a connection of its own."""
    monkeypatch.setattr(bot_api, "POLL_GRACE_S", 0.5)
    answer = fine([])
    scripted = Scripted([answer if drip_s else None, answer, answer], drip_s=drip_s)
    async with answering(library, scripted) as transport:
        with pytest.raises(ChannelUnreachable, match=r"no answer in 0\.5 s"):
            await transport.get_updates(None, 0, ("message",))
        scripted.drip_s = None
        assert await transport.get_updates(None, 0, ("message",)) == []


@pytest.mark.parametrize("library", LIBRARIES)
async def test_a_kept_connection_that_was_closed_costs_one_try_at_most(
    library: Library,
) -> None:
    scripted = Scripted([fine(True).replace(CLOSE.encode(), b"")] * 3)
    async with answering(library, scripted) as transport:
        await transport.send_message(MESSAGE)
        try:
            await transport.send_message(MESSAGE)
        except ChannelUnreachable:
            await transport.send_message(MESSAGE)


@pytest.mark.parametrize("library", LIBRARIES)
async def test_who_speaks_no_tls_cannot_be_reached(library: Library) -> None:
    async def speak_plainly(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(fine({}))
        writer.close()

    server = await asyncio.start_server(speak_plainly, "127.0.0.1", 0)
    transport = library(TOKEN, f"https://127.0.0.1:{server.sockets[0].getsockname()[1]}")
    with pytest.raises(ChannelUnreachable, match="SSL"):
        await transport.get_me()
    await transport.close()
    server.close()


@pytest.mark.parametrize("library", LIBRARIES)
async def test_nobody_listening_is_told_in_the_words_of_the_system(
    library: Library, unused_tcp_port: int
) -> None:
    transport = library(TOKEN, f"http://127.0.0.1:{unused_tcp_port}")
    with pytest.raises(ChannelUnreachable, match="ConnectionRefusedError"):
        await transport.send_message(MESSAGE)
    await transport.close()


@pytest.mark.parametrize("library", LIBRARIES)
async def test_the_environment_sends_no_call_elsewhere(
    library: Library, monkeypatch: pytest.MonkeyPatch, unused_tcp_port: int
) -> None:
    """A proxy that one library would ask, and the other not."""
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, f"http://127.0.0.1:{unused_tcp_port}")
    async with answering(library, Scripted([fine({"id": 4711})])) as transport:
        assert await transport.get_me() == {"id": 4711}


@pytest.mark.parametrize("library", LIBRARIES)
def test_the_bots_id_is_the_first_part_of_its_token(
    library: Library,
) -> None:
    assert library(TOKEN, "http://127.0.0.1:1").bot_id == 4711


@pytest.mark.parametrize(("library", "other"), [("aiogram", "telegram"), ("ptb", "aiogram")])
def test_the_library_that_is_not_chosen_is_not_loaded(library: str, other: str) -> None:
    program = (
        "import sys; from bot.bootstrap import open_transport; from bot.settings import Settings;"
        f"open_transport(Settings(telegram_token='{TOKEN}', telegram_library='{library}'));"
        f"sys.exit('{other}' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
