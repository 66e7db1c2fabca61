"""
Does an account service keep the contract? One rule after the other, each with a line of its own.

It sends one code and one link to the test account that the operator names, and opens one ticket for it; everything else
concerns accounts that do not exist. A known account is compared with what such an account is answered, fresh or after
some calls, so that it does not matter what was done with the test account before.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from bot.adapters.accounts import wire
from bot.adapters.accounts.credentials import SharedSecret, Token
from bot.adapters.accounts.probe import Breach, Probe, altered, fresh, nobody
from bot.core.vocabulary import Outcome
from bot.ports import Reply

#: So many calls for an account that does not exist; each must be answered as the test account was, sooner or later.
_TRIES: Final = 6
#: So many cases of accounts that do not exist show which letters are of the form, and which are random.
_STRANGERS: Final = 8
#: Twice the life of a signature.
_OLD_S: Final = 600.0
#: What no two answers share; only its length may be compared.
_RANDOM: Final = frozenset({"receipt", "ticket"})
#: What depends on when somebody called before.
_TIMES: Final = frozenset({"next_allowed_at", "retry_at"})
_SECRET_FIELD: Final = re.compile(
    r"(?i)(?:^|[_-])(?:code|otp|pin|password|link|url|token|secret|destination)s?$|password"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One line."""

    rule: str
    #: What the rule says.
    claim: str
    #: Why it is not kept, and the cure; empty: it is kept.
    fault: str = ""

    @property
    def ok(self) -> bool:
        """Tell whether the rule is kept."""
        return not self.fault

    def __str__(self) -> str:
        """Return the line."""
        return f"{self.rule}: {'OK' if self.ok else 'FAULT'}. {self.fault or self.claim}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule: it raises Breach if the service does not keep it."""

    name: str
    claim: str
    check: Callable[[Probe], Awaitable[None]]


async def examine(probe: Probe) -> tuple[Finding, ...]:
    """Examine a service; if it does not answer at all, that is all there is to say."""
    findings: list[Finding] = []
    for rule in RULES:
        try:
            await rule.check(probe)
        except Breach as breach:
            findings.append(Finding(rule=rule.name, claim=rule.claim, fault=str(breach)))
            if rule is RULES[0]:
                break
        else:
            findings.append(Finding(rule=rule.name, claim=rule.claim))
    return tuple(findings)


async def _health(probe: Probe) -> None:
    answer = await probe.send(wire.HEALTH, None)
    if answer.status == 401:
        raise Breach(
            "It answered 401 to a right credential. Compare the secret or the token, what is signed, and the clocks."
        )
    if answer.status != 200 or _fields(answer.body).get("status") != "ok":
        raise Breach(f'GET {wire.HEALTH} answered {answer.status}. Answer 200 with {{"status": "ok"}}.')


async def _credential(probe: Probe) -> None:
    right = probe.call("/find-ticket", {"external_ref": fresh("check")})
    keyed = probe.call("/resend-code", _sending(fresh("case")), fresh("check"))
    signs = isinstance(probe.credential, SharedSecret)
    wrong = SharedSecret("0" * 64) if signs else Token("0" * 64)
    tried = [("no credential", {}, right), ("a wrong one", wrong.headers(right, 0.0), right)]
    if signs:
        tried += [
            ("a signature over another body", probe.headers(altered(right)), right),
            ("a signature over another idempotency key", probe.headers(altered(keyed)), keyed),
            ("a signature over another path", probe.headers(keyed), right),
        ]
    for what, headers, call in tried:
        if (status := (await probe.send_with(headers, call)).status) != 401:
            raise Breach(
                f"With {what} {call.target} answered {status}. Check all of the call, and answer 401 first."
            )


async def _age(probe: Probe) -> None:
    if not isinstance(probe.credential, SharedSecret):
        return
    for late_s in (_OLD_S, -_OLD_S):
        answer = await probe.send("/find-ticket", {"external_ref": fresh("check")}, late_s=late_s)
        if answer.status != 401:
            side = "old" if late_s > 0 else "ahead"
            raise Breach(
                f"A signature ten minutes {side} was answered {answer.status}. "
                "Refuse with 401 what differs from your clock by more than 300 seconds."
            )


