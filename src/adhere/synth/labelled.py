"""Verdicts by reading: clauses of instructions, and whether each holds in each document of its group.

The labels are `labels/dual_view.jsonl` of the repository (CC0; its README says how they were made). They hold
no text of a document: texts come from the data folder, through the list of sources.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha1
from pathlib import Path
from typing import Any

import numpy as np

from adhere.encode.protocol import Encoded, Encoder
from adhere.encode.split import sentences as spans
from adhere.errors import FileError
from adhere.need import Document
from adhere.synth.reversals import documents_of
from adhere.synth.sources import Sources
from adhere.synth.verdict import Asked, Verdicts

FOLDS = 10
HELD_OUT = 0
"""The tenth of the groups that no judge learns from."""
SHOWN = 24
"""Sentences of a document that a row may hold."""
NEAR = 6
"""Nearest sentences that a criterion names."""
ASKING = ("want", "avoid", "prefer", "disprefer")


def fold(group: str) -> int:
    """Which tenth a group belongs to, fixed by its name."""
    return int(sha1(group.encode()).hexdigest(), 16) % FOLDS


def labelled(
    sources: Sources, rng: random.Random, labels: Path, encoder: Encoder, *, held_out: bool = False
) -> Iterator[Verdicts]:
    """One row per document and group, with the clauses of all instructions on it.

    Each criterion names the sentences nearest to it, which are what a judge is shown. One criterion of
    another group of the same corpus is added: it does not hold.
    """
    views = _views(labels)
    chosen = {group: rows for group, rows in views.items() if (fold(group) == HELD_OUT) == held_out}
    texts = documents_of(sources, list(sources.rows("dual_view")))
    foreign = _foreign(chosen)
    for group, rows in chosen.items():
        corpus, query = rows[0]["corpus"], rows[0]["query"]
        clauses = [one for view in rows for one in view["clauses"] if one["polarity"] in ASKING]
        for identifier in dict.fromkeys(i for one in clauses for i in one["holds"]):
            document = texts.get((corpus, identifier))
            if document is not None:
                asked = [_asked(one, identifier, document) for one in clauses]
                other = rng.choice(foreign[corpus])
                asked += [Asked(query, True), *([Asked(other[1], False)] if other[0] != group else [])]
                yield _row(sources, corpus, query, asked, document, encoder)


def _views(path: Path) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    try:
        for line in path.read_text(encoding="utf-8").splitlines():
            view = json.loads(line)
            found.setdefault(view["group"], []).append(view)
    except FileNotFoundError:
        raise FileError(f"{path} is missing. It lies in the repository as labels/dual_view.jsonl.") from None
    return found


def _foreign(views: Mapping[str, Sequence[Mapping[str, Any]]]) -> dict[str, list[tuple[str, str]]]:
    """By corpus, every criterion with its group."""
    found: dict[str, list[tuple[str, str]]] = {}
    for group, rows in views.items():
        for view in rows:
            for one in view["clauses"]:
                if one["polarity"] in ASKING:
                    found.setdefault(view["corpus"], []).append((group, one["says"]))
    return found


def _asked(clause: Mapping[str, Any], identifier: str, document: Document) -> Asked:
    places = spans(document.text)
    shown = clause.get("shown", {}).get(identifier, [])
    numbers = [0 if place == "title" else _number(places, place) for place in shown]
    return Asked(clause["says"], clause["holds"].get(identifier), tuple(numbers), clause["polarity"])


def _number(places: Sequence[tuple[int, int]], span: Sequence[int]) -> int:
    """The sentence that a span begins in, counted from 1; 0 is the title."""
    return max(1, sum(start <= span[0] for start, _ in places))


def _row(
    sources: Sources, corpus: str, query: str, asked: list[Asked], document: Document, encoder: Encoder
) -> Verdicts:
    (passages,) = encoder.encode_documents([document])
    near = nearest(encoder, passages, [one.says for one in asked])
    body = [document.text[start:end] for start, end in spans(document.text)][: SHOWN - 1]
    kept = [
        Asked(
            one.says,
            one.holds,
            tuple(n for n in one.shown if n <= len(body)),
            one.polarity,
            near=tuple(n for n in order if n <= len(body)),
        )
        for one, order in zip(asked, near, strict=True)
    ]
    licence = f"{sources.licence('dual_view')}; {sources.licence(corpus)}"
    return Verdicts(query, tuple(kept), (document.title, *body), "dual_view", licence, document.id)


def nearest(encoder: Encoder, passages: Sequence[Encoded], says: Sequence[str]) -> list[list[int]]:
    """For each criterion the sentences nearest to it, nearest first, counted from 1."""
    by_start = {
        encoded.passage.start + start: vector
        for encoded in passages
        for (start, _), vector in zip(encoded.passage.sentences, encoded.sentences, strict=True)
    }
    if not by_start:
        return [[] for _ in says]
    vectors = np.stack([by_start[start] for start in sorted(by_start)])
    order = np.argsort(-(encoder.encode_queries(list(says)) @ vectors.T), axis=1, kind="stable")
    return [[int(place) + 1 for place in row[:NEAR]] for row in order]
