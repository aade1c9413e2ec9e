"""Verdicts by reading: criteria, and whether each holds in each document of its group.

The labels are `labels/dual_view.jsonl`, `pools.jsonl` and `invented.jsonl` of the repository (CC0; a README
there says how they were made). They hold no text of others' documents: that comes from the data folder,
through the list of sources. The documents of `invented.jsonl` are our own, and stand in it.
"""

from __future__ import annotations

import json
import math
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import sha1
from pathlib import Path
from typing import Any

import numpy as np

from adhere.encode.protocol import Candidate, Encoded, Encoder
from adhere.encode.split import sentences as spans
from adhere.errors import FileError
from adhere.judge.protocol import Question
from adhere.need import About, Document
from adhere.search.engine import Engine
from adhere.search.judges import clause_judge
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
_NOW = datetime(2026, 1, 1, tzinfo=UTC)
ASKING = ("want", "avoid", "prefer", "disprefer")


def fold(group: str, folds: int = FOLDS) -> int:
    """Which tenth a group belongs to, or other part, fixed by its name."""
    return int(sha1(group.encode()).hexdigest(), 16) % folds


def labelled(
    sources: Sources,
    rng: random.Random,
    labels: Sequence[Path],
    encoder: Encoder,
    *,
    held_out: bool = False,
) -> Iterator[Verdicts]:
    """One row per document and group, with all criteria of the group.

    Each criterion names the sentences nearest to it, which are what a judge is shown, and what the clause
    judge makes of it, so that a reader can learn what that does not know. One criterion of another group of
    the same corpus is added: it does not hold.
    """
    groups = _groups(labels)
    chosen = {name: group for name, group in groups.items() if (fold(name) == HELD_OUT) == held_out}
    engines = _engines(sources, groups.values(), encoder)
    foreign = _foreign(chosen)
    for name, group in chosen.items():
        engine = engines[group.corpus]
        ids = [i for i in group.documents if i in engine.store.candidates([i])]
        other = rng.choice(foreign[group.corpus])
        says = [*group.says, group.query, *([other[1]] if other[0] != name else [])]
        kept = engine.store.candidates(ids)
        known = priors(engine, group.query, says, [kept[i] for i in ids])
        for identifier, prior in zip(ids, known, strict=True):
            yield _row(sources, group, says, prior, kept[identifier], encoder)


@dataclass(frozen=True, slots=True)
class Group:
    """Criteria on the documents of one subject; a criterion is {"says", "holds", "shown", "polarity"}."""

    name: str
    corpus: str
    query: str
    criteria: tuple[Mapping[str, Any], ...]
    invented: tuple[Document, ...] = ()
    """Its documents, where no source has them."""

    @property
    def says(self) -> list[str]:
        return [one["says"] for one in self.criteria]

    @property
    def documents(self) -> list[str]:
        return list(dict.fromkeys(i for one in self.criteria for i in one["holds"]))


def read_labels(path: Path) -> list[dict[str, Any]]:
    """The rows of a file of labels. Errors  FileError if it is missing"""
    try:
        # Not `splitlines`, for a text may hold a U+2028, which JSON leaves as it is.
        lines = path.read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        raise FileError(f"{path} is missing. The repository has its labels in labels/.") from None
    return [json.loads(line) for line in lines if line]


def _groups(paths: Sequence[Path]) -> dict[str, Group]:
    found: dict[str, Group] = {}
    for path in paths:
        for view in read_labels(path):
            asking = [one for one in view.get("clauses", ()) if one["polarity"] in ASKING]
            criteria = tuple(view.get("criteria") or asking)
            before = found.get(view["group"])
            found[view["group"]] = Group(
                view["group"],
                view["corpus"],
                view["query"],
                (before.criteria if before else ()) + criteria,
                tuple(Document(one["id"], one["text"], one["title"]) for one in view.get("documents", ())),
            )
    return found


def _engines(sources: Sources, groups: Iterable[Group], encoder: Encoder) -> dict[str, Engine]:
    """The documents of the groups, an engine per corpus."""
    wanted: dict[str, set[str]] = {}
    invented: dict[str, list[Document]] = {}
    for group in groups:
        invented.setdefault(group.corpus, []).extend(group.invented)
        if not group.invented:
            wanted.setdefault(group.corpus, set()).update(group.documents)
    for name, ids in wanted.items():
        invented[name] += documents_of(sources, name, ids)
    return {name: engine_over(documents, encoder) for name, documents in invented.items()}


def engine_over(documents: Sequence[Document], encoder: Encoder) -> Engine:
    """An engine in memory that holds these documents."""
    engine = Engine.in_memory(encoder)
    engine.add(documents)
    return engine


def priors(
    engine: Engine, query: str, says: Sequence[str], candidates: Sequence[Candidate]
) -> list[list[float]]:
    """Log-odds of the clause judge, one row per candidate."""
    judge = clause_judge(engine.store, engine.encoder)
    found = judge.judge(Question(query, _NOW, tuple(About(one) for one in says)), candidates)
    return [[_log_odds(one.p) for one in row] for row in found]


def _log_odds(p: float | None) -> float:
    assert p is not None
    return math.log(p / (1.0 - p))


def _foreign(groups: Mapping[str, Group]) -> dict[str, list[tuple[str, str]]]:
    """By corpus, every criterion with its group."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, group in groups.items():
        found.setdefault(group.corpus, []).extend((name, says) for says in group.says)
    return found


def _row(
    sources: Sources,
    group: Group,
    says: Sequence[str],
    priors: Sequence[float],
    candidate: Candidate,
    encoder: Encoder,
) -> Verdicts:
    document = candidate.document
    places = spans(document.text)
    body = [document.text[start:end] for start, end in places][: SHOWN - 1]
    near = nearest(encoder, candidate.passages, says)
    asked = []
    for number, (text, prior, order) in enumerate(zip(says, priors, near, strict=True)):
        known = group.criteria[number] if number < len(group.criteria) else None
        # after the group's own criteria come its query, which holds, and a criterion of another group
        holds = known["holds"].get(document.id) if known else text == group.query
        shown = (
            [_number(places, span) for span in known.get("shown", {}).get(document.id, [])] if known else []
        )
        inside = [tuple(n for n in some if n <= len(body)) for some in (shown, order)]
        asked.append(Asked(text, holds, inside[0], near=inside[1], prior=round(prior, 3)))
    licence = f"CC0; {sources.licence(group.corpus)}"
    title = (document.title,)
    return Verdicts(group.query, tuple(asked), (*title, *body), group.corpus, licence, document.id)


def _number(places: Sequence[tuple[int, int]], span: str | Sequence[int]) -> int:
    """The sentence that a span begins in, counted from 1; 0 is the title."""
    return 0 if isinstance(span, str) else max(1, sum(start <= span[0] for start, _ in places))


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
