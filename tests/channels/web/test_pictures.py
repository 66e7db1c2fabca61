"""Pictures over the web: people's reach the staff group, agents' reach the widget, and nobody else sees either."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import pytest

from bot.channels.web.bodies import MAX_PICTURE
from bot.channels.web.pictures import kind_of
from tests.channels.web.site import PATIENCE_S, SHOP, Server, Visitor, an_id, eventually
from tests.fake_telegram.client import Bubble, FakeTelegram
from tests.fake_telegram.process import running

MINA = 501
JPEG, PNG, WEBP = (
    b"\xff\xd8\xff the person's screen",
    b"\x89PNG\r\n\x1a\n the agent's arrow",
    b"RIFF\x00\x00\x00\x00WEBP",
)
TYPE = {"Content-Type": "image/jpeg"}
T = TypeVar("T")


class Desk:
    """A server with a staff group, where Mina answers."""

    def __init__(self, fake: FakeTelegram, folder: Path, **more: str) -> None:
        self.fake, self.group = fake, fake.group("Support", forum=True)
        fake.user(MINA, first_name="Mina")
        settings = {
            "SPAREKEY_TELEGRAM_TOKEN": fake.token,
            "SPAREKEY_TELEGRAM_API": fake.url,
            "SPAREKEY_TELEGRAM_RATE": "0",
            "SPAREKEY_STAFF_GROUP": str(self.group),
            "SPAREKEY_STAFF_AGENTS": str(MINA),
            "SPAREKEY_PICTURES": "yes",
            # Every visitor has an address of their own.
            "SPAREKEY_WEB_PROXIES": "127.0.0.1",
            **more,
        }
        self.server = Server(folder=folder, settings=settings)

    def handed_over(self) -> tuple[Visitor, int]:
        """Somebody who waits for a person, and the topic of their case."""
        before = set(self.fake.chat(self.group).topics)
        visitor = self.server.visitor()
        visitor.say("human")
        visitor.answered(1)
        (topic,) = found(lambda: set(self.fake.chat(self.group).topics) - before, "the topic")
        found(lambda: [each for each in self.fake.chat(self.group).thread(topic) if each.buttons], "the card")
        return visitor, topic

    def taken(self) -> tuple[Visitor, int]:
        visitor, topic = self.handed_over()
        self.fake.say(MINA, "/take", chat=self.group, thread=topic)
        awaited(visitor, lambda entry: "Mina from the team" in entry["text"])
        return visitor, topic

    def pictures(self, topic: int) -> list[Bubble]:
        return [
            each
            for each in self.fake.chat(self.group).thread(topic)
            if each.from_bot and each.kind == "photo"
        ]

    def shows(self, visitor: Visitor, topic: int, content: bytes, caption: str = "") -> Mapping[str, Any]:
        """Let Mina send a picture; return the entry that it becomes."""
        known = len(visitor.entries())
        self.fake.media(MINA, "photo", caption, content=content, chat=self.group, thread=topic)
        return awaited(visitor, lambda entry: entry["from"] == "agent", known)


def awaited(visitor: Visitor, fits: Callable[[Mapping[str, Any]], bool], known: int = 0) -> Mapping[str, Any]:
    """Wait for an entry of the feed behind so many, as a widget does that has no stream."""
    entries: list[Mapping[str, Any]] = []
    deadline = time.monotonic() + PATIENCE_S
    while not (fitting := [each for each in entries[known:] if fits(each)]):
        assert time.monotonic() < deadline, entries
        after = entries[-1]["id"] if entries else ""
        entries += visitor.feed(after, wait=5 if after else 0)["entries"]
    return fitting[0]


def found(what: Callable[[], T], called: str) -> T:
    """Wait for something; return it."""
    seen: list[T] = []

    def there() -> bool:
        seen[:] = [what()]
        return bool(seen[0])

    eventually(there, called)
    return seen[0]


def sends(
    visitor: Visitor, content: bytes = JPEG, name: str | None = None, **headers: str
) -> tuple[int, Mapping[str, Any]]:
    shown = {"Authorization": f"Bearer {visitor.token}", **TYPE, **headers}
    answer = visitor.http.post(
        "/v1/widget/pictures", params={"id": name or an_id()}, content=content, headers=shown
    )
    return answer.status_code, answer.json()


def refused(visitor: Visitor, *arguments: Any, **headers: str) -> tuple[int, str]:
    status, said = sends(visitor, *arguments, **headers)
    return status, str(said["type"]).removeprefix("urn:sparekey:problem:")


@pytest.fixture(name="desk", scope="module")
def _desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    with serving(tmp_path_factory.mktemp("pictures")) as desk:
        yield desk


@pytest.fixture(name="own_desk")
def _own_desk(tmp_path: Path) -> Iterator[Desk]:
    """A server that a test may kill, with a Telegram of its own: of two that ask for one bot's updates each gets some."""
    with serving(tmp_path) as desk:
        yield desk


