"""A run file in TREC's format is a system too: what somebody's search answered, one line per document."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from adhere.errors import FileError
from adhere.evaluate.benchmark import Query, lines
from adhere.evaluate.systems.protocol import file_identity
from adhere.need import Document


class RunFile:
    """Looks the answers up. A query that the file does not hold has no answer, and is counted as missing."""

    def __init__(self, path: str | Path) -> None:
        self.path = Path(path)
        self.name = f"run:{self.path.name}"
        self._run = read_run(self.path)
        self.identity = file_identity("run", self.path)

    @property
    def queries(self) -> Sequence[str]:
        """Ids of the queries that the file answers."""
        return list(self._run)

    def index(self, documents: Sequence[Document]) -> None:
        """Nothing to do: the answers are given."""

    def rank(self, query: Query, candidates: Sequence[str] | None) -> dict[str, float] | None:
        found = self._run.get(query.id)
        if found is None or candidates is None:
            return found
        chosen = set(candidates)
        return {document: score for document, score in found.items() if document in chosen}


def read_run(path: Path) -> dict[str, dict[str, float]]:
    """Scores from lines of `query Q0 document rank score tag`; the score counts, not the rank column.

    Errors  FileError naming file and line: another number of columns, no number, a document named twice
    """
    run: dict[str, dict[str, float]] = {}
    for place, line in lines(path):
        cells = line.split()
        if len(cells) != 6:
            raise FileError(
                f"{place}: six columns (query Q0 document rank score tag) are needed: {line[:80]!r}"
            )
        query, _, document, _, score, _ = cells
        if document in run.setdefault(query, {}):
            raise FileError(f"{place}: document {document!r} is ranked twice for query {query!r}.")
        try:
            run[query][document] = float(score)
        except ValueError as error:
            raise FileError(f"{place}: the score {score!r} is no number.") from error
    if not run:
        raise FileError(f"{path} holds no run: it is empty.")
    return run
