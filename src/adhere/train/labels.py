"""Which criteria can a program decide on this store's documents, so that the judge can learn from them?

A label is a query, a criterion in words, a document, and whether the criterion holds in it. Fields, years,
words and form have judges of their own, which are exact; the judge of meaning learns from what the texts
themselves show: values of those keyword fields that documents speak of, and words.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from random import Random

from adhere.evaluate.audit.facets import LEAST, telling
from adhere.evaluate.audit.topics import topics
from adhere.evaluate.audit.truth import Truth
from adhere.judge.layout import CRITERIA
from adhere.need import Document, Field
from adhere.synth.facts import holds
from adhere.synth.protocol import Example, Fact
from adhere.values import values_at

MOST = 2500
"""Labels that are read of either part."""
DOCUMENTS = 12
"""Documents of a topic that are asked about its criteria."""
HELD_OUT = 0.35
"""Share of the documents that are measured on."""


@dataclass(frozen=True, slots=True)
class Label:
    """Whether what `says` says holds in a document, asked beside a query."""

    query: str
    says: str
    document: str
    holds: bool


class Labels:
    """Makes labels of one store, none of them of the field `hidden` or of a value that it has."""

    def __init__(self, truth: Truth, *, hidden: str = "", seed: int = 0) -> None:
        self.truth, self.seed = truth, seed
        self.fields = [name for name in telling(truth) if name != hidden]
        self._documents = {document.id: document for document in truth.documents}
        values = truth.schema[hidden].values if hidden else ()
        self._untold = frozenset(value.casefold() for value in values)

    def of_examples(self, examples: Iterable[Example]) -> Iterator[Label]:
        """Every fact of an example that the texts can show, on each of its documents that the store has.

        Examples whose query is a value of the hidden field are left out.
        """
        for example in examples:
            if example.query.casefold() in self._untold:
                continue
            for fact in filter(self._told, example.truth):
                for text in (*example.relevant, *example.not_relevant):
                    document = self._documents.get(text.id)
                    if document is not None and _known(fact, document):
                        yield Label(example.query, fact.value, text.id, holds(fact, document))

    def of_topics(self) -> Iterator[Label]:
        """Values of the telling fields that divide the documents of a topic, on some of these."""
        values = [
            (name, value)
            for name in self.fields
            for value in self.truth.schema[name].values
            if value.casefold() not in self._untold
        ]
        for topic in topics(self.truth):
            random = Random(f"{self.seed}/{topic.query}")
            if topic.query in self._untold:
                continue
            dividing = [one for one in values if self._divides(topic.ids, *one)]
            chosen = random.sample(dividing, min(CRITERIA, len(dividing)))
            ids = sorted(topic.ids)
            for document in random.sample(ids, min(DOCUMENTS, len(ids))):
                for name, value in chosen:
                    if document in self.truth.values(name):
                        met = document in self.truth.holds(Field(name, "=", value))
                        yield Label(topic.query, value, document, met)

    def parts(self, labels: Iterable[Label], most: int = MOST) -> tuple[list[Label], list[Label]]:
        """Those to learn from and those to measure on, which share no document; at most so many each."""
        learned: list[Label] = []
        measured: list[Label] = []
        groups: dict[str, dict[Label, None]] = {}
        for label in labels:
            groups.setdefault(label.query, {})[label] = None
        queries = sorted(groups)
        Random(f"{self.seed}/queries").shuffle(queries)
        for query in queries:
            for label in groups[query]:
                part = measured if self._held_out(label.document) else learned
                if len(part) < most:
                    part.append(label)
        return learned, measured

    def _told(self, fact: Fact) -> bool:
        shown = fact.kind == "mentions" or (fact.kind == "field" and fact.name in self.fields)
        return shown and fact.value.casefold() not in self._untold

    def _divides(self, ids: frozenset[str], name: str, value: str) -> bool:
        with_ = len(ids & self.truth.holds(Field(name, "=", value)))
        known = len(ids & self.truth.values(name).keys())
        return with_ >= LEAST and known - with_ >= LEAST

    def _held_out(self, document: str) -> bool:
        return Random(f"{self.seed}/{document}").random() < HELD_OUT


def _known(fact: Fact, document: Document) -> bool:
    """Whether the document says; without a value of the field nobody knows."""
    return fact.kind != "field" or bool(values_at(document.fields, fact.name))