@contextmanager
def serving(folder: Path) -> Iterator[Desk]:
    if not (Path(__file__).parents[4] / "shared" / "spec" / "telegram_bot_api.json").exists():
        pytest.skip("the Bot API specification is not beside this checkout (../shared/spec)")
    with running() as fake:
        desk = Desk(fake, folder)
        desk.server.start()
        try:
            yield desk
        finally:
            desk.server.stop()
        assert not fake.violations(), "every request is as the Bot API wants it"


def test_what_a_person_shows_reaches_the_topic_and_is_theirs_to_see(desk: Desk) -> None:
    visitor, topic = desk.taken()
    name = an_id()
    assert sends(visitor, JPEG, name) == (202, {"id": name})
    assert sends(visitor, JPEG, name) == (202, {"id": name}), "who gets no answer sends it again"
    (shown,) = found(lambda: desk.pictures(topic), "the picture")
    assert desk.fake.file(shown) == JPEG
    visitor.say("do you see it?")
    found(lambda: [each for each in desk.fake.chat(desk.group).thread(topic) if "see it" in each.text], "it")
    assert len(desk.pictures(topic)) == 1, "said twice, shown once"
    entry = awaited(visitor, lambda entry: entry["client"] == name)
    assert (entry["picture"], entry["text"], entry["from"]) == (True, "", "person")
    answer = visitor.call("GET", f"/pictures/{entry['id']}")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, JPEG, "image/jpeg")
    assert "[picture]" in visitor.call("GET", "/transcript").text


def test_what_an_agent_shows_is_fetched_for_its_person_and_not_kept(desk: Desk) -> None:
    visitor, topic = desk.taken()
    entry = desk.shows(visitor, topic, PNG, "Press this one")
    assert (entry["picture"], entry["text"], entry["name"]) == (True, "Press this one", "Mina")
    answer = visitor.call("GET", f"/pictures/{entry['id']}")
    assert (answer.status_code, answer.content) == (200, PNG)
    assert answer.headers["content-type"] == "image/png", "by its first bytes"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"] == "default-src 'none'; sandbox"
    without_words = desk.shows(visitor, topic, JPEG)
    assert (without_words["picture"], without_words["text"]) == (True, "")
    kept = b"".join(each.read_bytes() for each in desk.server.folder.glob("sparekey.db*"))
    assert PNG not in kept


def test_nobody_sees_a_picture_of_another_chat(desk: Desk) -> None:
    visitor, topic = desk.taken()
    sends(visitor)
    theirs = awaited(visitor, lambda entry: entry["picture"])["id"]
    hers = desk.shows(visitor, topic, PNG)["id"]
    words = visitor.entries()[0]["id"]
    other, _ = desk.handed_over()
    for place in (theirs, hers, words, f"{theirs}9", "gone.1", "x", "..", "%2e%2e%2fconfig"):
        answer = other.call("GET", f"/pictures/{place}")
        assert answer.status_code == 404, place
        if place not in ("..", "%2e%2e%2fconfig"):
            assert answer.json()["type"] == "urn:sparekey:problem:no-such-picture"
    assert visitor.call("GET", f"/pictures/{words}").status_code == 404
    visitor.http.headers["Sparekey-Embed"] = "https://www.example.org"
    assert visitor.call("GET", f"/pictures/{theirs}").status_code == 401
    visitor.http.headers["Sparekey-Embed"] = SHOP


