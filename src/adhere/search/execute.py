"""One search from checked criteria to hits: filter, find, score by program, judge, rank.

Read `execute` top to bottom; each step is a function below it and a line in the trace.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from adhere.encode.protocol import Candidate, Encoder
from adhere.errors import InputError
from adhere.judge.about import Calibration
from adhere.judge.logic import leaves, verdict
from adhere.judge.protocol import Judge, Question
from adhere.judge.reading import READ, ReadingJudge
from adhere.need import (
    About,
    Condition,
    Criteria,
    Hit,
    Judgement,
    Mode,
    Need,
    Note,
    Removed,
    Verdict,
    conditions,
)
from adhere.ranking import rank, reranked
from adhere.rerank.protocol import Reranker
from adhere.search import program
from adhere.search.explain import MOST_RELAXATIONS, judged_relaxations, relaxations, removed, unread
from adhere.search.plan import Compiler
from adhere.search.trace import Trace
from adhere.store.protocol import And, Clause, Everything, Filter, Ids, Store, Words

POOL = 200
"""Candidates that the program scores, at least; of these the best DEPTH are judged."""
DEPTH = 50
MOST_READ = 100
"""Of the judged, the most that are read, and in mode strict the most that are shown and surely read."""
RERANK_TOP = 20
"""Of the judged, the best that a reranker reads, or more if more hits are asked for."""
REMOVED = -1000.0
"""Added to the score of a document that `rank` was given but a rule removes: after all kept ones."""


@dataclass(frozen=True, slots=True)
class Request:
    """A need ready to run: criteria checked against the schema, trusted filters apart.

    `only` restricts the search to these documents, as in reranking. `told` is the instruction in words, for
    a reranker: criteria are what is executed.
    """

    query: str
    criteria: Criteria
    filters: Criteria
    mode: Mode
    k: int
    now: datetime
    only: Collection[str] | None = None
    told: str = ""

    @property
    def leaves(self) -> list[Condition]:
        """Every condition that the criteria are made of, once."""
        return list(dict.fromkeys(leaves(self.criteria)))

    @property
    def joined(self) -> About | None:
        """The wants as one text to be judged, if they make one."""
        return program.together(self.criteria)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came out. `scores` holds every candidate's score, also of those that no hit stands for."""

    hits: tuple[Hit, ...]
    scores: Mapping[str, float]
    removed: tuple[Removed, ...]
    relax: tuple[str, ...]
    barred: bool = False
    """Whether the trusted filters alone let no document through."""
    taken: frozenset[str] = frozenset()
    """Of those with a score, what mode strict removed by judgement."""
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Parts:
    """What a search runs on."""

    store: Store
    encoder: Encoder
    judges: Sequence[Judge]
    calibration: Calibration = field(default_factory=Calibration)
    reranker: Reranker | None = None
    rerank_top: int = RERANK_TOP

    @property
    def reread(self) -> int:
        """How many documents a reranker wants to read, 0 without one."""
        return self.rerank_top if self.reranker else 0


