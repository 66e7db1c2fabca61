"""The contract as a document: what the example service serves, and what the adapter reads, is what it says."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import httpcore
import pytest
import yaml

from bot.adapters.accounts.credentials import KEY, TokenGuard
from bot.adapters.accounts.demo import DemoAccounts
from bot.adapters.accounts.demo_faults import FAULTS
from bot.adapters.accounts.wire import ANSWERS, KEYED
from bot.core.vocabulary import Outcome
from examples.account_service.contract import contract
from examples.account_service.service import account_service
from tests.contracts.account_worlds import TurnedClock
from tests.contracts.served import Served

DOCUMENT: dict[str, Any] = yaml.safe_load(
    (Path(__file__).parents[2] / "docs" / "account-service.openapi.yaml").read_text("utf-8")
)
TOKEN = "a-token-of-the-contract-tests"


def test_the_document_is_what_the_example_serves() -> None:
    """After a change: `python -m examples.account_service --openapi > docs/account-service.openapi.yaml`."""
    assert contract() == DOCUMENT


def test_the_document_has_the_operations_that_the_adapter_makes() -> None:
    assert set(DOCUMENT["paths"]) == {*ANSWERS, "/health"}
    with_key = {
        path
        for path, item in DOCUMENT["paths"].items()
        for operation in item.values()
        for parameter in operation.get("parameters", ())
        if parameter["name"] == KEY and parameter["required"]
    }
    assert with_key == KEYED


def names(schema: object) -> Iterator[str]:
    match schema:
        case dict():
            yield from schema.get("properties", {})
            for inner in schema.values():
                yield from names(inner)
        case list():
            for inner in schema:
                yield from names(inner)


def test_no_field_takes_or_gives_a_secret() -> None:
    found = set(names(DOCUMENT["components"]["schemas"]))
    assert {"case", "identifier", "ticket"} <= found
    assert not [name for name in found if re.search("code|otp|password|secret|link|url|destination", name)]


def faults_of(schema: dict[str, Any], value: object, where: str) -> Iterator[str]:
    """What is wrong with a value, by as much of JSON Schema as the document uses; a field too many is wrong, too."""
    if "$ref" in schema:
        schema = DOCUMENT["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    if "oneOf" in schema:
        chosen = schema["discriminator"]["mapping"][value["outcome"]]  # type: ignore[index]
        yield from faults_of({"$ref": chosen}, value, where)
        return
    if schema.get("type") == "object":
        assert isinstance(value, dict), where
        for name in {
            *(value.keys() - schema["properties"].keys()),
            *(set(schema["required"]) - value.keys()),
        }:
            yield f"{where}: {name} is there on one side only"
        for name in value.keys() & set(schema["properties"]):
            yield from faults_of(schema["properties"][name], value[name], f"{where}.{name}")
        return
    if "anyOf" in schema:  # a field that may be missing; where it is there, it is no null
        schema = next(kind for kind in schema["anyOf"] if kind["type"] != "null")
    kinds: dict[str, type] = {"string": str, "integer": int}
    if not isinstance(value, kinds[schema["type"]]):
        yield f"{where}: no {schema['type']}"
    elif "const" in schema and value != schema["const"]:
        yield f"{where}: not {schema['const']}"
    elif "enum" in schema and value not in schema["enum"]:
        yield f"{where}: none of {schema['enum']}"
    elif "pattern" in schema and not re.search(schema["pattern"], str(value)):
        yield f"{where}: not {schema['pattern']}"
    elif schema.get("format") == "date-time" and datetime.fromisoformat(str(value)).tzinfo is None:
        yield f"{where}: no moment"
    elif not schema.get("minimum", value) <= value <= schema.get("maximum", value):
        yield f"{where}: out of range"


ASKED: dict[str, dict[str, object]] = {
    "/begin-case": {"identifier": "mei"},
    "/linked-case": {"account": "mei"},
    "/account-state": {"case": "case-of-mei"},
    "/delivery-status": {"case": "case-of-mei", "channel": "sms"},
    "/resend-code": {"case": "case-1", "channel": "sms", "purpose": "login"},
    "/start-password-reset": {"case": "case-2", "channel": "email"},
    "/open-reset-ticket": {"case": "case-3", "items": ["phone"], "reason": "lost", "external_ref": "R-1"},
    "/find-ticket": {"external_ref": "R-1"},
}


@pytest.mark.parametrize("path", ASKED)
async def test_every_answer_of_the_example_is_of_the_document(path: str, tmp_path: Path) -> None:
    """Whatever goes wrong behind it; the calls are made without the adapter, which might forgive something."""
    accounts = DemoAccounts(tmp_path / "accounts.db", clock=TurnedClock())
    served = Served(account_service(accounts, TokenGuard(TOKEN)))
    operation = path.removeprefix("/").replace("-", "_")
    forced = [fault for fault in FAULTS[operation] if fault != "hang"]
    seen = set()
    async with httpcore.AsyncConnectionPool() as pool:

        async def ask(key: str, fields: dict[str, object]) -> None:
            headers = {"Authorization": f"Bearer {TOKEN}", KEY: key, "Content-Type": "application/json"}
            answer = await pool.request(
                "POST", served.address + path, headers=headers, content=json.dumps(fields).encode()
            )
            responses = DOCUMENT["paths"][path]["post"]["responses"]
            schema = responses[str(answer.status)]["content"]["application/json"]["schema"]
            body = json.loads(answer.content)
            assert list(faults_of(schema, body, path)) == []
            seen.add(body.get("outcome") or body["error"])

        try:
            await ask("first", ASKED[path])
            await ask("second", ASKED[path] | ({"external_ref": "R-2"} if "items" in ASKED[path] else {}))
            await ask("first", ASKED[path] | {"case": "case-4"} if path in KEYED else {"external_ref": "R-1"})
            await ask("third", ASKED[path] | {"channel": "pigeon"})
            await ask("fourth", {})
            for number, fault in enumerate(forced):
                await accounts.force(fault, operation=operation)
                await ask(f"forced-{number}", ASKED[path])
        finally:
            served.stop()
            await accounts.close()
    assert {Outcome.UNAVAILABLE, "bad_request"} < seen
    assert ("key_reused" in seen) is (path in KEYED)


async def test_nothing_is_answered_without_the_right_credential(tmp_path: Path) -> None:
    accounts = DemoAccounts(tmp_path / "accounts.db", clock=TurnedClock())
    served = Served(account_service(accounts, TokenGuard(TOKEN)))
    try:
        async with httpcore.AsyncConnectionPool() as pool:
            for path in (*ASKED, "/", "/openapi.json", "/docs"):
                for headers in ({}, {"Authorization": "Bearer wrong"}, {"Authorization": TOKEN}):
                    answer = await pool.request("POST", served.address + path, headers=headers)
                    assert (answer.status, answer.content) == (401, b'{"error":"bad_credential"}')
            answer = await pool.request(
                "POST",
                served.address + "/begin-case",
                headers={"Authorization": f"Bearer {TOKEN}"},
                content=b" " * 65_537,
            )
            assert (answer.status, answer.content) == (413, b'{"error":"too_long"}')
    finally:
        served.stop()
        await accounts.close()
