"""More clean content: a set of answers, a table, consent, a ticket, an urgent flow with a brake, an article with needs."""

from __future__ import annotations

from tests.content.clean import FILES, french
from tests.content.phrases import HACKED as MORE_HACKED
from tests.content.phrases import NEW_PHONE as MORE_NEW_PHONE
from tests.content.phrases import lines

NEW_PHONE = """\
# The phone is gone.   e.g. "i lost my phone"
id: new_phone
menu: 2
start: lost
states:
  lost:
    ask_many: [phone, email]
    choices: {neither: nothing}
    next: logged_in
    give_up: hand_over
  logged_in:
    ask: {"yes": way, "no": way, unsure: way}
    give_up: logged_out
  logged_out:
    set: {logged_in: "no"}
    next: way
  way:
    route: [lost, logged_in]
    table:
      - {lost: [phone, email], next: hand_over}
      - {logged_in: "yes", next: inside}
      - {logged_in: ["no", unsure], next: agree}
  inside:
    branch:
      - {if: "'phone' in lost", next: mend}
      - {if: "logged_in == 'yes'", next: agree}
      - {else: hand_over}
  mend:
    try_articles: new_phone
    solved: done
    exhausted: agree
  agree:
    ask: {"yes": account_known, "no": nothing}
    consent: "yes"
    give_up: nothing
  account_known:
    branch:
      - {if: "case != none", next: open}
      - {else: whose}
  whose:
    collect: identifier
    choices: {skip: hand_over}
    next: open
    give_up: hand_over
  open:
    call: open_reset_ticket
    with: {reason: lost_phone}
    outcomes:
      accepted: opened
      already_open: opened
      unavailable: opened
      unknown: opened
      blocked: hand_over
      rate_limited: hand_over
      not_supported: hand_over
  opened:
    after_consent: true
    end: ticket
  done:
    end: solved
  nothing:
    end: cancelled
  hand_over:
    handoff: new_phone
"""

HACKED = """\
# Somebody else is inside.   e.g. "i was hacked"
id: hacked
urgent: true
start: sign
states:
  sign:
    ask: {"yes": stop, "no": false_alarm}
    give_up: stop
  stop:
    brake: true
    say: account
  account:
    collect: identifier
    choices: {skip: hand_over}
    next: hand_over
    give_up: hand_over
  hand_over:
    handoff: hacked
    priority: urgent
  false_alarm:
    end: cancelled
"""

NEW_PHONE_EN = """\
# Words.
flow: new_phone
title: "My phone is gone"
phrases:
  - "i lost my phone"
  - "my phone was stolen"
  - "new phone, old number gone"
  - "i sold my phone"
  - "my phone is broken"
  - "my mobile fell into the water"
  - "my handset does not turn on"
  - "my old number belongs to somebody else now"
states:
  lost:
    text: "What can you no longer use?"
    choices: {phone: "My phone", email: "My mailbox", neither: "I still have both"}
  logged_in:
    text: "Are you still logged in anywhere?"
    choices: {"yes": "Yes, somewhere", "no": "No, nowhere", unsure: "I cannot tell"}
    answers:
      "yes": ["on my tablet"]
      unsure: ["maybe at work"]
  agree:
    text: "After this, nothing can be withdrawn for a day and a night. Shall I go on?"
    choices: {"yes": "Yes, I agree", "no": "No, not now"}
  whose:
    text: "Please type the name of your account."
    choices: {skip: "Go on without it"}
  open:
    text: "I am opening a ticket. Its number is {{ case_code }}."
  opened:
    text: "People of our team look at it, number {{ case_code }}."
""".replace("states:\n", lines(MORE_NEW_PHONE) + "states:\n", 1)

HACKED_EN = """\
# Words.
flow: hacked
title: "Somebody else is inside"
phrases:
  - "i was hacked"
  - "somebody took over"
  - "there is a stranger in my profile"
  - "money was moved and it was not me"
  - "i did not ask for this change"
  - "they changed everything"
  - "a thief has my login"
  - "somebody called me and i told him all of it"
states:
  sign:
    text: "Did something happen after 9 that you did not do?"
    choices: {"yes": "Yes, something", "no": "No, nothing"}
  stop:
    text: "From now on I send nothing more, no code that lives {{ facts.code_lifetime }} either."
  account:
    text: "Please type the name of your account."
    choices: {skip: "Go on without it"}
""".replace("states:\n", lines(MORE_HACKED) + "states:\n", 1)

SPARE = """\
# Put in a new number, by mail.
id: spare_mailbox
applies_to:
  topics: ["new_phone"]
  needs: [email]
  when: "logged_in == 'yes'"
order: 10
source: "policy"
review_by: "2027-05-31"
"""

SPARE_EN = """\
# Words.
article: spare_mailbox
title: "Put in a new number"
text: |
  Open the settings, and put in your new number. A message comes into your mailbox.
"""

RESET = {
    "flows/new_phone.yaml": NEW_PHONE,
    "flows/hacked.yaml": HACKED,
    "flows/en/new_phone.yaml": NEW_PHONE_EN,
    "flows/en/hacked.yaml": HACKED_EN,
    "flows/fr/new_phone.yaml": french(NEW_PHONE_EN),
    "flows/fr/hacked.yaml": french(HACKED_EN),
    "knowledge/spare_mailbox.yaml": SPARE,
    "knowledge/en/spare_mailbox.yaml": SPARE_EN,
    "knowledge/fr/spare_mailbox.yaml": SPARE_EN.replace("Open the settings, and put", "Ouvrez et put"),
}
ALL = {
    **FILES,
    **RESET,
    "knowledge/service.yaml": FILES["knowledge/service.yaml"].replace(
        "hosts:",
        '  code_lifetime: {value: "9 minutes", source: "policy", review_by: "2027-05-31"}\nhosts:',
        1,
    ),
}
