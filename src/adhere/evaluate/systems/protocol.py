"""The question of this folder: how does this search, ours or anyone's, rank documents for a need?"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path
from typing import Protocol, runtime_checkable

from adhere.errors import InputError
from adhere.evaluate.benchmark import Query
from adhere.need import Document

DEPTH = 1000
"""Documents that a search of the whole corpus returns."""


class System(Protocol):
    """A search under test. The id of a query is for systems that look answers up, such as run files."""

    name: str

    def index(self, documents: Sequence[Document]) -> None:
        """Take the corpus of a benchmark, in place of any before it."""
        ...

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float] | None:
        """Document id -> score, higher is better: over exactly the candidates, or the best of the corpus.
        None where the system has no answer: the query is counted as missing."""
        ...


@runtime_checkable
class Identified(Protocol):
    """A system whose name does not tell it from every other, such as one that is described by a file."""

    identity: str


@runtime_checkable
class Wrapper(Protocol):
    """A system around another, whose name it has."""

    wrapped: System


def innermost(system: System) -> System:
    """The system itself, out of everything around it."""
    while isinstance(system, Wrapper):
        system = system.wrapped
    return system


def identity(system: System) -> str:
    """What a journal knows a system by: equal only where the answers may be taken for each other's."""
    inner = innermost(system)
    return inner.identity if isinstance(inner, Identified) else system.name


def file_identity(kind: str, path: Path) -> str:
    """Identity of a system that is a file: its path and a fingerprint of its bytes."""
    return f"{kind}:{path}#{hashlib.sha256(path.read_bytes()).hexdigest()[:16]}"


def some(documents: Sequence[Document]) -> Sequence[Document]:
    """Errors  InputError where there are none, for systems that search in them"""
    if not documents:
        raise InputError(
            "it searches documents, and this benchmark has none (no corpus.jsonl). "
            "Without documents only run files and searches behind a URL can be measured."
        )
    return documents
