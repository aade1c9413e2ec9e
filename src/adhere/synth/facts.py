"""What a program can know about a document: its fields, its year, its words, its form, each said in words."""

from __future__ import annotations

import random
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence

from adhere.form import form_features
from adhere.need import Document
from adhere.synth.protocol import Fact
from adhere.values import flatten
from adhere.words import occurrences, tokens

MOST_VALUES = 60
"""A field with more different values names documents, it does not describe them."""
_FORM: Mapping[str, tuple[str, ...]] = {
    "code": ("code samples", "pieces of source code"),
    "numbers": ("figures", "numbers in the text"),
    "links": ("links", "web addresses"),
    "list": ("bulleted or numbered lists",),
    "question": ("questions",),
}


def facts_of(documents: Sequence[Document], *, least: int = 2) -> dict[Fact, frozenset[str]]:
    """Every fact that holds of `least` documents and not of all, with the ids of those it holds of."""
    holding: dict[Fact, set[str]] = defaultdict(set)
    for document in documents:
        for fact in _facts(document):
            holding[fact].add(document.id)
    for fact, ids in _mentions(documents).items():
        holding[fact] = ids
    values = Counter((fact.kind, fact.name) for fact in holding)
    return {
        fact: frozenset(ids)
        for fact, ids in sorted(holding.items(), key=lambda pair: (pair[0].kind, pair[0].name, pair[0].value))
        if least <= len(ids) < len(documents)
        and (fact.kind != "field" or values[fact.kind, fact.name] <= MOST_VALUES)
    }


def holds(fact: Fact, document: Document) -> bool:
    """Whether the condition holds, its polarity left aside."""
    if fact.kind == "mentions":
        return any(True for _ in occurrences(fact.value, f"{document.title}\n{document.text}"))
    return Fact(fact.kind, fact.name, fact.value) in _facts(document)


def fulfilled(truth: Sequence[Fact], document: Document) -> bool:
    """Whether all wanted facts hold and no avoided one does."""
    return all(holds(fact, document) == (fact.polarity == "want") for fact in truth)


def said(fact: Fact, rng: random.Random) -> str:
    """The fact as a noun phrase that fits after "documents with" or "anything with"."""
    if fact.kind == "year":
        return rng.choice(("the year {0}", "a date in {0}", "an origin in {0}")).format(fact.value)
    if fact.kind == "mentions":
        return rng.choice(("the words {0!r}", "a mention of {0!r}", "{0!r} in the text")).format(fact.value)
    if fact.kind == "form":
        return rng.choice(_FORM[fact.name])
    name = fact.name.replace("_", " ").replace(".", " ")
    return rng.choice(("{0} {1}", "{1} as their {0}", "the {0} {1}")).format(name, fact.value)


def _facts(document: Document) -> set[Fact]:
    found = {
        Fact("field", name, str(value))
        for name, values in flatten(document.fields).items()
        for value in values
        if isinstance(value, str | bool) and 0 < len(str(value)) <= 40
    }
    if document.time:
        found.add(Fact("year", "time", str(document.time.year)))
    features = form_features(document)
    return found | {Fact("form", name, "yes") for name in _FORM if features.get(name) is True}


def _mentions(documents: Sequence[Document], most: int = 200) -> dict[Fact, set[str]]:
    """Longer words that stand in a twentieth to half of the texts, with the documents that mention them."""
    counts: Counter[str] = Counter()
    mentioned: dict[str, set[str]] = defaultdict(set)
    for document in documents:
        written = {word for word, _ in tokens(document.text)}
        counts.update({word for word in written if len(word) > 5 and word.isalpha()})
        for word in written.union(word for word, _ in tokens(document.title)):
            mentioned[word].add(document.id)
    low, high = max(2, len(documents) // 20), len(documents) // 2
    # Not `most_common`: among words of one count that keeps the order of sets, another one in every process.
    common = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    usable = [word for word, count in common if low <= count <= high]
    return {Fact("mentions", "text", word): mentioned[word] for word in usable[:most]}
