"""Criteria to one score: how the query, wants, avoids and wishes are weighed against each other.

Each criterion has a probability p that its condition holds. The score is a sum of logarithms,

    weight * ln p(query)  +  WANT * mean over wants of ln p  +  AVOID * sum over avoids of ln(1 - p)

with wishes and assumptions counted WISH times: a product of probabilities and not an average, so that no
want, however strong, pays for an avoid that is violated for sure. Wants describe one thing together, so that
ten of them must not drown the query (those that a program decides take no share from those that are judged);
each avoid is a rule of its own. FLOOR keeps a certain violation costly
but finite, so that violators still have an order. A judge's p is calibrated for the decision in the ledger,
where most criteria do not hold; LEAN adds to its log-odds here, so that small differences between small
probabilities still order documents. `benchmarks/combine.py` compares this with other ways.

p(query) is relative to the search (`QueryTerm`): were it near 1 for every candidate, as that of a long query
is, then wants that say nothing of the subject ("find the abstract that this was made from") would decide
alone, and against the query, whose own nearness counts against each clause. `benchmarks/long_queries.py`
measures that.

`formula` states it in the store's own algebra over MaxSim and BM25, to rank all candidates inside the
engine; `combine` states it over the judges' probabilities, to rank the best of them again.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from adhere.judge.about import HALF_BM25, Calibration, sigmoid
from adhere.judge.logic import effective
from adhere.need import About, All, Any, Condition, Criteria, Criterion, Expression, Not, Recent, conditions
from adhere.store.protocol import (
    TIME,
    Constant,
    Decay,
    Divide,
    Exp,
    Formula,
    Ln,
    Meaning,
    Product,
    Sum,
    Words,
)
from adhere.words import tokens

QUERY = 1.5
WANT = 2.0
AVOID = 4.0
LEAN = 1.25
WISH = 0.35
FLOOR = 0.02
QUERY_MEANING, QUERY_WORDS, QUERY_BIAS = 8.0, 6.0, -6.5
SHORT_QUERY = 4
"""Different words of a query up to which it counts QUERY and its BM25 counts half at HALF_BM25."""
GROWTH = 0.25
"""The power of its length with which a longer query counts more: one of 64 words twice."""
NEAREST = 2.5
"""Log-odds that p(query) of the best candidate has at most."""


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """The part of the query in the scores of one search, with m its MaxSim and w its BM25:

    weight * ln sigmoid(QUERY_MEANING * m + QUERY_WORDS * w / (w + half) + bias)
    """

    weight: float
    half: float
    bias: float = QUERY_BIAS

    @classmethod
    def of(cls, text: str) -> QueryTerm:
        """Weight and half grow with the words of the query: with them BM25 grows, and what it tells."""
        length = max(1.0, len({token for token, _ in tokens(text)}) / SHORT_QUERY)
        return cls(QUERY * length**GROWTH, HALF_BM25 * length)

    def relative_to(self, best: float) -> QueryTerm:
        """The term where the best candidate has the log-odds `best`."""
        return replace(self, bias=self.bias - max(0.0, best - NEAREST))

    def odds(self) -> Formula:
        """The log-odds of p(query), the query being clause 0."""
        words = _saturated(Words(0), self.half)
        return _sum((self.bias, Constant(1.0)), (QUERY_MEANING, Meaning(0)), (QUERY_WORDS, words))

    def formula(self) -> Formula:
        """The term in the store's algebra."""
        return Product((Constant(self.weight), Ln(_sigmoid(self.odds()))))

    def p(self, meaning: float, bm25: float) -> float:
        """p(query) from its MaxSim and BM25."""
        return sigmoid(QUERY_MEANING * meaning + QUERY_WORDS * bm25 / (bm25 + self.half) + self.bias)

    def score(self, meaning: float, bm25: float) -> float:
        """The term of one document."""
        return self.weight * math.log(self.p(meaning, bm25))


