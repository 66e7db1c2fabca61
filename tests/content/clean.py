"""Small content without a fault, as the files that an author would write: every kind of state, two languages."""

from __future__ import annotations

from pathlib import Path

from bot.content.rules_words import REPAIR_COMMANDS, REPAIR_LABELS, REPAIR_TEXTS
from bot.core.vocabulary import Word
from bot.diagnosis.codes import Code
from tests.content.phrases import LOST_CODE, NOT_OURS, inline, lines

FLOW = """\
# The code does not arrive.   e.g. "no code"
id: lost_code
menu: 1
failing: phone
start: tapped
states:
  tapped:
    ask: {started: number, nothing: page}
    give_up: number
  page:
    try_articles: page
    solved: thanks
    exhausted: number
  number:
    collect: phone
    choices: {skip: platform}
    next: diagnose
    at_most: 3
    then: platform
  diagnose:
    branch:
      - {if: "phone.fixable and tapped == 'started'", next: show_fix}
      - {else: platform}
  show_fix:
    ask: {will_try: patience, typed_so: number}
    give_up: platform
  patience:
    wait: sms_patience
    choices: {arrived: thanks}
    next: platform
  platform:
    ask: {iphone: fresh_code, android: fresh_code}
    give_up: hand_over
  fresh_code:
    run: send_code
    results: {solved: thanks, not_solved: hand_over}
  thanks:
    say: solved
  solved:
    end: solved
  hand_over:
    handoff: lost_code
    priority: urgent
"""

SEND = """\
# One fresh code.
id: send_code
internal: true
start: whose
states:
  whose:
    collect: identifier
    choices: {skip: no_way}
    next: send
  send:
    call: resend_code
    with: {channel: sms, purpose: login}
    outcomes:
      accepted: coming
      too_soon: coming
      rate_limited: coming
      blocked: no_way
      unusable: no_way
      not_supported: no_way
      unavailable: no_way
      held: no_way
      unknown: coming
    at_most: 2
    then: no_way
  coming:
    wait: next_code
    choices: {arrived: arrived, again: send}
    next: arrived
  arrived:
    end: solved
  no_way:
    end: not_solved
"""

GREETING = """\
# Small talk.
id: greeting
small_talk: true
start: answer
states:
  answer:
    say: done
  done:
    end: solved
"""

FLOW_EN = """\
# Words.
flow: lost_code
title: "The code does not arrive"
phrases:
  - "no code"
  - "the code does not come"
  - "where is my code"
  - "waiting for the sms"
  - "i get no text"
  - "code never arrives"
  - "did not receive the code"
  - "sms missing"
states:
  tapped:
    text: "Did a countdown start after you tapped the button?"
    retry: "Please look at the button again."
    choices: {started: "Yes, it counts down", nothing: "Nothing happened"}
  number:
    text: "Please type the number of your phone as you typed it in the form."
    choices: {skip: "I would rather not"}
  show_fix:
    text: |
      {% for finding in phone.findings %}
      - {{ finding }}
      {% endfor %}
      {% if phone.needs_confirmation %}
      Perhaps
      {% else %}
      Surely
      {% endif %}
      type {{ phone.form_digits[0] }}.
    choices: {will_try: "I will try that", typed_so: "I typed it like that"}
  patience:
    text: "Please wait {{ wait.length }}, until {{ wait.at|clock }}."
    choices: {arrived: "It arrived"}
  platform:
    text: "Which phone do you have there?"
    choices: {iphone: "iPhone", android: "Android"}
  thanks:
    text: "Good. A code is valid for {{ facts.lifetime }}, see https://help.example.com/codes."
""".replace('  - "sms missing"\n', '  - "sms missing"\n' + lines(LOST_CODE))

SEND_EN = """\
# Words.
flow: send_code
title: "A fresh code"
states:
  whose:
    text: "Please type the name of your account."
    choices: {skip: "Go on without it"}
  send:
    text: "If this account exists, a code is on its way to its number."
  coming:
    text: "The next code is possible in {{ next_code.wait }}."
    choices: {arrived: "It arrived", again: "Send another one"}
"""

GREETING_EN = """\
# Words.
flow: greeting
title: "Hello"
phrases: ["hello", "hi", "hey", "good morning", "good evening", "good day", "hello there", "greetings", "good afternoon", "hi there", "hello everybody", "hey you there"]
states:
  answer:
    text: "Hello! What can I do for you today?"
"""