def test_only_pictures_of_a_size_are_taken_and_only_while_people_have_the_chat(desk: Desk) -> None:
    early = desk.server.visitor()
    assert refused(early) == (409, "nobody-to-look")
    early.say("no otp coming")
    early.answered(1)
    assert refused(early) == (409, "nobody-to-look"), "the bot does not look"
    visitor, _ = desk.taken()
    for content in (b"", b"GIF89a", b"<svg onload=alert(1)>", b"%PDF-1.7", b"PK\x03\x04"):
        assert refused(visitor, content) == (415, "invalid"), content
    visitor, topic = desk.taken()
    assert refused(visitor, JPEG, None, **{"Content-Type": "text/html"}) == (415, "invalid")
    assert refused(visitor, JPEG + b"x" * MAX_PICTURE) == (413, "invalid")
    assert refused(visitor, JPEG, "short") == (422, "invalid")
    assert sends(visitor, JPEG + b"x" * (MAX_PICTURE - len(JPEG)))[0] == 202
    assert sends(visitor, WEBP, None, **{"Content-Type": "image/png"})[0] == 202
    shown = found(lambda: pictures if len(pictures := desk.pictures(topic)) == 2 else [], "both")
    assert desk.fake.file(shown[1]) == WEBP


def test_a_body_without_an_end_is_not_read_to_it(desk: Desk) -> None:
    visitor, _ = desk.taken()
    sent = 0

    def endless() -> Iterator[bytes]:
        nonlocal sent
        yield JPEG
        while sent < 50:
            sent += 1
            yield b"x" * 2**20

    status, said = sends(visitor, endless())  # type: ignore[arg-type]
    assert (status, said["status"]) == (413, 413)


def test_pictures_come_in_no_greater_number_than_people_send(desk: Desk) -> None:
    visitor, _ = desk.taken()
    answers = [sends(visitor)[0] for _ in range(12)]
    assert answers[:10] == [202] * 10
    assert 429 in answers[10:]
    visitor.say("words go on")


def test_what_telegram_does_not_give_now_may_be_asked_for_again(desk: Desk) -> None:
    visitor, topic = desk.taken()
    place = desk.shows(visitor, topic, PNG)["id"]
    desk.fake.fault("server_error", method="getFile")
    answer = visitor.call("GET", f"/pictures/{place}")
    assert (answer.status_code, answer.json()["type"]) == (503, "urn:sparekey:problem:picture-unreachable")
    assert int(answer.headers["retry-after"]) > 0
    desk.fake.clear_faults()
    assert visitor.call("GET", f"/pictures/{place}").content == PNG


def test_who_loses_the_answer_because_the_server_dies_sends_it_again(own_desk: Desk) -> None:
    visitor, topic = own_desk.taken()
    name = an_id()
    assert sends(visitor, JPEG, name)[0] == 202
    own_desk.server.kill()
    own_desk.server.start()
    assert sends(visitor, JPEG, name)[0] == 202
    visitor.say("there?")
    found(
        lambda: [each for each in own_desk.fake.chat(own_desk.group).thread(topic) if "there?" in each.text],
        "it",
    )
    assert len(own_desk.pictures(topic)) == 1


def test_where_nobody_has_allowed_them_none_is_taken_offered_or_shown(server: Server) -> None:
    visitor = server.visitor()
    assert visitor.call("GET", "/config").json()["pictures"] is False
    visitor.say("human")
    visitor.answered(1)
    assert refused(visitor) == (409, "no-pictures")
    place = visitor.entries()[0]["id"]
    assert visitor.call("GET", f"/pictures/{place}").status_code == 404


def test_it_is_offered_where_it_is_allowed(desk: Desk) -> None:
    assert desk.server.visitor().call("GET", "/config").json()["pictures"] is True


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (JPEG, "image/jpeg"),
        (PNG, "image/png"),
        (WEBP, "image/webp"),
        (b"RIFF\x00\x00\x00\x00WAVE", None),
        (b"\xff\xd8", None),
        (b"", None),
    ],
)
def test_a_picture_is_what_its_first_bytes_say(content: bytes, kind: str | None) -> None:
    assert kind_of(content) == kind
