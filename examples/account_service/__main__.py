"""
Starts the example: `python -m examples.account_service`, or prints its contract with `--openapi`.
"""

from __future__ import annotations

import argparse
import os
import sys
from pathlib import Path

import uvicorn
import yaml

from bot.adapters.accounts.credentials import SECRET_LENGTH, Guard, SignatureGuard, TokenGuard
from bot.adapters.accounts.demo import DemoAccounts
from bot.errors import StoreError
from bot.service.clock import SystemClock
from examples.account_service.contract import contract
from examples.account_service.service import account_service

#: Known to everybody, so the service listens on this machine alone.
EXAMPLE_SECRET = "example-secret-0123456789abcdefghij"  # noqa: S105


def main() -> int:
    """Run until stopped; the exit code."""
    parser = argparse.ArgumentParser(prog="python -m examples.account_service", description=__doc__)
    parser.add_argument("--openapi", action="store_true", help="print the contract as YAML, and end")
    parser.add_argument("--port", type=int, default=8090)
    parser.add_argument("--file", type=Path, default=Path("data/example-accounts.db"), help="the accounts")
    chosen = parser.parse_args()
    if chosen.openapi:
        sys.stdout.write(yaml.safe_dump(contract(), sort_keys=False, allow_unicode=True, width=110))
        return 0
    try:
        accounts = DemoAccounts(chosen.file, clock=SystemClock())
        guard = _guard()
    except (StoreError, ValueError) as fault:
        sys.stderr.write(f"{fault}\n")
        return 1
    uvicorn.run(
        account_service(accounts, guard), host="127.0.0.1", port=chosen.port, lifespan="off", ws="none"
    )
    return 0


def _guard() -> Guard:
    """Check what the environment says, by the names that Sparekey has for it."""
    if token := os.environ.get("SPAREKEY_ACCOUNTS_TOKEN"):
        return TokenGuard(token)
    secret = os.environ.get("SPAREKEY_ACCOUNTS_SECRET")
    if secret is None:
        sys.stderr.write(f"No SPAREKEY_ACCOUNTS_SECRET: taking the example's, {EXAMPLE_SECRET}\n")
        secret = EXAMPLE_SECRET
    if len(secret) < SECRET_LENGTH:
        raise ValueError(f"SPAREKEY_ACCOUNTS_SECRET: give it {SECRET_LENGTH} characters or more.")
    return SignatureGuard(secret, SystemClock())


if __name__ == "__main__":
    sys.exit(main())
