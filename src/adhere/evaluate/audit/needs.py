"""Needs whose truth is known by program: one query under an original and a changed instruction.

The changed instruction adds one clause, the one under test, to none, one or two others. Documents that
break only that clause flip; those that keep it stay. Every fifth need asks for what no document is.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from random import Random

from adhere.errors import InputError
from adhere.evaluate.audit.facets import LEAST, Facet, facets
from adhere.evaluate.audit.topics import Topic, topics
from adhere.evaluate.audit.truth import Ids, Truth
from adhere.evaluate.audit.wordings import FRAMES, PHRASES, Half
from adhere.need import Criteria, Criterion, Document, Need, Polarity
from adhere.schema import Schema

POLARITIES: tuple[Polarity, ...] = ("want", "avoid", "prefer")
EVERY = 5
"""One need in so many has no satisfying document."""
TRIES = 600
"""Draws for one need before its kind is given up."""
LENGTHS = (1, 1, 2, 2, 3)
"""Clauses of a need, drawn from these."""


@dataclass(frozen=True, slots=True)
class Clause:
    """A facet with a polarity, said in one sentence."""

    polarity: Polarity
    facet: Facet
    text: str


@dataclass(frozen=True, slots=True)
class AuditNeed:
    """One question of the audit. `others` stand in both instructions, `tested` in the changed one only.

    `original` and `changed` hold the documents relevant under each; `wished` those that a preference under
    test lifts. `meeting` are all documents, on the topic or not, that meet every clause. Of the `unknown`
    ones nobody can say, for want of a label: measures leave them out of every ranking. `satisfied` holds,
    per clause, the documents that satisfy it.
    """

    id: str
    query: str
    others: tuple[Clause, ...]
    tested: Clause
    original: Ids
    changed: Ids
    wished: Ids
    meeting: Ids
    unknown: Ids
    satisfied: tuple[Ids, ...]

    @property
    def kind(self) -> str:
        return self.tested.facet.kind

    @property
    def polarity(self) -> Polarity:
        return self.tested.polarity

    @property
    def clauses(self) -> tuple[Clause, ...]:
        """Those of the changed instruction; the one under test comes last."""
        return (*self.others, self.tested)

    @property
    def no_answer(self) -> bool:
        """Whether the right answer is none."""
        return not self.meeting

    @property
    def before(self) -> Need:
        """The need under its original instruction."""
        return Need(self.query, " ".join(clause.text for clause in self.others))

    @property
    def after(self) -> Need:
        """The need under its changed instruction."""
        return Need(self.query, " ".join(clause.text for clause in self.clauses))

    @property
    def truth(self) -> Criteria:
        """What the changed instruction means. A hidden label stands here as the field that it is."""
        return Criteria(tuple(Criterion(clause.polarity, clause.facet.condition) for clause in self.clauses))


def make_needs(
    documents: Sequence[Document],
    schema: Schema,
    *,
    seed: int = 0,
    count: int = 100,
    wordings: Half = "never-shown",
    hidden: str = "",
) -> list[AuditNeed]:
    """Needs over these documents, the same for the same seed; kinds, polarities and lengths take turns.

    Values of the `hidden` field are asked for by meaning: the system under test must not see that field.
    A kind that these documents do not allow is left out, so the others come more often.
    Errors  InputError where the documents allow no need at all
    """
    maker = _Maker(Truth(documents, schema), wordings, hidden)
    found: dict[tuple[object, ...], AuditNeed] = {}
    turns = maker.turns(Random(f"{seed}/turns"))
    number = 0
    while turns and len(found) < count:
        kind, polarity = turns[number % len(turns)]
        empty = len(found) % EVERY == EVERY - 1
        need = maker.need(Random(f"{seed}/{number}"), kind, polarity, empty=empty)
        number += 1
        if need is None and not empty:
            turns.remove((kind, polarity))
        elif need is not None:
            found.setdefault(
                (need.query, need.tested.facet, need.polarity), replace(need, id=f"n{len(found) + 1:03}")
            )
        if number > 20 * count:
            break
    if not found:
        raise InputError(
            f"No need can be made of these {len(documents)} documents: a topic must have at least {LEAST} "
            f"documents that meet a criterion and {LEAST} that do not. Audit a larger store."
        )
    return list(found.values())


class _Maker:
    """Draws needs: a topic, the clause under test, the others; and keeps those that divide the documents."""

    def __init__(self, truth: Truth, wordings: Half, hidden: str) -> None:
        self.truth = truth
        self.wordings = wordings
        self.topics = topics(truth, hidden=hidden)
        self.facets = facets(truth, hidden=hidden)
        self._subjects = {kind: _by_subject(of_kind) for kind, of_kind in self.facets.items()}

    def turns(self, random: Random) -> list[tuple[str, Polarity]]:
        """Kinds and polarities in the order in which they take turns."""
        every = [(kind, polarity) for kind in self.facets for polarity in POLARITIES] if self.topics else []
        random.shuffle(every)
        return every

    def need(self, random: Random, kind: str, polarity: Polarity, *, empty: bool) -> AuditNeed | None:
        """One need, None where none was found."""
        length = random.choice(LENGTHS)
        for _ in range(TRIES):
            topic = random.choice(self.topics)
            tested = self._clause(random, kind, "want" if empty else polarity)
            if tested.facet.subject == topic.subject:
                continue
            taken = {topic.subject, tested.facet.subject}
            others = tuple(self._others(random, taken, max(length, 2) - 1 if empty else length - 1))
            need = self._judged(topic, others, tested)
            if _right(need, empty):
                return need
        return None

    def _clause(self, random: Random, kind: str, polarity: Polarity) -> Clause:
        subjects = self._subjects[kind]
        facet = random.choice(subjects[random.choice(list(subjects))])
        frame = random.choice(FRAMES[self.wordings][polarity])
        phrase = random.choice(PHRASES[self.wordings][facet.phrase])
        return Clause(polarity, facet, frame.format(those=facet.said(phrase)))

    def _others(self, random: Random, taken: set[str], number: int) -> Iterator[Clause]:
        for _ in range(number):
            clause = self._clause(random, random.choice(list(self.facets)), random.choice(POLARITIES[:2]))
            if clause.facet.subject not in taken:
                taken.add(clause.facet.subject)
                yield clause

    def _judged(self, topic: Topic, others: tuple[Clause, ...], tested: Clause) -> AuditNeed:
        clauses = (*others, tested)
        unknown = topic.unknown.union(*(self._unknown(clause) for clause in clauses))
        satisfied = tuple(self._satisfied(clause) for clause in clauses)
        before = (self.truth.ids - unknown).intersection(*satisfied[:-1])
        meeting = before & satisfied[-1]
        wish = tested.polarity == "prefer"
        return AuditNeed(
            id="",
            query=topic.query,
            others=others,
            tested=tested,
            original=topic.ids & before,
            changed=topic.ids & (before if wish else meeting),
            wished=topic.ids & meeting if wish else frozenset(),
            meeting=meeting,
            unknown=unknown,
            satisfied=satisfied,
        )

    def _unknown(self, clause: Clause) -> Ids:
        about = clause.facet.kind == "about"
        return self.truth.unlabelled(clause.facet.subject) if about else frozenset()

    def _satisfied(self, clause: Clause) -> Ids:
        holds = self.truth.holds(clause.facet.condition)
        return self.truth.ids - holds if clause.polarity == "avoid" else holds


def _right(need: AuditNeed, empty: bool) -> bool:
    if empty:
        exact = all(clause.facet.kind != "about" for clause in need.clauses)
        nowhere = not frozenset.intersection(*need.satisfied)  # also not where a label is missing
        return exact and nowhere and len(need.original) >= LEAST
    kept, broken = need.changed, need.original - need.changed
    if need.polarity == "prefer":
        kept, broken = need.wished, need.changed - need.wished
    return len(kept) >= LEAST and len(broken) >= LEAST


def _by_subject(of_kind: Sequence[Facet]) -> Mapping[str, list[Facet]]:
    subjects: dict[str, list[Facet]] = {}
    for facet in of_kind:
        subjects.setdefault(facet.subject, []).append(facet)
    return subjects
