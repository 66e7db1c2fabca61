"""
The pages of the widget: the loader, the frame, their files, and a page where an integrator tests an identity token.

Files have a hash in their names and are kept by browsers for ever; `manifest.json` says which are the present ones. No page has
a script or a style in it, and each says who may frame it.
"""

from __future__ import annotations

import json
import mimetypes
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, select_autoescape

from bot.channels.web import problems
from bot.channels.web.api import BASE
from bot.channels.web.front import language_of
from bot.channels.web.identity import Identities, IdentityRefused
from bot.channels.web.limits import PROVING, Limits
from bot.channels.web.proxies import Proxies
from bot.channels.web.sites import Sites
from bot.core.catalog import Catalog
from bot.ports import Clock

#: Where the built widget is put.
ASSETS: Final = Path(__file__).parent / "assets"
_TEMPLATES: Final = Path(__file__).parent / "templates"
#: A file whose name changes with its content.
_HASHED: Final = re.compile(r"[\w.-]+-[A-Za-z0-9_]{8,}\.(?:js|css|map|svg|png|woff2|mp3|ogg|wav|webm)")
_FOR_EVER: Final = "public, max-age=31536000, immutable"
#: A site's page finds a new version within minutes.
_FOR_MINUTES: Final = "public, max-age=300"
_LONGEST_TOKEN: Final = 4096
_PAGES: Final = Environment(
    loader=FileSystemLoader(_TEMPLATES), autoescape=select_autoescape(default=True, default_for_string=True)
)


def policy(ancestors: str, **more: str) -> Mapping[str, str]:
    """Return the headers of a page: what it may load, and who may frame it."""
    rules = {
        "default-src": "'none'",
        "script-src": "'self'",
        "style-src": "'self'",
        "img-src": "'self' blob: data:",
        "connect-src": "'self'",
        "media-src": "'self'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "object-src": "'none'",
        "frame-ancestors": ancestors,
        "require-trusted-types-for": "'script'",
        **{name.replace("_", "-"): value for name, value in more.items()},
    }
    return {
        **problems.HEADERS,
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in rules.items()),
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), microphone=(), geolocation=(), payment=()",
    }


def page(template: str, headers: Mapping[str, str], status: int = 200, **values: Any) -> web.Response:
    """Return a page made of a template; every value in it is text."""
    body = _PAGES.get_template(template).render(**values)
    return web.Response(text=body, status=status, headers=headers, content_type="text/html")


class Pages:
    """
    Serves the pages.

    Args:
        catalog: The content.
        clock: The present.
        sites: Where the widget may stand.
        proxies: Tell whom a call came from.
        limits: Counts calls.
        identities: Reads what sites vouch for; None: no site does.
        assets: Where the built widget is.
    """

    def __init__(
        self,
        *,
        catalog: Callable[[], Catalog],
        clock: Clock,
        sites: Sites,
        proxies: Proxies,
        limits: Limits,
        identities: Identities | None,
        assets: Path = ASSETS,
    ) -> None:
        self._catalog, self._clock, self._sites = catalog, clock, sites
        self._proxies, self._limits = proxies, limits
        self._identities, self._assets = identities, assets

    @property
    def routes(self) -> Sequence[web.AbstractRouteDef]:
        """What the web server is to serve."""
        return [
            web.get("/widget/loader.js", problems.answering(self._loader)),
            web.get("/widget/frame", problems.answering(self._frame)),
            web.get("/widget/assets/{name}", problems.answering(self._asset)),
            web.get("/widget/identity-test", problems.answering(self._test)),
            web.post("/widget/identity-test", problems.answering(self._test)),
        ]

    async def _loader(self, _: web.Request) -> web.StreamResponse:
        file = self._assets / self._manifest()["loader.js"]
        headers = {**problems.HEADERS, "Cache-Control": _FOR_MINUTES, "Content-Type": "text/javascript"}
        # Whichever site it is on, it is the same public file.
        return web.FileResponse(file, headers={**headers, "Cross-Origin-Resource-Policy": "cross-origin"})

    async def _asset(self, request: web.Request) -> web.StreamResponse:
        name = request.match_info["name"]
        file = self._assets / name
        if _HASHED.fullmatch(name) is None or not file.is_file():
            raise _not_there()
        kind = mimetypes.guess_type(name)[0] or "application/octet-stream"
        headers = {**problems.HEADERS, "Cache-Control": _FOR_EVER, "Content-Type": kind}
        return web.FileResponse(file, headers=headers)

    async def _frame(self, request: web.Request) -> web.StreamResponse:
        origin = request.query.get("origin", "")
        language = language_of(self._catalog(), request.query.get("language"))
        if not self._sites.allows(origin):
            return page("refused.html", policy("*", script_src="'none'"), 403, language=language)
        return page(
            "frame.html",
            policy(origin),
            language=language,
            languages=" ".join(self._catalog().service.languages),
            origin=origin,
            api=f"..{BASE}",
            files=self._manifest(),
        )

    async def _test(self, request: web.Request) -> web.StreamResponse:
        """Say what is wrong with a token; it is not used up."""
        if wait := self._limits.take(PROVING, "", self._proxies.caller(request)):
            raise problems.too_often(wait)
        token = ""
        if request.method == "POST":
            token = str((await request.post()).get("token", "")).strip()[:_LONGEST_TOKEN]
        headers = policy("'none'", script_src="'none'", form_action="'self'")
        return page(
            "identity-test.html",
            headers,
            token=token,
            configured=self._identities,
            verdict=self._verdict(token),
        )

    def _verdict(self, token: str) -> Mapping[str, str] | None:
        if not token or self._identities is None:
            return None
        try:
            identity = self._identities.read(token, self._clock.now())
        except IdentityRefused as fault:
            return {"reason": fault.reason.value, "cure": str(fault)}
        return {"account": identity.account}

    def _manifest(self) -> Mapping[str, str]:
        try:
            return dict(json.loads((self._assets / "manifest.json").read_text()))
        except FileNotFoundError:
            raise problems.Problem(
                404, "not-built", "The widget is not built.", "Run `make widget` and start again."
            ) from None


def _not_there() -> problems.Problem:
    return problems.Problem(
        404, "not-there", "There is no such file.", "Take its name from the frame's page."
    )
