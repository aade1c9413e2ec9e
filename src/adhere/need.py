"""The words of Adhere: frozen records that every other module speaks in.

This module imports nothing of ours. Read it first; its docstrings are the glossary.

    need --parse--> criteria --plan--> find candidates --judge--> verdicts --rank--> hits + ledger
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any as AnyValue
from typing import ClassVar, Literal

from packaging.version import Version

Polarity = Literal["want", "avoid", "prefer", "disprefer"]
"""`want` and `avoid` are hard, `prefer` and `disprefer` are wishes that only score."""
Kind = Literal["about", "mentions", "field", "time", "form", "relation"]
Mode = Literal["balanced", "strict", "rank"]
Outcome = Literal["met", "violated", "unknown"]
Operator = Literal["=", "in", "<", "<=", ">", ">="]
Scalar = str | int | float | bool | datetime | Version
Span = tuple[int, int]
"""Half-open interval of code points: `text[span[0]:span[1]]`."""

POLARITIES: tuple[Polarity, ...] = ("want", "avoid", "prefer", "disprefer")
KINDS: tuple[Kind, ...] = ("about", "mentions", "field", "time", "form", "relation")
EXACT_KINDS: frozenset[Kind] = frozenset({"mentions", "field", "time", "form", "relation"})
"""Kinds that a program decides; `about` is the only one judged with a probability."""


# --- documents ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Document:
    """One thing that can be found. `fields` is typed metadata; a value may be a list of scalars.

    `time` is the instant the document speaks from (aware, UTC), `group` names the thing of which
    several documents are versions.
    """

    id: str
    text: str
    title: str = ""
    url: str = ""
    fields: Mapping[str, AnyValue] = field(default_factory=dict)
    time: datetime | None = None
    group: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """A window of a document, the unit a store keeps. `start` is its offset in `document.text`.

    `sentences` are spans relative to `text`; every one of them has a vector of its own.
    """

    document_id: str
    number: int
    text: str
    start: int = 0
    sentences: tuple[Span, ...] = ()


# --- conditions: what can hold in a document ----------------------------------------------------


@dataclass(frozen=True, slots=True)
class About:
    """The document is about `text`, as a reader would judge it."""

    text: str
    kind: ClassVar[Kind] = "about"


@dataclass(frozen=True, slots=True)
class Mentions:
    """The words of `phrase` occur in title or text as a case-folded token sequence."""

    phrase: str
    kind: ClassVar[Kind] = "mentions"


@dataclass(frozen=True, slots=True)
class Field:
    """A metadata field compares to a value. On a list field one element is enough."""

    name: str
    op: Operator
    value: Scalar | tuple[Scalar, ...]
    kind: ClassVar[Kind] = "field"


@dataclass(frozen=True, slots=True)
class Time:
    """The document's time lies in [start, end); a missing bound is open."""

    start: datetime | None = None
    end: datetime | None = None
    kind: ClassVar[Kind] = "time"


@dataclass(frozen=True, slots=True)
class AsOf:
    """The document already existed at `instant` and was then the newest of its version group."""

    instant: datetime
    kind: ClassVar[Kind] = "time"


@dataclass(frozen=True, slots=True)
class Recent:
    """Recency: 1 at the need's `as_of`, halved for every `half_life_days` of age. Only ever scores."""

    half_life_days: float
    kind: ClassVar[Kind] = "time"


@dataclass(frozen=True, slots=True)
class Form:
    """What a program reads off the text: `words`, `language`, whether it has code, numbers, links ..."""

    feature: str
    op: Operator
    value: Scalar
    kind: ClassVar[Kind] = "form"


@dataclass(frozen=True, slots=True)
class Relation:
    """Holds through a joined table. Parsed and printed; executing it is not built yet."""

    text: str
    kind: ClassVar[Kind] = "relation"


Condition = About | Mentions | Field | Time | AsOf | Recent | Form | Relation


