"""Secrets are removed from a message and nothing else is."""

import json
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.diagnosis.secrets import SecretKind, redact
from tests.diagnosis.secrets_corpus import CODE_TEMPLATES, PASSWORD_TEMPLATES, negatives, positives

POSITIVES = list(positives())
NEGATIVES = list(negatives())

#: Messages put together from pieces that matter to some detector.
PIECES = ["code", "password", "is", ":", "my", "482913", "7305", "2024", "Lantern77", "moon", "[removed: code]", "key", "seed",
          "JBSWY3DPEHPK3PXP", "a1b2-c3d4", "backup codes", "0936130000", "+", "-", ".", "\n", "phone", "eyJhbGciOiJIUzI1",
          "4111111111111111", "验证码", "密码", "river", "apple", "tiger", "window", "\0", "G-", "0x", "error", "sid=", "'"]  # fmt: skip
MIXTURES = st.lists(st.sampled_from(PIECES), max_size=30).flatmap(
    lambda pieces: st.sampled_from(["", " "]).map(lambda joint: joint.join(pieces))
)
MESSAGES = st.one_of(
    MIXTURES, st.text(max_size=4096), st.text(alphabet="0123456789 .-:codegGpasiw\n", max_size=200)
)


def test_the_corpus_is_large_and_covers_every_kind():
    assert len(set(POSITIVES)) >= 400
    assert len(set(NEGATIVES)) >= 400
    assert {kind for _, _, kind in POSITIVES} == set(SecretKind)
    assert len(CODE_TEMPLATES) == len(PASSWORD_TEMPLATES) == 20


def test_secrets_are_found():
    """The secret is gone and its kind is told."""
    missed = []
    for text, secret, kind in POSITIVES:
        redacted = redact(text)
        if secret in redacted.text or kind not in redacted.kinds:
            missed.append((text, redacted))

    assert missed == []


def test_ordinary_messages_are_left_alone():
    touched = [(text, redact(text).text) for text in NEGATIVES if redact(text).text != text]

    assert touched == []


def test_real_complaints_are_left_alone():
    path = Path(__file__).parents[3] / "shared" / "data" / "complaints.jsonl"
    if not path.exists():
        pytest.skip("the collection of real complaints is not part of the repository")
    texts = [json.loads(line)["text"] for line in path.read_text(encoding="utf-8").splitlines()]
    touched = [(text, redact(text).text) for text in texts if redact(text).kinds]

    assert len(touched) <= 0.01 * len(texts), touched


@pytest.mark.parametrize(("text", "redacted"), [
    ("my code is 482913, why?", "my code is [removed: code], why?"),
    ("I got the code. It is 482913.", "I got the code. It is [removed: code]."),
    ("mdp: Lantern77 et code 482913", "mdp: [removed: password] et code [removed: code]"),
    ("card 4111 1111 1111 1111 exp 12/28", "card [removed: card] exp 12/28"),
    ("IBAN DE89 3704 0044 0532 0130 00 thanks", "IBAN [removed: iban] thanks"),
    ("密码是abc12345但是登不上", "密码是[removed: password]但是登不上"),
    ("密码我设的是abc12345但是登不上", "密码我设的是[removed: password]但是登不上"),
    ("le mot de passe que j'ai mis est Doudou75! et rien", "le mot de passe que j'ai mis est [removed: password] et rien"),
    ("j'ai mis Doudou75! comme mot de passe", "j'ai mis [removed: password] comme mot de passe"),
    ("i got 482913 but it says wrong", "i got [removed: code] but it says wrong"),
    ("my 12 words are river apple tiger window, is it fine?", "my 12 words are [removed: seed phrase], is it fine?"),
    ("R-Q48WW-R1WEJ: i got 482913, wrong", "R-Q48WW-R1WEJ: i got [removed: code], wrong"),
])  # fmt: skip
def test_only_the_secret_is_replaced(text, redacted):
    assert redact(text).text == redacted


def test_kinds_are_told_once_in_order():
    text = "password: Lantern77, code 482913, code 482914"

    assert redact(text).kinds == (SecretKind.PASSWORD, SecretKind.CODE)


@pytest.mark.parametrize("text", ["482913", "482 913", "0912 3456", " 48291337. "])
def test_bare_digits_are_a_code_unless_digits_were_asked_for(text):
    assert redact(text).kinds == (SecretKind.CODE,)
    assert redact(text, expects_digits=True).text == text


