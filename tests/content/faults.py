"""The faults that `sparekey check` must find: one edit of clean content each, and what is said of it, where."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from tests.content.phrases import HACKED, LOST_CODE, NOT_OURS
from tests.content.reset import ALL
from tests.content.understood import HEARD

FLOW, SEND, GREETING = "flows/lost_code.yaml", "flows/send_code.yaml", "flows/greeting.yaml"
FLOW_EN, FLOW_FR, SEND_EN = "flows/en/lost_code.yaml", "flows/fr/lost_code.yaml", "flows/en/send_code.yaml"
GREETING_EN, REPAIR_EN, NONE_EN = "flows/en/greeting.yaml", "flows/en/_repair.yaml", "flows/en/_none.yaml"
SERVICE, COVERAGE, ARTICLE = "knowledge/service.yaml", "knowledge/coverage.yaml", "knowledge/reload_page.yaml"
GERMAN, GREETING_DE, NONE_DE = "flows/de/lost_code.yaml", "flows/de/greeting.yaml", "flows/de/_none.yaml"
ARTICLE_EN, ARTICLE_FR = "knowledge/en/reload_page.yaml", "knowledge/fr/reload_page.yaml"


@dataclass(frozen=True, kw_only=True)
class Fault:
    """One planted fault."""

    name: str
    #: The file that is edited: `old` becomes `new` once. Without `old` the file is removed, or created with `new`.
    edit: str
    old: str = ""
    new: str = ""
    #: Part of the message.
    says: str
    #: The file that is blamed, and the text of the blamed line after the edit; empty: line 1.
    path: str = ""
    at: str = ""
    severity: str = "error"
    #: The clean content.
    base: Mapping[str, str] = field(default_factory=lambda: ALL)

    def files(self) -> dict[str, str]:
        """The content with the fault."""
        files = dict(self.base)
        if not self.old and not self.new:
            del files[self.edit]
        elif not self.old:
            files[self.edit] = self.new
        else:
            assert files[self.edit].count(self.old) >= 1, f"{self.name}: {self.old!r} is not in {self.edit}"
            files[self.edit] = files[self.edit].replace(self.old, self.new, 1)
        return files

    def place(self, files: dict[str, str]) -> tuple[str, int]:
        """Where the fault must be reported."""
        path = self.path or self.edit
        if not self.at:
            return path, 1
        lines = [number for number, line in enumerate(files[path].splitlines(), 1) if self.at in line]
        assert lines, f"{self.name}: {self.at!r} is not in {path}"
        return path, lines[0]


SCHEMA = (
    Fault(name="unknown key of a flow", edit=FLOW, old="failing:", new="failling:", says="unknown key 'failling'", at="failling"),
    Fault(name="reserved name", edit=FLOW, old="  platform:\n    ask", new="  hold:\n    ask: {a: platform}\n  platform:\n    ask", says="'hold' is kept by state 'hold'", at="  hold:"),
    Fault(name="unknown key of a state", edit=FLOW, old="    give_up: number", new="    giveup: number", says="unknown key 'giveup'", at="giveup"),
    Fault(name="missing key", edit=FLOW, old="start: tapped\n", new="", says="key 'start' is missing", at="id: lost_code"),
    Fault(name="missing key of a state", edit=FLOW, old="    next: diagnose\n", new="", says="key 'next' is missing", at="    collect: phone"),
    Fault(name="wrong type", edit=FLOW, old="menu: 1", new='menu: "first"', says="'menu' is 'first'", at="menu:"),
    Fault(name="number for a text", edit=FLOW_EN, old='"The code does not arrive"', new="15", says="'title' is a number", at="title:"),
    Fault(name="list for a mapping", edit=FLOW, old="    ask: {iphone: fresh_code, android: fresh_code}", new="    ask: [iphone]", says="'ask' is no mapping", at="ask: [iphone]"),
    Fault(name="no kind of state", edit=FLOW, old="    say: solved", new="    next: solved", says="state 'thanks' has no kind", at="  thanks:"),
    Fault(name="two kinds of state", edit=FLOW, old="    say: solved", new="    say: solved\n    end: solved", says="state 'thanks' has 'say' and 'end'", at="  thanks:"),
    Fault(name="duplicate key", edit=FLOW, old="    at_most: 3", new="    next: platform\n    at_most: 3", says="key 'next' stands here twice", at="    next: platform"),
    Fault(name="bad YAML", edit=FLOW, old="menu: 1", new="menu: [1", says="cannot read the YAML", at="failing: phone"),
    Fault(name="bad id of a state", edit=FLOW, old="  page:\n", new="  Page-1:\n", says="'Page-1' is no id", at="Page-1"),
    Fault(name="id is not the file's name", edit=FLOW, old="id: lost_code", new="id: lost_codes", says="'id' is 'lost_codes' but the file is named 'lost_code'", at="id:"),
    Fault(name="alias", edit=FLOW, old="    ask: {iphone: fresh_code, android: fresh_code}", new="    ask: &a {iphone: fresh_code}", says="aliases and anchors", at="&a"),
    Fault(name="tag", edit=FLOW, old='if: "phone', new='if: !!str "phone', says="the tag", at="!!str"),
    Fault(name="at_most without then", edit=FLOW, old="    then: platform\n", new="", says="'at_most' stands without 'then'", at="at_most"),
    Fault(name="then without at_most", edit=FLOW, old="    at_most: 3\n", new="", says="'then' stands without 'at_most'", at="then:"),
    Fault(name="branch without else", edit=FLOW, old="      - {else: platform}\n", new="", says="the branch has no 'else'", at="branch:"),
    Fault(name="else not last", edit=FLOW, old='      - {if: "phone', new='      - {else: platform}\n      - {if: "phone', says="a case stands after 'else'", at="- {if:"),
    Fault(name="bad condition", edit=FLOW, old="tapped == 'started'", new="tapped = 'started'", says="bad condition", at="if:"),
    Fault(name="unknown outcome", edit=SEND, old="      unknown: coming", new="      unknown: coming\n      lost: coming", says="outcome 'lost' is unknown", at="outcomes:"),
    Fault(name="unknown slot", edit=FLOW, old="collect: phone", new="collect: passport", says="'passport' cannot be collected", at="collect:"),
    Fault(name="unknown priority", edit=FLOW, old="priority: urgent", new="priority: asap", says="'priority' is 'asap'", at="priority"),
    Fault(name="YAML 1.1 boolean", edit=SEND, old="internal: true", new="internal: yes", says="'internal' is 'yes'", at="internal"),
    Fault(name="template that does not compile", edit=FLOW_EN, old="{% endfor %}", new="", says="does not compile", at="    text: |"),
    Fault(name="unknown filter", edit=FLOW_EN, old="wait.at|clock", new="wait.at|upper", says="does not compile", at="wait.at"),
    Fault(name="text that computes", edit=FLOW_EN, old="facts.lifetime", new="'a' * 99999999999", says="'mul' is not allowed", at="99999"),
    Fault(name="text that calls", edit=FLOW_EN, old="facts.lifetime", new="facts.items()", says="'call' is not allowed", at="items"),
    Fault(name="text that includes a file", edit=FLOW_EN, old="{{ facts.lifetime }}", new="{% include '/etc/passwd' %}", says="'include' is not allowed", at="passwd"),
    Fault(name="text nested without end", edit=FLOW_EN, old="facts.lifetime", new="(" * 20_000, says="nested too deeply", at="(((("),
    Fault(name="loops within loops", edit=FLOW_EN, old="{{ facts.lifetime }}", new="{% for a in phone.findings %}" * 3 + "x" + "{% endfor %}" * 3, says="nested too deeply", at="{% for a in phone.findings %}{%"),
    Fault(name="many negations", edit=FLOW_EN, old="facts.lifetime", new="not " * 500 + "facts.lifetime", says="nested too deeply", at="not not"),
    Fault(name="empty text", edit=FLOW_EN, old='"Which phone do you have there?"', new='" "', says="'text' is empty", at='text: " "'),
    Fault(name="control character", edit=FLOW_EN, old="Which phone", new="Which\\u0007 phone", says="U+0007 is not allowed", at="u0007"),
    Fault(name="bidi override", edit=FLOW_EN, old="Which phone", new="Which\u202ephone", says="U+202E is not allowed", at="Which"),
    Fault(name="fact without source", edit=SERVICE, old='    source: "policy"\n', new="", says="key 'source' is missing", at="    value: "),
    Fault(name="fact without review_by", edit=SERVICE, old='    review_by: "2027-05-31"\n', new="", says="key 'review_by' is missing", at="    value: "),
    Fault(name="article without source", edit=ARTICLE, old='source: "policy"\n', new="", says="key 'source' is missing", at="id:"),
    Fault(name="bad day", edit=ARTICLE, old="2027-05-31", new="31.5.2027", says="'review_by' is no day", at="review_by"),
    Fault(name="unknown time zone", edit=SERVICE, old="Europe/Paris", new="Europe/Atlantis", says="time zone 'Europe/Atlantis' is unknown", at="zone:"),
    Fault(name="bad opening hours", edit=SERVICE, old="09:00-12:00", new="12:00-09:00", says="no span of opening hours", at="monday"),
    Fault(name="bad host", edit=SERVICE, old='"help.example.com"', new='"https://help.example.com"', says="is no host name", at="https://"),
    Fault(name="bad duration", edit=SERVICE, old='"24 hours"', new='"a day"', says="'pause' is no duration", at="pause"),
    Fault(name="empty word list", edit=REPAIR_EN, old='["word stop en"]', new="[]", says="the word list 'stop' is empty", at='"stop"'),
    Fault(name="missing word list", edit=REPAIR_EN, old='  "stop": ["word stop en"]\n', new="", says="key 'stop' is missing", at='"human":'),
    Fault(name="missing service", edit=SERVICE, says="the file is missing", path=SERVICE),
)  # fmt: skip

FLOWS = (
    Fault(name="language without any file", edit=SERVICE, old='"fr"]', new='"fr", "de"]', says="nothing is written in 'de'", at="languages:"),
    Fault(name="unknown target", edit=FLOW, old="nothing: page", new="nothing: pages", says="leads to 'pages', which does not exist", at="nothing: pages"),
    Fault(name="unknown start", edit=FLOW, old="start: tapped", new="start: begin", says="starts at 'begin'", at="start:"),
    Fault(name="unreachable state", edit=FLOW, old="nothing: page}", new="nothing: number}", says="state 'page' cannot be reached", at="  page:"),
    Fault(name="cycle without the person", edit=FLOW, old="    say: solved", new="    say: thanks", says="'thanks' -> 'thanks' goes round without the person", at="  thanks:"),
    Fault(name="cycle without a budget", edit=FLOW, old="    at_most: 3\n    then: platform\n", new="", says="may go round for ever", at="  number:"),
    Fault(name="articles used up lead back", edit=FLOW, old="    exhausted: number", new="    exhausted: tapped", says="'tapped' -> 'page' -> 'tapped' may go round for ever", at="  tapped:"),
    Fault(name="no way out", edit=SEND, old="    next: arrived\n  arrived:\n    end: solved", new="    next: arrived\n  arrived:\n    ask: {more: arrived}", says="state 'arrived' never comes to an end", at="  arrived:"),
    Fault(name="condition on what is never set", edit=FLOW, old="tapped == 'started'", new="taped == 'started'", says="reads 'taped', which is never set", at="branch:"),
    Fault(name="condition on an unknown attribute", edit=FLOW, old="phone.fixable", new="phone.broken", says="reads 'phone.broken', which is never set", at="branch:"),
    Fault(name="condition on an unknown choice", edit=FLOW, old="tapped == 'started'", new="tapped == 'begun'", says="compares with 'begun', which 'tapped' never is", at="branch:"),
    Fault(name="article for an unknown choice", edit=ARTICLE, old="tapped == 'nothing'", new="tapped == 'never'", says="compares with 'never'", at="when:"),
    Fault(name="unknown operation", edit=SEND, old="call: resend_code", new="call: resend_codes", says="calls 'resend_codes', which is no operation", at="call:"),
    Fault(name="missing argument", edit=SEND, old="{channel: sms, purpose: login}", new="{channel: sms}", says="without the argument 'purpose'", at="with:"),
    Fault(name="unknown argument", edit=SEND, old="purpose: login}", new="purpose: login, colour: red}", says="takes no argument 'colour'", at="with:"),
    Fault(name="outcome not handled", edit=SEND, old="      unknown: coming\n", new="", says="state 'send' does not handle outcome 'unknown'", at="outcomes:"),
    Fault(name="run of an unknown flow", edit=FLOW, old="run: send_code", new="run: send_codes", says="runs 'send_codes', which is no flow", at="run:"),
    Fault(name="recursive run", edit=SEND, old="  no_way:\n    end: not_solved", new="  no_way:\n    run: lost_code\n    results: {solved: lost}\n  lost:\n    end: not_solved", says="runs 'lost_code', which runs 'send_code' again", at="run: lost_code"),
    Fault(name="result not handled", edit=FLOW, old=", not_solved: hand_over}", new="}", says="does not handle result 'not_solved' of 'send_code'", at="results:"),
    Fault(name="result that never comes", edit=FLOW, old="not_solved: hand_over}", new="not_solved: hand_over, half: hand_over}", says="'send_code' never ends 'half'", at="results:"),
    Fault(name="topic without articles", edit=FLOW, old="try_articles: page", new="try_articles: pages", says="no article is of the topic 'pages'", at="try_articles:"),
    Fault(name="topic that no flow tries", edit=ARTICLE, old='topics: ["page"]', new='topics: ["page", "pages"]', says="no flow tries articles of the topic 'pages'", at="topics:", severity="warning"),
    Fault(name="wait for an unknown fact", edit=FLOW, old="wait: sms_patience", new="wait: patience_of_sms", says="waits for 'patience_of_sms', which is no fact", at="wait:"),
    Fault(name="wait for a fact that is no duration", edit=FLOW, old="wait: sms_patience", new="wait: company", says="waits for 'company', which is no duration", at="wait:"),
    Fault(name="too many choices", edit=FLOW, old="nothing: page}", new="nothing: page, c: page, d: page, e: page, f: page, g: page}", says="state 'tapped' has 7 choices", at="  tapped:"),
    Fault(name="choice too long for a button", edit=FLOW, old="nothing: page}", new=f"nothing: page, {'x' * 49}: page}}", says="is longer than 48 bytes", at="  tapped:"),
    Fault(name="menu place taken", edit=GREETING, old="small_talk: true", new="small_talk: true\nmenu: 1", says="menu place 1 is taken", path=FLOW, at="menu:"),
    Fault(name="internal flow in the menu", edit=SEND, old="internal: true", new="internal: true\nmenu: 2", says="an internal flow stands in the menu", at="menu:"),
    Fault(name="small talk that asks", edit=GREETING, old="    say: done", new="    ask: {fine: done}\n    give_up: done", says="small talk waits for the person in state 'answer'", at="  answer:"),
)  # fmt: skip

WORDS = (
    Fault(name="missing language file of a flow", edit="flows/fr/send_code.yaml", says="the file is missing"),
    Fault(name="missing language file of an article", edit=ARTICLE_FR, says="the file is missing"),
    Fault(name="missing _repair", edit="flows/fr/_repair.yaml", says="the file is missing"),
    Fault(name="missing _none", edit="flows/fr/_none.yaml", says="the file is missing"),
    Fault(name="words of no flow", edit="flows/en/extra.yaml", new='flow: extra\ntitle: "Extra"\n', says="there is no flows/extra.yaml"),
    Fault(name="language that is not listed", edit="flows/de/_none.yaml", new='phrases: ["hallo"]\n', says="the language 'de' is not one of the service's"),
    Fault(name="missing text", edit=FLOW_EN, old='  platform:\n    text: "Which phone do you have there?"\n', new="  platform:\n", says="state 'platform' has no text", at="  platform:"),
    Fault(name="text of an unknown state", edit=FLOW_EN, old="  tapped:", new='  taped:\n    text: "Hm, what is this state?"\n  tapped:', says="state 'taped' does not exist", at="  taped:"),
    Fault(name="missing label", edit=FLOW_EN, old=', nothing: "Nothing happened"', new="", says="no label for choice 'nothing'", at="    choices:"),
    Fault(name="label of an unknown choice", edit=FLOW_EN, old='nothing: "Nothing happened"', new='nothing: "Nothing happened", other: "Other"', says="state 'tapped' has no choice 'other'", at="    choices:"),
    Fault(name="retry where nothing is asked", edit=FLOW_EN, old="  thanks:\n", new='  thanks:\n    retry: "Say that again, please."\n', says="state 'thanks' asks nothing", at="Say that again"),
    Fault(name="label too long", edit=FLOW_EN, old='"Nothing happened"', new=f'"{"Nothing " * 6}"', says="'states.tapped.choices.nothing' is 47 characters long", at="    choices:"),
    Fault(name="title too long", edit=FLOW_EN, old='"The code does not arrive"', new=f'"{"The code " * 5}"', says="'title' is", at="title:"),
    Fault(name="article title too long", edit=ARTICLE_EN, old='"Reload the page"', new=f'"{"Reload " * 9}"', says="'title' is", at="title:"),
    Fault(name="two labels alike", edit=FLOW_EN, old='"Nothing happened"', new='"yes it counts down!"', says="'started' and 'nothing' have the same label", at="    choices:"),
    Fault(name="label that is a number", edit=FLOW_EN, old='"Nothing happened"', new='"Two"', says="label 'Two' reads as the number of a choice", at="    choices:"),
    Fault(name="label that is an interrupt", edit=FLOW_EN, old='"Nothing happened"', new='"Word stop en"', says="is also a word for 'stop'", at="    choices:"),
    Fault(name="label of the engine", edit=FLOW_EN, old='"Nothing happened"', new='"Label back en"', says="is also a word for 'back'", at="    choices:"),
    Fault(name="label with a hole", edit=FLOW_EN, old='"Nothing happened"', new='"{{ facts.lifetime }}"', says="has a hole", at="    choices:"),
    Fault(name="phrase of two flows", edit=FLOW_EN, old='"sms missing"', new='"Hello there!"', says="stands here twice, also in", at="Hello there!"),
    Fault(name="phrase twice in a flow", edit=FLOW_EN, old='"sms missing"', new='"No code"', says="'No code' stands here twice", at='"No code"'),
    Fault(name="phrase that is not ours", edit=FLOW_EN, old='"sms missing"', new='"buy shoes"', says="also in flows/en/_none.yaml", at="buy shoes"),
    Fault(name="phrases of an internal flow", edit=SEND_EN, old="states:", new='phrases: ["send it"]\nstates:', says="an internal flow has phrases", at="phrases:"),
    Fault(name="missing text of the engine", edit=REPAIR_EN, old='  trouble: "Text trouble en', new='  troubles: "Text trouble en', says="texts.trouble is missing", at="texts:"),
    Fault(name="unknown text of the engine", edit=REPAIR_EN, old="texts:\n", new='texts:\n  troubles: "Text."\n', says="texts.troubles is unknown", at="troubles:"),
    Fault(name="missing command of the menu", edit=REPAIR_EN, old='  help: "Command help en"\n', new="", says="commands.help is missing", at="commands:"),
    Fault(name="missing label of the engine", edit=REPAIR_EN, old='  back: "Label back en"\n', new="", says="labels.back is missing", at="labels:"),
    Fault(name="missing finding", edit=REPAIR_EN, old='  TOO_SHORT: "Finding too_short en."\n', new="", says="findings.TOO_SHORT is missing", at="findings:"),
    Fault(name="word of two lists", edit=REPAIR_EN, old='"word help en"', new='"word help en", "Word stop en"', says="'word stop en' stands in the word lists 'stop' and 'help'", at='"help":'),
    Fault(name="untranslated text", edit=FLOW_FR, old='"Fr Which phone do you have there?"', new='"Which phone do you have there?"', says="state 'platform' reads the same as in 'en'", at="Which phone", severity="warning"),
    Fault(name="untranslated article", edit=ARTICLE_FR, old="Rechargez dans", new="Reload the page in", says="the article reads the same as in 'en'", at="text:", severity="warning"),
)  # fmt: skip

PHRASES = (
    Fault(name="phrase near one of another flow", edit=FLOW_EN, old='"sms missing"', new='"i losst my phone"', says="can hardly be told apart from 'i losst my phone' in flows/en/lost_code.yaml", path="flows/en/new_phone.yaml", at="i lost my phone"),
    Fault(name="understood phrase near one of another flow", base=HEARD, edit=GREETING_DE, old='"huhu"', new='"no code by sms todays"', says="'no code by sms today' can hardly be told apart from 'no code by sms todays' in flows/de/greeting.yaml", path=GERMAN, at="no code by sms today"),
    Fault(name="understood phrase of two flows", base=HEARD, edit=GREETING_DE, old='"huhu"', new='"No code by SMS today!"', says="'no code by sms today' stands here twice, also in flows/de/greeting.yaml", path=GERMAN, at="no code by sms today"),
    Fault(name="understood phrase twice in a flow", base=HEARD, edit=GREETING_DE, old='"huhu"', new='"Guten Tag."', says="'Guten Tag.' stands here twice", at="Guten Tag."),
    Fault(name="understood phrase that is not ours", base=HEARD, edit=GREETING_DE, old='"huhu"', new='"the pizza was cold"', says="also in flows/de/_none.yaml", at="pizza"),
    Fault(name="phrase twice in what is not ours", base=HEARD, edit=NONE_DE, old='"how tall is mount everest"', new='"The pizza was cold."', says="'The pizza was cold.' stands here twice", at="The pizza was cold."),
    Fault(name="complaints of no flow", base=HEARD, edit="flows/de/extra.yaml", new='flow: extra\nphrases: ["noch etwas"]\n', says="there is no flows/extra.yaml"),
    Fault(name="complaints of an internal flow", base=HEARD, edit="flows/de/send_code.yaml", new='flow: send_code\nphrases: ["noch einmal"]\n', says="an internal flow has phrases", at="phrases:"),
    Fault(name="too few phrases of the menu", edit=FLOW_EN, old='  - "sms missing"\n', new="", says="29 phrases are too few", at="phrases:", severity="warning"),
    Fault(name="too few phrases beside the menu", edit=GREETING_EN, old=', "hey you there"', new="", says="11 phrases are too few", at="phrases:", severity="warning"),
    Fault(name="too few phrases that are not ours", edit=NONE_EN, old=', "knit a scarf", "solve this riddle"', new="", says="59 phrases", at="phrases:", severity="warning"),
    Fault(name="too few phrases understood", base=HEARD, edit=GERMAN, old=f'  - "{LOST_CODE[3]}"\n', new="", says="11 phrases are too few", at="phrases:", severity="warning"),
    Fault(name="too few phrases that are not ours, understood", base=HEARD, edit=NONE_DE, old=f'  - "{NOT_OURS[3]}"\n', new="", says="19 phrases are too few", at="phrases:", severity="warning"),
    Fault(name="flow that is not understood", base=HEARD, edit=GREETING_DE, says="complaints of 'greeting' are not understood in de", path=GREETING, at="id:", severity="warning"),
    Fault(name="nothing that is not ours, understood", base=HEARD, edit=NONE_DE, says="flows/de/_none.yaml is missing", path="flows/de/_words.yaml", severity="warning"),
    Fault(name="phrase that teaches nothing", edit=FLOW_EN, old='"sms missing"', new='"when does the code come at least"', says="'when does the code come at last' teaches nothing beside 'when does the code come at least'", at="come at last", severity="warning"),
    Fault(name="understood phrase that teaches nothing", base=HEARD, edit=GREETING_DE, old='"huhu"', new='"gutten abend"', says="'gutten abend' teaches nothing beside 'guten abend'", at="gutten", severity="warning"),
    Fault(name="phrase that leads astray", edit="flows/en/hacked.yaml", old=f'"{HACKED[0]}"', new='"lost my phone and my number"', says="is nearer to complaints of 'new_phone'", at="lost my phone", severity="warning"),
    Fault(name="understood phrase that leads astray", base=HEARD, edit=NONE_DE, old='"the pizza was cold"', new='"no code here by the sms"', says="is nearer to complaints of 'lost_code'", at="no code here", severity="warning"),
)  # fmt: skip

TEXTS = (
    Fault(name="unknown name", edit=FLOW_EN, old="wait.length", new="waits.length", says="uses 'waits', which is not known", at="waits"),
    Fault(name="unknown fact", edit=FLOW_EN, old="facts.lifetime", new="facts.life_time", says="uses 'facts.life_time'", at="life_time"),
    Fault(name="unknown attribute in a case", edit=FLOW_EN, old="      Perhaps", new="      Perhaps {{ phone.maker }}", says="uses 'phone.maker'", at="    text: |"),
    Fault(name="name of another state", edit=FLOW_EN, old="Which phone do", new="Which phone ({{ wait.length }}) do", says="uses 'wait'", at="Which phone"),
    Fault(name="slot that is not set on every way", edit=FLOW_EN, old="Which phone do", new="Is it {{ phone.masked }}? Which phone do", says="'phone' is not set on every way", at="Is it"),
    Fault(name="answer that may be missing", edit=FLOW_EN, old="Which phone do", new="{% if tapped == 'nothing' %}Hm.{% endif %} Which phone do", says="'tapped' is not set on every way", at="Which phone"),
    Fault(name="value that may be missing", edit=FLOW_EN, old="      Perhaps", new="      {{ phone.other_region }}", says="does not render", at="    text: |"),
    Fault(name="filter on a value of another kind", edit=ARTICLE_EN, old='join(", ")', new="join(facts)", says="does not render", at="text:"),
    Fault(name="moment that is none", edit=FLOW_EN, old="wait.at|clock", new="facts.spare_ways|clock", says="does not render", at="spare_ways"),
    Fault(name="case that says nothing", edit=GREETING_EN, old='"Hello! What can I do for you today?"', new='"{% if team.open %}Hello, we are all there{% endif %}"', says="is empty with some values", at="text:"),
    Fault(name="text too long for a message", edit=FLOW_EN, old="Which phone do", new="Which 📱 do you " * 280 + "have, that is: which do", says="characters long", at="Which"),
    Fault(name="article too long", edit=ARTICLE_EN, old="Reload the page in", new="Reload it. " * 64 + "Reload the page in", says="characters long", at="text:"),
    Fault(name="link to another host", edit=FLOW_EN, old="https://help.example.com/codes", new="https://help.example.org/codes", says="the host 'help.example.org' is not in the list", at="example.org"),
    Fault(name="link to a host that only begins alike", edit=FLOW_EN, old="https://help.example.com/codes", new="https://help.example.com.evil.net/", says="is not in the list", at="evil.net"),
    Fault(name="link with a name before the host", edit=FLOW_EN, old="https://help.example.com/codes", new="https://help.example.com@evil.net/", says="a name stands before the host", at="evil.net"),
    Fault(name="link over http", edit=FLOW_EN, old="https://help", new="http://help", says="http:// is not https", at="http://"),
    Fault(name="link shortener", edit=FLOW_EN, old="https://help.example.com/codes", new="https://bit.ly/3xYz", says="a link shortener", at="bit.ly"),
    Fault(name="bare link", edit=FLOW_EN, old="https://help.example.com/codes", new="tinyurl.com/abc", says="a link shortener", at="tinyurl"),
    Fault(name="link right behind words without spaces", edit=FLOW_EN, old="https://help.example.com/codes", new="请访问https://evil.net/codes", says="the host 'evil.net' is not in the list", at="evil.net"),
    Fault(name="bare link right before words without spaces", edit=FLOW_EN, old="https://help.example.com/codes", new="请看 evil.com查看", says="the host 'evil.com' is not in the list", at="evil.com"),
    Fault(name="bare link right behind a colon", edit=FLOW_EN, old="https://help.example.com/codes", new="网址:evil.com", says="links to '", at="evil.com"),
    Fault(name="look-alike host", edit=FLOW_EN, old="https://help.example.com/codes", new="https://help.ехample.com/codes", says="may look like another one", at="codes."),
    Fault(name="link in a fact", edit=SERVICE, old='"Example Ltd"', new='"Example Ltd, http://evil.net"', says="http:// is not https", path=REPAIR_EN, at="  notice:"),
    Fault(name="shortener among the hosts", edit=SERVICE, old='  - {host: "help.example.com"', new='  - {host: "bit.ly", source: "x", review_by: "2027-05-31"}\n  - {host: "help.example.com"', says="the host 'bit.ly' is a link shortener", at="bit.ly"),
    Fault(name="asks for a code", edit=FLOW_EN, old="Which phone do", new="Please send me the code. Which phone do", says="asks for a secret", at="Which phone"),
    Fault(name="asks for a password in a label", edit=FLOW_EN, old='"Nothing happened"', new='"Tell us your password"', says="asks for a secret", at="    choices:"),
)  # fmt: skip

KNOWLEDGE = (
    Fault(name="article names an unknown fact", edit=ARTICLE, old='"spare_ways"', new='"spare_ways", "other"', says="'other' is no fact", at="facts:"),
    Fault(name="article names a fact that its words do not use", edit=ARTICLE, old='"spare_ways"', new='"spare_ways", "lifetime"', says="names the fact 'lifetime', which its words do not use", at="facts:"),
    Fault(name="words use a fact that the article does not name", edit=ARTICLE_EN, old="Other ways:", new="Within {{ facts.lifetime }}. Other ways:", says="use the fact 'lifetime', which the article does not name", at="text:"),
    Fault(name="unused fact", edit=SERVICE, old="  lifetime:\n", new='  idle: {value: 3, source: "policy", review_by: "2027-05-31"}\n  lifetime:\n', says="nothing uses the fact 'idle'", at="  idle:", severity="warning"),
    Fault(name="expired fact", edit=SERVICE, old='    review_by: "2027-05-31"', new='    review_by: "2026-11-21"', says="facts.lifetime was to be reviewed by 2026-11-21", at="2026-11-21"),
    Fault(name="expired fact that nothing uses", edit=SERVICE, old="  lifetime:\n", new='  idle: {value: 3, source: "policy", review_by: "2026-01-01"}\n  lifetime:\n', says="facts.idle was to be reviewed", at="  idle:", severity="warning"),
    Fault(name="expired host", edit=SERVICE, old='com", source: "register", review_by: "2027', new='com", source: "register", review_by: "2025', says="hosts.0 was to be reviewed", at="help.example.com"),
    Fault(name="expired article", edit=ARTICLE, old="2027-05-31", new="2025-05-31", says="the article was to be reviewed", at="review_by"),
    Fault(name="coverage by nothing", edit=COVERAGE, old='1: ["article:reload_page"]', new="1: []", says="nothing tells fact 1", at="1: []"),
    Fault(name="coverage by an article that is not there", edit=COVERAGE, old="article:reload_page", new="article:reload", says="'article:reload' does not exist", at="  1:"),
    Fault(name="coverage by a state that is not there", edit=COVERAGE, old="lost_code.thanks", new="lost_code.thank", says="'state:lost_code.thank' does not exist", at="  2:"),
    Fault(name="bad reference", edit=COVERAGE, old="state:lost_code.thanks", new="lost_code.thanks", says="'lost_code.thanks' is no reference", at="  2:"),
)  # fmt: skip

FAULTS = (*SCHEMA, *FLOWS, *WORDS, *PHRASES, *TEXTS, *KNOWLEDGE)
