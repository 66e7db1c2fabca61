"""From what a person wrote to the flow that helps. Pure: no input, output, clock or chance."""

from __future__ import annotations

from bot.matching.decide import Policy
from bot.matching.language import Identified, Languages, identify
from bot.matching.matcher import NONE, Candidate, Match, Matcher
from bot.matching.model import Phrase

__all__ = ("NONE", "Candidate", "Identified", "Languages", "Match", "Matcher", "Phrase", "Policy", "identify")
