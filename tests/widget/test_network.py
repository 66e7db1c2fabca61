"""Nothing that was said is lost or comes twice, whatever the network, the browser or the server does."""

from __future__ import annotations

import signal
from collections.abc import Callable

from playwright.sync_api import Route

from bot.channels.web.tokens import kept_key
from tests.channels.web.crowd import crowd
from tests.widget.bot import Bot
from tests.widget.site import Site
from tests.widget.visitor import Visitor

Make = Callable[..., Visitor]
LONGER = "More than 10 minutes ago"


def begun(visitor: Make, **how: object) -> Visitor:
    """Somebody in the middle of no_sms."""
    person = visitor(**how).visit().open()
    person.choose()
    person.answer("started")
    return person


def complete(person: Visitor, *own: str) -> None:
    """Wait until these words, and no others, are on the screen, each once and with a place in the conversation."""
    person.wait(lambda: person.own == ["Yes, the countdown started", *own])
    person.settled()
    person.wait(lambda: not person.lines[-1].startswith("> "))
    ids = person.chat.locator(".log .line").evaluate_all("all => all.map(line => line.dataset.id)")
    assert len(ids) == len(set(ids))


def test_a_reload_in_the_middle_changes_nothing_and_keeps_the_draft(visitor: Make) -> None:
    person = begun(visitor)
    before = person.lines
    person.field.fill("half a sent")
    person.visit().open()
    person.wait(lambda: person.lines == before)
    assert person.field.input_value() == "half a sent"
    person.answer("longer")
    complete(person, LONGER)


def test_two_tabs_show_the_same_and_lock_the_same_answers(visitor: Make) -> None:
    one = begun(visitor)
    other = visitor(one.context).visit().open()
    other.wait(lambda: other.lines == one.lines)
    one.answer("longer")
    other.wait(lambda: other.lines == one.lines)
    other.answer("no")
    one.wait(lambda: one.lines == other.lines)
    assert one.chat.locator(".chip.chosen").count() == other.chat.locator(".chip.chosen").count() == 3
    one.page.close()  # the tab that followed the feed for both
    other.say("skip")
    other.wait(lambda: other.lines[-1] != "> skip" and other.own[-1] == "skip")


def test_what_is_written_offline_is_kept_and_sent_once_the_network_is_back(visitor: Make) -> None:
    person = begun(visitor)
    person.context.set_offline(True)
    person.chat.locator(".banner.offline").wait_for()
    person.say("longer ago")
    person.chat.locator(".line.is-waiting").wait_for()
    person.context.set_offline(False)
    person.chat.locator(".banner.back").wait_for()
    complete(person, "longer ago")
    person.wait(lambda: person.chat.locator(".banner").is_hidden())


def test_a_server_that_is_killed_while_one_writes_has_everything_once_it_is_back(
    visitor: Make, bot: Bot
) -> None:
    person = begun(visitor)
    bot.stop(signal.SIGKILL)
    person.say("longer ago")
    person.chat.locator(".line.is-waiting").wait_for()
    person.chat.locator(".banner.reconnecting, .banner.lost").wait_for()
    bot.start()
    complete(person, "longer ago")


def test_a_server_that_is_restarted_is_hardly_noticed(visitor: Make, bot: Bot) -> None:
    person = begun(visitor)
    before = person.lines
    bot.stop()
    bot.start()
    person.answer("longer")
    complete(person, LONGER)
    assert person.lines[: len(before)] == before


def test_an_answer_that_is_lost_on_its_way_back_does_not_say_things_twice(visitor: Make) -> None:
    person = begun(visitor)
    lost = 0

    def lose(route: Route) -> None:
        nonlocal lost
        if lost == 2:
            return route.continue_()
        if route.request.method == "POST":
            lost += 1
            route.fetch()
        return route.abort("connectionreset")

    person.context.route("**/v1/widget/*", lose)
    person.say("longer ago")
    complete(person, "longer ago")
    assert lost == 2


def test_where_streams_are_refused_the_chat_goes_on_by_asking(visitor: Make) -> None:
    person = visitor()
    person.context.route("**/v1/widget/events", lambda route: route.abort())
    person.visit().open()
    person.choose()
    person.answer("started", "longer", "no")
    complete(person, LONGER, "No, nothing like that")


def test_where_streams_never_say_a_word_the_chat_goes_on_by_asking(visitor: Make) -> None:
    person = visitor()
    person.context.route("**/v1/widget/events", lambda _: None)
    person.visit().open()
    person.choose()
    person.answer("started", "longer")
    complete(person, LONGER)


def test_where_too_many_streams_are_open_the_chat_goes_on_by_looking_and_says_nothing_of_it(
    visitor: Make, bot: Bot, site: Site
) -> None:
    person = visitor()
    refused: list[int] = []
    person.page.on("response", lambda each: refused.append(each.status) if each.status == 429 else None)
    with crowd(bot.port, kept_key(bot.folder), site.origin):
        person.visit().open()
        person.choose()
        person.answer("started", "longer")
        complete(person, LONGER)
        assert person.chat.locator(".banner").is_hidden()
    assert refused


def test_a_slow_line_of_a_phone_is_enough(visitor: Make) -> None:
    person = visitor(viewport={"width": 360, "height": 640})
    network = person.context.new_cdp_session(person.page)
    slow = {"offline": False, "latency": 800, "downloadThroughput": 50_000, "uploadThroughput": 25_000}
    network.send("Network.emulateNetworkConditions", slow)
    person.visit().open()
    person.choose()
    person.answer("started", "longer")
    complete(person, LONGER)


def test_where_the_browser_keeps_nothing_for_us_the_chat_works_until_it_is_closed(
    visitor: Make, far_site: Site
) -> None:
    person = begun(visitor, at=far_site)
    person.answer("longer")
    complete(person, LONGER)
