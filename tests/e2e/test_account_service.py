"""The real program with a real account service beside it: two processes, a signature between them."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.adapters.accounts.demo import DemoAccounts
from bot.bootstrap import open_backend
from bot.errors import ConfigError
from bot.service.clock import SystemClock
from bot.settings import Settings
from tests.e2e.conftest import Content
from tests.e2e.program import ROOT, SPAREKEY, environment, run
from tests.e2e.test_chat import ACCOUNT, ARRIVED, JOURNEY, heard, lines, place

SECRET = "0123456789abcdef0123456789abcdef"
TOKEN = "a-token-of-the-tests"


@pytest.fixture
def service(tmp_path: Path) -> Iterator[dict[str, str]]:
    """The example, started by its command; what Sparekey must be told of it."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    settings = {
        "SPAREKEY_ACCOUNTS_URL": f"http://127.0.0.1:{port}",
        "SPAREKEY_ACCOUNTS_SECRET": SECRET,
        "SPAREKEY_ACCOUNTS_PRIVATE": "yes",
        "SPAREKEY_DATA_DIR": str(tmp_path / "data"),
    }
    command = [sys.executable, "-m", "examples.account_service", "--port", str(port)]
    with subprocess.Popen(
        [*command, "--file", tmp_path / "accounts.db"],
        cwd=ROOT,
        env=os.environ | settings,
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        text=True,
    ) as process:
        assert process.stderr
        for line in process.stderr:
            if "running on" in line:
                break
        else:
            pytest.fail("the example did not start")
        yield settings
        process.terminate()
        process.communicate()


async def test_a_person_gets_a_code_from_an_account_service_of_its_own(
    service: dict[str, str], tmp_path: Path
) -> None:
    typed = lines(*(line for line, _ in (*JOURNEY, *ARRIVED)))
    done = run("chat", "--jsonl", "--language", "en", typed=typed, **service)
    assert (done.returncode, done.stderr) == (0, "")
    assert [place(said) for said in heard(done.stdout)] == [where for _, where in (*JOURNEY, *ARRIVED)]
    behind = DemoAccounts(tmp_path / "accounts.db", clock=SystemClock())
    messages = await behind.inbox()
    await behind.close()
    assert [(message.to, message.channel) for message in messages] in (
        [(ACCOUNT, "email")],
        [("+886936130000", "sms")],
        [("+886936130000", "voice")],
    )
    assert not (tmp_path / "data" / "demo-accounts.db").exists()


def test_the_doctor_and_the_check_look_at_it(service: dict[str, str], small: Content) -> None:
    url = service["SPAREKEY_ACCOUNTS_URL"]
    well = run("doctor", **service, **small)
    assert well.returncode == 0
    assert f"account system: OK. {url} answers;" in well.stdout
    wrong = run("doctor", **service | {"SPAREKEY_ACCOUNTS_SECRET": SECRET[::-1]}, **small)
    assert wrong.returncode == 1
    assert f"account system: FAULT. {url} " in wrong.stdout
    assert "it answered 401; check the secret" in wrong.stderr
    assert SECRET[::-1] not in wrong.stdout + wrong.stderr
    checked = run("backend-check", url, "--identifier", "mei", **service)
    assert (checked.returncode, checked.stderr) == (0, "")


def test_nothing_secret_is_logged_even_with_everything(service: dict[str, str], small: Content) -> None:
    told = environment(**service, **small)
    done = subprocess.run([SPAREKEY, "-v", "doctor"], env=told, capture_output=True, text=True, check=True)
    assert SECRET not in done.stdout + done.stderr
    assert "v1=" not in done.stdout + done.stderr


URL = "https://accounts.example.com/support"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"URL": URL}, "set one of the two"),
        ({"URL": URL, "SECRET": SECRET, "TOKEN": TOKEN}, "set one of the two"),
        ({"SECRET": SECRET, "TOKEN": TOKEN}, "set one of the two"),
        ({"URL": "http://accounts.example.com", "TOKEN": TOKEN}, "calls must be encrypted"),
        (
            {"URL": "https://me:hidden-word@accounts.example.com", "TOKEN": TOKEN},
            "holds more than host and path",
        ),
        ({"URL": "https://2130706433", "TOKEN": TOKEN}, "neither a name nor an IP address"),
        ({"SECRET": "hidden-word"}, "is shorter than 32 characters"),
        ({"TOKEN": "hidden-word\r\nHost: x"}, "is not a token"),
        ({"PRIVATE": "true"}, "neither yes nor no"),
    ],
    ids=str,
)
def test_a_wrong_setting_is_named_and_not_repeated(given: dict[str, str], words: str) -> None:
    with pytest.raises(ConfigError, match=words) as fault:
        Settings.from_env({f"SPAREKEY_ACCOUNTS_{name}": value for name, value in given.items()})
    assert "hidden-word" not in str(fault.value)
    assert SECRET not in str(fault.value)


async def test_the_settings_say_which_account_system_it_is(tmp_path: Path) -> None:
    for given, kind in (
        ({}, "DemoAccounts"),
        ({"URL": f"{URL}/", "SECRET": SECRET}, "HttpAccounts"),
        ({"URL": URL, "TOKEN": TOKEN}, "HttpAccounts"),
    ):
        environ = {f"SPAREKEY_ACCOUNTS_{name}": value for name, value in given.items()}
        settings = Settings.from_env({**environ, "SPAREKEY_DATA_DIR": str(tmp_path)})
        assert settings.accounts_url == (URL if given else "")
        assert SECRET not in repr(settings)
        assert TOKEN not in repr(settings)
        backend = open_backend(settings)
        assert type(backend).__name__ == kind
        await backend.close()
