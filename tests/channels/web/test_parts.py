"""Signatures, keys and paces by themselves."""

from __future__ import annotations

import threading
from ipaddress import ip_network
from pathlib import Path

import pytest

from bot.channels.web import ed25519
from bot.channels.web.limits import Limit, Limits, Pace
from bot.channels.web.proxies import Proxies
from bot.channels.web.tokens import LIFETIME, Tokens, kept_key
from bot.errors import ConfigError
from bot.settings import Settings
from tests.playing import MORNING

#: RFC 8032, section 7.1, tests 1 to 3: public key, message, signature.
VECTORS = (
    (
        "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a",
        "",
        "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b",
    ),
    (
        "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c",
        "72",
        "92a009a9f0d4cab8720e820b5f642540a2b27b5416503f8fb3762223ebdb69da085ac1e43e15996e458f3613d0f11d8c387b2eaeb4302aeeb00d291612bb0c00",
    ),
    (
        "fc51cd8e6218a1a38da47ed00230f0580816ed13ba3303ac5deb911548908025",
        "af82",
        "6291d657deec24024827e69c3abe01a30ce548a284743a445e3680d7db5ac3ac18ff9b538d16f290ae67f760984dc6594a7c15e9716ed28dc027beceea1ec40a",
    ),
)


@pytest.mark.parametrize("vector", VECTORS)
def test_signatures_of_the_standard_are_verified_and_any_other_bit_is_not(vector: tuple[str, ...]) -> None:
    key, message, signature = map(bytes.fromhex, vector)
    assert ed25519.is_signed(key, message, signature)
    assert not ed25519.is_signed(key, message + b"x", signature)
    for place in (0, 31, 32, 63):
        wrong = bytearray(signature)
        wrong[place] ^= 1
        assert not ed25519.is_signed(key, message, bytes(wrong))
    # The same number written in another way is no signature: it could be used to tell one apart from its copy.
    response = int.from_bytes(signature[32:], "little") + 2**252 + 27742317777372353535851937790883648493
    assert not ed25519.is_signed(key, message, signature[:32] + response.to_bytes(32, "little"))
    assert not ed25519.is_signed(b"", message, signature)


def test_a_session_is_read_by_who_has_the_key_until_it_ends() -> None:
    tokens = Tokens(b"one" * 20)
    session = tokens.begin("https://shop.example.com", MORNING)
    token = tokens.write(session)
    assert tokens.read(token, MORNING) == session
    assert tokens.read(token, session.issued_at + LIFETIME) is None
    assert Tokens(b"two" * 20).read(token, MORNING) is None
    assert session.id not in session.contact
    assert session.id not in repr(session)


def test_the_key_is_made_once_and_for_its_owner_only(tmp_path: Path) -> None:
    key = kept_key(tmp_path)
    assert kept_key(tmp_path) == key
    assert (tmp_path / "web-secret").stat().st_mode & 0o077 == 0
    assert [each.name for each in tmp_path.iterdir()] == ["web-secret"]
    (tmp_path / "web-secret").write_text("")
    with pytest.raises(ConfigError, match="SPAREKEY_WEB_SECRET"):
        kept_key(tmp_path)


def test_first_starts_at_the_same_moment_agree_on_the_key(tmp_path: Path) -> None:
    for attempt in range(30):
        folder, found, together = tmp_path / str(attempt), set[bytes](), threading.Barrier(4)
        folder.mkdir()

        def start(
            folder: Path = folder, found: set[bytes] = found, wait: threading.Barrier = together
        ) -> None:
            wait.wait()
            found.add(kept_key(folder))

        starts = [threading.Thread(target=start) for _ in range(4)]
        for each in starts:
            each.start()
        for each in starts:
            each.join()
        assert found == {(folder / "web-secret").read_bytes()}


def test_who_is_refused_takes_nothing_from_the_others() -> None:
    now = 0.0
    limits = Limits(now=lambda: now)
    limit = Limit(Pace(1, 2), Pace(1, 3), Pace(1, 4))
    assert [limits.take(limit, "a", "8.8.8.8") for _ in range(4)] == [0, 0, 1, 1]
    assert [limits.take(limit, "b", "8.8.8.8") for _ in range(2)] == [0, 1]
    assert [limits.take(limit, "c", "9.9.9.9") for _ in range(2)] == [0, 1]
    now = 1.0
    assert limits.take(limit, "a", "8.8.8.8") == 0


def test_processes_have_the_pace_of_one_together() -> None:
    now, limit = 0.0, Limit(Pace(2, 1), Pace(9, 9), Pace(9, 9))
    served = [Limits(processes=lambda: 4, now=lambda: now) for _ in range(4)]
    taken = 0
    for second in range(100):
        now = float(second)
        taken += sum(limits.take(limit, "a", "8.8.8.8") == 0 for limits in served for _ in range(2))
    assert taken == pytest.approx(200, abs=4)


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("9.9.9.9", "8.8.8.8", "9.9.9.9"),
        ("192.168.1.4", "8.8.8.8", "192.168.1.4"),  # anybody's in the same network, and no proxy of ours
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "1.1.1.1, 8.8.8.8", "8.8.8.8"),
        ("127.0.0.1", "1.1.1.1, 8.8.8.8, 10.0.0.3,10.0.0.7", "8.8.8.8"),
        ("127.0.0.1", "10.0.0.9", "10.0.0.9"),
        ("10.0.0.3", "nonsense", "10.0.0.3"),
        ("10.0.0.3", "8.8.8.8, nonsense, 10.0.0.7", "10.0.0.7"),
        ("::ffff:10.0.0.3", "8.8.8.8", "8.8.8.8"),
        ("::1", "2001:db8:1:2:3::4", "2001:db8:1:2::/64"),
        ("", "", "None"),
    ],
)
def test_a_forwarded_address_counts_from_a_proxy_only(peer: str, forwarded: str, expected: str) -> None:
    ours = [ip_network(each) for each in ("127.0.0.0/8", "::1/128", "10.0.0.0/24")]
    assert Proxies(ours).behind(peer, forwarded) == expected


def test_a_proxy_that_nobody_has_named_is_told_of_once(caplog: pytest.LogCaptureFixture) -> None:
    proxies = Proxies([ip_network("127.0.0.0/8")])
    for peer in ("127.0.0.1", "9.9.9.9", "172.18.0.2", "172.18.0.2"):
        proxies.behind(peer, "8.8.8.8")
    (line,) = caplog.messages
    assert line.startswith("172.18.0.2")
    assert "SPAREKEY_WEB_PROXIES" in line


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("WIDGET_ORIGINS", "https://www.example.com/"),
        ("WIDGET_ORIGINS", "https://Example.com"),
        ("WIDGET_ORIGINS", "https://www.example.com:443"),
        ("WIDGET_ORIGINS", "*"),
        ("WIDGET_KEY", "short"),
        ("WIDGET_KEY", "ed25519:AAAA"),
        ("WEB_SECRET", "short"),
        ("WEB_PROXIES", "10.0.0.1/8"),
        ("WEB_PROXIES", "proxy.example.com"),
    ],
)
def test_a_wrong_setting_is_named_with_its_cure(variable: str, value: str) -> None:
    with pytest.raises(ConfigError, match=f"SPAREKEY_{variable}"):
        Settings.from_env({f"SPAREKEY_{variable}": value})
