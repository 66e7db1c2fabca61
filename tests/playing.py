"""A person at the desk, as the tests know them."""

from __future__ import annotations

from bot.rehearsal.person import MORNING, Person, playing

__all__ = ["MORNING", "Person", "playing"]
