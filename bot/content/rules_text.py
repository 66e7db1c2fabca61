"""
Rules over every text as it is said: it can be rendered, it fits, it links only to our hosts, it asks for no secret.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final
from urllib.parse import urlsplit

from bot.content.draft import Draft
from bot.content.known import Known, known_slots
from bot.content.problem import Problem
from bot.content.revealing import speaks_conditionally, tells_of_account
from bot.content.secrets import asks_for_secret
from bot.content.spoken import Spoken
from bot.core.calls import CHANNELS, OPERATIONS
from bot.core.flow import Call
from bot.core.texts import length
from bot.core.vocabulary import LINKED, Factor

# Letters of other scripts may stand right beside an address: in Chinese there are no spaces between words.
_SCHEME: Final = re.compile(
    r"(?<![a-z0-9.+-])([a-z][a-z0-9+.-]*)://[^\s<>\"'()（）。，；！？、「」》]*", re.IGNORECASE
)
#: A bare address that chat programs turn into a link; an e-mail address is none.
_BARE: Final = re.compile(
    r"(?<![\w@./+-])(?:[\w-]+\.)+(?:com|net|org|io|info|biz|app|dev|co|me|ly|gl|gd|cc|cn|ru|fr|uk|de|eu|us|xyz|top|site|online"
    r"|link|click|support|help|example)(?![\w.-]*@)(?![a-z0-9_-])(?:/[^\s<>\"'()]*)?",
    re.IGNORECASE,
)
_ASCII_HOST: Final = re.compile(r"[a-z0-9.-]+")
#: How the place that a code goes to is spoken of, in the shipped languages.
_DESTINATIONS: Final = {
    Factor.PHONE: re.compile(r"\b(?:phone|number|numéro|téléphone)|号码|手机", re.IGNORECASE),
    Factor.EMAIL: re.compile(
        r"\b(?:e-?mail|mailbox|address|adresse|messagerie)|邮箱|邮件|信箱", re.IGNORECASE
    ),
}
#: Services that hide where a link goes.
SHORTENERS: Final = frozenset(
    [
        "bit.ly",
        "t.co",
        "tinyurl.com",
        "goo.gl",
        "is.gd",
        "v.gd",
        "ow.ly",
        "buff.ly",
        "rebrand.ly",
        "cutt.ly",
        "t.ly",
        "shorturl.at",
        "rb.gy",
        "tiny.cc",
        "s.id",
        "lnkd.in",
        "url.cn",
        "t.cn",
        "dwz.cn",
        "suo.im",
        "clck.ru",
        "vk.cc",
        "dub.sh",
        "short.io",
        "soo.gd",
        "bl.ink",
    ]
)


def names(draft: Draft, spoken: tuple[Spoken, ...]) -> Iterator[Problem]:
    """A text names only what is set where it is said."""
    for one in spoken:
        for name in one.unknown:
            fact = name.startswith("facts.")
            if not fact and not draft.whole("flows"):
                continue
            cure = (
                "Add it to the facts in service.yaml."
                if fact
                else "Correct the name or let the flow ask for it."
            )
            yield draft.problem(
                one.path, one.keys, f"{one.name} uses {name!r}, which is not known here", cure
            )


def renders(draft: Draft, spoken: tuple[Spoken, ...]) -> Iterator[Problem]:
    """A text can be rendered whatever the values are, and then says something."""
    for one in spoken:
        said, fault = one.rendered
        if fault is not None:
            message = f"{one.name} does not render: {fault}"
            cure = "Set the name on every way, or say the text without it."
            yield draft.problem(one.path, one.keys, message, cure)
        if any(not words for words in said):
            message = f"{one.name} is empty with some values"
            yield draft.problem(
                one.path, one.keys, message, "Add an `{% else %}` or words outside of the case."
            )


def holes(draft: Draft, spoken: tuple[Spoken, ...]) -> Iterator[Problem]:
    """A label or a title is said as it is written."""
    for one in spoken:
        if one.scope is None and ("{{" in one.text.source or "{%" in one.text.source):
            message = f"{'.'.join(one.keys)!r} has a hole, which is not filled there"
            yield draft.problem(one.path, one.keys, message, "Write it without braces.")


def fits(draft: Draft, spoken: tuple[Spoken, ...]) -> Iterator[Problem]:
    """A text fits its place on the screen."""
    for one in spoken:
        longest = max((length(words) for words in one.rendered[0]), default=0)
        if longest > one.limit:
            message = f"{'.'.join(one.keys)!r} is {longest} characters long, {longest - one.limit} too many"
            yield draft.problem(one.path, one.keys, message, f"Shorten it to {one.limit}.")


def links(draft: Draft, spoken: tuple[Spoken, ...]) -> Iterator[Problem]:
    """A link goes to a host of the company, in the clear, over https."""
    hosts = frozenset(draft.catalog.service.hosts)
    for one in spoken:
        for link in dict.fromkeys(link for words in one.said for link in _links(words)):
            if (fault := _link_fault(link, hosts)) is not None:
                message = f"{one.name} links to {link!r}: {fault}"
                yield draft.problem(
                    one.path, one.keys, message, "Link to a host that service.yaml lists, over https."
                )
    for number, host in enumerate(draft.catalog.service.hosts):
        if host in SHORTENERS:
            message = f"the host {host!r} is a link shortener"
            where = ("hosts", str(number))
            yield draft.problem("knowledge/service.yaml", where, message, "Link to the page itself.")


def foreign_link(words: str, hosts: Collection[str]) -> str | None:
    """Return the first link of a text that does not lead to one of these hosts in the clear, if there is one."""
    return next((link for link in _links(words) if _link_fault(link, frozenset(hosts)) is not None), None)


def _links(words: str) -> Iterator[str]:
    yield from (match[0].rstrip(".,;:!?") for match in _SCHEME.finditer(words))
    yield from (match[0].rstrip(".,;:!?") for match in _BARE.finditer(_SCHEME.sub(" ", words)))


def _link_fault(link: str, hosts: frozenset[str]) -> str | None:
    full = link if "://" in link else f"https://{link}"
    try:
        parts = urlsplit(full)
        host = (parts.hostname or "").lower()
    except ValueError:
        return "it is no address"
    if host in SHORTENERS:
        return "a link shortener hides where it goes"
    if parts.scheme.lower() != "https":
        return f"{parts.scheme}:// is not https"
    if parts.username is not None or parts.password is not None:
        return "a name stands before the host"
    if not _ASCII_HOST.fullmatch(host) or "xn--" in host:
        return "the host may look like another one"
    return None if host in hosts else f"the host {host!r} is not in the list"


def secrets(draft: Draft, spoken: tuple[Spoken, ...]) -> Iterator[Problem]:
    """No text asks for a code, a password or a key."""
    for one in spoken:
        asked = next((found for words in one.said if (found := asks_for_secret(words))), None)
        if asked is not None:
            message = f"{one.name} asks for a secret: {asked!r}"
            yield draft.problem(
                one.path, one.keys, message, "Say where it is typed; nobody of us ever asks for it."
            )


def accounts(draft: Draft, spoken: tuple[Spoken, ...]) -> Iterator[Problem]:
    """
    No text tells a stranger whether an account exists or what is the case with it; what sends says "if".

    Where every way leads through a link to the account, it is told to nobody else.
    """
    known = known_slots(draft)
    for one in spoken:
        if LINKED in _known_at(known, one):
            continue
        told = next((told for words in one.said if (told := tells_of_account(words))), None)
        if one.scope is not None and told is not None:
            message = f"{one.name} tells what is the case with an account: {told!r}"
            yield draft.problem(one.path, one.keys, message, "Say it with `if`; anybody may be reading.")
        elif _sender(draft, one) and not all(map(speaks_conditionally, one.said)):
            message = f"{one.name} sends, and does not say that this is so only if the account exists"
            yield draft.problem(
                one.path, one.keys, message, 'Write it like "If this belongs to an account, ...".'
            )


def _known_at(known: Known, one: Spoken) -> frozenset[str]:
    """Return the slots that are surely set where the words of a state are said."""
    match one.keys:
        case ("states", name, *_):
            flow = one.path.rsplit("/", 1)[1].removesuffix(".yaml")
            return known.get(flow, {}).get(name, frozenset())
        case _:
            return frozenset()


def destinations(draft: Draft, spoken: tuple[Spoken, ...]) -> Iterator[Problem]:
    """What sends says where to: the words name the phone or the mail as the call's channel does."""
    for one in spoken:
        call = _sender(draft, one)
        factor = CHANNELS.get(call.arguments.get("channel", "")) if call is not None else None
        pattern = _DESTINATIONS.get(factor) if factor is not None else None
        if pattern is not None and not all(map(pattern.search, one.said)):
            message = f"{one.name} sends to the {factor}, and its words do not say so"
            yield draft.problem(one.path, one.keys, message, "Correct the channel or the words.")