@dataclass(frozen=True, slots=True)
class All:
    """Every part holds."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Any:
    """At least one part holds."""

    parts: tuple[Expression, ...]


@dataclass(frozen=True, slots=True)
class Not:
    """The part does not hold. Unknown stays unknown (Kleene)."""

    part: Expression


Expression = Condition | All | Any | Not


def conditions(expression: Expression) -> Iterator[Condition]:
    """The leaves of an expression, left to right."""
    match expression:
        case All(parts) | Any(parts):
            for part in parts:
                yield from conditions(part)
        case Not(part):
            yield from conditions(part)
        case _:
            yield expression


# --- criteria: what the instruction asks --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Criterion:
    """One checkable condition with its polarity; where `unless` holds, the criterion is lifted.

    `assumed` marks a reading the parser is not sure of: it demotes, it never filters, and `question`
    is what the parser would ask. Span, confidence, question and source say where a criterion came
    from; they do not change what runs, so they do not take part in equality.
    """

    polarity: Polarity
    what: Expression
    unless: Expression | None = None
    assumed: bool = False
    span: Span | None = field(default=None, compare=False)
    confidence: float = field(default=1.0, compare=False)
    question: str = field(default="", compare=False)
    source: Literal["instruction", "standing", "filter", "given", "query"] = field(
        default="instruction", compare=False
    )

    @property
    def hard(self) -> bool:
        """Whether this is a rule (want, avoid) and not a wish or an assumption."""
        return self.polarity in ("want", "avoid") and not self.assumed

    @property
    def exact(self) -> bool:
        """Whether a program decides it: no leaf is judged with a probability, none only scores."""
        leaves = [*conditions(self.what), *(conditions(self.unless) if self.unless else ())]
        return all(leaf.kind in EXACT_KINDS and not isinstance(leaf, Recent) for leaf in leaves)

    @property
    def kind(self) -> Kind:
        """Kind of the first leaf: what the criterion is mainly about."""
        return next(conditions(self.what)).kind


@dataclass(frozen=True, slots=True)
class Criteria:
    """The criteria of a need, all of which count. Printed and parsed by `adhere.parse.language`."""

    items: tuple[Criterion, ...] = ()

    def __iter__(self) -> Iterator[Criterion]:
        return iter(self.items)

    def __len__(self) -> int:
        return len(self.items)

    def named(self) -> Iterator[tuple[str, Criterion]]:
        """Pairs of id and criterion; ids are c1, c2, ... by position (f1, ... for trusted filters)."""
        for number, criterion in enumerate(self.items, start=1):
            yield f"{'f' if criterion.source == 'filter' else 'c'}{number}", criterion


@dataclass(frozen=True, slots=True)
class Note:
    """Something about the instruction that the user must see: what is not enforced, and why."""

    span: Span | None
    why: str


@dataclass(frozen=True, slots=True)
class Parsed:
    """An instruction taken apart. Every word lies in exactly one of criteria spans, background,
    task lead-ins or notes; between them only white space, punctuation and connectives (law 1).
    """

    instruction: str
    criteria: Criteria = Criteria()
    background: tuple[Span, ...] = ()
    task: tuple[Span, ...] = ()
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Need:
    """What somebody looks for: a short query, and an instruction that says what counts as relevant.

    `as_of` is the clock of the need (aware); `standing` an instruction saved with a store, a token or
    an agent and merged under this one; `filters` criteria set by trusted code, which no language loosens.
    """

    query: str
    instruction: str = ""
    as_of: datetime | None = None
    standing: str = ""
    filters: Criteria = Criteria()


# --- answers: what was found, and why -----------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FieldEvidence:
    """The metadata value a verdict rests on; None where the document has none."""

    field: str
    value: AnyValue


@dataclass(frozen=True, slots=True)
class TextEvidence:
    """The words a verdict rests on; `span` lies in the document's text (`passage` -1: its title)."""

    passage: int
    text: str
    span: Span


Evidence = FieldEvidence | TextEvidence


@dataclass(frozen=True, slots=True)
class Judgement:
    """A judge's word on one condition and one document, before polarity.

    `p` is the probability that the condition holds: 0 or 1 from a program, None for unknown.
    """

    p: float | None
    evidence: Evidence | None
    judge: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """One criterion on one document. `outcome` has the polarity applied (an avoid whose condition
    holds is violated); `p` is the probability that the condition itself holds."""

    criterion: str
    outcome: Outcome
    p: float | None
    evidence: Evidence | None
    judge: str


@dataclass(frozen=True, slots=True)
class Hit:
    """A document, its score, and its ledger: one verdict per criterion, in order.

    `rerank` is the score of a reranker where one is plugged in and read the document: then it decides the
    rank, and `score` the order of those that it did not read or does not tell apart.
    """

    rank: int
    document: Document
    score: float
    ledger: tuple[Verdict, ...] = ()
    rerank: float | None = None


@dataclass(frozen=True, slots=True)
class Removed:
    """How many documents a hard criterion took away, and how many of them for want of a value."""

    criterion: str
    violated: int
    unknown: int


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a search: what it is called, how many things came out, and how long it took."""

    step: str
    count: int
    ms: float


@dataclass(frozen=True, slots=True)
class Answer:
    """Criteria as executed, hits with their ledgers, and the trace of every step.

    `relax` holds programs (criteria notation) that would let documents back in, smallest change first.
    """

    need: Need
    parsed: Parsed
    criteria: Criteria
    hits: tuple[Hit, ...]
    mode: Mode = "balanced"
    removed: tuple[Removed, ...] = ()
    relax: tuple[str, ...] = ()
    notes: tuple[Note, ...] = ()
    trace: tuple[Step, ...] = ()
    took_ms: float = 0.0

    @property
    def ids(self) -> Sequence[str]:
        """Document ids, best first."""
        return [hit.document.id for hit in self.hits]
