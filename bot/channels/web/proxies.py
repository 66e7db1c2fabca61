"""
Whom a call came from, as far as that is known for certain.

`X-Forwarded-For` says whom each proxy on the way was asked by, the last one at the end. What proxies of ours say is believed, what
stands before that is only what somebody claims.
"""

from __future__ import annotations

import ipaddress
import logging
from collections.abc import Sequence
from typing import Final, TypeAlias

from aiohttp import web

from bot.core.vocabulary import Action

_LOG = logging.getLogger(__name__)
Address: TypeAlias = ipaddress.IPv4Address | ipaddress.IPv6Address
Network: TypeAlias = ipaddress.IPv4Network | ipaddress.IPv6Network
FORWARDED: Final = "X-Forwarded-For"


class Proxies:
    """
    The reverse proxies that are ours.

    Args:
        networks: Where they are.
    """

    def __init__(self, networks: Sequence[Network]) -> None:
        self._networks = tuple(networks)
        self._warned = False

    def caller(self, request: web.Request) -> str:
        """Return whom a call came from."""
        return self.behind(request.remote or "", ",".join(request.headers.getall(FORWARDED, ())))

    def behind(self, peer: str, forwarded: str) -> str:
        """
        Return whom a call came from.

        Args:
            peer: Who has opened the connection.
            forwarded: What was said of those before, in the order of the way; empty: nothing.

        Returns:
            An address; of the sixth version only the half that a subscriber is given.
        """
        found = _parsed(peer)
        claims = forwarded.split(",") if forwarded else []
        if claims and not self._is_ours(found):
            self._warn(found)
        while claims and self._is_ours(found) and (before := _parsed(claims.pop())) is not None:
            found = before
        if isinstance(found, ipaddress.IPv6Address):
            return str(ipaddress.ip_network((found, 64), strict=False))
        return str(found)

    def _is_ours(self, address: Address | None) -> bool:
        return address is not None and any(address in network for network in self._networks)

    def _warn(self, proxy: Address | None) -> None:
        """Tell once that everybody behind one of our own network counts as one: it may be a proxy that nobody has named."""
        if proxy is not None and proxy.is_private and not self._warned:
            self._warned = True
            _LOG.warning(
                "%s hands on calls of others and is not in SPAREKEY_WEB_PROXIES: all of them together have the limits of one "
                "address. If it is your reverse proxy, add it.",
                proxy,
                extra={"action": Action.CHANNEL_FAILED},
            )


def _parsed(text: str) -> Address | None:
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return None
    return getattr(address, "ipv4_mapped", None) or address
