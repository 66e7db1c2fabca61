"""
Every environment variable, its default and its meaning.

All problems are reported together. Secrets never appear in a `repr`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import urlsplit

from bot.errors import ConfigError

#: Whether texts are matched by their meaning, too: where the encoder is installed, always, or never.
Semantic = Literal["auto", "on", "off"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """The settings of one process."""

    #: Where the database and everything else that must survive is kept.
    data_dir: Path = Path("data")
    #: SQLAlchemy address of the database; empty: `sparekey.db` in the data directory.
    database_url: str = ""
    #: The bot's token from BotFather; empty: no Telegram.
    telegram_token: str = field(default="", repr=False)
    #: Base address of the Bot API.
    telegram_api: str = "https://api.telegram.org"
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
    #: Seconds that a call to the account system may take before its result counts as unknown.
    backend_timeout_s: float = 10.0

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
                shown = "it" if "token" in name else repr(raw)
                problems.append(f"{variable}: {shown} {error}")
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
    bot, _, secret = raw.partition(":")
    if not (bot.isdigit() and secret):
        raise ValueError("is not a bot token such as 123456:ABC-DEF. Copy the one that BotFather gave you")
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


def _semantic(raw: str) -> str:
    if raw not in get_args(Semantic):
        raise ValueError(f"is none of {', '.join(get_args(Semantic))}")
    return raw


def _directory(raw: str) -> Path:
    if not Path(raw).is_dir():
        raise ValueError("is not a directory. Create it or correct the path")
    return Path(raw)


#: Field -> environment variable.
VARIABLES: Mapping[str, str] = {name: f"SPAREKEY_{name.upper()}" for name in Settings.__dataclass_fields__}
_PARSERS: Mapping[str, Callable[[str], object]] = {
    "data_dir": Path,
    "cache_dir": Path,
    "telegram_token": _token,
    "telegram_api": _address,
    "flows_dir": _directory,
    "knowledge_dir": _directory,
    "semantic": _semantic,
    "port": parse_port,
    "backend_timeout_s": _seconds,
}
