"""
What a text means, asked beside its words: off the event loop, and not for long.

A turn that the words alone have prepared is there already. Whatever happens here, one of the two is taken.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Final, TypeVar

from bot.core.vocabulary import Action
from bot.service.faults import described

_LOG = logging.getLogger(__name__)
_T = TypeVar("_T")
#: Seconds that a person waits for it at most. Alone it takes 7 ms; when as many turns as may be under way ask at once, as
#: after a downtime, the last of them waits for all others: with 0.3 s 178 of 250 complaints at once went without, with a second 0 to 33.
PATIENCE_S: Final = 1.0


class SecondOpinion:
    """Asks one question after the other, in a thread of its own: an encoder serves one at a time anyway."""

    def __init__(self) -> None:
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="second-opinion")

    async def of(self, ask: Callable[[], _T], *, otherwise: _T) -> _T:
        """
        Ask.

        Args:
            ask: Takes milliseconds, changes nothing.
            otherwise: What holds if there is no answer in time.

        Returns:
            What `ask` returned, or `otherwise`. Never raises.
        """
        answer = asyncio.get_running_loop().run_in_executor(self._thread, ask)
        try:
            async with asyncio.timeout(PATIENCE_S):
                return await answer
        except TimeoutError:
            why = f"was not done in {PATIENCE_S} s"
        except Exception as fault:  # whatever it is, the turn goes on
            why = f"failed: {described(fault)}"
        words = "A text was matched by its words alone: its meaning %s"
        _LOG.warning(words, why, extra={"action": Action.SEMANTIC_FAILED})
        return otherwise

    def stop(self) -> None:
        """Ask no more; an answer that is still on its way is not waited for."""
        self._thread.shutdown(wait=False, cancel_futures=True)
