"""
`knowledge/<article>.yaml` and `knowledge/<language>/<article>.yaml`: a remedy, for whom, and its words.
"""

from __future__ import annotations

from dataclasses import replace

from bot.content.form import Form
from bot.core.article import Article, ArticleTexts
from bot.core.conditions import Condition
from bot.core.vocabulary import Factor


def parse_article(form: Form, path: str, stem: str) -> Article:
    """Build an article without its words; faults are in the form's report."""
    topics, needs, when = _applies_to(form)
    article = Article(
        id=form.own_id("id", stem),
        path=path,
        topics=topics,
        needs=needs,
        when=when,
        order=form.integer("order", 100),
        facts=form.texts("facts") if form.has("facts") else (),
        source=form.text("source"),
        review_by=form.day("review_by"),
        texts={},
    )
    form.close()
    return article


def _applies_to(form: Form) -> tuple[tuple[str, ...], tuple[Factor, ...], Condition | None]:
    inner = form.form("applies_to")
    if inner is None:
        return (), (), None
    topics = inner.texts("topics")
    needs = inner.enums("needs", Factor) if inner.has("needs") else ()
    when = inner.condition("when") if inner.has("when") else None
    inner.close()
    if not topics and "topics" in inner.node.items:
        inner.error("topics", "no topic is named", "Name at least one.")
    return topics, needs, when


def parse_article_texts(form: Form, path: str, stem: str) -> ArticleTexts:
    """Build the words of an article in one language; faults are in the form's report."""
    form.own_id("article", stem)
    texts = ArticleTexts(path=path, title=form.text("title"), text=form.template("text"))
    form.close()
    return texts


def with_texts(article: Article, texts: dict[str, ArticleTexts]) -> Article:
    """Put an article and its words (language -> words) together."""
    return replace(article, texts=texts)
