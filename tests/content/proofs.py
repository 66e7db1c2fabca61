"""The faults that only a proof over whole ways finds: what is not decided, not agreed to, not safe, not the same."""

from __future__ import annotations

from tests.content.faults import (
    ARTICLE,
    FLOW,
    FLOW_EN,
    FLOW_FR,
    GREETING,
    GREETING_EN,
    NONE_EN,
    SEND,
    SEND_EN,
    SERVICE,
    Fault,
)

PHONE, PHONE_EN, PHONE_FR = "flows/new_phone.yaml", "flows/en/new_phone.yaml", "flows/fr/new_phone.yaml"
HACKED, SPARE = "flows/hacked.yaml", "knowledge/spare_mailbox.yaml"
SEND_FR, HACKED_FR = "flows/fr/send_code.yaml", "flows/fr/hacked.yaml"

DECISIONS = (
    Fault(name="combination without a row", edit=PHONE, old='["no", unsure], next', new='["no"], next', says="no row of 'way' fits lost: [phone], logged_in: unsure", at="    table:"),
    Fault(name="missing row", edit=PHONE, old='      - {logged_in: "yes", next: inside}\n', new="", says="no row of 'way' fits lost: [phone], logged_in: yes", at="    table:"),
    Fault(name="value of a set state without a row", edit=PHONE, old='    set: {logged_in: "no"}', new="    set: {logged_in: nowhere}", says="no row of 'way' fits lost: [phone], logged_in: nowhere", at="    table:"),
    Fault(name="row that is shadowed", edit=PHONE, old="      - {lost: [phone, email], next: hand_over}\n", new="      - {lost: [phone], next: hand_over}\n      - {lost: [phone, email], next: agree}\n", says="row 2 of 'way' never decides", at="lost: [phone, email], next: agree"),
    Fault(name="row that fits everything", edit=PHONE, old='{logged_in: ["no", unsure], next: agree}', new="{next: agree}", says="a row of 'way' fits everything", at="- {next: agree}"),
    Fault(name="row for an unknown answer", edit=PHONE, old='["no", unsure]', new='["no", unsure, perhaps]', says="for logged_in 'perhaps', which is never answered", at="perhaps"),
    Fault(name="row for an unknown member", edit=PHONE, old="{lost: [phone, email], next", new="{lost: [phone, passkey], next", says="for lost 'passkey', which is never answered", at="passkey"),
    Fault(name="decision over an answer that may be missing", edit=PHONE, old="    give_up: logged_out\n  logged_out:", new="    give_up: way\n  logged_out:", says="'logged_in' is not set on every way to 'way': it is missing after 'logged_in' by 'give_up'", at="route:"),
    Fault(name="decision over what nobody asks", edit=PHONE, old="route: [lost, logged_in]", new="route: [lost, logged_in, country]", says="decides over 'country', which no state asks", at="route:"),
    Fault(name="case that can never hold", edit=PHONE, old="if: \"'phone' in lost\"", new='if: "lost == none"', says="the case 'lost == none' of 'inside' never decides: it can never hold", at="lost == none"),
    Fault(name="case that contradicts itself", edit=FLOW, old="phone.fixable and tapped", new="phone.fixable and not phone.fixable and tapped", says="never decides: it can never hold", at="phone.fixable and not"),
    Fault(name="case that is shadowed", edit=PHONE, old="if: \"'phone' in lost\"", new='if: "lost != none"', says="the case \"logged_in == 'yes'\" of 'inside' never decides: the cases before it take all of it", at="if: \"logged_in == 'yes'\""),
)  # fmt: skip

