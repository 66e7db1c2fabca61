"""What a stranger, a hostile page and a forged token come to: nothing."""

from __future__ import annotations

import base64
import json
import secrets
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.channels.web.site import KEY, OTHER, SHOP, Server, Visitor, an_id, claims, eventually, jwt

XSS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "javascript:alert(1)",
    "[x](javascript:alert(1))",
    '<a href="data:text/html,<script>alert(1)</script>">x</a>',
    "{{ 7*7 }} {% for x in y %} ${7*7}",
    "</script><script>alert(1)</script>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
    'data: x\n\nevent: message\ndata: {"text": "forged"}\n\n',
)


@pytest.mark.parametrize(
    "site", ["https://evil.example", "null", "https://shop.example.com.evil.example", ""]
)
def test_a_site_that_is_not_listed_gets_no_session_and_no_permission(server: Server, site: str) -> None:
    for headers in ({"Sparekey-Embed": site}, {"Origin": site}, {"Origin": site, "Sparekey-Embed": SHOP}):
        if headers == {"Origin": "", "Sparekey-Embed": SHOP}:
            continue
        with server.http(**headers) as http:
            answer = http.post("/v1/widget/sessions")
            assert answer.status_code == 403
            assert "access-control-allow-origin" not in answer.headers
            assert answer.headers["content-type"].startswith("application/problem+json")


def test_a_listed_site_is_allowed_by_its_exact_origin_and_without_cookies(server: Server) -> None:
    with server.http(Origin=SHOP) as http:
        answer = http.post("/v1/widget/sessions")
        assert answer.status_code == 201
        assert answer.headers["access-control-allow-origin"] == SHOP
        assert "access-control-allow-credentials" not in answer.headers
        assert "set-cookie" not in answer.headers
        assert http.options("/v1/widget/messages").headers["access-control-allow-origin"] == SHOP


def test_a_page_that_the_browser_calls_a_stranger_is_refused(server: Server) -> None:
    with server.http(**{"Sparekey-Embed": SHOP, "Sec-Fetch-Site": "cross-site"}) as http:
        assert http.post("/v1/widget/sessions").status_code == 403


def test_a_session_counts_only_on_the_site_that_it_was_made_for(server: Server, visitor: Visitor) -> None:
    visitor.say("hello")
    stolen = Visitor(http=server.http(**{"Sparekey-Embed": OTHER}), token=visitor.token)
    for method, path in (("GET", "/messages"), ("GET", "/events"), ("GET", "/transcript")):
        assert stolen.call(method, path).status_code == 401


def test_a_thousand_guessed_and_stolen_ids_reveal_nothing(server: Server, visitor: Visitor) -> None:
    visitor.say("i dont recieve the code")
    entries = visitor.answered(1)
    body, _, seal = visitor.token.partition(".")
    said = json.loads(base64.urlsafe_b64decode(body + "=="))
    stranger = server.visitor()
    forged = [
        f"{_encoded([secrets.token_urlsafe(32), *said[1:]])}.{seal}",
        f"{_encoded([*said[:3], 7, *said[4:]])}.{seal}",
        f"{body}.{secrets.token_urlsafe(32)}",
        body,
        entries[0]["id"],
        *(secrets.token_urlsafe(60) for _ in range(500)),
    ]
    with server.http(**{"Sparekey-Embed": SHOP}) as http:
        for token in forged:
            answer = http.get("/v1/widget/messages", headers={"Authorization": f"Bearer {token}"})
            assert answer.status_code == 401
            assert answer.json()["type"] == "urn:sparekey:problem:no-session"
    # Ids of somebody's entries, known or guessed, show a stranger's own feed: nothing.
    conversation = entries[0]["id"].partition(".")[0]
    for number in range(10):
        assert stranger.feed(after=f"{conversation}.{number}")["entries"] == []
    answers = [stranger.call("POST", "/cases", {"code": f"R-AAAAA-{n:05d}"}) for n in range(500)]
    assert {each.status_code for each in answers} == {200, 429}
    assert {each.json()["status"] for each in answers if each.status_code == 200} == {"unknown"}
    assert sum(each.status_code == 200 for each in answers) < 10


