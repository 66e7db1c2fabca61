"""A team that answers from its Telegram group: what they are shown, and what they show."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from tests.fake_telegram.client import Bubble, FakeTelegram
from tests.fake_telegram.process import running

MINA = 501


class Desk:
    """The group, where Mina answers."""

    def __init__(self, fake: FakeTelegram) -> None:
        self.fake, self.group = fake, fake.group("Support", forum=True)
        fake.user(MINA, first_name="Mina")

    @property
    def settings(self) -> Mapping[str, str]:
        """Those of the bot that works there, and lets people and agents send each other pictures."""
        return {
            "SPAREKEY_TELEGRAM_TOKEN": self.fake.token,
            "SPAREKEY_TELEGRAM_API": self.fake.url,
            "SPAREKEY_TELEGRAM_RATE": "0",
            "SPAREKEY_STAFF_GROUP": str(self.group),
            "SPAREKEY_STAFF_AGENTS": str(MINA),
            "SPAREKEY_PICTURES": "yes",
        }

    def topic(self, case: str) -> int | None:
        """Return the topic of a case, once its card is there: what is said before belongs to no case yet."""
        chat = self.fake.chat(self.group)
        number = next((number for number, topic in chat.topics.items() if case in topic.name), None)
        return number if any(each.buttons for each in chat.thread(number)) else None

    def says(self, topic: int, text: str) -> None:
        self.fake.say(MINA, text, chat=self.group, thread=topic)

    def shows(self, topic: int, content: bytes, caption: str = "") -> None:
        self.fake.media(MINA, "photo", caption, content=content, chat=self.group, thread=topic)

    def pictures(self, topic: int) -> list[Bubble]:
        """Return the pictures that the bot has shown there."""
        bubbles = self.fake.chat(self.group).thread(topic)
        return [each for each in bubbles if each.from_bot and each.kind == "photo"]


@contextmanager
def desk() -> Iterator[Desk]:
    """Run the group's Telegram."""
    with running() as fake:
        yield Desk(fake)


def png(width: int, height: int, *, said: str = "", colour: bytes = b"\x2f\x6f\xd0") -> bytes:
    """Make a picture of one colour, with words beside it as cameras write them."""
    rows = (b"\0" + colour * width) * height
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    chunks = (
        (b"IHDR", header),
        (b"tEXt", b"Comment\0" + said.encode()),
        (b"IDAT", zlib.compress(rows)),
        (b"IEND", b""),
    )
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )


def size(jpeg: bytes) -> tuple[int, int]:
    """Return the width and height of a JPEG."""
    place = 2
    while place < len(jpeg):
        marker, length = jpeg[place + 1], struct.unpack(">H", jpeg[place + 2 : place + 4])[0]
        if marker in (0xC0, 0xC1, 0xC2):
            height, width = struct.unpack(">HH", jpeg[place + 5 : place + 9])
            return width, height
        place += 2 + length
    raise AssertionError("this is no JPEG")
