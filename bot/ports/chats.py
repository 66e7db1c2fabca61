"""Where people write, and where agents work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Protocol, runtime_checkable

from bot.core.commands import Choice, Courtesy, SendMessage
from bot.ports.rows import Incoming

#: Takes what a channel received; returns once it is durable, so that the channel may acknowledge it.
Receive = Callable[[Sequence[Incoming]], Awaitable[None]]


class StaffRoom(Protocol):
    """
    Where agents work: a place for each case, e.g. the topics of a group.

    Every method raises ChannelBusy, ChannelUnreachable, RecipientGone (the room itself), PlaceGone (the place) or
    MessageRefused. Texts are plain.
    """

    async def turn(self) -> None:
        """Wait until one more message may go to the room; who waits is served in the order of the calls."""
        ...

    async def open(self, title: str) -> str:
        """Make a place; return its name, `<room>/<place>`. A refusal is ChannelUnreachable: whoever runs the room can mend it."""
        ...

    async def rename(self, place: str, title: str) -> None:
        """Give a place another title."""
        ...

    async def post(
        self,
        place: str,
        text: str,
        buttons: Sequence[Choice] = (),
        *,
        to: str | None = None,
        calls: bool = False,
    ) -> str:
        """Write into a place, in answer to a message there if `to` names one, and call the leads; return the message's id."""
        ...

    async def show(self, place: str, picture: str | bytes, text: str) -> None:
        """Show a picture in a place, by its name where the room's own chat service keeps it, or as it is; the text belongs under it."""
        ...

    async def edit(self, place: str, message: str, text: str, buttons: Sequence[Choice]) -> None:
        """Write a message anew."""
        ...

    async def pin(self, place: str, message: str) -> None:
        """Keep a message on top of its place."""
        ...

    async def close(self, place: str) -> None:
        """Show that a case is over."""
        ...

    async def reopen(self, place: str) -> None:
        """Show that a case is not over."""
        ...

    async def typing(self, place: str) -> None:
        """Show for some seconds that the person writes, or leave it if there is more important to do."""
        ...

    async def mark(self, place: str, message: str, *, done: bool) -> None:
        """Show on an agent's message whether it is done."""
        ...

    async def remove(self, place: str) -> None:
        """Delete a place with all that was said there."""
        ...


class Channel(Protocol):
    """A chat service."""

    name: str

    async def run(self, receive: Receive) -> None:
        """Receive until cancelled; acknowledge to the chat service only what `receive` has returned for."""
        ...

    async def send(self, contact: str, message: SendMessage) -> None:
        """
        Deliver one message.

        Raises:
            ChannelBusy: Wait `retry_after_s`, then try again.
            ChannelUnreachable: Nobody knows whether it was delivered; try again.
            RecipientGone: Nothing can be sent to this contact.
            MessageRefused: This message can never be sent.
        """
        ...

    async def delete(self, contact: str, message: str) -> None:
        """Delete the person's message, best effort; same errors as `send`."""
        ...


@runtime_checkable
class Courteous(Protocol):
    """What a channel may do beside what it must."""

    async def oblige(self, contact: str, courtesy: Courtesy) -> None:
        """Do what is worth doing at once or never; raises ChannelError if it is not done."""
        ...
