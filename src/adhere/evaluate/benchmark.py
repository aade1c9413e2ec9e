"""A benchmark on disk: documents, queries with instructions, and what is relevant under them.

    corpus.jsonl        {"_id", "title", "text", "metadata"} and optionally "url", "_time", "_group"
    queries.jsonl       {"_id", "text"} and optionally "instruction", "candidates", "as_of", "group"
    instructions.jsonl  {"query-id", "instruction"}, optional
    qrels/test.tsv      query-id, corpus-id, score (or qrels.tsv)
    top_ranked.jsonl    {"query-id", "corpus-ids"}: rank exactly these, optional
    candidates.jsonl    {"query-id", "runs": {name: [ids]}}: rank exactly the first run's, optional
    qrel_diff.jsonl     {"query-id", "corpus-ids"}: the flipped documents of a need, optional

This is the layout of mteb and FollowIR; every file may be gzipped. Paired needs are queries `X-og` and
`X-changed`. Every error names file and line.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from adhere.errors import FileError
from adhere.evaluate.judgements import Judgements, split_id
from adhere.need import Document, Need
from adhere.read.rows import row_document

QRELS = ("qrels/test.tsv", "qrels.tsv")


@dataclass(frozen=True, slots=True)
class Query:
    """One question of the exam: a need with an id."""

    id: str
    need: Need


@dataclass(frozen=True, slots=True)
class Benchmark:
    """Documents, queries and judgements. `candidates` holds, per query, the documents to be ranked;
    a query not in it searches the whole corpus. `unjudged` queries are listed and not asked. `measures`
    are those it is published with, where they differ from ours."""

    name: str
    documents: Sequence[Document]
    queries: tuple[Query, ...]
    judgements: Judgements
    candidates: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    unjudged: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()

    @property
    def needs(self) -> int:
        """Number of needs: a pair counts once."""
        return len({split_id(query.id)[0] for query in self.queries})

    @property
    def paired(self) -> bool:
        """Whether needs come under an original and a changed instruction."""
        return bool(self.judgements.pairs())


def load(folder: str | Path) -> Benchmark:
    """Read a benchmark from its folder.

    Errors  FileError naming file and line: bad JSON, missing keys, duplicate ids, ids that nothing
            defines, grades that are no whole numbers, a need with only one of its two instructions
    """
    folder = Path(folder)
    documents = tuple(read_documents(_needed(folder, "corpus.jsonl")))
    rows = list(_rows(_needed(folder, "queries.jsonl"), "_id", "text"))
    instructions = _instructions(folder)
    queries = _queries(rows, instructions)
    known = {document.id for document in documents}
    qrels = read_qrels(_qrels_file(folder), queries=queries, documents=known)
    _check_pairs(folder, qrels)
    asked = {query: need for query, need in queries.items() if query in qrels}
    pools = _candidates(folder, rows, queries, known)
    groups = {str(row["_id"]): str(row["group"]) for _, row in rows if "group" in row}
    return Benchmark(
        name=folder.name,
        documents=documents,
        queries=tuple(Query(identifier, need) for identifier, need in asked.items()),
        judgements=Judgements(qrels, _flipped(folder, qrels, known), groups),
        candidates={query: pool for query, pool in pools.items() if query in asked},
        unjudged=tuple(query for query in queries if query not in qrels),
    )


def find(folder: str | Path) -> list[Path]:
    """The benchmark folders that a path means: itself, or those directly inside it.

    Errors  FileError if there is none
    """
    folder = Path(folder)
    if _there(folder, "queries.jsonl"):
        return [folder]
    inside = sorted(path.parent for path in folder.glob("*/queries.jsonl*")) if folder.is_dir() else []
    if not inside:
        raise FileError(
            f"{folder} is no benchmark: neither it nor a folder in it has a queries.jsonl. "
            "docs/Evaluation.md shows the layout."
        )
    return list(dict.fromkeys(inside))


# --- files -------------------------------------------------------------------------------------


def _there(folder: Path, name: str) -> Path | None:
    return next((path for path in (folder / name, folder / f"{name}.gz") if path.is_file()), None)


def _needed(folder: Path, name: str) -> Path:
    path = _there(folder, name)
    if path is None:
        raise FileError(f"{folder} has no {name} (nor {name}.gz), which a benchmark needs.")
    return path


def lines(path: Path) -> Iterator[tuple[str, str]]:
    """Place ("file:line") and text of each line that is not blank, without gzip and byte order mark."""
    try:
        with (
            gzip.open(path, "rt", encoding="utf-8-sig")
            if path.suffix == ".gz"
            else path.open(encoding="utf-8-sig") as stream
        ):
            for number, line in enumerate(stream, start=1):
                if line.strip():
                    yield f"{path}:{number}", line.rstrip("\r\n")
    except (OSError, UnicodeDecodeError, EOFError) as error:
        raise FileError(f"{path} cannot be read: {error}") from error


def _rows(path: Path, *keys: str) -> Iterator[tuple[str, dict[str, Any]]]:
    for place, line in lines(path):
        try:
            row = json.loads(line)
        except json.JSONDecodeError as error:
            raise FileError(f"{place}: not JSON: {error}") from error
        absent = [key for key in keys if not isinstance(row, dict) or key not in row]
        if absent:
            raise FileError(
                f"{place}: an object with the keys {', '.join(keys)} is needed; no {absent[0]!r}."
            )
        yield place, row


# --- documents and queries ---------------------------------------------------------------------


def read_documents(path: Path) -> Iterator[Document]:
    """Rows as `adhere.read` takes them; "_time" (ISO 8601) and "_group" are the document's own.

    Errors  FileError naming file and line
    """
    seen: set[str] = set()
    for place, row in _rows(path, "_id"):
        _once(seen, str(row["_id"]), place, "document")
        seen.add(str(row["_id"]))
        time, group = _instant(row.pop("_time", None), "_time", place), str(row.pop("_group", ""))
        try:
            document = row_document(row, id=str(row["_id"]), url="")
        except FileError as error:
            raise FileError(f"{place}: {error}") from error
        yield replace(document, time=time, group=group)


def _once(seen: Container[str], identifier: str, place: str, what: str) -> None:
    if identifier in seen:
        raise FileError(f"{place}: the {what} {identifier!r} is there twice. Ids must be unique.")


def _instructions(folder: Path) -> dict[str, tuple[str, str]]:
    """Query id -> place and instruction."""
    path = _there(folder, "instructions.jsonl")
    found: dict[str, tuple[str, str]] = {}
    for place, row in _rows(path, "query-id", "instruction") if path else ():
        query = str(row["query-id"])
        _once(found, query, place, "instruction of")
        found[query] = place, row["instruction"]
    return found


def _queries(
    rows: Sequence[tuple[str, dict[str, Any]]], instructions: Mapping[str, tuple[str, str]]
) -> dict[str, Need]:
    queries: dict[str, Need] = {}
    for place, row in rows:
        identifier = str(row["_id"])
        _once(queries, identifier, place, "query")
        _, instruction = instructions.get(identifier, ("", row.get("instruction") or ""))
        queries[identifier] = Need(row["text"], instruction, _instant(row.get("as_of"), "as_of", place))
    for query, (place, _) in instructions.items():
        if query not in queries:
            raise FileError(f"{place}: an instruction for the query {query!r}, which queries.jsonl lacks.")
    return queries


def _instant(text: Any, name: str, place: str) -> datetime | None:
    if not text:
        return None
    try:
        at = datetime.fromisoformat(str(text))
    except ValueError as error:
        raise FileError(f"{place}: {name} {text!r} is no ISO date.") from error
    return at if at.tzinfo else at.replace(tzinfo=UTC)


def _candidates(
    folder: Path,
    rows: Sequence[tuple[str, dict[str, Any]]],
    queries: Container[str],
    known: set[str],
) -> dict[str, tuple[str, ...]]:
    pools = [(place, row["_id"], row["candidates"]) for place, row in rows if "candidates" in row]
    if path := _there(folder, "candidates.jsonl"):
        pools = [
            (p, r["query-id"], next(iter(r["runs"].values()))) for p, r in _rows(path, "query-id", "runs")
        ]
    if path := _there(folder, "top_ranked.jsonl"):
        pools = [(p, r["query-id"], r["corpus-ids"]) for p, r in _rows(path, "query-id", "corpus-ids")]
    found: dict[str, tuple[str, ...]] = {}
    for place, identifier, listed in pools:
        query = str(identifier)
        if query not in queries:
            # left out, it would let the query that was meant search the whole corpus
            raise FileError(f"{place}: candidates of the query {query!r}, which queries.jsonl lacks.")
        _once(found, query, place, "list of candidates of")
        found[query] = _listed(listed, known, place, "candidate", f"query {query!r}")
    return found


def _listed(ids: Sequence[Any], known: set[str], place: str, what: str, whose: str) -> tuple[str, ...]:
    """Ids of documents, each once."""
    documents = tuple(dict.fromkeys(map(str, ids)))
    unknown = [document for document in documents if document not in known]
    if unknown:
        raise FileError(f"{place}: the {what} {unknown[0]!r} of {whose} is not in the corpus.")
    return documents


def first_stages(folder: str | Path) -> dict[str, dict[str, dict[str, float]]]:
    """Name -> run of every first stage that `candidates.jsonl` holds; rankings become scores -1, -2, ..."""
    runs: dict[str, dict[str, dict[str, float]]] = {}
    for _, row in _rows(_needed(Path(folder), "candidates.jsonl"), "query-id", "runs"):
        for name, ranking in row["runs"].items():
            scores = {str(document): -float(place) for place, document in enumerate(ranking, start=1)}
            runs.setdefault(name, {})[str(row["query-id"])] = scores
    return runs


# --- judgements --------------------------------------------------------------------------------


def _qrels_file(folder: Path) -> Path:
    path = next((path for name in QRELS if (path := _there(folder, name))), None)
    if path is None:
        raise FileError(f"{folder} has neither {' nor '.join(QRELS)}: nothing says what is relevant.")
    return path


def read_qrels(
    path: Path, *, queries: Mapping[str, Any] | None = None, documents: set[str] | None = None
) -> dict[str, dict[str, int]]:
    """Grades from `query document grade` (with a header) or TREC's `query 0 document grade`.

    Errors  FileError naming file and line; also for ids outside `queries` and `documents`, where given,
            and for a file without judgements
    """
    qrels: dict[str, dict[str, int]] = {}
    for place, line in lines(path):
        query, document, grade = _qrel(place, line)
        if grade is None:
            continue
        if queries is not None and query not in queries:
            raise FileError(f"{place}: a judgement for the query {query!r}, which queries.jsonl lacks.")
        if documents is not None and document not in documents:
            raise FileError(f"{place}: a judgement of the document {document!r}, which the corpus lacks.")
        if qrels.setdefault(query, {}).setdefault(document, grade) != grade:
            raise FileError(
                f"{place}: query {query!r} and document {document!r} are judged twice, differently."
            )
    if not qrels:
        raise FileError(
            f"{path} holds no judgement: lines of query-id, corpus-id and score are needed, "
            "or there is nothing to measure."
        )
    return qrels


def _qrel(place: str, line: str) -> tuple[str, str, int | None]:
    cells = line.split("\t") if "\t" in line else line.split()
    if len(cells) == 4:
        cells = [cells[0], cells[2], cells[3]]
    if len(cells) != 3:
        raise FileError(
            f"{place}: three columns (query-id, corpus-id, score) are needed, found {len(cells)}."
        )
    if place.endswith(":1") and cells[2].strip().casefold() in ("score", "rel", "relevance", "grade"):
        return cells[0], cells[1], None
    try:
        grade = float(cells[2])
    except ValueError as error:
        raise FileError(f"{place}: the score {cells[2]!r} is no number.") from error
    if not grade.is_integer():
        raise FileError(
            f"{place}: the score {cells[2]!r} is no whole number. Grades are whole: 1 and more is relevant, "
            "0 is not, below 0 is explicitly unwanted."
        )
    return cells[0], cells[1], int(grade)


def _flipped(folder: Path, qrels: Mapping[str, Any], known: set[str]) -> dict[str, frozenset[str]]:
    path = _there(folder, "qrel_diff.jsonl")
    found: dict[str, frozenset[str]] = {}
    for place, row in _rows(path, "query-id", "corpus-ids") if path else ():
        need = str(row["query-id"])
        if f"{need}-og" not in qrels:
            raise FileError(f"{place}: flipped documents of the need {need!r}, which nothing judges.")
        _once(found, need, place, "list of flipped documents of")
        listed = _listed(row["corpus-ids"], known, place, "flipped document", f"need {need!r}")
        before = qrels[f"{need}-og"]
        if never := [identifier for identifier in listed if before.get(identifier, 0) < 1]:
            raise FileError(
                f"{place}: {never[0]!r} is listed as flipped for the need {need!r}, but {need}-og does not "
                "judge it relevant. Flipped are those that the changed instruction makes not relevant."
            )
        found[need] = frozenset(listed)
    return found


def _check_pairs(folder: Path, qrels: Mapping[str, Any]) -> None:
    for query in qrels:
        need, part = split_id(query)
        other = {"og": "changed", "changed": "og", "reversed": "og"}.get(part)
        if other and f"{need}-{other}" not in qrels:
            raise FileError(
                f"{_qrels_file(folder)}: {query!r} is judged and {need}-{other} is not; "
                "a paired need has judgements under both instructions."
            )
