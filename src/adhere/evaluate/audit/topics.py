"""What the documents are about, as somebody would type it: the plain queries of the exam."""

from __future__ import annotations

import re
from dataclasses import dataclass

from adhere.evaluate.audit.truth import Ids, Truth
from adhere.need import Field

FEWEST, LARGEST = 12, 0.35
"""Documents on a topic: at least so many, at most this share of all."""
MOST = 200
TWICE = 2
"""A document is on a topic whose word stands in its title, or so often in its text."""
_WORD = re.compile(r"[^\W\d_]{4,}")
EMPTY = frozenset(
    "about above after also another because been before being between both could does each following from "  # noqa: SIM905
    "have having here however into many more most much must only other over same should since some such than "
    "that their them then there these they this those through under using very well were what when where "
    "which while will with within without would your allow allows based instance method called call calls "
    "make makes made need needs given return returns used uses adding support like just them even well "
    "where certain several every cannot become becomes instead otherwise among next type types".split()
)
"""Words that say nothing of a subject: neither a query nor something to be mentioned."""


@dataclass(frozen=True, slots=True)
class Topic:
    """A query and the documents on it, by program: the first half of what makes a document relevant.

    `subject` is the word or the field that decides. Of the `unknown` ones nothing says whether they are:
    they carry no label.
    """

    query: str
    subject: str
    ids: Ids
    unknown: Ids = frozenset()


def topics(truth: Truth, *, hidden: str = "") -> list[Topic]:
    """Words of titles that enough documents turn on, and the labels of the hidden field.

    Where too few titles say anything, the words of the texts stand in.
    """
    titled = {word for document in truth.documents for word in _WORD.findall(document.title.casefold())}
    found = _worded(truth, titled)
    if len(found) < FEWEST:
        found = _worded(truth, set(truth.words))
    labels = truth.schema[hidden].values if hidden else ()
    unknown = truth.unlabelled(hidden) if hidden else frozenset[str]()
    labelled = [Topic(label, hidden, truth.holds(Field(hidden, "=", label)), unknown) for label in labels]
    return [*found, *(topic for topic in labelled if _fits(topic, truth))]


def _worded(truth: Truth, words: set[str]) -> list[Topic]:
    chosen = sorted(word for word in words if _WORD.fullmatch(word) and word not in EMPTY)
    made = [Topic(word, word, _on(truth, word)) for word in chosen]
    kept = [topic for topic in made if _fits(topic, truth)]
    return sorted(kept, key=lambda topic: (-len(topic.ids), topic.query))[:MOST]


def _on(truth: Truth, word: str) -> Ids:
    return frozenset(document for document, count in truth.words.get(word, {}).items() if count >= TWICE)


def _fits(topic: Topic, truth: Truth) -> bool:
    return FEWEST <= len(topic.ids) <= LARGEST * len(truth.ids)
