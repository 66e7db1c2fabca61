"""
Every fault of Sparekey, in three branches named for who must act.

`ContentError`: the author of a flow or an article. `BackendError` and its like: another system. `ConfigError`: the
operator. What the person in the chat reads is content and never stands here. Programming errors stay built-in.
"""

from __future__ import annotations


class SparekeyError(Exception):
    """Something is wrong that a person can mend; the message says where, what and how."""

    def __init__(self, message: str = "") -> None:
        super().__init__(message or type(self).__doc__ or "")


class ContentError(SparekeyError):
    """A flow, an article or a fact is wrong. Run `sparekey check` and mend what it lists."""


class ConfigError(SparekeyError):
    """A setting is wrong. The message names the environment variable."""


class StoreError(SparekeyError):
    """The database cannot be used now. Nothing was half done: the transaction was rolled back."""


class StoreBusy(StoreError):
    """The database is locked by another process. Stop that process or wait; it is tried again."""


class StoreFull(StoreError):
    """The disk is full. Free some space; what was not stored is asked for again."""


class StoreOutdated(StoreError):
    """The database has another schema than this program. Run `sparekey db upgrade`."""


class StoreRefused(StoreError):
    """The database refuses a row that contradicts another one, now and later. Report this as a bug."""


class UnreadableRow(StoreError):
    """A stored event, effect or conversation cannot be read by this version of the program."""

    def __init__(self, message: str, *, key: str) -> None:
        super().__init__(message)
        #: Id of the event, the command or the conversation.
        self.key = key


class StaleConversation(StoreError):
    """Somebody else saved the conversation first. Load it again and repeat the turn."""


class ChannelError(SparekeyError):
    """The chat service did not take a message."""


class ChannelBusy(ChannelError):
    """The chat service asks us to wait."""

    def __init__(self, message: str, *, retry_after_s: float) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class ChannelUnreachable(ChannelError):
    """The chat service did not answer or answered with a fault of its own; the same call may work later."""


class RecipientGone(ChannelError):
    """The person blocked the bot or closed the chat: nothing can be sent, now or later."""


class PlaceGone(ChannelError):
    """Somebody deleted the place where agents talk about a case: it is made again."""


class PlaceLeft(PlaceGone):
    """The place is in a room where agents do not work any more: another is made, and that one deleted."""


class MessageRefused(ChannelError):
    """The chat service refuses this very message, now and later: a fault of ours."""