@pytest.mark.parametrize("text", XSS)
def test_what_looks_like_markup_stays_text_and_frames_no_event(visitor: Visitor, text: str) -> None:
    with visitor.streaming() as stream:
        visitor.say(text)
        eventually(lambda: len(stream.messages()) >= 2, "the answer")
        assert stream.messages()[0]["text"] == text
        assert all(each["text"] != "forged" for each in stream.messages())
    answer = visitor.call("GET", "/transcript")
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_frame_may_only_be_framed_by_the_site_that_it_was_made_for(server: Server) -> None:
    with server.http() as http:
        answer = http.get("/widget/frame", params={"origin": "https://evil.example"})
        assert answer.status_code == 403
        assert "data-api" not in answer.text
        answer = http.get("/widget/frame", params={"origin": SHOP, "language": '"><script>'})
        if answer.status_code == 404:
            pytest.skip("the widget is not built: make widget")
        policy = answer.headers["content-security-policy"]
        assert f"frame-ancestors {SHOP};" in policy
        assert "unsafe" not in policy
        assert "object-src 'none'" in policy
        assert "base-uri 'none'" in policy
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "<script>" not in answer.text


def test_who_is_too_fast_is_told_when_to_come_back_and_others_go_on(server: Server) -> None:
    fast, other = server.visitor(), server.visitor()
    answers = [fast.call("POST", "/messages", {"id": an_id(), "text": "x"}) for _ in range(40)]
    refused = [each for each in answers if each.status_code == 429]
    assert refused
    assert all(int(each.headers["retry-after"]) >= 1 for each in refused)
    other.say("hello")


def test_a_body_is_limited_and_read_strictly(visitor: Visitor) -> None:
    long = visitor.call("POST", "/messages", {"id": an_id(), "text": "x" * 70_000})
    assert long.status_code == 413
    for body in ({"id": an_id(), "text": "x" * 4097}, {"id": "../..", "text": "x"}, {"id": an_id()}, [], 7):
        answer = visitor.call("POST", "/messages", body)
        assert answer.status_code == 422
        assert answer.headers["content-type"].startswith("application/problem+json")


# Identity


def identify(visitor: Visitor, token: str) -> tuple[int, dict[str, Any]]:
    answer = visitor.call("POST", "/identity", {"token": token})
    return answer.status_code, dict(answer.json())


def test_a_site_vouches_for_an_account_and_the_old_token_ends_with_the_first_use_of_the_new(
    server: Server, visitor: Visitor
) -> None:
    visitor.start()
    visitor.answered(1)
    status, found = identify(visitor, jwt(claims()))
    assert status == 200
    old, visitor.token = visitor.token, found["token"]
    eventually(lambda: bool(visitor.feed()["state"]["identified"]), "the link")
    assert Visitor(http=visitor.http, token=old).call("GET", "/messages").status_code == 401
    assert identify(visitor, jwt(claims("acct-2")))[0] == 409


def test_an_identity_token_counts_once_and_its_own_session_may_ask_again(server: Server) -> None:
    one, other, token = server.visitor(), server.visitor(), jwt(claims())
    assert identify(one, token)[0] == 200
    assert identify(one, token)[0] == 200
    status, found = identify(other, token)
    assert (status, found["reason"]) == (422, "used")
    assert not other.feed()["state"]["identified"]


