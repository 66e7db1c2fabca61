"""
Content of one flow that does whatever the person picks, and says every outcome that it learns of.

So a test of the service does not hang on the words of the shipped flows, and nothing that a flow is told stays unseen.
"""

from __future__ import annotations

from pathlib import Path

from bot.content.load import load
from bot.core.calls import OPERATIONS
from bot.core.vocabulary import Outcome
from bot.service.reading import Reader, fit_matcher
from tests.content import clean

#: Choice -> (operation, its arguments).
CALLS = {
    "code": ("resend_code", "{channel: sms, purpose: login}"),
    "mail": ("resend_code", "{channel: email, purpose: login}"),
    "link": ("start_password_reset", "{channel: email}"),
    "agree": ("open_reset_ticket", "{reason: lost}"),
    "find": ("find_ticket", None),
}
#: Outcomes that are said in a text of their own.
OWN_TEXTS = {"agree": {"accepted": "opened"}, "find": {"accepted": "found"}}


def _call(name: str) -> str:
    operation, arguments = CALLS[name]
    texts = OWN_TEXTS.get(name, {})
    lines = [f"  {name}_it:", f"    call: {operation}"]
    lines += [f"    with: {arguments}"] if arguments else []
    lines += ["    outcomes:"]
    lines += [f"      {each}: {texts.get(each, f'was_{each}')}" for each in OPERATIONS[operation].outcomes]
    return "\n".join(lines) + "\n"


FLOW = """\
# Whatever the person picks.
id: account_help
menu: 1
start: whose
states:
  whose:
    collect: identifier
    choices: {secret: what}
    next: what
  what:
    ask: {code: code_it, mail: mail_it, link: link_it, ticket: agree, status: which, danger: danger_on}
    give_up: over
    at_most: 60
    then: over
  agree:
    ask: {accept: agree_it, refuse: what}
    consent: accept
    give_up: what
  which:
    collect: ticket
    choices: {leave: what}
    next: find_it
  danger_on:
    say: what
    brake: true
  opened:
    say: what
  found:
    say: what
  over:
    end: cancelled
"""
FLOW += "".join(f"  was_{outcome}:\n    say: what\n" for outcome in Outcome)
FLOW += "".join(_call(name) for name in CALLS)

WORDS = """\
# Words.
flow: account_help
title: "Help with the account"
phrases:
  - "help with my account"
  - "i cannot get in"
  - "locked out of it"
  - "account trouble"
  - "please help with the login"
  - "my login is broken"
  - "cannot log in any more"
  - "need help to get in"
states:
  whose:
    text: "Whose account is it?"
    choices: {secret: "I will not say"}
  what:
    text: "What shall I do?"
    choices:
      code: "Text a code"
      mail: "Mail a code"
      link: "Mail a link"
      ticket: "Open a ticket"
      status: "Look a ticket up"
      danger: "Somebody else is in"
  agree:
    text: "It takes a while. Shall I?"
    choices: {accept: "Do it", refuse: "Leave it"}
  which:
    text: "Which ticket is it?"
    choices: {leave: "Never mind"}
  danger_on:
    text: "Nothing is sent from now on."
  opened:
    text: "The number of the ticket is {{ case_code }}."
  found:
    text: "The ticket {{ ticket.code }} {% if ticket.opened %}is {{ ticket.state }}, opened on {{ ticket.opened|day }}{% endif %}."
"""
WORDS += "".join(f'  was_{outcome}:\n    text: "That was: {outcome}."\n' for outcome in Outcome)
WORDS += "".join(f'  {name}_it:\n    text: "I will do: {name}."\n' for name in CALLS)

FILES = {
    "flows/account_help.yaml": FLOW,
    "flows/en/account_help.yaml": WORDS,
    "flows/en/_repair.yaml": clean.repair("en", "English"),
    "flows/en/_none.yaml": 'phrases: ["what is the weather", "buy shoes"]\n',
    "knowledge/service.yaml": clean.SERVICE.replace('["en", "fr"]', '["en"]'),
    "knowledge/coverage.yaml": '# What tells each fact.\nseeds:\n  1: ["state:account_help.whose"]\n',
}


def reader_of_operations(directory: Path) -> Reader:
    """Write the content and read it; it breaks rules of the checks on purpose, so these are not asked."""
    loaded = load(*clean.write(directory, FILES))
    assert loaded.draft is not None
    assert not loaded.draft.broken, loaded.problems
    return Reader(loaded.draft.catalog, fit_matcher(loaded.draft.catalog))
