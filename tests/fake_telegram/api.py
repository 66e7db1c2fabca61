"""One call of the bot, from raw parameters to the answer: validate, strike with faults, apply, record."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tests.fake_telegram import faults, methods
from tests.fake_telegram.errors import ApiError, Violation
from tests.fake_telegram.faults import Fault, Faults
from tests.fake_telegram.rate_limits import RateLimits
from tests.fake_telegram.spec import Spec, Upload
from tests.fake_telegram.state import Wire, World

UNANSWERED = {"drop_before", "drop_after", "truncated"}


class Api:
    """Everything the bot can call, except `getUpdates`, which waits."""

    def __init__(self, spec: Spec, world: World) -> None:
        self.spec = spec
        self.world = world
        self.faults = Faults(world.rng)
        self.limits = RateLimits(world.clock, world.journal)

    def take_fault(self, method: str, raw: Mapping[str, Any]) -> Fault | None:
        return self.faults.take(method, self._chat_of(raw))

    def call(
        self, name: str, raw: dict[str, Any], files: dict[str, Upload], fault: Fault | None, via: str = "http"
    ) -> tuple[int, Wire]:
        """The status and body of the answer; the call is recorded whatever its outcome."""
        params: Wire = raw
        applied, result, status = False, None, 200
        try:
            params, result = self._apply(name, raw, files, fault)
            applied, body = True, {"ok": True, "result": result}
        except ApiError as error:
            status, body = error.status, error.answer()
            if isinstance(error, Violation):
                self.violation(name, raw, error)
        self._record(name, params, result, applied=applied, status=status, body=body, fault=fault, via=via)
        return status, body

    def lose(self, name: str, raw: dict[str, Any], fault: Fault) -> None:
        """Records a call that never took effect."""
        self._record(name, raw, None, applied=False, status=0, body={}, fault=fault, via="http")

    def violation(self, name: str, raw: Mapping[str, Any], error: ApiError) -> None:
        self.world.violations.append(
            {
                "time": self.world.clock.now(),
                "method": name,
                "params": _printable(raw),
                "description": error.description,
            }
        )

    def read(self, name: str, raw: dict[str, Any], files: dict[str, Upload]) -> tuple[Any, Wire]:
        """The compiled method and its decoded parameters; a part of the body named like a field is that field."""
        method = self.spec.method(name)
        return method, method.read(
            raw | {part: file for part, file in files.items() if part in method.fields}
        )

    def _apply(
        self, name: str, raw: dict[str, Any], files: dict[str, Upload], fault: Fault | None
    ) -> tuple[Wire, Any]:
        method, params = self.read(name, raw, files)
        faults.refuse(fault)
        self.limits.charge(method.name, params, self.world.numeric(params.get("chat_id", 0)))
        result = methods.perform(self.world, method, params, files)
        if result is not True:  # as of the methods that are not imitated
            method.returns(result)
        return params, result

    def _record(
        self,
        name: str,
        params: Wire,
        result: Any,
        *,
        applied: bool,
        status: int,
        body: Wire,
        fault: Fault | None,
        via: str,
    ) -> None:
        world = self.world
        entry = {
            "n": len(world.calls) + 1,
            "time": world.clock.now(),
            "method": name,
            "params": _printable(params),
            "chat_id": self._chat_of(params),
            "message_id": result.get("message_id") if isinstance(result, dict) else params.get("message_id"),
            "sends": not name.startswith("edit")
            and "message_id" in (result if isinstance(result, dict) else {}),
            "applied": applied,
            "answered": not (fault and fault.kind in UNANSWERED),
            "status": status,
            "description": body.get("description"),
            "fault": fault.kind if fault else None,
            "via": via,
        }
        world.calls.append(entry)
        if applied:
            self._count(entry)
            world.journal.write("call", **entry)
            world.changes.notify()
        elif fault:
            world.journal.write("struck", **entry)

    def _count(self, entry: Wire) -> None:
        for chat_id in {None, entry["chat_id"]}:
            self.world.applied[chat_id, entry["method"]] += 1
            self.world.applied[chat_id, "messages"] += entry["sends"]
            self.world.applied[chat_id, "shown"] += entry["sends"] or entry["method"] == "editMessageText"

    def _chat_of(self, params: Mapping[str, Any]) -> int | None:
        """The chat a call is about; for an answered press, the person."""
        chat_id = params.get("chat_id")
        if isinstance(chat_id, int):
            return chat_id
        if isinstance(chat_id, str):
            return int(chat_id) if chat_id.lstrip("-").isdecimal() else self.world.numeric(chat_id)
        query = self.world.queries.get(str(params.get("callback_query_id")))
        return query.user_id if query else None


def _printable(params: Mapping[str, Any]) -> Wire:
    return {
        name: f"<{len(value.content)} bytes: {value.name}>" if isinstance(value, Upload) else value
        for name, value in params.items()
    }
