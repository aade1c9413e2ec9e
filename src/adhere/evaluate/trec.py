"""TREC as a benchmark: topics whose narrative is the instruction, qrels, and documents or only runs.

A folder with a topics file (`topics*`), qrels (`qrels*`) and optionally a `corpus.jsonl`. Without documents
only run files can be measured.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from adhere.errors import FileError
from adhere.evaluate.benchmark import Benchmark, Query, lines, read_documents, read_qrels
from adhere.evaluate.judgements import Judgements
from adhere.need import Need

_TOPIC = re.compile(r"<top\b[^>]*>(.*?)</top>", re.DOTALL | re.IGNORECASE)
_PART = re.compile(
    r"<(num|title|desc|narr)\b[^>]*>(.*?)(?=<(?:num|title|desc|narr|/top)\b|</|\Z)", re.DOTALL | re.I
)
_LABEL = re.compile(r"^\s*(?:Number|Topic|Description|Narrative)\s*:\s*", re.IGNORECASE)


def load_trec(folder: str | Path) -> Benchmark:
    """Topics, judgements and, if there are any, documents. Topics without judgements are not asked.

    Errors  FileError naming the file, for a missing one or a topic without number or title
    """
    folder = Path(folder)
    needs = dict(read_topics(_one(folder, "topics")))
    qrels = read_qrels(_one(folder, "qrels"))
    corpus = next(iter(sorted(folder.glob("corpus.jsonl*"))), None)
    queries = tuple(Query(number, need) for number, need in needs.items() if number in qrels)
    if not queries:
        raise FileError(f"{folder}: no topic has a judgement; do topics and qrels belong together?")
    return Benchmark(
        name=folder.name,
        documents=tuple(read_documents(corpus)) if corpus else (),
        queries=queries,
        judgements=Judgements({query.id: qrels[query.id] for query in queries}),
        unjudged=tuple(number for number in needs if number not in qrels),
    )


def read_topics(path: Path) -> Iterator[tuple[str, Need]]:
    """Number and need per topic of TREC's SGML; the narrative, or else the description, instructs."""
    text = "\n".join(line for _, line in lines(path))
    for match in _TOPIC.finditer(text + "\n"):
        parts = {
            name.lower(): " ".join(_LABEL.sub("", body).split()) for name, body in _PART.findall(match[1])
        }
        if not parts.get("num") or not parts.get("title"):
            raise FileError(f"{path}: a topic without number or title: {match[0][:80]!r}")
        yield parts["num"], Need(parts["title"], parts.get("narr") or parts.get("desc", ""))


def _one(folder: Path, start: str) -> Path:
    found = sorted(path for path in folder.glob(f"{start}*") if path.is_file())
    if len(found) != 1:
        names = ", ".join(path.name for path in found) or "none"
        raise FileError(f"{folder}: one file {start}* is needed, found {names}.")
    return found[0]