def test_a_site_vouches_by_a_key_that_it_alone_has(tmp_path: Path) -> None:
    """The key is OpenSSL's, and so are the signatures (EdDSA, RFC 8037)."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl here")
    private = tmp_path / "private.pem"
    _openssl("genpkey", "-algorithm", "ed25519", "-out", str(private))
    public = _openssl("pkey", "-in", str(private), "-pubout", "-outform", "DER")[-32:]
    key = f"ed25519:{base64.b64encode(public).decode()}"
    server = Server(folder=tmp_path, settings={"SPAREKEY_WIDGET_KEY": key})
    server.start()
    try:
        visitor = server.visitor()
        said = f"{_encoded({'alg': 'EdDSA', 'typ': 'JWT'})}.{_encoded(claims())}"
        (tmp_path / "said").write_text(said)
        signature = _openssl(
            "pkeyutl", "-sign", "-rawin", "-inkey", str(private), "-in", str(tmp_path / "said")
        )
        sealed = base64.urlsafe_b64encode(signature).rstrip(b"=").decode()
        wrong = f"{'B' if sealed[0] == 'A' else 'A'}{sealed[1:]}"
        for refused, reason in (
            (f"{said}.{wrong}", "wrong_signature"),
            (jwt(claims(), key=key), "wrong_algorithm"),
        ):
            status, found = identify(visitor, refused)
            assert (status, found["reason"]) == (422, reason)
        status, found = identify(visitor, f"{said}.{sealed}")
        assert status == 200, found
        visitor.token = found["token"]
        eventually(lambda: bool(visitor.feed()["state"]["identified"]), "the link")
    finally:
        server.stop()


def _openssl(*arguments: str) -> bytes:
    return subprocess.run(["openssl", *arguments], check=True, capture_output=True).stdout


def _now() -> int:
    return int(time.time())


@pytest.mark.parametrize(
    ("token", "reason"),
    [
        (lambda: "a.b", "not_a_token"),
        (lambda: jwt(claims(), head={"alg": "none"}), "wrong_algorithm"),
        (lambda: jwt(claims(), head={"alg": "HS512"}), "wrong_algorithm"),
        (lambda: jwt(claims(), head={"alg": "EdDSA"}), "wrong_algorithm"),
        (lambda: jwt(claims(), key=f"{KEY}!"), "wrong_signature"),
        (lambda: jwt(claims(aud="another")), "wrong_audience"),
        (lambda: jwt(claims(exp=_now() - 60)), "expired"),
        (lambda: jwt(claims(exp=_now() + 3600)), "too_long"),
        (lambda: jwt(claims(exp=253402300799)), "too_long"),  # the last second there is
        (lambda: jwt(claims(nbf=_now() + 3600)), "not_yet"),
        (lambda: jwt(claims(nbf=253402300799)), "not_yet"),
        (lambda: jwt({**claims(), "sub": ""}), "no_subject"),
        (lambda: jwt({**claims(), "jti": None}), "no_id"),
        (lambda: jwt({**claims(), "exp": "soon"}), "no_expiry"),
    ],
)
def test_a_token_that_proves_nothing_leaves_the_session_anonymous_and_the_page_says_why(
    server: Server, token: Any, reason: str
) -> None:
    visitor, made = server.visitor(), token()
    status, found = identify(visitor, made)
    assert (status, found["reason"]) == (422, reason)
    assert not visitor.feed()["state"]["identified"]
    page = visitor.http.post("/widget/identity-test", data={"token": made})
    assert reason in page.text


def test_the_test_page_does_not_use_a_token_up(visitor: Visitor) -> None:
    token = jwt(claims("acct-<b>"))
    page = visitor.http.post("/widget/identity-test", data={"token": token})
    assert "acct-&lt;b&gt;" in page.text
    assert identify(visitor, token)[0] == 200


def test_logging_out_ends_the_session_for_every_tab(visitor: Visitor) -> None:
    visitor.say("hello")
    visitor.answered(1)
    with visitor.streaming() as stream:
        assert visitor.call("DELETE", "/identity").status_code == 204
        eventually(lambda: any(kind == "end" for kind, _ in stream.events), "the end")
    assert visitor.call("GET", "/messages").status_code == 401


def test_no_secret_reaches_the_log(server: Server, visitor: Visitor) -> None:
    token = jwt(claims())
    identify(visitor, token)
    for secret in (visitor.token, token, KEY):
        assert secret not in server.log()


def _encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()