SAFETY = (
    Fault(name="ticket without consent", edit=PHONE, old='      - {logged_in: ["no", unsure], next: agree}', new='      - {logged_in: ["no", unsure], next: account_known}', says="state 'open' opens a ticket, but a way leads to it on which nobody agreed", at="call: open_reset_ticket"),
    Fault(name="consent that nothing names", edit=PHONE, old='    consent: "yes"\n', new="", says="state 'opened' comes after a consent, but a way leads to it", at="after_consent"),
    Fault(name="refusal that counts as consent", edit=PHONE, old='    consent: "yes"', new='    consent: "no"', says="state 'open' opens a ticket, but", at="call: open_reset_ticket"),
    Fault(name="consent that one of the callers lacks", edit=SEND, old="  no_way:\n    end: not_solved", new="  no_way:\n    after_consent: true\n    end: not_solved", says="state 'no_way' comes after a consent", at="after_consent"),
    Fault(name="only a message to what fails", edit=SEND, old="choices: {skip: no_way}\n    next: send", new="choices: {skip: send}\n    next: send", says="from 'fresh_code' the only ways on send to the phone, which fails here", path=FLOW, at="  fresh_code:"),
    Fault(name="code sent behind a brake", edit=FLOW, old="  fresh_code:\n", new="  fresh_code:\n    brake: true\n", says="state 'fresh_code' sends something, though a brake comes before it", at="  fresh_code:"),
    Fault(name="code sent long behind a brake", edit=FLOW, old="  show_fix:\n", new="  show_fix:\n    brake: true\n", says="state 'fresh_code' sends something", at="  fresh_code:"),
    Fault(name="danger that waits for a name", edit=HACKED, old="    choices: {skip: hand_over}\n    next: hand_over\n    give_up: hand_over", new="    next: hand_over", says="from 'account' no human is reached as urgent before the account is named", at="  account:"),
    Fault(name="danger that is not urgent", edit=HACKED, old="    priority: urgent\n", new="", says="from 'stop' no human is reached as urgent", at="  stop:"),
    Fault(name="danger that goes on sending", edit=HACKED, old="    brake: true\n", new="", says="a way leads to 'hand_over' on which nothing was braked", at="  hand_over:"),
    Fault(name="ticket that was never opened", edit=PHONE, old="  done:\n    end: solved", new="  done:\n    end: ticket", says="state 'done' ends with a ticket, but a way leads to it on which none was opened", at="  done:"),
    Fault(name="small talk that ends with a ticket", edit=GREETING, old="end: solved", new="end: told", says="small talk ends 'told'", at="  done:"),
    Fault(name="tells that an account exists", edit=SEND_EN, old="If this account exists", new="As this account exists", says="tells what is the case with an account: 'As this account exists", at="As this"),
    Fault(name="tells that there is no account", edit=FLOW_EN, old="Which phone do", new="There is no account with this number. Which phone do", says="tells what is the case with an account", at="Which phone"),
    Fault(name="tells that an account is frozen", edit=GREETING_EN, old="Hello!", new="Your account is frozen.", says="tells what is the case with an account", at="text:"),
    Fault(name="tells it in French", edit=SEND_FR, old="Fr If this account exists, a code is on its way to its number.", new="Si vous voulez. Votre compte existe.", says="tells what is the case with an account: 'Votre compte existe.'", at="Votre"),
    Fault(name="sends elsewhere than it says", edit=SEND, old="channel: sms", new="channel: email", says="state 'send' sends to the email, and its words do not say so", path=SEND_EN, at="If this account"),
    Fault(name="sends without an if", edit=SEND_EN, old="If this account exists, a code", new="A code", says="state 'send' sends, and does not say that this is so only if", at="A code"),
)  # fmt: skip

LENGTHS = (
    Fault(name="walk that never asks, once the articles are gone", edit=FLOW, old="    exhausted: number", new="    exhausted: round\n  round:\n    say: page\n    at_most: 3\n    then: number", says="'page' -> 'round' -> 'page' goes round without the person", at="  page:"),
    Fault(name="walk longer than the engine's", edit=PHONE, old="  done:\n    end: solved", new="".join(f"  s{number}:\n    set: {{way_{number}: 'x'}}\n    next: s{number + 1}\n" for number in range(50)).replace("  s0:", "  done:").replace("s50", "very_end") + "  very_end:\n    end: solved", says="from 'done' the way to the next question may pass 51 states", at="  done:"),
    Fault(name="questions without an end in sight", edit=PHONE, old="  done:\n    end: solved", new="".join(f"  q{number}:\n    try_articles: new_phone\n    solved: q{number + 1}\n    exhausted: q{number + 1}\n" for number in range(7)).replace("  q0:", "  done:").replace("q7", "very_end") + "  very_end:\n    end: solved", says="from 'done' the nearest end is 7 questions away", at="  done:"),
)  # fmt: skip

TYPED = (
    Fault(name="phrases of two flows that are nearly one", edit=PHONE_EN, old='"i sold my phone"', new='"the code doesn\'t come"', says="can hardly be told apart from 'the code does not come'", at="doesn't come"),
    Fault(name="phrase with the same words in another order", edit=PHONE_EN, old='"i sold my phone"', new='"missing sms"', says="can hardly be told apart from 'sms missing'", at="missing sms"),
    Fault(name="phrase that is nearly none of ours", edit=NONE_EN, old='"buy shoes"', new='"I sold my phones"', says="can hardly be told apart from 'I sold my phones'", path=PHONE_EN, at="i sold my phone"),
    Fault(name="titles that are one", edit=PHONE_EN, old='title: "My phone is gone"', new='title: "The code does not arrive."', says="can hardly be told apart from 'The code does not arrive'", at="title:"),
    Fault(name="answer that is a command", edit=PHONE_EN, old='"on my tablet"', new='"Word stop en"', says="the answer 'Word stop en' is also a word for 'stop'", at='"yes": ["Word'),
    Fault(name="answer that is a number", edit=PHONE_EN, old='"on my tablet"', new='"3"', says="the answer '3' reads as the number of a choice", at='"3"'),
    Fault(name="no that is an answer for yes", edit=PHONE_EN, old='"on my tablet"', new='"word no en"', says="the answer 'word no en' for 'yes' means 'no', which is 'no' here", at='"word no en"'),
)  # fmt: skip

