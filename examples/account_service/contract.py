"""
The contract as OpenAPI 3.1, made of the operations as they are served. `docs/account-service.openapi.yaml` is this, committed.
"""

from __future__ import annotations

from typing import Any, cast

from bot.adapters.accounts.credentials import SIGNATURE
from bot.ports import AccountBackend
from examples.account_service.service import routes


def contract() -> dict[str, Any]:
    """Return the document; nothing is called for it."""
    document = routes(cast("AccountBackend", None)).openapi()
    _without_other_refusals(document)
    document["components"]["securitySchemes"]["signature"]["description"] = (
        f"`{SIGNATURE}: t=<Unix seconds>,n=<32 hex digits, new for each call>,v1=<hex>`, where v1 is the HMAC-SHA-256, keyed "
        "with the shared secret, of: t, n, the method, the path as sent, the Idempotency-Key or nothing, each followed by a "
        "line feed, and the body. Refuse a signature that is older than 300 seconds, or whose n has been used."
    )
    document["components"]["securitySchemes"]["token"]["description"] = (
        "For systems that cannot check signatures: `Authorization: Bearer <token>`."
    )
    return document


def _without_other_refusals(document: dict[str, Any]) -> None:
    """Take out the answers that FastAPI has for what is not of the document; here that is `bad_request`."""
    for operation in (operation for path in document["paths"].values() for operation in path.values()):
        if "Idempotency-Key" not in str(operation.get("parameters")):
            operation["responses"].pop("422", None)
    for schema in ("HTTPValidationError", "ValidationError"):
        document["components"]["schemas"].pop(schema, None)
