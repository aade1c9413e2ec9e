"""The question of this folder: which documents are there, and which of them match?

A store keeps documents as passages and answers three things: how many documents pass a filter, which
are the nearest to some vectors and words under a filter, and what a scoring program gives to given ids.
The filter algebra is two-valued and knows nothing of polarity: `search/plan.py` compiles criteria
(three-valued) down to it. `memory` is the oracle; every other store must agree with it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from adhere.encode.protocol import Array, Candidate, Encoded
from adhere.need import Document
from adhere.schema import Schema

# --- filters -----------------------------------------------------------------------------------
# Field names are those of the schema; the reserved names below are written by the store itself.

TIME = "@time"  # the document's time
FORM = "@form."  # + feature: "@form.words" (number), "@form.language" (keyword), "@form.code" (boolean) ...


@dataclass(frozen=True, slots=True)
class Everything:
    """Every document passes."""


@dataclass(frozen=True, slots=True)
class Match:
    """Some value of the field equals one of `values` (keywords exactly as written, numbers, booleans)."""

    field: str
    values: tuple[str | int | float | bool, ...]


@dataclass(frozen=True, slots=True)
class Range:
    """Some value of the field lies within the bounds: numbers, or aware datetimes on a date field."""

    field: str
    gt: float | datetime | None = None
    gte: float | datetime | None = None
    lt: float | datetime | None = None
    lte: float | datetime | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """The field has a value of its type."""

    field: str


@dataclass(frozen=True, slots=True)
class Ids:
    """The document is one of these."""

    documents: frozenset[str]


@dataclass(frozen=True, slots=True)
class And:
    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Or:
    """At least one part passes; no parts, no document."""

    parts: tuple[Filter, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    part: Filter


Filter = Everything | Match | Range | Known | Ids | And | Or | Negation


# --- scoring programs ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Clause:
    """What a program scores a passage against. Shapes  vector (H,)"""

    vector: Array
    text: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """MaxSim of clause number `clause`: the largest cosine over a passage's sentences."""

    clause: int


@dataclass(frozen=True, slots=True)
class Words:
    """BM25 of the words of clause number `clause` in title and passage; 0 where none occurs."""

    clause: int


@dataclass(frozen=True, slots=True)
class Constant:
    value: float


@dataclass(frozen=True, slots=True)
class Sum:
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Product:
    parts: tuple[Formula, ...]


@dataclass(frozen=True, slots=True)
class Divide:
    left: Formula
    right: Formula


@dataclass(frozen=True, slots=True)
class Exp:
    part: Formula


@dataclass(frozen=True, slots=True)
class Ln:
    part: Formula


@dataclass(frozen=True, slots=True)
class Decay:
    """0.5 ** (age / half-life) of the newest date of a field before `origin`; later dates count as age 0,
    and no date as 0."""

    field: str
    origin: datetime
    half_life_days: float


Formula = Meaning | Words | Constant | Sum | Product | Divide | Exp | Ln | Decay


def leaves(formula: Formula) -> tuple[list[int], list[int]]:
    """The clauses that a formula scores by meaning, and those it scores by words, each once."""
    match formula:
        case Meaning(clause):
            return [clause], []
        case Words(clause):
            return [], [clause]
        case Sum(parts) | Product(parts):
            pass
        case Divide(left, right):
            parts = (left, right)
        case Exp(part) | Ln(part):
            parts = (part,)
        case _:
            return [], []
    of_parts = [leaves(part) for part in parts]
    meaning = dict.fromkeys(clause for found, _ in of_parts for clause in found)
    words = dict.fromkeys(clause for _, found in of_parts for clause in found)
    return list(meaning), list(words)


# --- the protocol -------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Entry:
    """What a store is given of one document. `fingerprint` hashes its content: unchanged, not re-encoded."""

    document: Document
    passages: tuple[Encoded, ...]
    fingerprint: str = ""


class Store(Protocol):
    """Keeps documents. A document scores by its best passage, and every answer speaks of documents."""

    @property
    def schema(self) -> Schema: ...

    def write(self, entries: Sequence[Entry]) -> None:
        """Insert or replace. When it returns, the documents are on disk: a killed process loses nothing."""
        ...

    def delete(self, ids: Collection[str]) -> int:
        """Number of documents that were there and are gone."""
        ...

    def fingerprints(self) -> Mapping[str, str]:
        """Id -> content fingerprint of every complete document."""
        ...

    def get(self, ids: Sequence[str]) -> dict[str, Document]:
        """Those of the documents that exist."""
        ...

    def candidates(self, ids: Sequence[str]) -> dict[str, Candidate]:
        """Documents with their passages and vectors, for the judges."""
        ...

    def count(self, where: Filter) -> int:
        """How many documents pass."""
        ...

    def matching(self, where: Filter) -> set[str]:
        """Ids of all documents that pass."""
        ...

    def mentioning(self, phrase: str) -> set[str]:
        """Ids of all documents with the phrase in title or text, exactly (`adhere.words`)."""
        ...

    def superseded(self, instant: datetime) -> set[str]:
        """Ids of all documents that a newer one of their version group had replaced by `instant`."""
        ...

    def find(
        self, clauses: Sequence[Clause], where: Filter, limit: int, *, exact: bool | None = None
    ) -> dict[str, float]:
        """Up to `limit` distinct documents under the filter: for each clause its nearest passages by vector
        and by BM25, fused by reciprocal rank. `exact` None lets the store choose scan or index."""
        ...

    def score(self, ids: Sequence[str], clauses: Sequence[Clause], formula: Formula) -> dict[str, float]:
        """The formula on exactly these documents; each scores by its best passage."""
        ...

    def close(self) -> None: ...
