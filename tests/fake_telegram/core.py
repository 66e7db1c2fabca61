"""The fake without HTTP: one bot, its world, and everything that acts on it."""

from __future__ import annotations

import asyncio

from tests.fake_telegram.api import Api
from tests.fake_telegram.clock import Changes
from tests.fake_telegram.group_people import GroupPeople
from tests.fake_telegram.journal import Journal
from tests.fake_telegram.people import People
from tests.fake_telegram.polling import Poller
from tests.fake_telegram.spec import Spec
from tests.fake_telegram.state import World
from tests.fake_telegram.webhook import WebhookSender


class Fake:
    """Composes the parts; `reset` replaces them all by new ones."""

    def __init__(self, spec: Spec, token: str, journal: Journal, seed: int = 0) -> None:
        self.token = token
        self._spec, self._journal, self._seed = spec, journal, seed
        self._changes = Changes()
        self._sending: asyncio.Task[None] | None = None
        self._build()

    def _build(self) -> None:
        self.world = World(self._spec, self.token, self._journal, self._changes, self._seed)
        self.api = Api(self._spec, self.world)
        self.people = People(self.world)
        self.groups = GroupPeople(self.world)
        self.poller = Poller(self.world)
        self.sender = WebhookSender(self.api)

    def start(self) -> None:
        self._sending = asyncio.create_task(self.sender.run())

    def stop(self) -> None:
        """Ends a waiting poller and the deliveries under way."""
        self.poller.stop()
        self.sender.stop()
        if self._sending:
            self._sending.cancel()

    def reset(self) -> None:
        """Forgets everything. Another seed, so that identifiers of updates do not repeat."""
        self.stop()
        self._journal.write("reset")
        self._seed += 1
        self._build()
        self.start()
