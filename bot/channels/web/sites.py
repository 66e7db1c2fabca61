"""
Who may ask: the sites that the widget stands on, by their exact origins, and the session that a token stands for.

A call comes from our own page in the site's frame, which names the site in a header, or from the site itself, whose origin the
browser names. A session counts only on the site that it was made for.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Final

from aiohttp import web

from bot.channels.web.problems import foreign_site, no_session
from bot.channels.web.tokens import Session, Tokens

#: Where our own page names the site that it stands on.
EMBED: Final = "Sparekey-Embed"
#: What a site may send and read, for its browser.
_PREFLIGHT: Final = {
    "Access-Control-Allow-Methods": "GET, POST, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Last-Event-ID",
    "Access-Control-Max-Age": "600",
}


class Sites:
    """
    The sites that may use the widget.

    Args:
        origins: Exactly as browsers send them.
        tokens: Of sessions.
    """

    def __init__(self, origins: Collection[str], tokens: Tokens) -> None:
        self._origins, self._tokens = frozenset(origins), tokens

    def allows(self, origin: str) -> bool:
        """Tell whether the widget may stand on a site."""
        return origin in self._origins

    def site(self, request: web.Request) -> str:
        """
        Return the site that a call is for.

        Raises:
            Problem: It is none of the list, or the browser says that somebody else calls.
        """
        origin = request.headers.get("Origin")
        ours = origin is None or origin.partition("://")[2] == request.host
        site = request.headers.get(EMBED, "") if ours else str(origin)
        if request.headers.get("Sec-Fetch-Site", "none") not in ("none", "same-origin") and ours:
            site = ""
        if not self.allows(site):
            raise foreign_site()
        return site

    def session(self, request: web.Request, now: datetime) -> Session:
        """Return whose call it is, if the token is good here. Raises Problem."""
        site = self.site(request)
        kind, _, token = request.headers.get("Authorization", "").partition(" ")
        session = self._tokens.read(token.strip(), now) if kind.lower() == "bearer" else None
        if session is None or session.site != site:
            raise no_session()
        return session

    def shared_with(self, request: web.Request) -> Mapping[str, str]:
        """Return the headers that let the site's own scripts read an answer; none for anybody else."""
        origin = request.headers.get("Origin")
        if origin is None or not self.allows(origin):
            return {"Vary": "Origin"}
        return {
            "Access-Control-Allow-Origin": origin,
            "Access-Control-Expose-Headers": "Retry-After",
            "Vary": "Origin",
        }

    def preflight(self, request: web.Request) -> web.Response:
        """Answer a browser that asks what a site may send."""
        headers = dict(self.shared_with(request))
        if "Access-Control-Allow-Origin" in headers:
            headers |= _PREFLIGHT
        return web.Response(status=204, headers=headers)
