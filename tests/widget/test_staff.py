"""From the chat on a company's page to the team's Telegram group and back: what each side does is what the other sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.e2e.test_staff_journey import MINA, ROOT, Team, until
from tests.fake_telegram.process import running
from tests.widget import bot as standing
from tests.widget.bot import Bot
from tests.widget.site import Site
from tests.widget.visitor import Visitor

Make = Callable[..., Visitor]
#: Collects the class of each line that is added to the log, and each word of a status, as a screen reader would hear them.
LISTEN = """() => {
  window.lines = []; window.said = [];
  new MutationObserver(all => all.forEach(({target, addedNodes}) => {
    const at = target.nodeType === 1 ? target : target.parentElement;
    if (at?.matches('.log')) addedNodes.forEach(node => lines.push([...node.classList].join(' ')));
    const live = at?.closest('[role=status], [role=alert]');
    if (live && live.innerText !== said.at(-1)) said.push(live.innerText);
  })).observe(document.body, {childList: true, characterData: true, subtree: true});
}"""


@pytest.fixture(scope="module")
def team(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Team]:
    """The team's group, at Telegram."""
    if not (ROOT.parent / "shared" / "spec" / "telegram_bot_api.json").exists():
        pytest.skip("the Bot API specification is not beside this checkout (../shared/spec)")
    with running() as fake:
        yield Team(fake, tmp_path_factory.mktemp("team"))
        assert not fake.violations(), "every request is as the Bot API wants it"


@pytest.fixture(scope="module")
def bot(site: Site, team: Team) -> Iterator[Bot]:
    """One bot for the page and the group."""
    settings = {name: str(value) for name, value in team.settings.items()}
    telegram = {"SPAREKEY_TELEGRAM_TOKEN": team.fake.token, "SPAREKEY_TELEGRAM_API": team.fake.url}
    # What the libraries for Telegram warn of is theirs.
    with standing.bot(team.folder, [site.origin], PYTHONWARNINGS="default", **settings, **telegram) as bot:
        site.server = bot.address
        yield bot


def heard(person: Visitor, part: str) -> None:
    """Wait until the newest message on the page says something."""
    newest = person.chat.locator(".line.ours .bubble").last
    person.wait(lambda: part in newest.inner_text())


def test_somebody_on_the_page_and_an_agent_in_the_group_talk_until_the_case_is_closed_and_rated(
    visitor: Make, team: Team, axe: Path
) -> None:
    person = visitor().visit().open()
    person.choose()
    person.answer("@human")
    presence = person.chat.locator("#presence")
    person.wait(lambda: presence.inner_text() == "Your case waits for a person")
    case = person.chat.locator(".waiting .case strong").inner_text()
    (topic,) = until(team.topics, "a topic is opened")
    card = team.reads(topic, f"Case {case}")
    assert "Channel: web" in card.text
    assert case in team.topics()[topic].name

    # Who takes the case is announced by name, once; their words are theirs.
    person.frame.evaluate(LISTEN)
    team.presses(MINA, "Take", topic)
    person.wait(lambda: presence.inner_text() == "Mina looks after your case")
    hello = team.says(MINA, "Which <b>phone</b> is it?", topic)
    line = person.chat.locator(".line.agent")
    person.wait(lambda: line.count() == 1)
    assert line.locator(".name").inner_text() == "Mina, support team"
    assert line.locator(".bubble").inner_text() == "Which <b>phone</b> is it?"
    team.marked(hello, "👍")
    assert person.chat.get_by_role("log").get_attribute("aria-live") == "polite"
    spoken, said = person.frame.evaluate("[lines, said]")
    assert sum("agent" in each.split() for each in spoken) == 1
    assert said.count("Mina looks after your case") == 1
    assert person.axe(axe) == []

    # A note stays in the group; the person's answer comes there, once.
    note = team.says(MINA, "// she is in a hurry", topic)
    team.marked(note, "👍")
    person.say("a Pixel")
    team.reads(topic, "a Pixel")

    # While the chat is closed, an agent's word is counted on the launcher and in the title until it is seen.
    person.run("Sparekey.close()")
    team.says(MINA, "Is it in your hand?", topic)
    person.wait(lambda: person.page.title() == "(1) Sign in")
    assert person.launcher.get_attribute("aria-label") == "Open support chat, 1 new message"
    person.page.locator("#sparekey-widget .notice .see").click()
    person.wait(lambda: person.page.title() == "Sign in")
    heard(person, "Is it in your hand?")
    person.say("yes")
    team.reads(topic, "yes")

    # Back to the bot at a named question, and to the person's own words with Mina once more.
    team.says(MINA, "/handback no_sms.page", topic)
    person.present.first.wait_for()
    person.wait(lambda: any("You are with the bot again" in each for each in person.lines))
    person.wait(lambda: "Mina" not in presence.inner_text())
    team.says(MINA, "One more thing: does it ring?", topic)
    heard(person, "One more thing: does it ring?")
    person.wait(lambda: person.present.count() == 0)  # the bot asks nothing while an agent is there

    # Closed by the agent, who is asked first; the person is asked how it was.
    team.presses(MINA, "Close", topic)
    team.presses(MINA, "Yes", topic)
    person.chat.locator(".ending").wait_for()
    assert any("closed your case" in each for each in person.lines)
    until(lambda: team.topics()[topic].closed, "the topic is closed with the case")
    person.chat.locator(".faces label").nth(4).click()
    person.chat.locator(".ending .primary").click()
    person.chat.locator(".ending [role=status]").wait_for()

    # Nothing came twice, on either side, and a reload shows the same.
    team.settled()
    before = person.lines
    assert person.own[-2:] == ["a Pixel", "yes"]
    assert sum("One more thing" in each for each in before) == 1
    assert not any("hurry" in each for each in before)
    in_group = "\n".join(each.text for each in team.in_topic(topic)[1:])
    assert in_group.count("a Pixel") == 1
    assert list(team.topics()) == [topic]
    person.visit().open()
    person.wait(lambda: person.lines == before)
