"""Reversals as verdicts: the instructions of dual_view.jsonl, taken apart, on the documents that they swap.

An instruction with one clause labels that clause. With several, only the whole is known: relevant where all
wants hold and no avoid does, and a `group` binds the clauses so that the loss can say so.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from typing import Any

import numpy as np

from adhere.judge.layout import chosen
from adhere.need import Document
from adhere.synth.sources import Sources
from adhere.synth.verdict import Asked, Verdicts, split
from adhere.synth.wordings import words

Clauses = Callable[[str, str], Sequence[tuple[str, str]]]
"""(instruction, query) -> polarity and words of each clause."""

MOST = 5


def reversals(sources: Sources, rng: random.Random, clauses: Clauses) -> Iterator[Verdicts]:
    """One row per document and group, with the clauses of every instruction that judges it."""
    groups = list(sources.rows("dual_view"))
    texts = documents_by(sources, named_in(groups))
    queries: dict[str, list[str]] = {}
    for group in groups:
        queries.setdefault(group["corpus"], []).append(group["query"])
    for group in groups:
        name = group["corpus"]
        for identifier, views in _views(group).items():
            document = texts.get((name, identifier))
            if document is None:
                continue
            asked = [Asked(group["query"], True), Asked(rng.choice(queries[name]), False)]
            for number, (instruction, _) in enumerate(views):
                asked += _clauses(clauses(instruction, group["query"]), instruction, number)
            body = _best(split(document.text), [one.says for one in asked], rng)
            yield Verdicts(
                group["query"],
                tuple(asked),
                (document.title, *body) if document.title else body,
                "dual_view",
                f"{sources.licence('dual_view')}; {sources.licence(name)}",
                identifier,
                tuple(holds for _, holds in views),
            )


def _views(group: Mapping[str, Any]) -> dict[str, list[tuple[str, bool]]]:
    """Document id -> every instruction that judges it, and whether it is relevant under it."""
    judged: dict[str, list[tuple[str, bool]]] = {}
    for view in group["views"]:
        for side, holds in (("relevant", True), ("not_relevant", False)):
            for identifier in view[side]:
                judged.setdefault(identifier, []).append((view["instruction"], holds))
    return judged


def _clauses(found: Sequence[tuple[str, str]], instruction: str, number: int) -> Iterator[Asked]:
    rules = [(polarity, says) for polarity, says in found if polarity in ("want", "avoid")]
    if not any(polarity == "want" for polarity, _ in rules):
        rules = [("want", says) for polarity, says in found if polarity == "prefer"] + rules
    for polarity, says in rules or [("want", instruction)]:
        yield Asked(says, None, (), polarity, number)


def _best(body: Sequence[str], says: Sequence[str], rng: random.Random) -> tuple[str, ...]:
    """The sentences that share most words with each criterion, which are what a judge would be shown."""
    wanted = [words(one) for one in says]
    shared = [[len(words(s) & w) / (len(w) or 1) + 0.1 * rng.random() for w in wanted] for s in body]
    return tuple(body[i] for i in chosen(np.array(shared, np.float32), MOST)) if body else ()


def named_in(groups: Iterable[Mapping[str, Any]]) -> dict[str, set[str]]:
    """Corpus -> ids of the documents that the views judge."""
    wanted: dict[str, set[str]] = {}
    for group in groups:
        wanted.setdefault(group["corpus"], set()).update(
            i for view in group["views"] for side in ("relevant", "not_relevant") for i in view[side]
        )
    return wanted


def documents_by(sources: Sources, wanted: Mapping[str, Set[str]]) -> dict[tuple[str, str], Document]:
    """(corpus, id) -> document, of those that may be trained on and have a text."""
    return {(name, d.id): d for name, ids in sorted(wanted.items()) for d in documents_of(sources, name, ids)}


def documents_of(sources: Sources, name: str, wanted: Set[str]) -> list[Document]:
    """Those of the wanted documents of a corpus that may be trained on and have a text."""
    trained = {row["_id"] for row in sources.rows(name, "queries")} if name == "medquad" else wanted
    return [
        Document(row["_id"], row["text"], row["title"])
        for row in sources.rows(name)
        if row["_id"] in wanted & trained and row["text"].strip()
    ]
