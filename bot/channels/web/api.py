"""
The interface behind the widget, `docs/web.openapi.yaml`: reads a call, checks who it is of, and has it done.

What is said goes the way of every message: into the inbox under an id that the widget has made, so that a call that is
repeated says nothing twice, and is answered once it is durable.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, Final

from aiohttp import web

from bot.channels.web import bodies, feed, limits, problems
from bot.channels.web.channel import WebChannel
from bot.channels.web.devices import Devices
from bot.channels.web.doorman import Doorman
from bot.channels.web.front import config, language_of
from bot.channels.web.holding import Held, most_held
from bot.channels.web.identity import Identities, IdentityRefused
from bot.channels.web.pictures import Pictures
from bot.channels.web.proxies import Proxies
from bot.channels.web.sites import Sites
from bot.channels.web.streams import Streams
from bot.channels.web.tokens import Session, Tokens
from bot.core.case_code import parse
from bot.core.catalog import Catalog
from bot.core.events import (
    ChoicePicked,
    ConversationStarted,
    Event,
    TextReceived,
)
from bot.core.vocabulary import Status
from bot.ports import Clock, Lane, Snapshot, Store
from bot.service import ratings
from bot.service.transcript import spoken

BASE: Final = "/v1/widget"
#: What is said of a picture that somebody else has made: it does nothing, wherever it is opened.
_PICTURE: Final = {
    **problems.HEADERS,
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Content-Disposition": "inline",
}


class Api:
    """
    The calls of the interface.

    Args:
        store: Where everything is kept.
        channel: Takes in what is said.
        catalog: The content.
        clock: The present.
        sites: Who may call.
        proxies: Tell whom a call came from.
        counted: Counts calls.
        tokens: Of sessions.
        identities: Reads what sites vouch for; None: no site does.
        typing: Shows agents that somebody writes.
        consent: Address of what people agree to before they write; empty: nothing.
        pictures: Takes and shows them.
    """

    def __init__(
        self,
        *,
        store: Store,
        channel: WebChannel,
        catalog: Callable[[], Catalog],
        clock: Clock,
        sites: Sites,
        proxies: Proxies,
        counted: limits.Limits,
        tokens: Tokens,
        identities: Identities | None,
        typing: Callable[[Lane], Awaitable[None]],
        consent: str,
        pictures: Pictures,
    ) -> None:
        self._store, self._channel, self._catalog, self._clock = store, channel, catalog, clock
        self._sites, self._tokens, self._consent, self._pictures = sites, tokens, consent, pictures
        self._proxies, self._limits, self._show_typing = proxies, counted, typing
        self._streams = Streams(store, channel.hub, Held(most_held()))
        self._doorman = Doorman(store, channel, clock, tokens, identities)
        self._devices = Devices(store, clock, tokens)

    @property
    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """What the web server is to serve."""
        calls: Mapping[tuple[str, str], problems.Handler] = {
            ("GET", "/config"): self._config,
            ("POST", "/sessions"): self._begin,
            ("POST", "/consent"): self._agree,
            ("POST", "/start"): self._start,
            ("GET", "/messages"): self._messages,
            ("POST", "/messages"): self._message,
            ("POST", "/choices"): self._pick,
            ("POST", "/pictures"): self._picture,
            ("GET", "/pictures/{entry}"): self._show_picture,
            ("POST", "/language"): self._language,
            ("GET", "/events"): self._events,
            ("POST", "/read"): self._read,
            ("POST", "/typing"): self._typing,
            ("POST", "/rating"): self._rate,
            ("GET", "/transcript"): self._transcript,
            ("POST", "/cases"): self._case,
            ("POST", "/identity"): self._identify,
            ("DELETE", "/identity"): self._log_out,
            ("POST", "/device-codes"): self._invite,
            ("POST", "/devices"): self._join,
        }
        paths = dict.fromkeys(path for _, path in calls)
        return [
            *(
                web.route(method, BASE + path, self._shared(problems.answering(call)))
                for (method, path), call in calls.items()
            ),
            *(web.options(BASE + path, self._preflight) for path in paths),
        ]

    # Before anything is said

    async def _config(self, request: web.Request) -> web.StreamResponse:
        self._sites.site(request)
        self._may(limits.READING, "", request)
        language = language_of(self._catalog(), request.query.get("language"))
        vouched, now = self._doorman.vouched, self._clock.now()
        shown = config(
            self._catalog(),
            language,
            now,
            identity=vouched,
            pictures=self._pictures.allowed,
            consent=self._consent,
        )
        return _json(shown)

    async def _begin(self, request: web.Request) -> web.StreamResponse:
        site = self._sites.site(request)
        self._may(limits.BEGINNING, "", request)
        return _json(self._written(self._tokens.begin(site, self._clock.now())), status=201)

    async def _agree(self, request: web.Request) -> web.StreamResponse:
        session = await self._caller(request, limits.SAYING)
        body = await bodies.read(request, bodies.Agreed)
        if not self._consent or body.url != self._consent:
            raise problems.invalid("url: not Config.consent.url; read GET /config again.")
        await self._doorman.agree(session, body.url)
        return _nothing()

    # Saying something

    async def _start(self, request: web.Request) -> web.StreamResponse:
        session = await self._caller(request, limits.SAYING)
        body = await bodies.read(request, bodies.Start)
        flow = body.flow if body.flow in self._catalog().menu() else None
        name, now = feed.event_id(session.contact, body.id), self._clock.now()
        return await self._take(
            session, body.id, ConversationStarted(id=name, at=now, language=body.language, flow=flow)
        )

    async def _message(self, request: web.Request) -> web.StreamResponse:
        session = await self._caller(request, limits.SAYING)
        body = await bodies.read(request, bodies.Message)
        name, now = feed.event_id(session.contact, body.id), self._clock.now()
        return await self._take(
            session, body.id, TextReceived(id=name, at=now, text=body.text, language=body.language)
        )

    async def _pick(self, request: web.Request) -> web.StreamResponse:
        session = await self._caller(request, limits.SAYING)
        body = await bodies.read(request, bodies.Pick)
        name, now = feed.event_id(session.contact, body.id), self._clock.now()
        return await self._take(
            session, body.id, ChoicePicked(id=name, at=now, choice=body.choice, screen=body.screen)
        )

    async def _language(self, request: web.Request) -> web.StreamResponse:
        session = await self._caller(request, limits.SAYING)
        body = await bodies.read(request, bodies.Language)
        words = self._catalog().repair.get(body.language)
        if words is None or body.language not in self._catalog().service.languages:
            raise problems.invalid("language: none that is spoken; see GET /config.")
        name, now = feed.event_id(session.contact, body.id), self._clock.now()
        return await self._take(
            session, body.id, TextReceived(id=name, at=now, text=words.name, language=body.language)
        )

    async def _picture(self, request: web.Request) -> web.StreamResponse:
        session = await self._caller(request, limits.PICTURING)
        client = bodies.client_id(request)
        await self._ensure_consent(session)
        await self._pictures.expect(session.contact, client)
        event = await self._pictures.keep(session.contact, client, await bodies.picture(request))
        return await self._take(session, client, event)

    async def _take(self, session: Session, client: str, event: Event) -> web.Response:
        await self._ensure_consent(session)
        await self._channel.take(session.contact, [event])
        self._channel.hub.typing(session.contact)
        return _json({"id": client}, status=202)

    async def _ensure_consent(self, session: Session) -> None:
        if self._consent and not await self._doorman.agreed(session, self._consent):
            raise problems.no_consent()

    # Reading

    async def _messages(self, request: web.Request) -> web.StreamResponse:
        session = await self._caller(request, limits.READING)
        wait = request.query.get("wait", "0")
        if not (wait.isascii() and wait.isdecimal() and len(wait) <= 2 and int(wait) <= 25):
            raise problems.invalid("wait: a whole number of seconds, 0 to 25.", 400)
        after, caller = feed.named(request.query.get("after")), self._proxies.caller(request)
        page = await self._streams.next_page(session, after, int(wait), caller)
        entries = [feed.written(each, session.contact) for each in page.entries]
        return _json({"entries": entries, "state": page.state, "more": page.more})

    async def _events(self, request: web.Request) -> web.StreamResponse:
        session = await self._caller(request, limits.READING)
        headers = {**problems.HEADERS, **self._sites.shared_with(request)}
        return await self._streams.stream(request, session, headers, self._proxies.caller(request))

    async def _show_picture(self, request: web.Request) -> web.StreamResponse:
        session = await self._caller(request, limits.SHOWING)
        place = feed.named(request.match_info["entry"])
        picture, kind = await self._pictures.show(session.contact, place)
        return web.Response(body=picture, content_type=kind, headers=_PICTURE)

    async def _transcript(self, request: web.Request) -> web.StreamResponse:
        session = await self._caller(request, limits.READING)
        lane = Lane(self._channel.name, session.contact)

        def read(view: Snapshot) -> str:
            conversation = view.conversation(lane)
            return spoken(conversation, view.transcript(conversation.id)) if conversation else ""

        return web.Response(text=await self._store.read(read), headers=problems.HEADERS)

    # What is noted beside it

    async def _read(self, request: web.Request) -> web.StreamResponse:
        session = await self._caller(request, limits.READING)
        body = await bodies.read(request, bodies.Read)
        upto = feed.named(body.upto)
        if upto is not None:
            await self._store.write(lambda tx: feed.mark(tx, session.contact, upto, self._clock.now()))
        return _nothing()

    async def _typing(self, request: web.Request) -> web.StreamResponse:
        session = await self._caller(request, limits.TYPING)
        await self._show_typing(Lane(self._channel.name, session.contact))
        return _nothing()

    async def _rate(self, request: web.Request) -> web.StreamResponse:
        session = await self._caller(request, limits.SAYING)
        body = await bodies.read(request, bodies.Rating)
        lane, now = Lane(self._channel.name, session.contact), self._clock.now()
        rated = await self._store.write(
            lambda tx: ratings.rate(tx, lane, body.rating, body.comment or "", now)
        )
        if not rated:
            raise problems.Problem(
                409,
                "nothing-to-rate",
                "There is nothing to rate yet.",
                "Ask for a rating when the help is over.",
            )
        return _nothing()

    async def _case(self, request: web.Request) -> web.StreamResponse:
        await self._caller(request, limits.LOOKING_UP)
        body = await bodies.read(request, bodies.CaseCode)
        code = parse(body.code)
        status = await self._store.read(lambda view: _status(view, code)) if code is not None else None
        return _json({"status": status.value if status is not None else "unknown"})

    # Who it is

    async def _identify(self, request: web.Request) -> web.StreamResponse:
        session = self._sites.session(request, self._clock.now())
        self._may(limits.PROVING, session.contact, request)
        body = await bodies.read(request, bodies.IdentityToken)
        try:
            known = await self._doorman.identify(session, body.token)
        except IdentityRefused as fault:
            raise problems.Problem(
                422,
                "identity-refused",
                "The identity token is refused.",
                str(fault),
                reason=fault.reason.value,
            ) from None
        return _json(self._written(known))

    async def _log_out(self, request: web.Request) -> web.StreamResponse:
        session = await self._caller(request, limits.SAYING)
        await self._doorman.log_out(session)
        return _nothing()

    # On which devices

    async def _invite(self, request: web.Request) -> web.StreamResponse:
        session = await self._caller(request, limits.SAYING)
        code, until = await self._devices.invite(session)
        return _json({"code": code, "expires_at": until.isoformat()}, status=201)

    async def _join(self, request: web.Request) -> web.StreamResponse:
        session = await self._caller(request, limits.LOOKING_UP)
        body = await bodies.read(request, bodies.JoiningCode)
        joined = await self._devices.join(session, body.code)
        return _json({**self._written(joined.session), "joined": joined.at.isoformat()})

    # Shared

    async def _caller(self, request: web.Request, limit: limits.Limit) -> Session:
        """Return whose call it is, if it may be made now."""
        session = self._sites.session(request, self._clock.now())
        self._may(limit, session.contact, request)
        await self._doorman.admit(session)
        return session

    def _may(self, limit: limits.Limit, session: str, request: web.Request) -> None:
        if wait := self._limits.take(limit, session, self._proxies.caller(request)):
            raise problems.too_often(wait)

    def _written(self, session: Session) -> Mapping[str, Any]:
        return {"token": self._tokens.write(session), "expires_at": session.expires_at.isoformat()}

    def _shared(self, call: problems.Handler) -> problems.Handler:
        async def answer(request: web.Request) -> web.StreamResponse:
            response = await call(request)
            if not response.prepared:
                response.headers.update(self._sites.shared_with(request))
            return response

        return answer

    async def _preflight(self, request: web.Request) -> web.StreamResponse:
        return self._sites.preflight(request)


def _status(view: Snapshot, code: str) -> Status | None:
    conversation = view.case(code)
    return conversation.status if conversation is not None else None


def _json(value: Mapping[str, Any], status: int = 200) -> web.Response:
    return web.json_response(value, status=status, headers=problems.HEADERS)


def _nothing() -> web.Response:
    return web.Response(status=204, headers=problems.HEADERS)
