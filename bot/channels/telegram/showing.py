"""
Commands to the parameters of the Bot API's methods; knows no library and does no work.

Nothing has a `parse_mode`, so that nothing a person typed is read as markup, and no link is shown as a preview.
"""

from __future__ import annotations

from typing import Any, Final
from unicodedata import east_asian_width

from bot.channels.telegram.wire import PICTURE
from bot.core.commands import Choice, SendMessage
from bot.core.texts import MAX_TEXT, length

#: Longest `callback_data`, in bytes (Bot API, InlineKeyboardButton).
MAX_DATA: Final = 64
#: Longest words under a picture, in UTF-16 code units (Bot API, sendPhoto).
MAX_CAPTION: Final = 1024
#: Longest notice of a press (Bot API, answerCallbackQuery).
MAX_NOTICE: Final = 200
#: Rows that a keyboard may have and still be seen at once on a phone, and the columns of two short labels side by side.
MAX_ROWS: Final = 8
_SHORT_LABEL: Final = 20

#: The parameters of a call.
Parameters = dict[str, Any]


def message(chat_id: str, said: SendMessage, *, invitation: str = "") -> Parameters:
    """
    Turn one message into the parameters of `sendMessage`, or of `sendPhoto` if it has a picture.

    Args:
        chat_id: The person's private chat, or a group.
        said: The engine has cut it to what Telegram takes.
        invitation: Address of a private chat with the bot, for a group.

    Returns:
        Parameters.

    Raises:
        ValueError: A choice's id is too long for a button.
    """
    shown = _shown(chat_id, said)
    if said.picture is not None:
        shown = {"chat_id": int(chat_id), **photo(said.picture, said.text)}
    if said.confidential:
        shown["protect_content"] = True
    if said.shares:
        shown["reply_markup"] = _number_keyboard(said)
    elif said.choices:
        shown["reply_markup"] = {"inline_keyboard": _keyboard(said.choices, said.screen)}
    elif said.invites and invitation:
        shown["reply_markup"] = {"inline_keyboard": [[{"text": said.invites, "url": invitation}]]}
    elif said.shared:
        shown["reply_markup"] = {"remove_keyboard": True}
    return shown


def photo(picture: str | bytes, text: str) -> Parameters:
    """Return what `sendPhoto` is told of a picture, by its name or as it is; a text that is too long to stand under it is left out."""
    shown: Parameters = {"photo": picture.removeprefix(PICTURE) if isinstance(picture, str) else picture}
    return {**shown, "caption": text} if text and fits_under(text) else shown


def fits_under(text: str) -> bool:
    """Tell whether a text may stand under a picture."""
    return length(text) <= MAX_CAPTION


def edit(chat_id: str, said: SendMessage) -> Parameters | None:
    """Turn one message into the parameters of `editMessageText`; None: it stands where no other one stood, as pictures do."""
    if said.replaces is None or said.picture is not None:
        return None
    markup = {"inline_keyboard": _keyboard(said.choices, said.screen) if said.choices else []}
    return {**_shown(chat_id, said), "message_id": int(said.replaces), "reply_markup": markup}


def words_before(chat_id: str, said: SendMessage) -> Parameters | None:
    """Return what must be sent before a message: its words, if they are too long for its picture, or what takes a button away, if it cannot."""
    takes_away = said.shared and said.choices and not said.shares
    before: Parameters
    if said.picture is not None and not fits_under(said.text):
        before = _shown(chat_id, said) | ({"protect_content": True} if said.confidential else {})
    elif takes_away:
        before = {"chat_id": int(chat_id), "text": said.shared, "disable_notification": True}
    else:
        return None
    return before | ({"reply_markup": {"remove_keyboard": True}} if takes_away else {})


def _shown(chat_id: str, said: SendMessage) -> Parameters:
    with_choice = f"{said.chosen}\n\n{said.text}"
    fits = said.chosen and length(with_choice) <= MAX_TEXT
    return {
        "chat_id": int(chat_id),
        "text": with_choice if fits else said.text,
        "link_preview_options": {"is_disabled": True},
    }


def _number_keyboard(said: SendMessage) -> Parameters:
    """Return a keyboard in place of the person's own, with a button that sends their number; the others send their words."""
    rows = _rows([{"text": choice.label} for choice in said.choices])
    return {
        "keyboard": [[{"text": said.shares, "request_contact": True}], *rows],
        "resize_keyboard": True,
        "one_time_keyboard": True,
    }


def _keyboard(choices: tuple[Choice, ...], screen: int) -> list[list[dict[str, str]]]:
    return _rows([{"text": choice.label, "callback_data": _data(choice, screen)} for choice in choices])


def _rows(buttons: list[dict[str, str]]) -> list[list[dict[str, str]]]:
    short = all(_width(button["text"]) <= _SHORT_LABEL for button in buttons)
    columns = max(2 if short else 1, -(-len(buttons) // MAX_ROWS))
    return [buttons[start : start + columns] for start in range(0, len(buttons), columns)]


def _data(choice: Choice, screen: int) -> str:
    data = f"v1:{screen}:{choice.id}"
    if len(data.encode()) > MAX_DATA:
        raise ValueError(f"The choice {choice.id!r} is too long for a button. Give it a shorter id.")
    return data


def _width(label: str) -> int:
    """Return how many columns a label takes; an ideograph is as wide as two letters."""
    return sum(2 if east_asian_width(letter) in "WF" else 1 for letter in label)