def execute(parts: Parts, request: Request, trace: Trace) -> Outcome:
    """Run the request. Rules of exact kinds filter before anything is scored; in mode `rank` only the
    trusted filters do. The best candidates are judged, and the ledger is those verdicts. A reranker, if there
    is one, reorders what came out."""
    with trace.step("filter") as count:
        compiler = Compiler(parts.store)
        trusted = And(tuple(sieve.keeps for sieve in compiler.sieves(request.filters)) or (Everything(),))
        if request.only is not None:
            trusted = And((trusted, Ids(frozenset(request.only))))
        sieves = compiler.sieves(request.criteria)
        where = trusted if request.mode == "rank" else And((trusted, *(sieve.keeps for sieve in sieves)))
        count.value = passing = parts.store.count(where)
    with trace.step("encode") as count:
        clauses, numbers = _clauses(parts.encoder, request)
        count.value = len(clauses)
    with trace.step("find") as count:
        candidates = _candidates(parts, request, clauses[0], where, passing)
        count.value = len(candidates)
    with trace.step("program") as count:
        term = _term(parts.store, request, clauses[:1], candidates)
        scoring = program.formula(request.criteria, numbers, parts.calibration, request.now, term)
        scores = dict(parts.store.score(candidates, clauses, scoring)) if candidates else {}
        count.value = len(scores)
    with trace.step("judge") as count:
        judged, breaks = _judge(parts, request, clauses, term, rank(scores))
        broken = Counter(breaks.values())
        count.value = len(judged)
    again: Mapping[str, float] = {}
    if parts.reranker:
        with trace.step("rerank") as count:
            again = _read(parts.reranker, request, judged, parts.rerank_top)
            count.value = len(again)
    with trace.step("explain"):
        gone = (*removed(parts.store, sieves, trusted), *_taken(broken)) if request.mode != "rank" else ()
        few = request.mode != "rank" and passing < request.k and bool(sieves)
        relax = relaxations(parts.store, request.criteria, sieves, trusted, passing) if few else ()
        if len(judged) < request.k:
            relax = (*judged_relaxations(request.criteria, broken), *relax)[:MOST_RELAXATIONS]
        barred = bool(request.filters) and not passing and not parts.store.count(trusted)
    outcome = _outcome(request, scores, judged, again, gone, relax)
    return replace(outcome, barred=barred, taken=frozenset(breaks), notes=_unread(request, judged))


# --- finding -----------------------------------------------------------------------------------


def _clauses(encoder: Encoder, request: Request) -> tuple[list[Clause], dict[Condition, int]]:
    # Clause 0 is the query; without a query the wanted clauses stand in for it.
    abouts = [leaf for leaf in request.leaves if isinstance(leaf, About)]
    texts = [request.query or " ".join(_wanted(request.criteria)), *(about.text for about in abouts)]
    vectors = encoder.encode_queries(texts)
    clauses = [Clause(vector, text) for vector, text in zip(vectors, texts, strict=True)]
    return clauses, {about: number for number, about in enumerate(abouts, start=1)}


def _term(
    store: Store, request: Request, query: Sequence[Clause], candidates: Sequence[str]
) -> program.QueryTerm:
    """The query's part in the score; beside criteria, relative to the candidate that is nearest to it."""
    term = program.QueryTerm.of(query[0].text)
    if not request.criteria or not candidates:
        return term
    return term.relative_to(max(store.score(candidates, query, term.odds()).values()))


def _wanted(criteria: Criteria) -> list[str]:
    return [
        leaf.text
        for criterion in criteria
        if criterion.polarity in ("want", "prefer")
        for leaf in conditions(criterion.what)
        if isinstance(leaf, About)
    ]


def _candidates(parts: Parts, request: Request, query: Clause, where: Filter, passing: int) -> list[str]:
    pool = max(POOL, 5 * request.k, parts.reread)
    if passing <= pool:
        return sorted(parts.store.matching(where))
    # "only symptoms" alone would fetch the symptoms of anything: a want is looked for beside the query.
    wanted = [f"{request.query} {text}".strip() for text in _wanted(request.criteria)]
    vectors = parts.encoder.encode_queries(wanted)
    beside = [Clause(vector, text) for vector, text in zip(vectors, wanted, strict=True)]
    return sorted(parts.store.find([query, *beside], where, pool))


# --- judging -----------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Judged:
    """A candidate with its ledger, what its score is made of, and the score by the judges."""

    candidate: Candidate
    ledger: tuple[Verdict, ...]
    query: float
    row: program.Row
    read: bool
    """False where a judge that reads was asked and left this document to a weaker one."""
    score: float = 0.0


