"""The needs of an audit in the on-disk layout of benchmarks, so that any other tool can run them."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from adhere.errors import FileError
from adhere.evaluate.benchmark import Benchmark
from adhere.need import Document


def export(benchmark: Benchmark, folder: str | Path) -> list[Path]:
    """Write corpus, queries, instructions, qrels and, where a query has them, candidates; the files made.

    `evaluate.benchmark.load` reads the same benchmark back.
    Errors  FileError where the folder already holds something, or cannot be written
    """
    folder = Path(folder)
    if folder.exists() and any(folder.iterdir()):
        raise FileError(f"{folder} is not empty. Export into a new folder, so that no file is mixed up.")
    try:
        (folder / "qrels").mkdir(parents=True)
        return [_written(folder / name, rows) for name, rows in _files(benchmark).items() if rows]
    except OSError as error:
        raise FileError(f"{folder} cannot be written: {error}") from error


def _files(benchmark: Benchmark) -> Mapping[str, list[str]]:
    queries = benchmark.queries
    grades = benchmark.judgements.qrels
    return {
        "corpus.jsonl": _lines(map(_document, benchmark.documents)),
        "queries.jsonl": _lines({"_id": query.id, "text": query.need.query} for query in queries),
        "instructions.jsonl": _lines({"query-id": q.id, "instruction": q.need.instruction} for q in queries),
        "qrels/test.tsv": [
            "query-id\tcorpus-id\tscore",
            *(
                f"{query}\t{document}\t{grade}"
                for query, row in grades.items()
                for document, grade in row.items()
            ),
        ],
        "top_ranked.jsonl": _lines(
            {"query-id": query, "corpus-ids": list(ids)} for query, ids in benchmark.candidates.items()
        ),
    }


def _document(document: Document) -> dict[str, Any]:
    own = {
        "url": document.url,
        "_time": document.time.isoformat() if document.time else "",
        "_group": document.group,
    }
    return {
        "_id": document.id,
        "title": document.title,
        "text": document.text,
        "metadata": dict(document.fields),
        **{name: value for name, value in own.items() if value},
    }


def _lines(rows: Iterable[Mapping[str, Any]]) -> list[str]:
    return [json.dumps(row, ensure_ascii=False, default=str) for row in rows]


def _written(path: Path, rows: list[str]) -> Path:
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path