def combine(query: float, terms: Sequence[tuple[Criterion, float | None]]) -> float:
    """One score from the query's part (`QueryTerm.score`) and each criterion's p that its condition holds.

    An unknown p weighs as a coin: it neither earns nor loses what a known one would.
    """
    score = query
    weights = _weights([criterion for criterion, _ in terms])
    for (criterion, p), weight in zip(terms, weights, strict=True):
        known = 0.5 if p is None else leaned(p)
        favourable = known if criterion.polarity in ("want", "prefer") else 1.0 - known
        score += weight * math.log(FLOOR + (1.0 - FLOOR) * favourable)
    return score


def leaned(p: float) -> float:
    """The probability with LEAN added to its log-odds; what is certain stays certain."""
    odds = p * math.exp(LEAN)
    return odds / (odds + 1.0 - p)


def _weights(criteria: Sequence[Criterion]) -> list[float]:
    """What the logarithm of each criterion counts. Wants that a program decides are mostly certain, and take
    nothing from those that are judged."""
    wants = [one for one in criteria if one.polarity == "want" and one.hard]
    judged = sum(not one.exact for one in wants)

    def weight(one: Criterion) -> float:
        if not one.hard:
            return WISH
        if one.polarity == "avoid":
            return AVOID
        return WANT / (len(wants) if one.exact else judged)

    return [weight(one) for one in criteria]


def formula(
    criteria: Criteria,
    clauses: Mapping[Condition, int],
    calibration: Calibration,
    now: datetime,
    term: QueryTerm,
) -> Formula:
    """The score over the store's clauses; clause 0 is the query, `clauses` numbers the `about` conditions.

    Criteria with an exact leaf are left out: the filter or the judges decide those.
    """
    terms: list[Formula] = [term.formula()]
    for criterion, weight in zip(criteria, _weights(criteria.items), strict=True):
        expression = effective(criterion)
        if all(isinstance(leaf, About | Recent) for leaf in conditions(expression)):
            p = _probability(expression, clauses, calibration, now)
            favourable = p if criterion.polarity in ("want", "prefer") else _complement(p)
            floored = Sum((Constant(FLOOR), Product((Constant(1.0 - FLOOR), favourable))))
            terms.append(Product((Constant(weight), Ln(floored))))
    return Sum(tuple(terms))


def _probability(
    expression: Expression, clauses: Mapping[Condition, int], calibration: Calibration, now: datetime
) -> Formula:
    # An engine formula has no min or max: parts count as independent here, the judges refine the best.
    match expression:
        case All(parts):
            return Product(tuple(_probability(part, clauses, calibration, now) for part in parts))
        case Any(parts):
            nones = (_complement(_probability(part, clauses, calibration, now)) for part in parts)
            return _complement(Product(tuple(nones)))
        case Not(part):
            return _complement(_probability(part, clauses, calibration, now))
        case Recent(half_life_days):
            return Decay(TIME, now, half_life_days)
        case _:
            return _about(clauses[expression], calibration)


def _about(clause: int, c: Calibration) -> Formula:
    return _sigmoid(
        _sum(
            (c.bias + LEAN, Constant(1.0)),
            (c.meaning, Meaning(clause)),
            (c.words, _saturated(Words(clause))),
            (c.query_meaning, Meaning(0)),
            (c.query_words, _saturated(Words(0))),
        )
    )


def _saturated(words: Formula, half: float = HALF_BM25) -> Formula:
    return Divide(words, Sum((words, Constant(half))))


def _sum(*terms: tuple[float, Formula]) -> Formula:
    return Sum(tuple(Product((Constant(factor), term)) for factor, term in terms))


def _sigmoid(odds: Formula) -> Formula:
    return Divide(Constant(1.0), Sum((Constant(1.0), Exp(Product((Constant(-1.0), odds))))))


def _complement(p: Formula) -> Formula:
    return Sum((Constant(1.0), Product((Constant(-1.0), p))))
