"""Every measure, and the notation that names it: `parse_measure("nDCG@10/changed")`."""

from __future__ import annotations

import re

from adhere.errors import InputError
from adhere.evaluate.judgements import PARTS
from adhere.evaluate.measures.classic import MAP, MRR, NDCG, Hit, Precision, Recall
from adhere.evaluate.measures.exclusion import DeltaMRR, DeltaRecall, RightRank
from adhere.evaluate.measures.infosearch import SICR, WISE
from adhere.evaluate.measures.paired import PMRR, Interaction, SelectivePMRR, TwoWay, Violations
from adhere.evaluate.measures.protocol import Measure, Part
from adhere.evaluate.measures.variants import PairwiseAccuracy, Robustness

FAMILIES: tuple[type[Measure], ...] = (
    NDCG,
    MAP,
    MRR,
    Recall,
    Precision,
    Hit,
    Interaction,
    SelectivePMRR,
    PMRR,
    TwoWay,
    Violations,
    WISE,
    SICR,
    Robustness,
    PairwiseAccuracy,
    RightRank,
    DeltaRecall,
    DeltaMRR,
)

_NOTATION = re.compile(r"(?P<symbol>[A-Za-z-]+)(?:@(?P<k>\d+))?(?:/(?P<part>\w+))?")


def parse_measure(text: str) -> Measure | Part:
    """The measure that a notation names: symbol, optional @cutoff, optional /part of the paired needs.

    Errors  InputError listing the known measures
    """
    match = _NOTATION.fullmatch(text.strip())
    family = next((family for family in FAMILIES if match and family.symbol == match["symbol"]), None)
    if match is None or family is None:
        known = ", ".join(f"{family.symbol}@k" if family.takes_k else family.symbol for family in FAMILIES)
        raise InputError(f"There is no measure {text!r}. Known: {known}; each also with /og or /changed.")
    measure = family(int(match["k"]) if match["k"] else None)
    if match["part"] is None:
        return measure
    if match["part"] not in PARTS:
        raise InputError(f"{text!r} names the part {match['part']!r}. Parts are {', '.join(PARTS)}.")
    return Part(measure, match["part"])


HEADLINE = tuple(
    parse_measure(name) for name in ("nDCG@10/og", "nDCG@10/changed", "interaction", "selective-p-MRR")
)
"""What a claim must rest on: none of these rises when the changed run merely gets worse."""
BESIDE = tuple(parse_measure(name) for name in ("MAP/og", "MAP/changed", "p-MRR", "two-way", "violations@10"))
PAIRED = HEADLINE + BESIDE
UNPAIRED = tuple(parse_measure(name) for name in ("nDCG@10", "MAP", "MRR@10", "recall@100", "hit@1"))
