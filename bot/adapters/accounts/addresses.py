"""
Where the account system may be: one address, and of what its name means, only what the operator allows. Pure.

A name means public addresses or, if the operator says so, private ones; never those that machines keep for themselves
(link-local, metadata services, multicast). Plain HTTP is for private addresses alone.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Final
from urllib.parse import urlsplit


class Standing(Enum):
    """What an IP address is to us."""

    PUBLIC = "public"
    #: This machine, or a network of the operator's own.
    PRIVATE = "private"
    #: Nothing that an account system could have.
    NEVER = "never"


#: RFC 1918, the shared space of RFC 6598, the unique local addresses of RFC 4193.
_PRIVATE: Final = (
    IPv4Network("10.0.0.0/8"),
    IPv4Network("172.16.0.0/12"),
    IPv4Network("192.168.0.0/16"),
    IPv4Network("100.64.0.0/10"),
    IPv6Network("fc00::/7"),
)
#: Metadata services of cloud providers that lie within private networks; the usual 169.254.169.254 is link-local.
_METADATA: Final = (ip_address("100.100.100.200"), ip_address("fd00:ec2::254"))
#: IETF protocol assignments (RFC 6890) with a metadata service among them; site-local addresses (RFC 3879).
_NEVER: Final = (IPv4Network("192.0.0.0/24"), IPv6Network("fec0::/10"))
#: RFC 6052: IPv4 behind a translator.
_TRANSLATED: Final = IPv6Network("64:ff9b::/96")
#: Dotted quads, which `ip_address` reads; every other number as a host is a trick, e.g. 2130706433, 0x7f.1 or 0177.0.0.1.
_NUMERIC: Final = re.compile(r"(?i)(?:.*\.)?(?:0x[0-9a-f]*|[0-9]+)\.?")
_HOST: Final = re.compile(r"(?i)[a-z0-9_](?:[a-z0-9_.-]*[a-z0-9_])?\.?")
_PATH: Final = re.compile(r"(?:/[A-Za-z0-9._~-]+)*")
_DEFAULT_PORTS: Final = {"https": 443, "http": 80}


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """The base address of an account system."""

    #: `https` or `http`.
    scheme: str
    #: A name, or an IP address without brackets.
    host: str
    port: int
    #: What goes before the path of every operation: empty, or with a slash at its start and none at its end.
    path: str = ""

    @property
    def netloc(self) -> str:
        """Return host and port as a `Host` header has them."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == _DEFAULT_PORTS[self.scheme] else f"{host}:{self.port}"

    def __str__(self) -> str:
        """Return the address; there is no secret in it."""
        return f"{self.scheme}://{self.netloc}{self.path}"


def parse_place(raw: str) -> Place:
    """Read a base address. Raises ValueError with what is wrong, without the address."""
    try:
        parts = urlsplit(raw)
        port = parts.port
    except ValueError:
        raise ValueError("is not an address such as https://accounts.example.com/support") from None
    host = parts.hostname or ""
    if parts.scheme not in _DEFAULT_PORTS or not host or port == 0:
        raise ValueError("is not an address such as https://accounts.example.com/support")
    if "@" in parts.netloc or parts.query or parts.fragment:
        raise ValueError("holds more than host and path. Leave out user, query and fragment")
    if not _is_literal(host) and (_NUMERIC.fullmatch(host) or not _HOST.fullmatch(host)):
        raise ValueError("has a host that is neither a name nor an IP address as usual, e.g. 203.0.113.7")
    path = parts.path.rstrip("/")
    if not _PATH.fullmatch(path) or ".." in path.split("/"):
        raise ValueError("has a path with other characters than letters, digits, '.', '_', '~', '-' and '/'")
    return Place(scheme=parts.scheme, host=host, port=port or _DEFAULT_PORTS[parts.scheme], path=path)


def standing(address: str) -> Standing:
    """
    Tell what an IP address is.

    Args:
        address: As a resolver returns it. An IPv4 address inside of an IPv6 one counts as itself.
    """
    try:
        ip = _unwrapped(ip_address(address))
    except ValueError:
        return Standing.NEVER
    if ip in _METADATA or ip.is_multicast or ip.is_link_local or any(ip in network for network in _NEVER):
        return Standing.NEVER
    if ip.is_loopback or any(ip in network for network in _PRIVATE):
        return Standing.PRIVATE
    # Tunnels lead to where nobody can tell from the address.
    tunnelled = isinstance(ip, IPv6Address) and bool(ip.sixtofour or ip.teredo)
    return Standing.PUBLIC if ip.is_global and not ip.is_reserved and not tunnelled else Standing.NEVER


def refusal(address: str, *, private: bool, tls: bool) -> str:
    """
    Tell why an address may not be called.

    Args:
        address: An IP address.
        private: Whether the operator allows private ones.
        tls: Whether the call is encrypted.

    Returns:
        The reason as a half sentence; empty: it may be called.
    """
    match standing(address):
        case Standing.NEVER:
            return (
                f"{address} is no address of an account system (link-local, metadata, multicast or reserved)"
            )
        case Standing.PRIVATE if not private:
            return f"{address} is a private address; if that is right, set SPAREKEY_ACCOUNTS_PRIVATE=yes"
        case Standing.PUBLIC if not tls:
            return f"{address} is a public address, where calls must be encrypted; use https"
        case _:
            return ""


def _is_literal(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


def _unwrapped(ip: IPv4Address | IPv6Address) -> IPv4Address | IPv6Address:
    if isinstance(ip, IPv4Address):
        return ip
    if ip in _TRANSLATED:
        return IPv4Address(int(ip) & 0xFFFFFFFF)
    return ip.ipv4_mapped or ip
