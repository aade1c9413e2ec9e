"""Instructions taken apart by hand: the rows of `clauses.jsonl`.

A row of `clauses.jsonl` has a query, an instruction, and its clauses in order: span (an exact substring),
polarity, kind, `says` (the condition without its negation) and `unless_of` (the clause it limits).
"""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass
from pathlib import Path

from adhere.errors import FileError
from adhere.need import Span
from adhere.parse.tags import Clause
from adhere.schema import Schema

FOLDS = 5
HELD_OUT = 0
"""The fold that decides: never trained or tuned on."""


@dataclass(frozen=True, slots=True)
class Example:
    """One labelled instruction, and the schema of the store that it is put to, if any."""

    query: str
    instruction: str
    clauses: tuple[Clause, ...]
    schema: Schema | None = None

    @property
    def fold(self) -> int:
        """Which fifth the instruction belongs to, fixed by its own text."""
        return int(hashlib.sha1(self.instruction.encode()).hexdigest(), 16) % FOLDS


def read(path: Path) -> list[Example]:
    """All labelled instructions of a file.

    Errors  FileError if a span does not stand in its instruction after the one before it
    """
    with path.open(encoding="utf-8") as lines:
        return [_example(json.loads(line), f"{path}:{n}") for n, line in enumerate(lines, start=1)]


def _example(row: dict[str, object], where: str) -> Example:
    instruction, labelled = str(row["instruction"]), row["clauses"]
    assert isinstance(labelled, list)
    clauses: list[Clause] = []
    position = 0
    for clause in labelled:
        start = instruction.find(clause["span"], position)
        if start < 0:
            raise FileError(
                f"{where}: the span {clause['span']!r} does not stand in the instruction after character "
                f"{position}. Spans must be exact substrings, in order."
            )
        position = start + len(clause["span"])
        core = _core(clause["span"], clause["says"], start)
        clauses.append(
            Clause((start, position), clause["polarity"], clause["kind"], core, clause.get("unless_of"))
        )
    return Example(str(row["query"]), instruction, tuple(clauses))


def _core(span: str, says: str, start: int) -> Span | None:
    """Where the labelled condition stands word by word in the clause; None where it was paraphrased."""
    found = re.search(rf"(?<!\w){re.escape(says)}(?!\w)", span, re.IGNORECASE)
    return (start + found.start(), start + found.end()) if found else None
