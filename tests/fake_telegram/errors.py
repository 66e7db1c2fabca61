"""The two ways a call can fail: the request breaks the specification, or the state of the chat forbids it."""

from __future__ import annotations

from typing import Any


class Impossible(Exception):
    """The test asked for something a person cannot do; says what is there instead."""


class ApiError(Exception):
    """An answer of the form `{"ok": false, ...}`."""

    def __init__(self, status: int, description: str, **parameters: Any) -> None:
        super().__init__(description)
        self.status = status
        self.description = description
        self.parameters = parameters

    def answer(self) -> dict[str, Any]:
        body: dict[str, Any] = {"ok": False, "error_code": self.status, "description": self.description}
        if self.parameters:
            body["parameters"] = self.parameters
        return body


class Violation(ApiError):
    """The bot's fault: the request is malformed, whatever the state. Recorded under /control/violations."""

    def __init__(self, description: str, status: int = 400) -> None:
        super().__init__(status, f"Bad Request: {description}" if status == 400 else description)


class Refusal(ApiError):
    """A well-formed request that the present state of the chat does not allow."""

    def __init__(self, description: str, **parameters: Any) -> None:
        super().__init__(400, f"Bad Request: {description}", **parameters)
