"""Any data set of ir_datasets by its id, from its local cache."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from adhere.errors import FileError, InputError, require
from adhere.evaluate.benchmark import Benchmark, Query
from adhere.evaluate.judgements import Judgements
from adhere.need import Document, Need

TITLES = ("title", "headline")
QUERIES = ("text", "title", "query")
INSTRUCTIONS = ("narrative", "instruction", "description")


def load_irds(identifier: str) -> Benchmark:
    """The data set of an ir_datasets id, as "beir/scifact/test"; a narrative is the instruction.

    Errors  InputError for an unknown id or one without qrels, FileError if its files are not in the cache
    """
    library = require("ir_datasets", feature=f"The data set {identifier!r}", extra="eval")
    try:
        data = library.load(identifier)
    except KeyError as error:
        raise InputError(f"ir_datasets has no data set {identifier!r}.") from error
    lacking = [part for part in ("docs", "queries", "qrels") if not getattr(data, f"has_{part}")()]
    if lacking:
        raise InputError(f"The data set {identifier!r} has no {' and no '.join(lacking)}.")
    try:
        return _benchmark(identifier, data)
    except OSError as error:
        raise FileError(
            f"{identifier!r} is not in ir_datasets' cache and cannot be fetched: {error}"
        ) from error


def _benchmark(identifier: str, data: Any) -> Benchmark:
    qrels: dict[str, dict[str, int]] = {}
    for row in data.qrels_iter():
        qrels.setdefault(row.query_id, {})[row.doc_id] = row.relevance
    needs = {row.query_id: _need(row._asdict()) for row in data.queries_iter()}
    return Benchmark(
        name=identifier,
        documents=tuple(_documents(data)),
        queries=tuple(Query(query, need) for query, need in needs.items() if query in qrels),
        judgements=Judgements({query: grades for query, grades in qrels.items() if query in needs}),
        unjudged=tuple(query for query in needs if query not in qrels),
    )


def _documents(data: Any) -> Iterator[Document]:
    for row in data.docs_iter():
        title = _first(row._asdict(), TITLES)
        body = row.text if hasattr(row, "text") else row.default_text()
        yield Document(row.doc_id, body, title)


def _need(row: dict[str, Any]) -> Need:
    query = _first(row, ("title", *QUERIES) if "narrative" in row else QUERIES)
    return Need(query, _first(row, INSTRUCTIONS))


def _first(row: dict[str, Any], names: tuple[str, ...]) -> str:
    return next((str(row[name]) for name in names if row.get(name)), "")
