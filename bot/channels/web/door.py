"""
The widget's side of the server, put together: the channel, and everything that the web server answers for it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass, field

from aiohttp import web

from bot.channels.web.api import Api
from bot.channels.web.channel import WebChannel
from bot.channels.web.demo import Demo, Simulated
from bot.channels.web.identity import Identities
from bot.channels.web.limits import Limits
from bot.channels.web.pages import Pages
from bot.channels.web.pictures import Fetch, Pictures
from bot.channels.web.proxies import Network, Proxies
from bot.channels.web.sites import Sites
from bot.channels.web.tokens import Tokens
from bot.core.catalog import Catalog
from bot.ports import Clock, Lane, Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Widget:
    """What an operator has set."""

    #: The sites that it stands on, as browsers write their origins.
    origins: Collection[str]
    #: What session tokens are signed with.
    secret: bytes = field(repr=False)
    #: What `aud` of identity tokens must be.
    audience: str
    #: A shared secret or a public key of the site's; empty: no site vouches for anybody.
    key: str = field(default="", repr=False)
    #: Address of what people agree to before they write; empty: nothing.
    consent: str = ""
    #: Whether people and agents may send each other pictures.
    pictures: bool = False
    #: Where reverse proxies are that say whom they were asked by.
    proxies: Sequence[Network] = ()


def open_door(
    widget: Widget,
    *,
    store: Store,
    catalog: Callable[[], Catalog],
    clock: Clock,
    simulated: Simulated | None,
    processes: Callable[[], int],
    typing: Callable[[Lane], Awaitable[None]],
    fetch: Fetch | None,
) -> tuple[WebChannel, Sequence[web.AbstractRouteDef]]:
    """
    Put it together.

    Args:
        widget: What an operator has set.
        store: Where everything is kept.
        catalog: The content.
        clock: The present.
        simulated: The accounts behind a sample site; None: there is no such site.
        processes: How many processes serve together.
        typing: Shows agents that somebody writes.
        fetch: Fetches pictures that a chat service keeps; None: this process talks to none.

    Returns:
        The channel, and who answers what.
    """
    channel, tokens = WebChannel(store), Tokens(widget.secret)
    sites = Sites(widget.origins, tokens)
    proxies, limits = Proxies(widget.proxies), Limits(processes)
    identities = Identities(widget.key, widget.audience) if widget.key else None
    api = Api(
        store=store,
        channel=channel,
        catalog=catalog,
        clock=clock,
        sites=sites,
        proxies=proxies,
        counted=limits,
        tokens=tokens,
        identities=identities,
        typing=typing,
        consent=widget.consent,
        pictures=Pictures(store, clock, allowed=widget.pictures, fetch=fetch),
    )
    pages = Pages(
        catalog=catalog, clock=clock, sites=sites, proxies=proxies, limits=limits, identities=identities
    )
    sample = Demo(simulated, catalog, clock).routes if simulated is not None else ()
    return channel, (*api.routes, *pages.routes, *sample)
