"""
The words that reach the database, the logs and the flow files, written down once.

Strings with a meaning stand here and nowhere else. Directions: *events* come in and are facts in the past tense,
*commands* go out and are requests in the imperative.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final


class Status(StrEnum):
    """Who must act in a conversation."""

    #: The bot has it.
    PENDING = "pending"
    #: A human must act.
    OPEN = "open"
    #: Over; the next message opens a new conversation.
    RESOLVED = "resolved"


class Direction(StrEnum):
    """Whose line a message of the transcript is."""

    #: From the person.
    INCOMING = "incoming"
    #: To the person.
    OUTGOING = "outgoing"
    #: Something that happened: a hand-off, a call, a timer.
    ACTIVITY = "activity"
    #: From an agent, for agents; the person never sees it.
    NOTE = "note"


class Trust(StrEnum):
    """What the conversation may be told; chat content never raises it."""

    #: Anybody may be typing.
    ANONYMOUS = "anonymous"
    #: Linked from inside the logged-in account.
    LINKED = "linked"


class Priority(StrEnum):
    """How fast a human should look."""

    NORMAL = "normal"
    URGENT = "urgent"


class Decision(StrEnum):
    """What the matcher says of a complaint."""

    START = "start"
    CLARIFY = "clarify"
    NONE = "none"


class Word(StrEnum):
    """What a person may say at any moment; each language lists its own words in `flows/<language>/_repair.yaml`."""

    HUMAN = "human"
    BACK = "back"
    RESTART = "restart"
    STOP = "stop"
    LANGUAGE = "language"
    HELP = "help"
    YES = "yes"
    NO = "no"
    SKIP = "skip"
    #: The code came.
    ARRIVED = "arrived"
    #: There is nothing more to pick.
    DONE = "done"
    #: What was said before is taken back; it begins a sentence.
    CORRECTION = "correction"
    #: End the link to an account.
    UNLINK = "unlink"


class Result(StrEnum):
    """How a flow may end."""

    SOLVED = "solved"
    NOT_SOLVED = "not_solved"
    CANCELLED = "cancelled"
    #: A ticket was opened; the bot has done its part.
    TICKET = "ticket"
    #: Something was explained; nothing is left to do.
    TOLD = "told"


class Factor(StrEnum):
    """What a person may hold to prove that an account is theirs."""

    PHONE = "phone"
    EMAIL = "email"
    AUTHENTICATOR = "authenticator"
    PASSKEY = "passkey"
    PASSWORD = "password"
    #: Still logged in somewhere.
    SESSION = "session"
    #: The identity document that the account was verified with.
    DOCUMENT = "document"


class Outcome(StrEnum):
    """How a call to the account system ended."""

    #: Done, or taken on; for codes the same whether the account exists or not.
    ACCEPTED = "accepted"
    #: Our own budget says not yet; the account system was not called.
    TOO_SOON = "too_soon"
    #: The account system's own limit.
    RATE_LIMITED = "rate_limited"
    #: Refused by policy: country, fraud guard.
    BLOCKED = "blocked"
    #: The destination on file cannot receive it.
    UNUSABLE = "unusable"
    #: The account system cannot do this.
    NOT_SUPPORTED = "not_supported"
    #: Not executed: the account system is down.
    UNAVAILABLE = "unavailable"
    #: Nobody knows whether it was executed; a code is then never sent again by itself.
    UNKNOWN = "unknown"
    #: A takeover is suspected: nothing is sent until a human has looked.
    HELD = "held"
    #: There is such a ticket already.
    ALREADY_OPEN = "already_open"
    #: There is no such ticket, or it is somebody else's.
    NOT_FOUND = "not_found"


class Refusal(StrEnum):
    """Why what an agent did is not done."""

    #: It asks the person for a code or a password.
    ASKS_SECRET = "asks_secret"
    #: It holds a code, a password or a key.
    HOLDS_SECRET = "holds_secret"
    #: It links to a site that is none of the company's.
    FOREIGN_LINK = "foreign_link"
    #: There is nothing in it.
    EMPTY = "empty"
    #: The person has begun another conversation since, or none was handed over.
    CASE_GONE = "case_gone"
    CASE_CLOSED = "case_closed"
    #: The case was escalated.
    LEADS_ONLY = "leads_only"
    NO_SUCH_STATE = "no_such_state"
    NO_SUCH_TEMPLATE = "no_such_template"
    NO_SUCH_LANGUAGE = "no_such_language"


class Action(StrEnum):
    """The stable key of a log line or an audit row."""

    STARTED = "started"
    STOPPED = "stopped"
    SECRET_REMOVED = "secret_removed"
    CODE_REQUESTED = "code_requested"
    CODE_LIMITED = "code_limited"
    CODE_HELD = "code_held"
    TICKET_REQUESTED = "ticket_requested"
    CONSENT_GIVEN = "consent_given"
    TAKEOVER_SUSPECTED = "takeover_suspected"
    CALL_RETURNED = "call_returned"
    HANDED_OFF = "handed_off"
    RESOLVED = "resolved"
    LINK_MADE = "link_made"
    LINKED = "linked"
    LINK_REFUSED = "link_refused"
    UNLINKED = "unlinked"
    COMMAND_FAILED = "command_failed"
    EVENT_QUARANTINED = "event_quarantined"
    MESSAGES_PASSED_OVER = "messages_passed_over"
    STORE_FAILED = "store_failed"
    CHANNEL_FAILED = "channel_failed"
    SEMANTIC_FAILED = "semantic_failed"
    FORGED_BUTTON = "forged_button"
    #: The person has blocked the bot, or lets it write again.
    BLOCKED = "blocked"
    UNBLOCKED = "unblocked"
    #: What agents did.
    AGENT_TOOK = "agent_took"
    AGENT_REPLIED = "agent_replied"
    AGENT_NOTED = "agent_noted"
    AGENT_ESCALATED = "agent_escalated"
    AGENT_HANDED_BACK = "agent_handed_back"
    AGENT_CLOSED = "agent_closed"
    AGENT_REOPENED = "agent_reopened"
    AGENT_REFUSED = "agent_refused"
    #: An agent who has a case has said nothing for long.
    AGENT_SILENT = "agent_silent"
    #: The person wrote to a closed case.
    REOPENED = "reopened"
    #: The person has said how good the help was.
    RATED = "rated"
    #: An operator has told of a fault on the company's side, or that it is over.
    INCIDENT_STARTED = "incident_started"
    INCIDENT_ENDED = "incident_ended"
    #: What nobody needs any more was deleted; everything of one contact was.
    CLEANED = "cleaned"
    ERASED = "erased"


#: Flow ids, which are also the matcher's labels; `none` is the matcher's reserved class for what is not ours.
NONE_FLOW: Final = "none"
#: The slot of what the person cannot use; no article that needs one of them is shown, no code is sent to one.
LOST: Final = "lost"
#: What conditions read of a conversation that is linked to an account; no slot can be named like it.
LINKED: Final = "linked"
#: The flow that answers a typed case code.
TICKET_FLOW: Final = "ticket_status"
#: The file of repair patterns: not a flow, its texts are spoken by the engine.
REPAIR: Final = "_repair"