SERVICE = """\
# The facts.
facts:
  company: {value: "Example Ltd", source: "register", review_by: "2027-05-31"}
  sms_patience: {value: "2 minutes", source: "policy", review_by: "2027-05-31"}
  lifetime:
    value: "10 minutes"
    source: "policy"
    review_by: "2027-05-31"
  spare_ways: {value: ["e-mail", "app"], source: "policy", review_by: "2027-05-31"}
hosts:
  - {host: "help.example.com", source: "register", review_by: "2027-05-31"}
opening_hours:
  zone: "Europe/Paris"
  week:
    monday: ["09:00-12:00", "13:00-24:00"]
  closed: ["2026-12-25"]
  answers_within: "2 hours"
  source: "policy"
  review_by: "2027-05-31"
languages: ["en", "fr"]
resend_ladder: {waits: ["60 seconds", "2 minutes"], pause: "24 hours", source: "policy", review_by: "2027-05-31"}
"""

ARTICLE = """\
# Restart the page.
id: reload_page
applies_to:
  topics: ["page"]
  when: "tapped == 'nothing'"
order: 10
facts: ["spare_ways"]
source: "policy"
review_by: "2027-05-31"
"""

ARTICLE_EN = """\
# Words.
article: reload_page
title: "Reload the page"
text: |
  Reload the page in your browser. Other ways: {{ facts.spare_ways|join(", ") }}.
"""

COVERAGE = """\
# What tells each fact.
seeds:
  1: ["article:reload_page"]
  2: ["state:lost_code.thanks", "article:reload_page"]
"""


def french(words: str) -> str:
    """Make every text differ from English: enough for rules that compare languages."""
    changed = [
        line.replace(' "', ' "Fr ', 1) if line.strip().startswith(("text:", "- ", "retry:")) else line
        for line in words.splitlines()
    ]
    return (
        "\n".join(changed).replace("Reload the page in", "Rechargez dans").replace("Perhaps", "Peut-être")
        + "\n"
    )


def repair(language: str, name: str) -> str:
    """The engine's own words."""
    lines = ["# Words.", f"language: {language}", f'name: "{name}"', f'names: ["{name}"]', "words:"]
    lines += [f'  "{word}": ["word {word} {language}"]' for word in Word]
    lines += ["labels:", *(f'  {key}: "Label {key} {language}"' for key in REPAIR_LABELS)]
    lines += ["commands:", *(f'  {key}: "Command {key} {language}"' for key in REPAIR_COMMANDS), "texts:"]
    lines += [f'  {key}: "Text {key} {language}."' for key in REPAIR_TEXTS if key != "notice"]
    lines += [f'  notice: "Text notice {language} of {{{{ facts.company }}}}."']
    lines += ["findings:", *(f'  {code}: "Finding {code.lower()} {language}."' for code in Code)]
    return "\n".join(lines) + "\n"


FILES = {
    "flows/lost_code.yaml": FLOW,
    "flows/send_code.yaml": SEND,
    "flows/greeting.yaml": GREETING,
    "flows/en/lost_code.yaml": FLOW_EN,
    "flows/en/send_code.yaml": SEND_EN,
    "flows/en/greeting.yaml": GREETING_EN,
    "flows/en/_repair.yaml": repair("en", "English"),
    "flows/en/_none.yaml": f'phrases: ["what is the weather", "buy shoes"{inline(NOT_OURS)}]\n',
    "flows/fr/lost_code.yaml": french(FLOW_EN),
    "flows/fr/send_code.yaml": french(SEND_EN),
    "flows/fr/greeting.yaml": french(GREETING_EN),
    "flows/fr/_repair.yaml": repair("fr", "Français"),
    "flows/fr/_none.yaml": f'phrases: ["quel temps fait-il"{inline(NOT_OURS)}]\n',
    "knowledge/service.yaml": SERVICE,
    "knowledge/coverage.yaml": COVERAGE,
    "knowledge/reload_page.yaml": ARTICLE,
    "knowledge/en/reload_page.yaml": ARTICLE_EN,
    "knowledge/fr/reload_page.yaml": french(ARTICLE_EN),
}


def write(root: Path, files: dict[str, str] | None = None) -> tuple[Path, Path]:
    """Write content and return its two folders."""
    for path, text in (FILES if files is None else files).items():
        file = root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, "utf-8")
    return root / "flows", root / "knowledge"
