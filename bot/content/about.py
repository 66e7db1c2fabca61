"""
What each key means, in one sentence, for editors that show it beside the key.

The keys themselves come from the readers; the tests hold the two together.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from bot.content.schema import ANY, Path, Schema

#: The end of the path to a key, with `any` for what the author names; the longest end that fits says what the key means.
ABOUT: Final = {
    # flows
    "flow.id": "The name of the file without .yaml.",
    "start": "The first state.",
    "flow.states": "The states; each has exactly one key that is its kind.",
    "menu": "Place among the buttons of 'what is the problem?'; left out: found by words only.",
    "failing": "The factor that fails: an end can be reached without a message to it.",
    "urgent": "A text that clearly means this flow starts it at once, over any other flow.",
    "small_talk": "Answered without leaving the flow that the person is in; only `say` and `end`.",
    "internal": "Only other flows run it; it needs no phrases.",
    # kinds of states
    "say": "Say the text, then go to this state.",
    "ask": "Ask one question with buttons: id of the answer -> state. The answer is kept under the state's name.",
    "ask_many": "Ask for several answers at once; the set is kept under the state's name.",
    "collect": "Ask for something typed; it is kept under this name.",
    "branch": "Go to the first state whose condition holds; `else` is the last entry.",
    "route": "The slots that the table is over, each set on every way to here.",
    "set": "Note what is known: slot -> value; a list is added to what the slot holds.",
    "call": "Ask the account system: the operation. Every outcome leads to a state.",
    "try_articles": "Show the articles of this topic that apply and were not tried, one by one.",
    "run": "Run this flow and go on by its result.",
    "states.any.wait": "A duration fact, or next_code: how long until the reminder.",
    "handoff": "A human takes over; this reason goes into the case.",
    "end": "End the flow with this result; solved, cancelled, told and ticket have a meaning for the outermost flow.",
    # what goes with them
    "at_most": "How often the state may be entered in one run of the flow; then `then`.",
    "then": "Where it goes once `at_most` is used up.",
    "brake": "A takeover is suspected: from here on nothing is sent.",
    "after_consent": "`sparekey check` proves that every way to here went through a consent.",
    "states.any.choices": "Buttons beside the answer: id -> state.",
    "opening": "The words that started the flow may answer this first question.",
    "consent": "The choice that accepts the consequences told in this question.",
    "tries": "Misunderstood answers before `give_up`.",
    "give_up": "The state after too many misunderstood answers; left out: a human.",
    "next": "The state that follows.",
    "if": "A condition over slots, e.g. phone.fixable and platform == 'iphone'.",
    "else": "The state if no condition holds.",
    "table": "Rows; the first that fits wins. A cell: one value or a list; a slot left out may hold anything.",
    "with": "The arguments of the operation.",
    "channel": "How it is sent: sms, voice or email.",
    "purpose": "What the code is for, e.g. login.",
    "reason": "Why, as an id; it goes into the ticket.",
    "outcomes": "Outcome -> state; every outcome of the operation is named.",
    "outcomes.any": "The state that follows when the call ends so.",
    "states.any.solved": "The state when an article helped.",
    "exhausted": "The state when nothing is left to show.",
    "batch": "At most so many articles at one visit.",
    "results": "Result of the flow -> state.",
    "priority": "How fast a human should look.",
    # words
    "words.flow": "The flow whose words these are: the name of the file.",
    "words.title": "Shown as a button and in 'did you mean': at most 40 characters.",
    "words.phrases": "Complaints as people write them, mistakes included; 30 or more for a problem of the menu, 12 for others.",
    "words.states": "State -> its words.",
    "words.states.any.text": "What the person reads; Jinja2 with facts and slots.",
    "retry": "Said when the answer was not understood, before the question is asked again.",
    "words.states.any.choices": "Id of the choice -> what stands on the button: at most 40 characters.",
    "answers": "Id of the choice -> people's own words for it.",
    # articles
    "article.id": "The name of the file without .yaml.",
    "applies_to": "When the article is shown.",
    "topics": "The `try_articles` that show it.",
    "needs": "What the person must still hold to do it.",
    "when": "A condition over slots; left out: always.",
    "order": "The cheapest and likeliest remedy first.",
    "article.facts": "Exactly the facts that the words use.",
    "source": "Where the knowledge is from.",
    "review_by": "From this day on `sparekey check` fails until somebody has looked: 2027-05-31.",
    "article-words.article": "The article whose words these are: the name of the file.",
    "article-words.title": "At most 60 characters.",
    "article-words.text": "What the person reads: at most 700 characters; the engine adds 'did it help?'.",
    # service
    "service.facts": "What differs from company to company: name -> fact.",
    "value": 'A text, a number, a list of texts, or a duration such as "10 minutes".',
    "hosts": "The sites that texts may link to, https only.",
    "host": "Without https:// and without a path: help.example.com.",
    "opening_hours": "When humans are there.",
    "zone": "A time zone such as UTC or Europe/Paris.",
    "week": "Day -> spans.",
    "week.any": 'Spans such as ["09:00-12:00", "13:00-18:00"]; left out: closed.',
    "closed": "Days off such as 2026-12-25.",
    "answers_within": 'How soon a human answers while open: "2 hours".',
    "service.languages": "The languages that are spoken; the first is the default.",
    "resend_ladder": "How long one must wait before each further code.",
    "waits": 'After the first code, after the second ...: ["60 seconds", "2 minutes"].',
    "pause": "The wait once the ladder is used up.",
    # the engine's own words
    "repair.language": "The language: the name of the folder.",
    "repair.name": "What speakers call the language.",
    "names": "What people may type to choose the language.",
    "repair.texts": "What the engine says by itself.",
    "texts.any": "One of the engine's texts; the writing guide says when it is said.",
    "labels": "What stands on the engine's buttons.",
    "labels.any": "At most 40 characters.",
    "repair.words": "What people may type at any moment.",
    "words.any": "Whole messages; capitals and punctuation do not matter.",
    "commands": "What the commands in a chat service's menu do.",
    "commands.any": "Shown beside the command.",
    "findings": "What to tell a person about their number.",
    "findings.any": "One sentence.",
    # a language that is understood only
    "understood.language": "The language: the name of the folder.",
    "understood.name": "What speakers call the language.",
    "understood.names": "What people may type to ask for the language.",
    "understood.answered": "Said once, in this language: that you answer in another one, {{ language.name }}.",
    "understood.words": "What people may type at any moment.",
    "complaints.flow": "The flow that these complaints are about: the name of the file.",
    "complaints.phrases": "Complaints as people write them, mistakes included; 12 or more.",
    # the other files
    "none.phrases": "What people write that is not ours, so that it starts nothing.",
    "seeds": "Number of a fact -> what tells it: article:ID or state:FLOW.STATE.",
    # conversation tests
    "conversation-test.flow": "The flow that these cases are about.",
    "cases": "Conversations, each from its beginning.",
    "case": "What it shows, as a sentence.",
    "cases.any.flow": "The flow that this case is about.",
    "cases.any.languages": "The case is played once in each; texts may be maps of languages.",
    "steps": "What happens, and what must hold then.",
    "user": "The person types this; {case} is the case code that they were given last.",
    "pick": "The person presses the button with this id; @back, @human, @more ... are the engine's.",
    "screen": "The button stands on this older question.",
    "steps.any.start": "The person opens the chat, in this language; true: in the language of the case.",
    "send": "The person sends something that is no text, e.g. photo.",
    "steps.any.wait": "So many seconds pass.",
    "force": "How the account system answers next: a fault, or operation -> fault.",
    "close_ticket": "Whoever works on the ticket closes it.",
    "link": "The person opens a fresh one-time link that the company's own site made for this account.",
    "stands": "How the account stands from now on: active, locked (for two hours), self_frozen, restricted, closed.",
    "incident": "Something breaks on the company's side, and an operator tells so; or `over`: it is over.",
    "incident.flows": "The flows that it concerns.",
    "incident.say": "Language: what people are told.",
    "site_sends": "The company's own site has sent a code to the linked account.",
    "site_sends.channel": "sms, voice or email.",
    "site_sends.status": "What became of it: queued, sent, delivered, failed.",
    "site_sends.reason": "Why it failed: unreachable, refused, invalid, full, suppressed, other.",
    "bot": "Parts that the answer contains; []: there is no answer.",
    "not": "Parts that the answer does not contain.",
    "steps.any.choices": "The ids of the buttons, in their order.",
    "state": "Where the person must be: flow.state.",
    "status": "Who must act.",
    "steps.any.language": "The language that is spoken then.",
    "calls": "Codes asked for at the account system so far.",
    "sms": "Messages on the simulated phone and in the mailbox so far.",
    "tickets": "Reset tickets opened so far.",
    "resets": "Password resets sent so far.",
}


def describe(schema: Schema, path: Path) -> None:
    """Write into a schema what each key means; `path` leads to it and begins with the kind of file."""
    for key, inner in schema.get("properties", {}).items():
        if meaning := ABOUT.get(entry((*path, key)) or ""):
            inner["description"] = meaning
        describe(inner, (*path, key))
    for inner, below in _below(schema):
        describe(inner, (*path, *below))


def entry(path: Path) -> str | None:
    """Find the entry of `ABOUT` for a key."""
    ends = [path[start:] for start in range(len(path))]
    named = (".".join(end) for end in (*ends, *((*end[:-1], ANY) for end in ends[:-1])))
    return next((name for name in named if name in ABOUT), None)


def _below(schema: Schema) -> Iterator[tuple[Schema, Path]]:
    for several in ("anyOf", "allOf", "oneOf"):
        yield from ((inner, ()) for inner in schema.get(several, ()))
    if "then" in schema:
        yield schema["then"], ()
    for one in ("items", "additionalProperties"):
        if isinstance(schema.get(one), dict):
            yield schema[one], (ANY,)
