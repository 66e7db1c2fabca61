"""
What is answered instead of what was asked for: problem documents (RFC 9457), for a program and its developer.

None says whether something exists that belongs to somebody else.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import Final, TypeAlias

from aiohttp import web

from bot.core.vocabulary import Action
from bot.errors import StoreError
from bot.service.faults import described

_LOG = logging.getLogger(__name__)
Handler: TypeAlias = Callable[[web.Request], Awaitable[web.StreamResponse]]
#: Seconds after which a call is tried again that failed for want of the database.
RETRY_AFTER_S: Final = 2
#: Seconds after which there may be room again for what is held open; until then, whoever is refused reads page by page.
ROOM_AFTER_S: Final = 15
#: What every answer says to a browser: nothing is guessed, kept or passed on.
HEADERS: Final = {
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}


class Problem(Exception):
    """
    Something is not done.

    Args:
        status: Of the answer.
        word: What it is, for programs.
        title: The same for people.
        detail: What helps.
        retry_after_s: When the same call may work.
        reason: Of a refused identity token.
    """

    def __init__(
        self,
        status: int,
        word: str,
        title: str,
        detail: str,
        *,
        retry_after_s: int | None = None,
        reason: str | None = None,
    ) -> None:
        super().__init__(title)
        self.status = status
        self._retry_after_s = retry_after_s
        self._said = {
            "type": f"urn:sparekey:problem:{word}",
            "title": title,
            "status": status,
            "detail": detail,
            **({"reason": reason} if reason is not None else {}),
        }

    def response(self) -> web.Response:
        """Return the answer."""
        after = {"Retry-After": str(self._retry_after_s)} if self._retry_after_s is not None else {}
        answer = web.json_response(
            self._said,
            status=self.status,
            headers={**HEADERS, **after},
            content_type="application/problem+json",
        )
        if self._retry_after_s is not None:  # whoever comes later takes no open file until then
            answer.force_close()
        return answer


def invalid(detail: str, status: int = 422) -> Problem:
    """What was sent is not as the interface says."""
    return Problem(status, "invalid", "The request is not as it should be.", detail)


def no_session() -> Problem:
    """There is no such session, or it is another site's, or it has ended."""
    return Problem(401, "no-session", "There is no such session.", "Make a new one with POST /sessions.")


def another_account() -> Problem:
    """The site vouches for somebody else than before."""
    return Problem(
        409,
        "another-account",
        "The session is another account's.",
        "Log out with DELETE /identity and make a new session.",
    )


def no_consent() -> Problem:
    """The person was not asked yet, or has agreed to another page."""
    return Problem(
        403,
        "no-consent",
        "The person has not agreed yet.",
        "Show them what Config.consent of GET /config names, and when they agree, POST /consent; then send the same again.",
    )


def no_pictures() -> Problem:
    """Nobody has switched them on."""
    return Problem(
        409, "no-pictures", "Pictures are not taken.", "Offer it only where Config.pictures is true."
    )


def nobody_to_look() -> Problem:
    """The bot has the chat, and it does not look at pictures."""
    return Problem(
        409, "nobody-to-look", "Nobody would look at it now.", "Offer it only while State.status is open."
    )


def no_such_picture() -> Problem:
    """There is none in this feed, or it is not kept any more."""
    return Problem(
        404, "no-such-picture", "There is no such picture.", "Say that it cannot be shown any more."
    )


def picture_unreachable(seconds: int) -> Problem:
    """The chat service that keeps it does not give it now."""
    return Problem(
        503,
        "picture-unreachable",
        "The picture cannot be fetched now.",
        f"Try again in {seconds} s.",
        retry_after_s=seconds,
    )


def foreign_site() -> Problem:
    """The widget may not be used there."""
    return Problem(
        403,
        "foreign-site",
        "The widget is not allowed on this site.",
        "Add the site's origin to SPAREKEY_WIDGET_ORIGINS, exactly as the browser sends it.",
    )


def too_often(seconds: int) -> Problem:
    """Somebody is too fast."""
    return Problem(
        429, "too-often", "Too many requests.", f"Try again in {seconds} s.", retry_after_s=max(seconds, 1)
    )


def too_many_open() -> Problem:
    """One session, or one address, holds as much open as it may."""
    return _no_room(429)


def full() -> Problem:
    """This process holds as much open as it can; another one behind the same proxy may not."""
    return _no_room(503)


def _no_room(status: int) -> Problem:
    return Problem(
        status,
        "too-many-open",
        "Too much is held open.",
        f"Read page by page with GET /messages?wait=0, and try again in {ROOM_AFTER_S} s.",
        retry_after_s=ROOM_AFTER_S,
    )


def unavailable() -> Problem:
    """The database does not answer, or the program is starting or stopping."""
    return Problem(
        503, "unavailable", "It cannot be done now.", "Send the same again.", retry_after_s=RETRY_AFTER_S
    )


def answering(handler: Handler) -> Handler:
    """Answer with a problem document whatever goes wrong; nothing of a fault of ours is told."""

    async def answer(request: web.Request) -> web.StreamResponse:
        try:
            return await handler(request)
        except Problem as problem:
            return problem.response()
        except web.HTTPRequestEntityTooLarge:
            return invalid("The body is too long.", 413).response()
        except StoreError as fault:
            _LOG.warning("%s A widget tries again.", fault, extra={"action": Action.CHANNEL_FAILED})
            return unavailable().response()
        except ConnectionError:  # the other side has gone: nobody reads the answer
            raise
        except Exception as fault:  # its traceback could quote what somebody wrote
            _LOG.error("A request failed: %s", described(fault), extra={"action": Action.CHANNEL_FAILED})
            return unavailable().response()

    return answer
