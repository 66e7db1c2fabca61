"""Whose a session is, and which devices have it: a token of somebody else's is void, and a code lets one device in."""

from __future__ import annotations

import itertools
import sqlite3
from datetime import timedelta

import pytest

from bot.channels.web.devices import LIFETIME, Devices
from bot.channels.web.problems import Problem
from bot.channels.web.tokens import Session, Tokens
from bot.testing import ManualClock, MemoryStore
from tests.channels.web.site import KEY, OTHER, SHOP, Server, Visitor, an_id, claims, eventually, jwt
from tests.playing import MORNING

ANOTHER = "urn:sparekey:problem:another-account"


def identify(visitor: Visitor, account: str) -> Visitor:
    """The site vouches for somebody; return what their browser has then."""
    answer = visitor.call("POST", "/identity", {"token": jwt(claims(account))})
    assert answer.status_code == 200, answer.text
    return Visitor(http=visitor.http, token=answer.json()["token"])


def refused(visitor: Visitor, account: str) -> str:
    answer = visitor.call("POST", "/identity", {"token": jwt(claims(account))})
    assert answer.status_code in (401, 409), answer.text
    return str(answer.json()["type"])


def reads(visitor: Visitor) -> bool:
    return visitor.call("GET", "/messages").status_code == 200


def code_of(visitor: Visitor) -> str:
    answer = visitor.call("POST", "/device-codes")
    assert answer.status_code == 201, answer.text
    return str(answer.json()["code"])


def join(visitor: Visitor, code: str) -> tuple[int, str]:
    """Type a code; return the status, and the token or the type of the problem."""
    answer = visitor.call("POST", "/devices", {"code": code})
    return answer.status_code, str(answer.json().get("token") or answer.json()["type"])


def joined(visitor: Visitor, code: str) -> Visitor:
    status, token = join(visitor, code)
    assert status == 200, token
    return Visitor(http=visitor.http, token=token)


# Planted sessions


def test_a_session_that_a_thief_has_made_his_own_never_becomes_the_victims(server: Server) -> None:
    planted = server.visitor()
    thief = identify(planted, "acct-thief")
    token = jwt(claims("acct-victim"))
    answer = planted.call("POST", "/identity", {"token": token})
    assert (answer.status_code, answer.json()["type"]) == (409, ANOTHER)
    assert refused(thief, "acct-victim") == ANOTHER

    fresh = server.visitor()
    answer = fresh.call("POST", "/identity", {"token": token})
    assert answer.status_code == 200, "what was refused has not used the site's word up"
    victim = Visitor(http=fresh.http, token=answer.json()["token"])
    victim.say("the number ends with 55")
    eventually(lambda: any("ends with 55" in each["text"] for each in victim.entries()), "her words")
    # Not "55" alone: until when a chat is linked is told to the minute.
    assert not any("ends with" in each["text"] or each["from"] == "person" for each in thief.entries())


def test_whoever_has_planted_a_session_has_nothing_once_it_is_somebodys(server: Server) -> None:
    planted = server.visitor()
    planted.start()
    planted.answered(1)
    earlier = joined(server.visitor(), code_of(planted))
    code = code_of(planted)
    with planted.streaming() as stream:
        identify(planted, "acct-victim")  # and the answer is on its way: nobody has shown the new token yet
        eventually(lambda: any(kind == "end" for kind, _ in stream.events), "the end")
    assert not reads(planted)
    assert not reads(earlier)
    assert planted.call("POST", "/device-codes").status_code == 401
    assert join(server.visitor(), code)[0] == 404
    assert refused(planted, "acct-thief") == ANOTHER


def test_an_answer_that_was_lost_locks_nobody_out_and_two_tabs_may_ask_at_once(server: Server) -> None:
    before = server.visitor()
    first, second = identify(before, "acct-1"), identify(before, "acct-1")
    assert reads(first)
    assert reads(second)
    first.call("DELETE", "/identity")
    assert not reads(second)
    assert refused(before, "acct-1") == "urn:sparekey:problem:no-session", "an end is an end"


