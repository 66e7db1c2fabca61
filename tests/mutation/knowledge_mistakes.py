"""What goes wrong when people write facts and articles: another figure, another topic, another text."""

from __future__ import annotations

import copy
import re
from random import Random

from tests.mutation.content import Content, Mutant

_DURATION = re.compile(r"(\d+) (second|minute|hour|day)s?")


def change_fact(content: Content, rng: Random) -> Mutant | None:
    """A number or a duration of the company is another one."""
    path = "knowledge/service.yaml"
    tree = copy.deepcopy(content.trees[path])
    facts = {
        name: fact
        for name, fact in tree["facts"].items()
        if isinstance(fact["value"], int) or _DURATION.fullmatch(str(fact["value"]))
    }
    if not facts:
        return None
    name, fact = rng.choice(sorted(facts.items()))
    old = fact["value"]
    fact["value"] = old + 1 if isinstance(old, int) else _other_duration(old, rng)
    return Mutant(path=path, what=f"{name} is {fact['value']!r} instead of {old!r}", tree=tree)


def _other_duration(value: str, rng: Random) -> str:
    number, unit = value.split(" ")
    return f"{int(number) * rng.choice((2, 3)) + rng.choice((0, 1))} {unit.removesuffix('s')}s"


def change_ladder(content: Content, rng: Random) -> Mutant | None:
    """The next code comes sooner or later."""
    path = "knowledge/service.yaml"
    tree = copy.deepcopy(content.trees[path])
    waits = tree["resend_ladder"]["waits"]
    place = rng.randrange(len(waits))
    old, waits[place] = waits[place], f"{int(waits[place].split(' ')[0]) + 30} {waits[place].split(' ')[1]}"
    return Mutant(path=path, what=f"wait {place + 1} is {waits[place]!r} instead of {old!r}", tree=tree)


def change_article(content: Content, rng: Random) -> Mutant | None:
    """An article is shown to others, or under another topic."""
    path, old = rng.choice(list(content.articles()))
    tree = copy.deepcopy(old)
    applies, topics = tree["applies_to"], tree["applies_to"]["topics"]
    every = sorted({topic for _, other in content.articles() for topic in other["applies_to"]["topics"]})
    key = rng.choice([*(key for key in ("when", "needs") if key in applies), "topics"])
    if key == "topics":
        applies["topics"] = [rng.choice([topic for topic in every if topic not in topics])]
    else:
        del applies[key]
    states = frozenset(
        (flow["id"], name)
        for _, flow in content.flows()
        for name, state in flow["states"].items()
        if state.get("try_articles") in (*topics, *applies["topics"])
    )
    return Mutant(path=path, what=f"{key!r} is {applies.get(key, 'removed')}", tree=tree, states=states)


def swap_article_texts(content: Content, rng: Random) -> Mutant | None:
    """An article says what another one should."""
    path, old = rng.choice(list(content.article_words()))
    language = path.split("/")[1]
    others = [
        other for place, other in content.article_words() if place.split("/")[1] == language and place != path
    ]
    if not others:
        return None
    other = rng.choice(others)
    tree = {**old, "text": other["text"]}
    what = f"has the text of {other['article']!r}"
    return Mutant(path=path, what=what, tree=tree, article=old["article"], language=language)