def _judge(
    parts: Parts,
    request: Request,
    clauses: Sequence[Clause],
    term: program.QueryTerm,
    ranked: Sequence[str],
) -> tuple[list[Judged], dict[str, frozenset[str]]]:
    """The best candidates with their verdicts; strict mode goes on until k remain, and names for each of the
    others the criteria that it breaks."""
    depth = max(DEPTH, request.k, parts.reread)
    seen: list[Judged] = []
    taken: dict[str, frozenset[str]] = {}
    for start in range(0, len(ranked), depth):
        block = _ledgers(parts, request, clauses, term, ranked[start : start + depth])
        for judged in _read_on(parts, request, clauses, term, block):
            seen.append(judged)
            if broken := _broken(request, judged):
                taken[judged.candidate.document.id] = frozenset(broken)
        if request.mode != "strict" or len(seen) - len(taken) >= request.k:
            break
    return [one for one in _scored(request, seen) if one.candidate.document.id not in taken], taken


def _scored(request: Request, judged: Iterable[Judged]) -> list[Judged]:
    """With their scores, which are relative to all of them."""
    rows = list(judged)
    weights = program.Weights.of(request.criteria, [one.row for one in rows])
    return [replace(one, score=weights.score(one.query, one.row)) for one in rows]


def _read_on(
    parts: Parts,
    request: Request,
    clauses: Sequence[Clause],
    term: program.QueryTerm,
    block: Sequence[Judged],
) -> list[Judged]:
    """The block with the best of it read. Reading puts documents down, and what comes up in their place was
    judged without it: that is read too, until the best stay. Where nothing comes up, nothing more is read."""
    by_id = {one.candidate.document.id: one for one in block}
    # Strict promises that what is shown breaks nothing, so it has no limit but the block.
    most = len(block) if request.mode == "strict" else MOST_READ
    left = most - sum(one.read for one in block)
    while left > 0 and (more := _best_unread(request, _scored(request, by_id.values()))[:left]):
        left -= len(more)
        for one in _ledgers(parts, replace(request, k=0), clauses, term, more):
            by_id[one.candidate.document.id] = one
    return list(by_id.values())


def _best_unread(request: Request, judged: Sequence[Judged]) -> list[str]:
    """What of the best, as far as they are to be read, is not; at most as many as are read at once."""
    able = {one.candidate.document.id: one for one in judged if not _broken(request, one)}
    best = rank({identifier: one.score for identifier, one in able.items()})[: _surely_read(request)]
    return [identifier for identifier in best if not able[identifier].read][:READ]


def _surely_read(request: Request) -> int:
    return min(request.k, MOST_READ if request.mode == "strict" else READ)


def _unread(request: Request, judged: Sequence[Judged]) -> tuple[Note, ...]:
    if not _best_unread(request, judged):
        return ()
    return (unread(_surely_read(request), sum(one.read for one in judged)),)


def _taken(broken: Counter[frozenset[str]]) -> tuple[Removed, ...]:
    """For each criterion how many candidates it took away in mode strict."""
    single = Counter({identifier: 0 for identifiers in broken for identifier in sorted(identifiers)})
    for identifiers, count in broken.items():
        single.update(dict.fromkeys(identifiers, count))
    return tuple(Removed(identifier, count, 0) for identifier, count in single.items())


def _broken(request: Request, judged: Judged) -> list[str]:
    """The criteria for which mode strict removes the document; the other modes remove none."""
    if request.mode != "strict":
        return []
    return [
        verdict.criterion
        for verdict, criterion in zip(judged.ledger, request.criteria, strict=True)
        if criterion.hard and not criterion.exact and verdict.outcome == "violated"
    ]


