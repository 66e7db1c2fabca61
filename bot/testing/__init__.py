"""
Doubles of the ports, shipped for the tests of whoever builds on them.

`MemoryStore` passes the contract suite of the durable store; what it keeps lies open in plain dictionaries and lists.
"""

from bot.testing.channel import CollectingChannel
from bot.testing.clock import ManualClock
from bot.testing.memory import Helped
from bot.testing.store import MemoryStore

__all__ = ["CollectingChannel", "Helped", "ManualClock", "MemoryStore"]
