"""
Every environment variable, its default and its meaning.

All problems are reported together. Secrets never appear in a `repr`.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Final, Literal, get_args
from urllib.parse import urlsplit

from bot.adapters.accounts.addresses import parse_place
from bot.adapters.accounts.credentials import SECRET_LENGTH
from bot.errors import ConfigError

#: Whether texts are matched by their meaning, too: where the encoder is installed, always, or never.
Semantic = Literal["auto", "on", "off"]
YesNo = Literal["no", "yes"]
#: Who carries calls to Telegram: aiogram or python-telegram-bot.
Library = Literal["aiogram", "ptb"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one process."""

    #: Where the database and everything else that must survive is kept.
    data_dir: Path = Path("data")
    #: SQLAlchemy address of the database, which may hold a password; empty: `sparekey.db` in the data directory.
    database_url: str = field(default="", repr=False)
    #: The bot's token from BotFather; empty: no Telegram.
    telegram_token: str = field(default="", repr=False)
    #: Base address of the Bot API.
    telegram_api: str = "https://api.telegram.org"
    #: The library that carries the calls; the other one is not loaded.
    telegram_library: Library = "ptb"
    #: Public base address at which Telegram delivers; empty: it is polled.
    telegram_webhook: str = ""
    #: What deliveries are proven with, and what the rest of that address is made of.
    telegram_webhook_secret: str = field(default="", repr=False)
    #: Messages a second that Telegram takes of the bot, from all processes together; 0: no limit of ours.
    telegram_rate: float = 30.0
    #: The forum supergroup where agents work on what is handed over; 0: nowhere.
    staff_group: int = 0
    #: Telegram's ids of those who may answer people there, and of those who go on with what is escalated.
    staff_agents: tuple[int, ...] = ()
    staff_leads: tuple[int, ...] = ()
    #: Whether people and agents may send each other pictures, once a case is handed over.
    pictures: YesNo = "no"
    #: What the company's own site shows when it asks for a one-time address that links a chat to an account; empty: none.
    link_secret: str = field(default="", repr=False)
    #: The sites that the chat widget may stand on, by their origins; none: there is no widget.
    widget_origins: tuple[str, ...] = ()
    #: What identity tokens name as their audience.
    widget_id: str = "sparekey"
    #: The key that they are signed with: a shared secret, or `ed25519:` and a public key; empty: there are none.
    widget_key: str = field(default="", repr=False)
    #: The privacy page that people agree to before they write; empty: they are not asked.
    widget_consent: str = ""
    #: What sessions of the widget are signed with; empty: a key is made in the data directory.
    web_secret: str = field(default="", repr=False)
    #: Where reverse proxies are whose word on who has asked them is believed.
    web_proxies: tuple[IPv4Network | IPv6Network, ...] = (ip_network("127.0.0.0/8"), ip_network("::1/128"))
    #: Directory of flows instead of the shipped one.
    flows_dir: Path | None = None
    #: Directory of articles and facts instead of the shipped one.
    knowledge_dir: Path | None = None
    #: Where proved and fitted content is kept for the next start; None: `cache` in the data directory.
    cache_dir: Path | None = None
    #: Whether texts are matched by their meaning, too; `on`: nothing starts without.
    semantic: Semantic = "auto"
    #: Where `serve` answers `/healthz`.
    host: str = "127.0.0.1"
    port: int = 8080
    #: Base address of the account system; empty: the demo one.
    accounts_url: str = ""
    #: What calls to it are signed with, or else the token that they show.
    accounts_secret: str = field(default="", repr=False)
    accounts_token: str = field(default="", repr=False)
    #: Whether it may be at a private address.
    accounts_private: YesNo = "no"
    #: Seconds that a call to the account system may take before its result counts as unknown.
    backend_timeout_s: float = 10.0
    #: Days without a line after which a conversation is deleted; 0: it is kept for ever.
    retention_days: int = 90

    @classmethod
    def from_env(cls, environment: Mapping[str, str]) -> Settings:
        """
        Read the settings.

        Args:
            environment: For instance `os.environ`; only names that start with `SPAREKEY_` count.

        Returns:
            The settings.

        Raises:
            ConfigError: Lists every variable that is wrong, and how.
        """
        problems: list[str] = []
        values: dict[str, object] = {}
        for name, variable in VARIABLES.items():
            raw = environment.get(variable, "").strip()
            if not raw:
                continue
            try:
                values[name] = _PARSERS.get(name, str)(raw)
            except ValueError as error:
                shown = "it" if name in _UNSEEN else repr(raw)
                problems.append(f"{variable}: {shown} {error}")
        problems += _credential_problems(values) + _webhook_problems(values) + _staff_problems(values)
        if problems:
            raise ConfigError("; ".join(problems))
        return cls(**values)  # type: ignore[arg-type]

    @property
    def database(self) -> str:
        """Return the SQLAlchemy address that is used."""
        return self.database_url or f"sqlite:///{self.data_dir / 'sparekey.db'}"

    @property
    def shared(self) -> bool:
        """Tell whether several processes may serve at the database: a server's, not a file's."""
        return not self.database.startswith("sqlite")

    @property
    def cache(self) -> Path:
        """Return where proved content is kept."""
        return self.cache_dir or self.data_dir / "cache"