AGREEMENT = (
    Fault(name="name that one language lacks", edit=PHONE_FR, old="number {{ case_code }}", new="number soon", says="state 'opened' lacks 'case_code' in 'fr', unlike in en", at="number soon"),
    Fault(name="fact that one language lacks", edit=FLOW_FR, old="{{ facts.lifetime }}", new="dix heures", says="state 'thanks' lacks 'facts.lifetime' in 'fr'", at="dix heures"),
    Fault(name="name that one language has alone", edit=PHONE_FR, old="Fr Please type", new="{{ facts.company }} : please type", says="lacks 'facts.company' in 'en', unlike in fr", path=PHONE_EN, at='"Please type the name of your account."'),
    Fault(name="figures that differ", edit=HACKED_FR, old="after 9", new="after 7", says="state 'sign' has 7 where 'en' has 9", at="after 7", severity="warning"),
    Fault(name="duration written twice", edit=FLOW_EN, old="Which phone do", new="A code lives for 10 minutes. Which phone do", says="says '10 minutes', which is the fact 'lifetime'", at="Which phone", severity="warning"),
    Fault(name="duration written twice as a word", edit=FLOW_FR, old="Fr Which phone do", new="Un code vit dix minutes. Which phone do", says="says 'dix minutes', which is the fact 'lifetime'", at="dix minutes", severity="warning"),
    Fault(name="company written twice", edit=GREETING_EN, old="Hello!", new="Hello from Example Ltd!", says="says 'Example Ltd', which is the fact 'company'", at="text:", severity="warning"),
)  # fmt: skip

FACTS = (
    Fault(name="patience longer than a code", edit=SERVICE, old='sms_patience: {value: "2 minutes"', new='sms_patience: {value: "9 minutes"', says="'sms_patience' is not shorter than 'code_lifetime'", at="  sms_patience:"),
    Fault(name="ladder that does not rise", edit=SERVICE, old='["60 seconds", "2 minutes"]', new='["3 minutes", "2 minutes"]', says="the waits of the resend ladder do not rise", at="resend_ladder"),
    Fault(name="ladder with too many codes at once", edit=SERVICE, old='resend_ladder: {waits: ["60 seconds", "2 minutes"]', new='resend_ladder: {waits: ["60 seconds", "60 seconds", "2 minutes", "2 minutes"]', says="the resend ladder allows 5 codes while one of them lives", at="resend_ladder"),
    Fault(name="code that lives too long", edit=SERVICE, old='"9 minutes"', new='"15 minutes"', says="'code_lifetime' is longer than NIST SP 800-63B-4, section 4.2.1.2 allows", at="  code_lifetime:", severity="warning"),
    Fault(name="hold that is too short", edit=SERVICE, old="  lifetime:\n", new='  reset_hold: {value: "12 hours", source: "policy", review_by: "2027-05-31"}\n  lifetime:\n', says="'reset_hold' is shorter than 24 hours", at="  reset_hold:", severity="warning"),
    Fault(name="fact that links elsewhere", edit=SERVICE, old="  lifetime:\n", new='  page: {value: "https://evil.net/login", source: "policy", review_by: "2027-05-31"}\n  lifetime:\n', says="the fact 'page' links to 'evil.net', which is none of the hosts", at="  page:"),
)  # fmt: skip

ARTICLES = (
    Fault(name="article for what is lost there", edit=SPARE, old="needs: [email]", new="needs: [phone]", says="the article needs the phone, which is lost wherever its topics are tried", at="needs:"),
    Fault(name="article that no way shows", edit=SPARE, old="when: \"logged_in == 'yes'\"", new='when: "logged_in == none"', says="no way shows the article", at="when:"),
    Fault(name="article that contradicts itself", edit=ARTICLE, old="tapped == 'nothing'", new="tapped == 'nothing' and tapped == 'started'", says="no way shows the article", at="when:"),
)  # fmt: skip

PROOFS = (*DECISIONS, *SAFETY, *LENGTHS, *TYPED, *AGREEMENT, *FACTS, *ARTICLES)
