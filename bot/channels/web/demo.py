"""
A company's site to play with: a sign-in page whose code never arrives, the widget on it, a simulated phone and mailbox beside it.

The page says that a code was sent and sends none; that is the story. One that the bot has sent arrives on the simulated phone and
signs in. Who may see the page may read that phone, so it is only for accounts that do not exist.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Protocol

from aiohttp import web

from bot.channels.web import problems
from bot.channels.web.demo_words import WORDS
from bot.channels.web.front import language_of
from bot.channels.web.pages import page, policy
from bot.core.catalog import Catalog
from bot.ports import Clock

_FILES: Final = Path(__file__).parent / "demo_files"
_KINDS: Final[Mapping[str, str]] = {".js": "text/javascript", ".css": "text/css"}
#: At which step of the story somebody is who sees a step of the sign-in.
_NOW: Final[Mapping[str, str]] = {"account": "account", "code": "code", "wrong": "code"}
_CODE: Final = re.compile(r"\b\d{6}\b")
#: What is framed is our own page, so that its sign-in form and its scripts stay ours.
_HEADERS: Final = policy("'none'", frame_src="'self'", form_action="'self'")


class Arrived(Protocol):
    """A message on the simulated phone or in the mailbox."""

    @property
    def at(self) -> datetime:
        """When, aware UTC."""
        ...

    @property
    def to(self) -> str:
        """The number or the address."""
        ...

    @property
    def sender(self) -> str:
        """Who sent it."""
        ...

    @property
    def channel(self) -> str:
        """`sms`, `voice` or `email`."""
        ...

    @property
    def text(self) -> str:
        """What it says."""
        ...

    @property
    def valid_until(self) -> datetime:
        """The code in it counts until then."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Simulated:
    """Accounts that do not exist."""

    #: User name, number and address of each.
    accounts: Sequence[tuple[str, ...]]
    #: What has arrived, newest last.
    inbox: Callable[[], Awaitable[Sequence[Arrived]]]


class Demo:
    """
    Serves the site.

    Args:
        simulated: The accounts behind it.
        catalog: The content.
        clock: The present.
    """

    def __init__(self, simulated: Simulated, catalog: Callable[[], Catalog], clock: Clock) -> None:
        self._simulated, self._catalog, self._clock = simulated, catalog, clock

    @property
    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """What the web server is to serve."""
        return [
            web.get("/", problems.answering(self._site)),
            web.post("/", problems.answering(self._site)),
            web.get("/demo/embed", problems.answering(self._embed)),
            web.get("/demo/phone", problems.answering(self._phone)),
            web.get("/demo/{name}", problems.answering(self._file)),
        ]

    async def _site(self, request: web.Request) -> web.StreamResponse:
        """Show the step that the person is at; nothing of it is kept."""
        language = language_of(self._catalog(), request.query.get("language") or _accepted(request))
        sent = await request.post() if request.method == "POST" else {}
        account, code = str(sent.get("account", ""))[:100].strip(), str(sent.get("code", "")).strip()
        step = "account"
        if account:
            step = "code" if not code else "in" if await self._is_current(account, code) else "wrong"
        return page(
            "demo.html",
            _HEADERS,
            language=language,
            languages={each: self._catalog().repair[each].name for each in self._catalog().service.languages},
            words=WORDS.get(language, WORDS["en"]),
            company=self._catalog().service.facts["company"].value,
            accounts=self._simulated.accounts,
            account=account,
            step=step,
            now=_NOW.get(step, ""),
        )

    async def _embed(self, request: web.Request) -> web.StreamResponse:
        language = language_of(self._catalog(), request.query.get("language") or _accepted(request))
        return page(
            "demo-embed.html",
            _HEADERS,
            language=language,
            words=WORDS.get(language, WORDS["en"]),
            base=f"{request.scheme}://{request.host}",
        )

    async def _phone(self, _: web.Request) -> web.StreamResponse:
        """Return what the simulated phone and mailbox received, newest first."""
        messages = [
            {
                "at": each.at.isoformat(),
                "to": each.to,
                "from": each.sender,
                "channel": each.channel,
                "text": each.text,
                "valid_until": each.valid_until.isoformat(),
            }
            for each in reversed(await self._simulated.inbox())
        ]
        return web.json_response({"messages": messages[:20]}, headers=problems.HEADERS)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        file = _FILES / request.match_info["name"]
        if file.suffix not in _KINDS or file.parent != _FILES or not file.is_file():
            raise problems.Problem(
                404, "not-there", "There is no such file.", "Start at the address of the site."
            )
        headers = {**problems.HEADERS, "Content-Type": _KINDS[file.suffix]}
        return web.FileResponse(file, headers=headers)

    async def _is_current(self, account: str, code: str) -> bool:
        """Tell whether a code is the newest one that has reached the account, and still counts."""
        theirs = next(
            (set(names) for names in self._simulated.accounts if account.casefold() in names), set()
        )
        received = [
            each for each in await self._simulated.inbox() if each.to in theirs and _CODE.search(each.text)
        ]
        if not received or received[-1].valid_until < self._clock.now():
            return False
        return code in _CODE.findall(received[-1].text)


def _accepted(request: web.Request) -> str:
    """Return the first language that the browser asks for."""
    return request.headers.get("Accept-Language", "").partition(",")[0].partition(";")[0].strip()
