"""Takes the markup out of a text, as Telegram does before it counts the characters.

HTML is checked for known and balanced tags; MarkdownV2 for reserved characters and unpaired marks. Offsets of
entities are counted in UTF-16 code units, as everywhere in the Bot API.
"""

from __future__ import annotations

import html
import re
from typing import Any

from tests.fake_telegram.errors import Violation

HTML_TAGS = {
    "b": "bold", "strong": "bold", "i": "italic", "em": "italic", "u": "underline", "ins": "underline",
    "s": "strikethrough", "strike": "strikethrough", "del": "strikethrough", "span": "spoiler",
    "tg-spoiler": "spoiler", "a": "text_link", "code": "code", "pre": "pre", "blockquote": "blockquote",
    "tg-emoji": "custom_emoji", "tg-time": "date_time",
}  # fmt: skip
HTML_TOKEN = re.compile(r"<(/?)([A-Za-z][\w-]*)([^<>]*)>|[^<]+|<")
MARKS = {
    "*": "bold",
    "_": "italic",
    "__": "underline",
    "~": "strikethrough",
    "||": "spoiler",
    "`": "code",
    "```": "pre",
}
LEGACY_MARKS = {"*": "bold", "_": "italic", "`": "code", "```": "pre"}
MARK_TOKEN = re.compile(r"\\.|```|__|\|\||\[[^\]]*\]\([^)]*\)|.", re.DOTALL)
RESERVED = set("_*[]()~`>#+-=|{}.!")

Parsed = tuple[str, list[dict[str, Any]]]


def units(text: str) -> int:
    """Length in UTF-16 code units: the Bot API's characters."""
    return len(text) + sum(1 for char in text if ord(char) > 0xFFFF)


def parse(text: str, mode: str | None) -> Parsed:
    """The plain text and its entities. Raises `Violation` in Telegram's words."""
    match (mode or "").lower():
        case "":
            return text, []
        case "html":
            return _parse_html(text)
        case "markdownv2":
            return _parse_marks(text, MARKS, RESERVED)
        case "markdown":
            return _parse_marks(text, LEGACY_MARKS, set())
    raise Violation("unsupported parse_mode")


def _parse_html(text: str) -> Parsed:
    plain, entities = "", []
    stack: list[tuple[str, int, str]] = []
    for token in HTML_TOKEN.finditer(text):
        closing, tag, rest = token[1], (token[2] or "").lower(), token[3] or ""
        if token[0] == "<" or (tag and tag not in HTML_TAGS):
            raise _bad_entity(f'Unsupported start tag "{tag}"', text, token.start())
        if not tag:
            plain += html.unescape(token[0])
        elif not closing:
            stack.append((tag, units(plain), rest))
        elif not stack or stack[-1][0] != tag:
            raise _bad_entity(f'Unexpected end tag "{tag}"', text, token.start())
        else:
            entities.append(_html_entity(*stack.pop(), units(plain)))
    if stack:
        raise Violation(
            f"can't parse entities: Can't find end tag corresponding to start tag \"{stack[-1][0]}\""
        )
    return plain, entities


def _html_entity(tag: str, start: int, rest: str, end: int) -> dict[str, Any]:
    entity: dict[str, Any] = {"type": HTML_TAGS[tag], "offset": start, "length": end - start}
    href = re.search(r"href\s*=\s*[\"']?([^\"'\s>]+)", rest)
    if tag == "a" and href:
        entity["url"] = html.unescape(href[1])
    return entity


def _parse_marks(text: str, marks: dict[str, str], reserved: set[str]) -> Parsed:
    plain, entities = "", []
    stack: list[tuple[str, int, int]] = []
    for token in MARK_TOKEN.finditer(text):
        piece = token[0]
        in_code = bool(stack) and stack[-1][0].startswith("`")
        if piece in marks and (not in_code or piece == stack[-1][0]):
            if stack and stack[-1][0] == piece:
                mark, start, _ = stack.pop()
                entities.append({"type": marks[mark], "offset": start, "length": units(plain) - start})
            else:
                stack.append((piece, units(plain), token.start()))
        elif piece.startswith("[") and len(piece) > 1 and not in_code:
            label, _, url = piece[1:-1].partition("](")
            entities.append({"type": "text_link", "offset": units(plain), "length": units(label), "url": url})
            plain += label
        elif piece[0] == "\\" and len(piece) == 2:
            plain += piece[1]
        elif piece[0] in reserved and not in_code:
            raise Violation(
                f"can't parse entities: Character '{piece[0]}' is reserved and must be escaped with the preceding '\\'"
            )
        else:
            plain += piece
    if stack:
        raise _bad_entity("Can't find end of the entity starting", text, stack[-1][2])
    return plain, entities


def _bad_entity(problem: str, text: str, position: int) -> Violation:
    return Violation(f"can't parse entities: {problem} at byte offset {len(text[:position].encode())}")