def _sender(draft: Draft, one: Spoken) -> Call | None:
    """Return the call that sends, if these are its words, whoever may be asking."""
    match one.keys:
        case ("states", name, "text"):
            flow = draft.catalog.flows.get(one.path.rsplit("/", 1)[1].removesuffix(".yaml"))
            state = flow.states.get(name) if flow is not None else None
        case _:
            return None
    operation = OPERATIONS.get(state.operation) if isinstance(state, Call) else None
    sends = operation is not None and operation.sends and operation.neutral
    return state if isinstance(state, Call) and sends else None


def fact_lists(draft: Draft, spoken: tuple[Spoken, ...]) -> Iterator[Problem]:
    """An article names under `facts` the facts that its words use, no more and no fewer."""
    used: dict[str, set[str]] = {}
    for one in spoken:
        if one.facts is None:
            continue
        facts = {attribute for name, attribute in one.attributes if name == "facts"}
        used.setdefault(one.path.rsplit("/", 1)[1], set()).update(facts)
        for fact in sorted(facts - set(one.facts)):
            message = f"the words use the fact {fact!r}, which the article does not name"
            yield draft.problem(one.path, one.keys, message, f"Add {fact!r} to `facts` of the article.")
    for article in draft.catalog.articles.values():
        for fact in article.facts:
            if article.texts and fact not in used.get(f"{article.id}.yaml", ()):
                message = f"the article names the fact {fact!r}, which its words do not use"
                yield draft.problem(article.path, ("facts",), message, "Use it or remove it.")


TEXT_RULES: Final = (names, renders, holes, fits, links, secrets, accounts, destinations, fact_lists)
