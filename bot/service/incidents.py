"""
What operators have told of faults on the company's side: taken up every few seconds, by every process.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

from bot.core.events import Value
from bot.core.incident import LONGEST, Incident
from bot.core.vocabulary import Action
from bot.ports import AuditRecord, Clock, Snapshot, Store, Transaction
from bot.service.faults import described
from bot.service.persist import surely

_LOG = logging.getLogger(__name__)
#: Seconds until a process knows what an operator has told.
LOOK_S: Final = 3.0


class Incidents:
    """
    Looks for what is broken, and for what is over.

    Args:
        store: Where operators' words are kept.
        clock: The present.
        use: Takes what was found, also where it is as before: the open ones, and those that somebody may still wait for.
    """

    def __init__(self, store: Store, clock: Clock, use: Callable[[tuple[Incident, ...]], None]) -> None:
        self._store, self._clock, self._use = store, clock, use

    async def look(self) -> None:
        """Look once, however long the store takes: whoever is told that something is over must be able to believe it."""
        self._use(await surely(lambda: self._store.read(self._known)))

    async def run(self) -> None:
        """Look every few seconds until cancelled; while the store does not answer, what was known last holds."""
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                self._use(await self._store.read(self._known))
            except Exception as fault:
                _LOG.warning(
                    "What operators have told of incidents cannot be read: %s",
                    described(fault),
                    extra={"action": Action.STORE_FAILED},
                )

    def _known(self, view: Snapshot) -> tuple[Incident, ...]:
        return view.incidents(self._clock.now() - LONGEST)


def start(tx: Transaction, incident: Incident) -> int:
    """Keep what an operator tells, with a line in the audit; returns the incident's number."""
    number = tx.start_incident(incident)
    details: Mapping[str, Value] = {"incident": number, "flows": incident.flows}
    tx.add_audit(
        AuditRecord(at=incident.since, conversation="", action=Action.INCIDENT_STARTED, details=details)
    )
    return number


def end(tx: Transaction, number: int, now: datetime) -> bool:
    """Note that an incident is over, with a line in the audit; False if none of this number is open."""
    if all(each.number != number for each in tx.incidents(now)) or not tx.end_incident(number, now):
        return False
    details = {"incident": number}
    tx.add_audit(AuditRecord(at=now, conversation="", action=Action.INCIDENT_ENDED, details=details))
    return True
