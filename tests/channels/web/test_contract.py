"""The published interface and the program are the same: whatever the document allows is answered as it says."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import pytest
import yaml

from bot.channels.web.api import BASE
from bot.channels.web.door import Widget, open_door
from bot.testing import ManualClock, MemoryStore
from tests.channels.web.site import SHOP, Server, Visitor
from tests.playing import MORNING

DOCUMENT = Path(__file__).parents[3] / "docs" / "web.openapi.yaml"


def test_every_route_is_published_and_every_published_one_is_there() -> None:
    widget = Widget(origins=[SHOP], secret=b"x" * 32, audience="sparekey")
    never: Any = None
    _, routes = open_door(
        widget,
        store=MemoryStore(),
        catalog=never,
        clock=ManualClock(MORNING),
        simulated=None,
        processes=lambda: 1,
        typing=never,
        fetch=None,
    )
    served = {
        (each.method.lower(), each.path.removeprefix(BASE))  # type: ignore[attr-defined]
        for each in routes
        if each.path.startswith(BASE)  # type: ignore[attr-defined]
    }
    paths = yaml.safe_load(DOCUMENT.read_text())["paths"]
    published = {(method, path) for path, methods in paths.items() for method in methods}
    assert {each for each in served if each[0] != "options"} == published


def test_schemathesis_finds_nothing(server: Server) -> None:
    schemathesis = pytest.importorskip("schemathesis", reason="schemathesis is not installed")
    from hypothesis import HealthCheck, Phase, given, settings

    schema = schemathesis.openapi.from_path(DOCUMENT)
    visitors: itertools.cycle[Visitor] = itertools.cycle([server.visitor() for _ in range(40)])
    checked: set[str] = set()
    for operation in (each.ok() for each in schema.get_all_operations()):
        # A stream has no end, and a session that is ended is of no use to the next call.
        if (operation.path, operation.method) in (("/events", "get"), ("/identity", "delete")):
            continue

        @settings(
            max_examples=15,
            deadline=None,
            database=None,
            phases=[Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy())
        def conforms(case: Any) -> None:
            visitor = next(visitors)
            if "wait" in (case.query or {}):
                case.query["wait"] = 0
            headers = {
                "Authorization": f"Bearer {visitor.token}",
                "Sparekey-Embed": SHOP,
                "X-Forwarded-For": visitor.http.headers["X-Forwarded-For"],
            }
            case.headers = {
                **{
                    k: v
                    for k, v in (case.headers or {}).items()
                    if k.lower() not in {h.lower() for h in headers}
                },
                **headers,
            }
            case.call_and_validate(
                base_url=f"http://127.0.0.1:{server.port}{BASE}",
                excluded_checks=_not_ours(schemathesis, case.operation.path),
            )

        conforms()
        checked.add(f"{operation.method} {operation.path}")
    assert len(checked) >= 12


def _not_ours(schemathesis: Any, path: str) -> list[Any]:
    """Without a session a call is refused elsewhere in these tests; here every call has one."""
    names = ["ignored_auth", "missing_required_header", "unsupported_method"]
    if path in ("/identity", "/language", "/consent"):  # what a string must say to count no schema tells
        names.append("positive_data_acceptance")
    known = schemathesis.checks.CHECKS
    return [known.get_one(name) for name in names]