async def _replay(probe: Probe) -> None:
    if not isinstance(probe.credential, SharedSecret):
        return
    call = probe.call("/find-ticket", {"external_ref": fresh("check")})
    headers = probe.headers(call)
    await probe.send_with(headers, call)
    if (status := (await probe.send_with(headers, call)).status) != 401:
        raise Breach(
            f"The very same signed call, sent twice, was answered {status} the second time. "
            "Keep the n of every signature for ten minutes, and refuse with 401 one that comes again."
        )


async def _cases(probe: Probe) -> None:
    unknown = nobody()
    known, other = await probe.case(probe.identifier), await probe.case(unknown)
    if (known, other) != (await probe.case(probe.identifier), await probe.case(unknown)):
        raise Breach(
            "The same identifier got another case the second time. Derive the case from the identifier."
        )
    if known == other:
        raise Breach("Two identifiers got one case. Derive the case from the identifier with a keyed hash.")
    strangers = [await probe.case(nobody()) for _ in range(_STRANGERS)]
    fixed = [set(letters) for letters in zip(*strangers, strict=False)]
    alike = all(letter in letters for letter, letters in zip(known, fixed, strict=False) if len(letters) == 1)
    if not alike or len(known) not in {len(case) for case in strangers}:
        raise Breach(
            "The case of the test account is of another form than those of accounts that do not exist, so that anybody can "
            "tell which is which. Give all of them the same form."
        )


async def _requests(probe: Probe) -> None:
    case = fresh("case")
    tried: tuple[tuple[str, str, Mapping[str, object], str], ...] = (
        ("without its fields", "/begin-case", {}, ""),
        ("with a number for a text", "/find-ticket", {"external_ref": 7}, ""),
        ("without a key", "/resend-code", _sending(case), ""),
        ("with a key of 65 characters", "/resend-code", _sending(case), "k" * 65),
    )
    for what, path, fields, key in tried:
        if (status := (await probe.send(path, fields, key)).status) != 400:
            raise Breach(f"{path} {what} was answered {status}. Do nothing, and answer 400.")


async def _once(probe: Probe) -> None:
    for path, fields in _keyed(await probe.stranger()):
        key = fresh("check")
        first = await probe.reply(path, fields, key)
        if await probe.reply(path, fields, key) != first:
            raise Breach(
                f"{path} answered the same key in two ways, so it may have acted twice. Keep the answer of a key with its "
                "effect, in one transaction, and give it again."
            )


async def _at_once(probe: Probe) -> None:
    for path, fields in _keyed(await probe.stranger()):
        key = fresh("check")
        answers = await asyncio.gather(*(probe.send(path, fields, key) for _ in range(5)))
        told = {str(wire.read_reply(path, answer.body)) for answer in answers if answer.status != 409}
        if len(told) != 1 or {answer.status for answer in answers} - {200, 409}:
            raise Breach(
                f"{path} answered five calls at once with one key in {len(told)} ways. Let the key be unique in your "
                "database, and answer the others the same, or 409 with 'key_in_flight'."
            )


async def _reuse(probe: Probe) -> None:
    case, other = await probe.stranger(), await probe.stranger()
    key = fresh("check")
    await probe.reply("/resend-code", _sending(case), key)
    reused: tuple[tuple[str, Mapping[str, object]], ...] = (
        ("/resend-code", {**_sending(case), "channel": "email"}),
        ("/resend-code", _sending(other)),
        ("/start-password-reset", {"case": case, "channel": "sms"}),
    )
    for path, fields in reused:
        answer = await probe.send(path, fields, key)
        if answer.status not in (409, 422) or wire.read_error(answer.body) != "key_reused":
            raise Breach(
                f"{path} took a key that was used with other arguments, and answered {answer.status}. Keep the arguments "
                'of a key; do nothing, and answer 422 with {"error": "key_reused"}.'
            )


