"""Criteria to one score: how the query, wants, avoids and wishes are weighed against each other.

Each criterion has a probability p that its condition holds. The score is a sum of logarithms,

    weight * ln p(query)  +  WANT * mean over wants of ln p  +  TOGETHER * ln p(the wants read together)
                          +  AVOID / sqrt(number of avoids) * sum over avoids of ln(1 - p)

with wishes and assumptions counted WISH times: logarithms of probabilities and not their average, so that no
want, however strong, pays for an avoid that is violated for sure. Wants describe one thing: ten of them must
not drown the query (those that a program decides take no share from those that are judged), and the judge
also reads them as one text (`together`), which tells what they have in common and no one of them says. Each
avoid is a rule of its own, but a list of ten is heard more softly, for each is judged with doubt. FLOOR keeps
a certain violation costly but finite, so that violators still have an order. The weights were chosen on the
judged needs and on our own, whose pools are all on the subject, and on whole corpora, where a want holds far
from it too; `benchmarks/combine.py` compares this with other ways.

Two things are relative to the search, or wants that say nothing of the subject ("find the abstract that this
was made from") would decide alone. p(query) is, because that of a long query is near 1 for every candidate
(`QueryTerm`); and a want that no candidate meets is heard less (`Weights`), for which of them is least
unlikely to meet it is mostly noise. `benchmarks/long_queries.py` measures that.

`formula` states it in the store's own algebra over MaxSim and BM25, to rank all candidates inside the
engine; `Weights` states it over the judges' probabilities, to rank the best of them again.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
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

QUERY = 3.0
WANT = 2.0
TOGETHER = 4.0
AVOID = 12.0
WISH = 0.9
FLOOR = 0.05
HEARD = 0.5
"""A want counts in full where the best candidate has this p, and less where none does."""
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


def together(criteria: Iterable[Criterion]) -> About | None:
    """The wants by meaning as one text to be judged; None for fewer than two, which say it themselves.

    A judge that reads sees its first words only (`layout.MAX_CRITERION`), so of many wants the first.
    """
    subjects = [subject for one in _wants(criteria) if (subject := _subject(effective(one)))]
    return About("; ".join(dict.fromkeys(subjects))) if len(set(subjects)) > 1 else None


def _subject(expression: Expression) -> str:
    """What it is about, in words; nothing where another kind of condition takes part."""
    match expression:
        case About(text):
            return text
        case All(parts) | Any(parts):
            said = [_subject(part) for part in parts]
            return (", " if isinstance(expression, All) else " or ").join(said) if all(said) else ""
        case _:
            return ""


Row = Sequence[float | None]
"""Of one document, each criterion's p that its condition holds, and at the end that of `together`, if any."""


@dataclass(frozen=True, slots=True)
class Weights:
    """What the logarithm of each p of a row counts in one search."""

    criteria: tuple[Criterion, ...]
    counts: tuple[float, ...]

    @classmethod
    def of(
        cls, criteria: Iterable[Criterion], rows: Sequence[Row] = (), *, share: float = TOGETHER
    ) -> Weights:
        """Those of a search with these rows among its candidates; a want by meaning that none of them meets
        counts less. Without rows all count in full.

        Wants that a program decides are mostly certain, and take nothing from those that are judged. `share`
        is what the wants together count; where there is no such text, the wants themselves have it.
        """
        criteria = tuple(criteria)
        wants = _wants(criteria)
        judged = sum(not one.exact for one in wants)
        avoids = sum(one.polarity == "avoid" and one.hard for one in criteria)
        joined = together(criteria) is not None
        apart = WANT if joined else WANT + share

        def weight(one: Criterion, part: float) -> float:
            if not one.hard:
                return WISH
            if one.polarity == "avoid":
                return AVOID / math.sqrt(avoids)
            if one.exact:
                return (WANT + share) / len(wants)
            return (part if by_meaning(one) else 1.0) * apart / judged

        parts = [heard(column) for column in zip(*rows, strict=True)] or [1.0] * (len(criteria) + joined)
        apiece = [weight(*each) for each in zip(criteria, parts, strict=False)]
        return cls(criteria, (*apiece, *([share * parts[-1]] if joined else [])))

    def score(self, query: float, row: Row) -> float:
        """One score from the query's part (`QueryTerm.score`) and a row.

        An unknown p weighs as a coin: it neither earns nor loses what a known one would.
        """
        polarities = [one.polarity for one in self.criteria] + ["want"]
        for polarity, count, p in zip(polarities, self.counts, row, strict=False):
            known = 0.5 if p is None else p
            favourable = known if polarity in ("want", "prefer") else 1.0 - known
            query += count * math.log(FLOOR + (1.0 - FLOOR) * favourable)
        return query


def heard(column: Row) -> float:
    """How far a want is heard that has these p among the candidates."""
    known = [p for p in column if p is not None]
    return min(1.0, max(known) / HEARD) if known else 1.0


def by_meaning(criterion: Criterion) -> bool:
    """Whether a part of it is judged by meaning, so that its p is one of doubt."""
    return any(isinstance(leaf, About) for leaf in conditions(effective(criterion)))


def _wants(criteria: Iterable[Criterion]) -> list[Criterion]:
    return [one for one in criteria if one.polarity == "want" and one.hard]


def formula(
    criteria: Criteria,
    clauses: Mapping[Condition, int],
    calibration: Calibration,
    now: datetime,
    term: QueryTerm,
) -> Formula:
    """The score over the store's clauses; clause 0 is the query, `clauses` numbers the `about` conditions.

    Criteria with an exact leaf are left out: the filter or the judges decide those. Nothing is read together
    yet: this chooses what is judged, and has to leave in what the query is near to.
    """
    terms: list[Formula] = [term.formula()]
    for criterion, weight in zip(criteria, Weights.of(criteria, share=0.0).counts, strict=False):
        expression = effective(criterion)
        if all(isinstance(leaf, About | Recent) for leaf in conditions(expression)):
            p = _probability(expression, clauses, calibration, now)
            terms.append(_term(weight, p if criterion.polarity in ("want", "prefer") else _complement(p)))
    return Sum(tuple(terms))


def _term(weight: float, favourable: Formula) -> Formula:
    floored = Sum((Constant(FLOOR), Product((Constant(1.0 - FLOOR), favourable))))
    return Product((Constant(weight), Ln(floored)))


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
            (c.bias, Constant(1.0)),
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
