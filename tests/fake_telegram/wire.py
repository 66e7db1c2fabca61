"""Reads a request's parameters from the query, a form, a JSON body or a multipart body."""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable, MutableMapping
from email.message import Message as Headers
from typing import Any
from urllib.parse import parse_qsl

from tests.fake_telegram.errors import Violation
from tests.fake_telegram.spec import Upload

Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]


class Torn(Exception):
    """Whoever asked was gone before the whole request was there: nobody acts on half of one."""


async def read_body(receive: Receive) -> bytes:
    """Read a body to its end. Raises Torn."""
    chunks = []
    while True:
        event = await receive()
        if event["type"] == "http.disconnect":
            raise Torn
        chunks.append(event.get("body", b""))
        if not event.get("more_body"):
            return b"".join(chunks)


def parameters(query: bytes, content_type: str, body: bytes) -> tuple[dict[str, Any], dict[str, Upload]]:
    """The raw parameters and the uploaded files by part name."""
    params: dict[str, Any] = dict(parse_qsl(query.decode(), keep_blank_values=True))
    if not body:
        return params, {}
    if content_type.startswith("application/json"):
        return params | _json_object(body), {}
    if content_type.startswith("multipart/form-data"):
        fields, files = _multipart(content_type, body)
        return params | fields, files
    return params | dict(parse_qsl(body.decode(), keep_blank_values=True)), {}


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        document = json.loads(body)
    except ValueError:
        raise Violation("can't parse JSON object") from None
    if not isinstance(document, dict):
        raise Violation("can't parse JSON object: Object expected")
    return document


def _multipart(content_type: str, body: bytes) -> tuple[dict[str, Any], dict[str, Upload]]:
    boundary = re.search(r'boundary="?([^";]+)"?', content_type)
    if boundary is None:
        raise Violation("boundary of the multipart body is missing")
    fields: dict[str, Any] = {}
    files: dict[str, Upload] = {}
    for part in (b"\r\n" + body).split(b"\r\n--" + boundary[1].encode())[1:-1]:
        head, _, content = part.partition(b"\r\n\r\n")
        headers = _headers(head)
        name = str(headers.get_param("name", header="content-disposition") or "")
        filename = headers.get_filename()
        if filename is None:
            fields[name] = content.decode()
        else:
            files[name] = Upload(filename, content, headers.get_content_type())
    return fields, files


def _headers(head: bytes) -> Headers:
    headers = Headers()
    for line in head.decode("utf-8", "replace").split("\r\n"):
        name, colon, value = line.partition(":")
        if colon:
            headers[name.strip()] = value.strip()
    return headers