def test_a_password_shaped_like_a_case_code_is_removed():
    """The check character tells a case code from a password of its shape."""
    assert redact("password R-Q48WW-R1WEK").kinds == (SecretKind.PASSWORD,)
    assert redact("password R-Q48WW-R1WEJ").kinds == ()


def test_a_code_called_so_is_removed_also_when_digits_were_asked_for():
    assert redact("my code is 482913", expects_digits=True).kinds == (SecretKind.CODE,)


@pytest.mark.parametrize("text", ["4111 1111 1111 1112", "DE88 3704 0044 0532 0130 00", "5" * 51])
def test_a_wrong_check_digit_is_no_secret(text):
    assert redact(text).kinds == ()


def test_a_private_key_block_is_removed_whole():
    block = "-----BEGIN RSA PRIVATE KEY-----\nMIIEow\nAAKC\n-----END RSA PRIVATE KEY-----"

    assert redact(f"here:\n{block}\nbye").text == "here:\n[removed: private key]\nbye"
    assert redact(block[:50]).text == "[removed: private key]"


@pytest.mark.parametrize("text", [t for t, *_ in POSITIVES[::3]] + NEGATIVES[::5])
def test_redacting_again_changes_nothing(text):
    once = redact(text).text

    assert redact(once).text == once
    assert redact(once).kinds == ()


@settings(max_examples=400, deadline=None)
@given(MESSAGES, st.booleans())
def test_any_mixture_is_redacted_once_and_for_all(text, expects_digits):
    """Never raises; a second time finds nothing; what it keeps stands in the original."""
    once = redact(text, expects_digits=expects_digits)

    assert redact(once.text, expects_digits=expects_digits).text == once.text
    assert bool(once.kinds) == (once.text != text)


HOSTILE = [
    "1 ", "1", "code ", "code 123456 ", "123456 code ", "pass ", "a", "eyJ", "eyJ-", "eyJ.", "1.2.", "key ABCD ", "ABCD ",
    "a@", "DE89", "DE89 ", "seed word, ", "password is ", "\0", "验证码", "密码", "5H", "4111111111111111 ", "is my password ",
    "mot de ", "codes de ", "backup codes a1b2 ", "cookie:", "cookie: ", "Bearer ", "otpauth://", "0x", "İ", "12:34 ",
    "-----BEGIN PRIVATE KEY-----", "password '", "sid=", "G-", "abcdefgh ", "رمز ", "کد ", "รหัส", "1) ", "[removed: code] 1234 ",
    "mot de passe que j'ai mis ", "password for my a is ", "password i ", "密码我设的", "as password ", "用a做密码", "R-Q48WW-R1WEJ ", "r-", "r ",
    "i got 482913 ", "i got ", "wrong 482913 ", "不对482913", "我收到", "c 4829 ", "mes 12 mots sont ", "seed phrase is abc ", "voici mes ",
    "助记词是", "助记词 山 ", "山 ", "recovery ", "wallet seed ",
]  # fmt: skip


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_text_costs_no_more_than_its_length(piece):
    """Eight times as long a text takes well below the 64 times that a square would take; each the best of five."""

    def least_s(length):
        text = (piece * length)[:length]
        times = []
        for _ in range(5):
            start = time.perf_counter()
            redact(text)
            times.append(time.perf_counter() - start)
        return min(times)

    assert least_s(4096) < 32 * least_s(512)


@pytest.mark.parametrize(
    "text",
    [
        "it is 482913",
        "It's 482 913.",
        "i typed 482913",
        "here: 482913",
        "c'est 482913",
        "我收到的是482913",
        "是 4829",
    ],
)
def test_digits_that_are_only_pointed_at_are_a_code(text: str) -> None:
    assert SecretKind.CODE in redact(text).kinds


@pytest.mark.parametrize(
    "text", ["it is 2024", "now 15:40", "i got 3", "it is 482913 usdt", "room 4829", "it was 12.50"]
)
def test_other_digits_that_are_pointed_at_are_kept(text: str) -> None:
    assert redact(text).kinds == ()


def test_digits_that_are_pointed_at_are_kept_where_a_number_was_asked_for() -> None:
    assert redact("it is 482913", expects_digits=True).kinds == ()