def _alike(path: str) -> Callable[[Probe], Awaitable[None]]:
    """Make the check of one operation: the answer for the test account is one that an unknown account gets, too."""

    async def check(probe: Probe) -> None:
        known = await _asked(probe, path, await probe.case(probe.identifier))
        unknown = await probe.stranger()
        others = []
        for _ in range(_TRIES):
            others.append(await _asked(probe, path, unknown))
            if _seen(others[-1]) == _seen(known):
                return
        told = " or ".join(sorted({f"'{reply.outcome}' with {_named(reply)}" for reply in others}))
        raise Breach(
            f"{path} answered '{known.outcome}' with {_named(known)} for the test account, and {told} for one that does not "
            "exist, so that anybody can tell which is which. Answer both alike: outcome, fields, their values and lengths."
        )

    return check


async def _channels(probe: Probe) -> None:
    for path in ("/resend-code", "/start-password-reset"):
        for case in (await probe.case(probe.identifier), await probe.stranger()):
            fields = {**_sending(case), "channel": "pigeon"}
            if path != "/resend-code":
                fields.pop("purpose")
            if (
                reply := await probe.reply(path, fields, fresh("check"))
            ).outcome is not Outcome.NOT_SUPPORTED:
                raise Breach(
                    f"{path} answered '{reply.outcome}' for the channel 'pigeon'. Answer 'not_supported' for a channel that "
                    "does not exist, whoever asks."
                )


async def _tickets(probe: Probe) -> None:
    case = await probe.stranger()
    first, second = fresh("CHECK"), fresh("CHECK")
    opened = await probe.reply("/open-reset-ticket", _ticket(case, first), fresh("check"))
    again = await probe.reply("/open-reset-ticket", _ticket(case, first), fresh("check"))
    if opened.outcome is not Outcome.ACCEPTED or again != opened:
        raise Breach(
            "The same external_ref with another key was not the same ticket. Let the reference be unique."
        )
    other = await probe.reply("/open-reset-ticket", _ticket(case, second), fresh("check"))
    if other != Reply(outcome=Outcome.ALREADY_OPEN, data=opened.data):
        raise Breach(
            f"A second ticket of one case was answered '{other.outcome}'. Answer 'already_open' with the ticket that is open."
        )
    for reference in (first, second):
        found = await probe.reply("/find-ticket", {"external_ref": reference})
        if (found.outcome, found.data.get("state")) != (Outcome.ACCEPTED, "open"):
            raise Breach(
                f"A ticket just opened was not found open by its external_ref, but '{found.outcome}'. Find it at once, by "
                "every reference that it was asked for with."
            )
    if (await probe.reply("/find-ticket", {"external_ref": fresh("CHECK")})).outcome is not Outcome.NOT_FOUND:
        raise Breach("A reference that nobody has used was found. Answer 'not_found'.")


async def _links(probe: Probe) -> None:
    """A service that links nobody answers 404; one that does tells strangers apart from nobody."""
    answer = await probe.send("/linked-case", {"account": fresh("nobody")})
    if answer.status == 404:
        return
    if answer.status != 200 or _outcome("/linked-case", answer.body) is not Outcome.NOT_FOUND:
        raise Breach(
            f"/linked-case answered {answer.status} for a reference that nobody has, and not 'not_found'. Answer that, or 404 "
            "for the whole operation if your site links nobody."
        )
    case = await probe.stranger()
    asked: tuple[tuple[str, dict[str, object]], ...] = (
        ("/account-state", {"case": case}),
        ("/delivery-status", {"case": case, "channel": "sms"}),
    )
    for path, fields in asked:
        reply = await probe.reply(path, fields)
        if reply.outcome is not Outcome.NOT_SUPPORTED:
            raise Breach(
                f"{path} answered '{reply.outcome}' for an account that does not exist. Answer 'not_supported'; only people whom "
                "your own site has linked are told anything."
            )


def _outcome(path: str, body: bytes) -> Outcome | None:
    reply = wire.read_reply(path, body)
    return reply.outcome if reply is not None else None