def _ledgers(
    parts: Parts, request: Request, clauses: Sequence[Clause], term: program.QueryTerm, ids: Sequence[str]
) -> list[Judged]:
    candidates = parts.store.candidates(ids)
    ordered = [candidates[identifier] for identifier in ids if identifier in candidates]
    leaves, read = _leaves(parts.judges, request, ordered)
    words = parts.store.score(ids, clauses[:1], Words(0))
    joined = request.joined
    judged = []
    for position, (candidate, judgements) in enumerate(zip(ordered, leaves, strict=True)):
        identifier = candidate.document.id
        ledger = tuple(verdict(name, criterion, judgements) for name, criterion in request.criteria.named())
        meaning = float(candidate.cosines(clauses[0].vector[None]).max(initial=0.0))
        query = term.score(meaning, words[identifier])
        row = (*(one.p for one in ledger), *([judgements[joined].p] if joined else []))
        judged.append(Judged(candidate, ledger, query, row, position < read))
    return judged


def _leaves(
    judges: Sequence[Judge], request: Request, candidates: Sequence[Candidate]
) -> tuple[list[dict[Condition, Judgement]], int]:
    """For each candidate the judgement on every leaf of the criteria, and at the end on the wants as one
    text, each from the judge of its kind; and how many candidates, the first, were read by one that reads."""
    found: list[dict[Condition, Judgement]] = [{} for _ in candidates]
    read = len(candidates)
    joined = request.joined
    wanted = list(dict.fromkeys([*request.leaves, joined] if joined else request.leaves))
    for judge in judges:
        mine = tuple(leaf for leaf in wanted if leaf.kind in judge.kinds)
        if mine and candidates:
            question = Question(request.query, request.now, mine, request.k)
            rows = judge.judge(question, candidates)
            if isinstance(judge, ReadingJudge):
                read = min(read, judge.reads(question))
            for leaves, row in zip(found, rows, strict=True):
                leaves.update(zip(mine, row, strict=True))
    undecided = Judgement(None, None, "none")  # what no judge decides, such as a relation, is unknown
    return [{leaf: leaves.get(leaf, undecided) for leaf in wanted} for leaves in found], read


# --- reranking ---------------------------------------------------------------------------------


def _read(reranker: Reranker, request: Request, judged: Sequence[Judged], most: int) -> dict[str, float]:
    """Scores of the best, at least as many as are asked for. What breaks a rule of an exact kind (mode `rank`
    removes nothing) is not read and so stays below: a rule is not for a model to overrule."""
    able = {one.candidate.document.id: one for one in judged if not _breaks_rule(request, one)}
    best = rank({identifier: one.score for identifier, one in able.items()})[: max(most, request.k)]
    documents = [able[identifier].candidate.document for identifier in best]
    scores = reranker.scores(Need(request.query, request.told), documents) if documents else []
    if len(scores) != len(documents):
        raise InputError(f"{reranker.name} gave {len(scores)} scores for {len(documents)} documents.")
    return dict(zip(best, scores, strict=True))


def _breaks_rule(request: Request, judged: Judged) -> bool:
    return any(
        verdict.outcome == "violated" and criterion.hard and criterion.exact
        for verdict, criterion in zip(judged.ledger, request.criteria, strict=True)
    )


# --- ranking -----------------------------------------------------------------------------------


def _outcome(
    request: Request,
    scores: Mapping[str, float],
    judged: Sequence[Judged],
    again: Mapping[str, float],
    gone: tuple[Removed, ...],
    relax: tuple[str, ...],
) -> Outcome:
    by_id = {one.candidate.document.id: one for one in judged}
    final = {identifier: one.score for identifier, one in by_id.items()}
    # The judges saw the best by program: whatever they did not see stays below, in the program's order.
    floor = min(final.values(), default=0.0)
    ceiling = max((s for i, s in scores.items() if i not in final), default=0.0)
    rest = {i: floor - 1.0 + (s - ceiling) for i, s in scores.items() if i not in final}
    best = reranked(rank(final), again)[: request.k]
    hits = tuple(
        Hit(
            position,
            by_id[identifier].candidate.document,
            final[identifier],
            by_id[identifier].ledger,
            again.get(identifier),
        )
        for position, identifier in enumerate(best, start=1)
    )
    return Outcome(hits, final | rest, gone, relax)