def _token(raw: str) -> str:
    if re.fullmatch(r"\d+:[\w-]+", raw, re.ASCII) is None:
        raise ValueError("is not a bot token such as 123456:ABC-DEF. Copy the one that BotFather gave you")
    return raw


def _secret(raw: str) -> str:
    if len(raw) < SECRET_LENGTH:
        raise ValueError(f"is shorter than {SECRET_LENGTH} characters. Make one with: openssl rand -hex 32")
    return raw


def _webhook(raw: str) -> str:
    parts = urlsplit(raw)
    local = parts.scheme == "http" and parts.hostname in ("127.0.0.1", "localhost")
    if (
        not (parts.scheme == "https" or local)
        or not parts.hostname
        or parts.username
        or "?" in raw
        or "#" in raw
    ):
        raise ValueError("is not a public address such as https://support.example.com")
    return raw.rstrip("/")


def _webhook_secret(raw: str) -> str:
    if not _WEBHOOK_SECRET.fullmatch(raw):
        raise ValueError(
            "is not 32 to 256 letters (A-Z, a-z), digits, _ and -. Make one with: openssl rand -hex 32"
        )
    return raw


def _bearer(raw: str) -> str:
    if not (raw.isascii() and raw.isprintable()) or " " in raw:
        raise ValueError("is not a token: visible ASCII characters without spaces")
    return raw


def _link_secret(raw: str) -> str:
    return _bearer(_secret(raw))


def _place(raw: str) -> str:
    return str(parse_place(raw))


def _credential_problems(values: Mapping[str, object]) -> list[str]:
    """Tell whether there is one way to prove to the account system who calls, and whether it stays unread on its way."""
    url, private = str(values.get("accounts_url", "")), values.get("accounts_private") == "yes"
    given = [name for name in ("accounts_secret", "accounts_token") if name in values]
    problems = []
    if len(given) == 2 or (url and not given):
        secret, token = VARIABLES["accounts_secret"], VARIABLES["accounts_token"]
        problems.append(
            f"{secret}, {token}: set one of the two for the account system, as its operator told you"
        )
    if url.startswith("http:") and not private:
        problems.append(
            f"{VARIABLES['accounts_url']}: calls must be encrypted; use https, or set {VARIABLES['accounts_private']}=yes "
            "if it is on this machine or in a network of your own"
        )
    return problems


def _webhook_problems(values: Mapping[str, object]) -> list[str]:
    """Tell whether deliveries can be proven."""
    secret = VARIABLES["telegram_webhook_secret"]
    if "telegram_webhook" not in values or "telegram_webhook_secret" in values:
        return []
    return [
        f"{secret}: {VARIABLES['telegram_webhook']} needs it, so that nobody else can deliver. Make one with: openssl rand -hex 32"
    ]


def _staff_problems(values: Mapping[str, object]) -> list[str]:
    """Tell whether there is a group with somebody in it, and a bot to work there."""
    group, agents = VARIABLES["staff_group"], VARIABLES["staff_agents"]
    listed = [name for name in ("staff_agents", "staff_leads") if name in values]
    if "staff_group" not in values:
        problems = [f"{VARIABLES[name]}: set {group} too, or nobody answers there" for name in listed]
        if values.get("pictures") == "yes":
            problems.append(f"{VARIABLES['pictures']}: set {group} too, or nobody sees them")
        return problems
    problems = []
    if not listed:
        problems.append(f"{agents}: name who may answer people in {group}, by their Telegram ids: 4711, 4712")
    if "telegram_token" not in values:
        problems.append(f"{group}: set {VARIABLES['telegram_token']} too; the bot works in that group")
    return problems


def _group(raw: str) -> int:
    if re.fullmatch(r"-\d{5,15}", raw, re.ASCII) is None:
        raise ValueError(
            "is not the id of a group such as -1001234567890. Add the bot to the group, write there, and look at the "
            "`chat` in the bot's updates"
        )
    return int(raw)


def _people(raw: str) -> tuple[int, ...]:
    ids = [part.strip() for part in raw.split(",") if part.strip()]
    if not ids or any(re.fullmatch(r"[1-9]\d{0,15}", part, re.ASCII) is None for part in ids):
        raise ValueError(
            "is not a list of Telegram ids such as 4711, 4712. Usernames change hands; ids do not"
        )
    return tuple(dict.fromkeys(map(int, ids)))


def _origins(raw: str) -> tuple[str, ...]:
    return tuple(dict.fromkeys(_origin(part.strip()) for part in raw.split(",") if part.strip()))


def _origin(raw: str) -> str:
    if _ORIGIN.fullmatch(raw) is None or (raw + "/").endswith((":443/", ":80/")):
        raise ValueError(
            "is not a list of origins such as https://www.example.com, https://shop.example.com: small letters, no path"
        )
    return raw


