"""The web: the small server of a process, and people who talk to the bot in a widget on a company's site."""

from __future__ import annotations

from bot.channels.web.server import MAX_BODY, health, serving

__all__ = ["MAX_BODY", "health", "serving"]
