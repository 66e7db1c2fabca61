"""Which slots still matter: what is dropped of a situation must not matter to anything that comes."""

from __future__ import annotations

from bot.content.load import load
from bot.content.paths import content_folders
from bot.proof.liveness import Footprint
from bot.proof.reads import Atom, How


def test_a_branch_keeps_what_is_asked_later_of_the_slot_that_it_asks() -> None:
    """It knows that there is something in the slot, and has not put it there."""
    draft = load(*content_folders()).draft
    assert draft is not None
    live = Footprint(draft.catalog).live
    branch, later = ("newest_code", "became"), ("newest_code", "refused")
    reason = Atom("delivery", How.ATTRIBUTE, "reason")
    assert reason in live[later]
    assert reason in live[branch], "people with another reason are in another situation"
    assert reason not in live["newest_code", "text"], "the call there puts a new answer into the slot"