def _widget_key(raw: str) -> str:
    if not raw.startswith("ed25519:"):
        return _secret(raw)
    try:
        key = base64.b64decode(raw.removeprefix("ed25519:") + "==", b"-_" if {*raw} & {*"-_"} else None)
    except ValueError:
        key = b""
    if len(key) != 32:
        raise ValueError("is not ed25519: and 32 bytes in base64, the site's public key")
    return raw


def _privacy_page(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme != "https" or not parts.hostname or parts.username or not _PLAIN.fullmatch(raw):
        raise ValueError(
            "is not the address of your privacy page, such as https://www.example.com/privacy: https, at most 500 characters, no spaces"
        )
    return raw


def _web_secret(raw: str) -> str:
    if len(raw) < 32:
        raise ValueError("is shorter than 32 characters. Make one with: openssl rand -hex 32")
    return raw


def _networks(raw: str) -> tuple[IPv4Network | IPv6Network, ...]:
    try:
        return tuple(ip_network(part.strip()) for part in raw.split(",") if part.strip())
    except ValueError:
        raise ValueError("is not a list of addresses and networks such as 127.0.0.1, 172.18.0.0/16") from None


def _yes_no(raw: str) -> str:
    if raw not in get_args(YesNo):
        raise ValueError("is neither yes nor no")
    return raw


def _address(raw: str) -> str:
    parts = urlsplit(raw)
    if parts.scheme not in ("http", "https") or not parts.netloc:
        raise ValueError("is not an address such as https://api.telegram.org")
    return raw.rstrip("/")


def parse_port(raw: str) -> int:
    """Read a port. Raises ValueError with what is wrong."""
    if not (raw.isascii() and raw.isdecimal() and int(raw) <= 65_535):
        raise ValueError("is not a port, 0 to 65535")
    return int(raw)


def _seconds(raw: str) -> float:
    try:
        seconds = float(raw)
    except ValueError:
        raise ValueError("is not a number of seconds such as 10") from None
    if not 0 < seconds <= 300:
        raise ValueError("is not between 0 and 300 seconds")
    return seconds


def _rate(raw: str) -> float:
    try:
        rate = float(raw)
    except ValueError:
        raise ValueError("is not a number of messages a second such as 30") from None
    if not 0 <= rate <= 10_000:
        raise ValueError("is not between 0 and 10000 messages a second")
    return rate


def _days(raw: str) -> int:
    if not (raw.isascii() and raw.isdecimal() and int(raw) <= 36_500):
        raise ValueError("is not a whole number of days, 0 to 36500; 0 keeps for ever")
    return int(raw)


def _library(raw: str) -> str:
    if raw not in get_args(Library):
        raise ValueError("is neither aiogram nor ptb")
    return raw


def _semantic(raw: str) -> str:
    if raw not in get_args(Semantic):
        raise ValueError(f"is none of {', '.join(get_args(Semantic))}")
    return raw


def _directory(raw: str) -> Path:
    if not Path(raw).is_dir():
        raise ValueError("is not a directory. Create it or correct the path")
    return Path(raw)


#: An origin as browsers write it.
_ORIGIN: Final = re.compile(r"https?://(?:[a-z0-9](?:[a-z0-9.-]*[a-z0-9])?|\[[0-9a-f:]+\])(?::\d{1,5})?")
#: An address as browsers write it.
_PLAIN: Final = re.compile(r"[!-~]{1,500}")
#: What Telegram takes as a secret (Bot API, setWebhook), and long enough that nobody guesses it.
_WEBHOOK_SECRET = re.compile(r"[A-Za-z0-9_-]{32,256}")
#: Field -> environment variable.
VARIABLES: Mapping[str, str] = {name: f"SPAREKEY_{name.upper()}" for name in Settings.__dataclass_fields__}
#: What may hold a secret, also where it is wrong.
_UNSEEN = frozenset(
    {
        "telegram_token",
        "telegram_webhook",
        "telegram_webhook_secret",
        "accounts_url",
        "accounts_secret",
        "accounts_token",
        "link_secret",
        "widget_key",
        "web_secret",
    }
)
_PARSERS: Mapping[str, Callable[[str], object]] = {
    "data_dir": Path,
    "cache_dir": Path,
    "telegram_token": _token,
    "telegram_api": _address,
    "telegram_webhook": _webhook,
    "telegram_webhook_secret": _webhook_secret,
    "telegram_library": _library,
    "telegram_rate": _rate,
    "staff_group": _group,
    "staff_agents": _people,
    "staff_leads": _people,
    "widget_origins": _origins,
    "widget_key": _widget_key,
    "widget_consent": _privacy_page,
    "web_secret": _web_secret,
    "web_proxies": _networks,
    "flows_dir": _directory,
    "knowledge_dir": _directory,
    "semantic": _semantic,
    "port": parse_port,
    "accounts_url": _place,
    "accounts_secret": _secret,
    "link_secret": _link_secret,
    "accounts_token": _bearer,
    "accounts_private": _yes_no,
    "pictures": _yes_no,
    "backend_timeout_s": _seconds,
    "retention_days": _days,
}
