"""
Every conversation in tests/conversations/*.yaml, played through the real service; docs/flows.md tells the keys.

What is said in the cases that list languages is also compared with tests/transcripts, word by word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.bootstrap import load_reader
from bot.content.edges import edges
from bot.rehearsal.cases import Case, read_cases
from bot.rehearsal.coverage import coverage
from bot.rehearsal.player import Play, play_all
from bot.rehearsal.rehearse import CONVERSATIONS, load_cases, transcripts, visited
from bot.rehearsal.transcripts import ACCEPT, differences
from bot.service.reading import Reader
from bot.settings import Settings

TESTS = Path(__file__).parent
CASES = load_cases(TESTS, load_reader(Settings(cache_dir=TESTS.parent / ".cache")).catalog.service.languages)
Player = Callable[[Case], Play]
#: Ways that the checks ask for, because they look at one flow at a time, and that nobody can take.
NEVER_TAKEN = {
    # `lost_2fa` knows that a migration is the way; only who is still looking for one gets a ticket there.
    "lost_2fa": ("migrate: ticket -> opened",),
    # Every country that can be named is known to the number doctor, so that none is asked for twice.
    "no_sms": ("country: then -> check_form",),
    # The flow goes on as if the ticket was accepted, and is over when the answer comes.
    "reset_ticket": (
        "open: not_supported -> hand_over",
        "open: unavailable -> opened",
        "open: unknown -> opened",
    ),
    # Looking up changes nothing: without an answer it is `unavailable`.
    "ticket_status": ("look: unknown -> our_side",),
}


@pytest.fixture(scope="module", name="play")
def _play(reader: Reader, tmp_path_factory: pytest.TempPathFactory) -> Player:
    """Play a case, once however many tests look at it."""
    played: dict[int, Play] = {}

    def play(case: Case) -> Play:
        if id(case) not in played:
            (played[id(case)],) = play_all((case,), reader, tmp_path_factory.mktemp("accounts"))
        return played[id(case)]

    return play


def named() -> Iterator[object]:
    for case in CASES:
        language = f"[{case.language}]" if case.language else ""
        yield pytest.param(case, id=f"{case.path.stem}::{case.title.replace(' ', '-')}{language}")


@pytest.mark.parametrize("case", list(named()))
def test_conversation(case: Case, play: Player) -> None:
    failure = play(case).failure
    assert failure is None, str(failure)


def test_no_case_is_left_out() -> None:
    """A case lists only languages that the service speaks: any other would never be played."""
    assert read_cases(TESTS / CONVERSATIONS) == (CASES, ())


def test_every_word_that_people_see_was_accepted(play: Player) -> None:
    plays = [play(case) for case in CASES if case.language]
    if any(each.failure for each in plays):
        pytest.skip("a case fails, so its transcript ends early")
    changed = differences(transcripts(plays), TESTS / "transcripts")
    assert not changed, "\n".join((*changed, ACCEPT))


def test_every_state_article_and_question_of_the_engine_is_visited(play: Player, reader: Reader) -> None:
    seen = coverage(reader.catalog, visited(map(play, CASES)))
    assert {name: tally.unvisited for name, tally in seen.rows() if tally.unvisited} == {}


def test_every_way_that_a_person_can_take_is_taken(play: Player, reader: Reader) -> None:
    """A way that no test takes may lead anywhere."""
    seen = coverage(reader.catalog, visited(map(play, CASES)))
    untaken = {flow: tuple(sorted(tally.unvisited)) for flow, tally in seen.ways.items() if tally.unvisited}
    assert untaken == NEVER_TAKEN


def test_a_way_is_taken_by_a_name_that_the_flow_knows(play: Player, reader: Reader) -> None:
    """The engine names ways as the checks and drawings do; any other name would count as no way at all."""
    known = {
        (flow.id, state.id, edge.label)
        for flow in reader.catalog.flows.values()
        for state in flow.states.values()
        for edge in edges(state)
    }
    assert visited(map(play, CASES)).ways <= known