def test_the_database_knows_no_account_and_no_code(own_server: Server) -> None:
    code = code_of(identify(own_server.visitor(), "acct-secret"))
    with sqlite3.connect(own_server.folder / "sparekey.db") as database:
        ((account, kept),) = database.execute("SELECT account, device_code FROM visits").fetchall()
    assert len(account) == len(kept) == 32
    assert "acct" not in account
    assert code.replace("-", "") not in kept
    for secret in (code, code.replace("-", ""), KEY):
        assert secret not in own_server.log()


# Other devices


def test_another_device_has_the_whole_conversation_and_both_go_on_in_it(server: Server) -> None:
    desk = server.visitor()
    desk.say("i dont recieve the code")
    desk.answered(1)
    phone = joined(server.visitor(), code_of(desk).lower().replace("-", " "))
    assert phone.entries() == desk.entries()
    with desk.streaming() as stream:
        name = phone.say("on my phone now")
        eventually(lambda: any(each["client"] == name for each in stream.messages()), "the other's words")
        assert stream.state()["joined"] is not None
    eventually(lambda: phone.entries() == desk.entries(), "the same")


def test_the_first_device_is_told_at_once(server: Server) -> None:
    desk = server.visitor()
    desk.say("hello")
    with desk.streaming() as stream:
        assert stream.state()["joined"] is None
        answer = server.visitor().call("POST", "/devices", {"code": code_of(desk)}).json()
        eventually(lambda: stream.state()["joined"] == answer["joined"], "the news")


def test_a_code_counts_once_on_its_own_site_and_the_newest_only(server: Server) -> None:
    desk = server.visitor()
    old, code = code_of(desk), code_of(desk)
    assert join(server.visitor(), old)[0] == 404
    assert join(server.visitor(OTHER), code)[0] == 404
    assert join(desk, code) == (409, "urn:sparekey:problem:same-chat")
    phone = joined(server.visitor(), code)
    assert join(server.visitor(), code)[0] == 404
    desk.call("DELETE", "/identity")
    assert not reads(phone), "the end of a chat is its end everywhere"
    third = server.visitor()
    code = code_of(third)
    third.call("DELETE", "/identity")
    assert join(server.visitor(), code)[0] == 404


def test_an_accounts_session_stays_that_accounts_and_opens_to_no_others(server: Server) -> None:
    desk = identify(server.visitor(), "acct-1")
    code = code_of(desk)
    assert join(identify(server.visitor(), "acct-2"), code) == (409, ANOTHER)
    assert join(identify(server.visitor(), "acct-1"), code)[0] == 200
    phone = joined(server.visitor(), code_of(desk))
    assert refused(phone, "acct-2") == ANOTHER
    assert reads(identify(phone, "acct-1"))
    assert reads(desk), "who is vouched for again takes nothing from the other device"
    anonymous = server.visitor()
    assert join(desk, code_of(anonymous)) == (409, ANOTHER)


def test_a_thousand_guessed_codes_open_nothing_and_most_are_not_even_looked_at(server: Server) -> None:
    desk = server.visitor()
    code, guesser = code_of(desk), server.visitor()
    near = (
        code[:at] + letter + code[at + 1 :]
        for at, letter in itertools.product(range(14), "0123456789ABCDEFGHJKMNPQRSTVWXYZ")
        if code[at] not in ("-", letter)
    )
    guesses = [*itertools.islice(near, 300), *(an_id()[:14] for _ in range(700))]
    answers = [guesser.call("POST", "/devices", {"code": guess}) for guess in guesses]
    assert {each.status_code for each in answers} == {404, 429}
    assert sum(each.status_code == 404 for each in answers) < 10
    assert reads(joined(server.visitor(), code))


async def test_a_code_counts_for_ten_minutes() -> None:
    clock, tokens = ManualClock(MORNING), Tokens(b"x" * 32)
    devices = Devices(MemoryStore(), clock, tokens)

    def session() -> Session:
        return tokens.begin(SHOP, MORNING)

    code, until = await devices.invite(session())
    assert until == MORNING + LIFETIME == MORNING + timedelta(minutes=10)
    clock.advance(LIFETIME)
    with pytest.raises(Problem) as refusal:
        await devices.join(session(), code)
    assert refusal.value.status == 404
    desk = session()
    code, _ = await devices.invite(desk)
    clock.advance(LIFETIME - timedelta(seconds=1))
    found = (await devices.join(session(), code)).session
    assert tokens.read(tokens.write(found), clock.now()) == found
    assert found.contact == desk.contact
    assert found.id != desk.id
