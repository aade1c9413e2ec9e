"""The one rank rule and the one fusion, shared by search, judges and measures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from adhere.errors import InputError

RRF_K = 60


def rank(scores: Mapping[str, float]) -> list[str]:
    """Ids by falling score; equal scores by falling id, as trec_eval does, so insertion order never counts.

    Errors  InputError if a score is NaN: it has no rank, and sorting it would hide that.
    Source  trec_eval's te_form_res_rels; mteb issue 5092 shows what insertion-order ties cost.
    """
    for identifier, score in scores.items():
        if score != score:
            raise InputError(
                f"The score of {identifier!r} is NaN, which has no rank. Fix the system that made it."
            )
    return [
        i for i, _ in sorted(((i, s) for i, s in scores.items()), key=lambda p: (p[1], p[0]), reverse=True)
    ]


def reranked(ranked: Sequence[str], scores: Mapping[str, float]) -> list[str]:
    """Ranked ids in the order of new scores: equal ones stay as they were, those without a score come last.

    Errors  InputError if a score is NaN, as in `rank`
    """
    rank(scores)
    return sorted(ranked, key=lambda identifier: (identifier not in scores, -scores.get(identifier, 0.0)))


def fuse(rankings: Iterable[Sequence[str]], *, k: int = RRF_K) -> dict[str, float]:
    """Reciprocal rank fusion: the sum over rankings of 1 / (k + rank), rank from 1.

    Source  Cormack, Clarke and Buettcher 2009 (SIGIR), k = 60
    """
    fused: dict[str, float] = {}
    for ranking in rankings:
        for position, identifier in enumerate(ranking, start=1):
            fused[identifier] = fused.get(identifier, 0.0) + 1.0 / (k + position)
    return fused
