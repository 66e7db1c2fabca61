"""What the proof must find, on small content that is broken on purpose."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bot.content.draft import Draft
from bot.content.load import load
from bot.content.problem import Problem
from bot.core.calls import OPERATIONS, Operation
from bot.core.texts import Text
from bot.core.vocabulary import Outcome
from bot.proof.backends import Answer, Backends, backends
from bot.proof.prove import prove
from tests.content import clean


def content(folder: Path, **edits: tuple[str, str]) -> Draft:
    """The clean content, with words replaced in some files; `flows__send_code` is `flows/send_code.yaml`."""
    files = dict(clean.FILES)
    for name, (old, new) in edits.items():
        path = f"{name.replace('__', '/')}.yaml"
        assert old in files[path], path
        files[path] = files[path].replace(old, new)
    draft = load(*clean.write(folder, files)).draft
    assert draft is not None
    return draft


def with_operation(draft: Draft, **changes: object) -> Draft:
    """The same content over another table of operations."""
    changed: Operation = replace(OPERATIONS["resend_code"], **changes)  # type: ignore[arg-type]
    operations = {**OPERATIONS, "resend_code": changed}
    return replace(draft, catalog=replace(draft.catalog, operations=operations))


def one(draft: Draft, words: str, backends: Backends = backends) -> Problem:
    found = [problem for problem in prove(draft, backends).problems if words in problem.message]
    assert found, [str(problem) for problem in prove(draft, backends).problems]
    return found[0]


def test_clean_content_is_proved_over_all_its_situations(tmp_path: Path) -> None:
    proof = prove(content(tmp_path))
    assert [str(problem) for problem in proof.problems] == []
    assert proof.situations > 10
    assert proof.steps > 200


# Nobody learns whether an account exists


def test_an_outcome_that_is_not_hidden_tells_the_accounts_apart(tmp_path: Path) -> None:
    """The shortest way: from the menu to the account's name in five inputs, then the call comes back."""
    draft = with_operation(content(tmp_path), hidden=())
    found = one(draft, "whether an account exists")
    assert (found.path, found.line) == ("flows/send_code.yaml", clean.SEND.split("\n").index("  send:") + 1)
    assert [line.split(":")[0].strip() for line in found.dialogue if "person" in line].count("person") == 6
    *_, returned, known, unknown = found.dialogue
    assert "resend_code comes back" in returned
    assert returned.endswith("if the account exists, else accepted)")
    assert known.strip().startswith("if the account exists:")
    assert unknown.strip() == "if it does not:        (says nothing)"


def test_a_text_that_reads_what_only_an_account_sets_tells_it(tmp_path: Path) -> None:
    draft = content(
        tmp_path,
        flows__en__send_code=("The next code is", "{% if case is defined %}Mr X, the{% else %}The{% endif %} next code is"),
    )  # fmt: skip

    def only_for_accounts(operation: Operation) -> list[tuple[Answer, Answer]]:
        accepted = Answer(Outcome.ACCEPTED, {"case": "c1"}), Answer(Outcome.ACCEPTED, {})
        return [accepted] if operation.name == "resend_code" else []

    found = one(draft, "whether an account exists", only_for_accounts)
    assert "Mr X, the next code" in found.dialogue[-2]
    assert "The next code" in found.dialogue[-1]


def test_one_word_of_one_language_tells_it(tmp_path: Path) -> None:
    draft = content(tmp_path)
    texts = draft.catalog.texts["fr", "send_code"]
    word = Text.parse(
        "Attendez, {% if case is defined and case == 'known' %}un{% else %}le{% endif %} code vient."
    )
    states = {**texts.states, "coming": replace(texts.states["coming"], text=word)}
    catalog = replace(
        draft.catalog, texts={**draft.catalog.texts, ("fr", "send_code"): replace(texts, states=states)}
    )
    found = one(replace(draft, catalog=catalog), "whether an account exists")
    assert found.path == "flows/send_code.yaml"


def test_an_answer_that_waits_for_the_account_system_tells_it_by_its_time(tmp_path: Path) -> None:
    draft = with_operation(content(tmp_path), neutral=False)
    found = one(draft, "only when the account system has answered")
    assert (found.path, found.where) == ("flows/send_code.yaml", "states.send")


def test_a_refund_for_a_hidden_outcome_is_seen_at_the_next_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both are told the same; who asks again at once is refused only where the first request counted."""
    monkeypatch.setattr("bot.core.calling.NOT_SENT", (Outcome.HELD,))
    found = one(content(tmp_path), "whether an account exists")
    assert any("held if the account exists, else accepted" in line for line in found.dialogue)


# Everybody gets to an end


def test_a_state_that_no_conversation_comes_to_is_named(tmp_path: Path) -> None:
    draft = content(
        tmp_path, flows__lost_code=("phone.fixable and tapped", "phone.fixable and platform == 'iphone' and tapped")
    )  # fmt: skip
    found = {problem.where for problem in prove(draft).problems}
    assert found == {"states.show_fix", "states.patience"}


def test_an_article_that_no_conversation_shows_is_named(tmp_path: Path) -> None:
    draft = content(tmp_path, knowledge__reload_page=("tapped == 'nothing'", "tapped == 'never'"))
    assert any(problem.path == "knowledge/reload_page.yaml" for problem in prove(draft).problems)


def test_a_text_that_is_not_whole_on_some_way_is_shown_with_that_way(tmp_path: Path) -> None:
    draft = content(
        tmp_path, flows__en__lost_code=('"Which phone do you have there?"', '"It is {{ phone.line }}. Which phone?"')
    )  # fmt: skip
    found = one(draft, "a step fails")
    assert "person: [I would rather not]" in found.dialogue[-2]


def test_a_ticket_without_consent_is_found(tmp_path: Path) -> None:
    ticket = """\
  send:
    call: open_reset_ticket
    with: {reason: lost}
    outcomes:
      accepted: coming
      already_open: coming
      blocked: no_way
      rate_limited: no_way
      not_supported: no_way
      unavailable: coming
      unknown: coming
"""
    old = clean.SEND[clean.SEND.index("  send:\n") : clean.SEND.index("    at_most: 2\n")]
    found = one(content(tmp_path, flows__send_code=(old, ticket)), "without consent")
    assert found.dialogue


def test_a_code_to_a_lost_factor_is_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the engine would not look: the proof looks at every call by itself."""
    noted = ("  fresh_code:\n", "  fresh_code:\n    set: {lost: [phone]}\n    next: fresh\n  fresh:\n")
    draft = content(tmp_path, flows__lost_code=noted)
    assert [problem for problem in prove(draft).problems if "lost phone" in problem.message] == []
    monkeypatch.setattr("bot.core.calling.LOST", "no_such_slot")
    assert "a code is sent to the lost phone" in one(draft, "lost phone").message
