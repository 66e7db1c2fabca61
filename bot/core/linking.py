"""
What happens when a link to an account comes or goes: it is told, and the topic begins anew.

Anew, because the ways of linked people are others, and because no call of before may tell something now. While a human has
the conversation only the trust changes.
"""

from __future__ import annotations

from bot.core import offers, trust, walk
from bot.core.calls import NO_ACCOUNT, OPERATIONS
from bot.core.conversation import AccountLink, takeover_suspected
from bot.core.draft import Draft
from bot.core.ending import leave_flows
from bot.core.events import AccountLinked, CallReturned
from bot.core.vocabulary import Action, Status


def link(draft: Draft, event: AccountLinked) -> None:
    """Link the conversation, unless the link has ended already or a takeover is suspected."""
    if event.until <= draft.now or takeover_suspected(draft.conversation, draft.now):
        refuse(draft)
        return
    trust.hold(draft, AccountLink(account=event.account, until=event.until))
    draft.say_repair("linked")
    _begin_anew(draft)


def refuse(draft: Draft) -> None:
    """Say that an address does not link, in the same words whether it was used, is too old or never was."""
    draft.record(Action.LINK_REFUSED)
    draft.say_repair("link_refused")
    _go_on(draft)


def unlink(draft: Draft) -> None:
    """End the link because the person wants it."""
    if draft.conversation.link is None:
        draft.say_repair("not_linked")
        _go_on(draft)
        return
    trust.drop(draft)
    draft.say_repair("unlinked")
    _begin_anew(draft)


def lose(draft: Draft, event: CallReturned) -> bool:
    """
    End the link if the account system knows no account by its reference: that is a fault of whoever made it.

    Returns:
        Whether the call is settled with it; a ticket that was promised is not.
    """
    held = draft.conversation.link
    if held is None or held.account != event.account or event.data.get("reason") != NO_ACCOUNT:
        return False
    trust.drop(draft)
    ticket = OPERATIONS[event.operation].opens_ticket
    if draft.conversation.stack or ticket:
        draft.say_repair("link_lost")
    if draft.conversation.stack and not ticket:
        _begin_anew(draft)
    return not ticket


def log_out(draft: Draft) -> None:
    """End the link because the person has logged out on the site; nothing to say where there is none."""
    if draft.conversation.link is not None:
        unlink(draft)


def _go_on(draft: Draft) -> None:
    if draft.conversation.status is not Status.OPEN:
        offers.ask_again(draft)


def _begin_anew(draft: Draft) -> None:
    if draft.conversation.status is Status.OPEN:
        return
    stack = draft.conversation.stack
    leave_flows(draft)
    if stack and stack[0].flow in draft.catalog.flows:
        walk.start(draft, stack[0].flow)
    else:
        offers.menu(draft, "menu")