async def _secrets(probe: Probe) -> None:
    for answer in probe.answers:
        fields = _fields(answer.body)
        for name in _names(fields):
            if _SECRET_FIELD.search(name):
                shown = name if re.fullmatch(r"[\w-]{1,40}", name, re.ASCII) else "of a long name"
                raise Breach(
                    f"An answer has a field {shown}. Codes, links, passwords and destinations go to the person alone; leave "
                    "them out."
                )
        if probe.identifier.casefold() in json.dumps(fields, ensure_ascii=False).casefold():
            raise Breach("An answer repeats the identifier. Leave it out; the case stands for it.")
        kind = answer.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind != "application/json" or answer.headers.get("content-encoding", "identity") != "identity":
            raise Breach(
                "An answer is not plain application/json. Say so in Content-Type, and do not compress it."
            )


#: The rules in the order of their lines; whatever fails first explains most.
RULES: Final = (
    Rule(name="health", claim="It says that it is well.", check=_health),
    Rule(name="credential", claim="Without the right credential it does nothing.", check=_credential),
    Rule(name="age", claim="An old signature does not count.", check=_age),
    Rule(name="replay", claim="A signed call counts once.", check=_replay),
    Rule(name="cases", claim="Every identifier has one case, of one form.", check=_cases),
    Rule(name="requests", claim="What is not of the contract is refused.", check=_requests),
    Rule(name="once", claim="A key is answered the same again.", check=_once),
    Rule(name="at once", claim="Five calls at once with one key are one.", check=_at_once),
    Rule(name="reuse", claim="A key counts for one intent.", check=_reuse),
    Rule(name="codes", claim="A code for nobody is answered like any.", check=_alike("/resend-code")),
    Rule(
        name="resets", claim="A reset for nobody is answered like any.", check=_alike("/start-password-reset")
    ),
    Rule(
        name="reports", claim="A ticket for nobody is answered like any.", check=_alike("/open-reset-ticket")
    ),
    Rule(name="channels", claim="A channel that does not exist is not supported.", check=_channels),
    Rule(name="tickets", claim="A ticket is found by its references.", check=_tickets),
    Rule(name="links", claim="Of a link that nobody has, nothing is told.", check=_links),
    Rule(name="secrets", claim="No answer holds a secret.", check=_secrets),
)


def _sending(case: str) -> dict[str, object]:
    return {"case": case, "channel": "sms", "purpose": "login"}


def _ticket(case: str, reference: str) -> dict[str, object]:
    return {"case": case, "items": ["phone"], "reason": "conformance_check", "external_ref": reference}


def _keyed(case: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Return each operation with a key, and what it is asked."""
    yield "/resend-code", _sending(case)
    yield "/start-password-reset", {"case": case, "channel": "sms"}
    yield "/open-reset-ticket", _ticket(case, fresh("CHECK"))


async def _asked(probe: Probe, path: str, case: str) -> Reply:
    return await probe.reply(path, dict(_keyed(case))[path], fresh("check"))


def _seen(reply: Reply) -> tuple[object, ...]:
    """Return what a stranger can compare."""
    return reply.outcome, {
        name: len(str(value)) if name in _RANDOM else None if name in _TIMES else value
        for name, value in reply.data.items()
    }


def _named(reply: Reply) -> str:
    """Name the values of a reply that tell something, all of them of the contract's own words."""
    told = [
        f"{name} of {len(str(value))} characters" if name in _RANDOM else f"{name} {value}"
        for name, value in sorted(reply.data.items())
        if name not in _TIMES and name != "reason"
    ]
    return ", ".join(told) or "nothing else"


def _fields(body: bytes) -> dict[str, object]:
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError):
        return {}
    return fields if isinstance(fields, dict) else {}


def _names(value: object) -> Iterator[str]:
    """Return the names of all fields, also of fields within fields."""
    match value:
        case dict():
            for name, inner in value.items():
                yield name
                yield from _names(inner)
        case list():
            for inner in value:
                yield from _names(inner)
