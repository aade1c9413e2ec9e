"""The real corpora as stores: encoded once, kept in a folder, and taken up where a killed run left off.

peps              736 abstracts, with status, type, topic, created, authors, python_version
arxiv             13,529 abstracts, with categories, published, authors, comment
reuters           9,433 stories with human topics and places; fields: places and date, not topics
reuters-unplaced  the same stories and vectors, places taken away
medquad           7,497 answers of the test half, without any field: focus and question type are the truth
"""

from __future__ import annotations

import gzip
import json
import sys
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from pathlib import Path
from typing import Any

import adhere
from adhere.need import Document
from adhere.search.engine import Engine
from adhere.search.indexing import Progress
from adhere.store.protocol import Entry

Row = dict[str, Any]


def peps(data: Path) -> Iterator[Row]:
    return rows(data / "corpora/peps/corpus.jsonl")


def arxiv(data: Path) -> Iterator[Row]:
    return rows(data / "corpora/arxiv.jsonl.gz")


def reuters(data: Path) -> Iterator[Row]:
    """Stories with a topic and a place, and more to them than a headline."""
    for row in rows(data / "corpora/reuters21578/corpus.jsonl.gz"):
        labelled = row["metadata"].get("topics") and row["metadata"].get("places")
        if labelled and len(row["text"].split()) >= WORDS:
            yield row


def medquad(data: Path) -> Iterator[Row]:
    answers = rows(data / "bench/medquad/corpus.jsonl.gz")
    return (row for row in answers if row["metadata"]["split"] == "test" and row["text"])


ROWS: dict[str, Callable[[Path], Iterator[Row]]] = {
    "peps": peps,
    "arxiv": arxiv,
    "reuters": reuters,
    "medquad": medquad,
}
GIVEN: dict[str, frozenset[str]] = {"reuters": frozenset({"places", "date"}), "medquad": frozenset()}
"""The metadata that the store may know, where that is not all of it."""
FILES = {"arxiv": "arxiv-1"}
"""Named as search_speed.py does, which builds the same store."""


WORDS = 25
"""The shortest text of a story, as opposed to a headline or a line of figures."""


def documents(name: str, data: Path) -> list[Document]:
    """The documents as the store gets them."""
    base = name.removesuffix("-unplaced")
    found = [document(row, GIVEN.get(base)) for row in ROWS[base](data)]
    return [_unplaced(each) for each in found] if base != name else found


def document(row: Row, given: frozenset[str] | None) -> Document:
    fields = {k: v for k, v in row["metadata"].items() if given is None or k in given}
    return Document(str(row["_id"]), row["text"], row.get("title", ""), fields=fields)


def opened(name: str, data: Path, work: Path) -> Engine:
    """The store of a corpus, built or completed first where it has to be."""
    work.mkdir(parents=True, exist_ok=True)
    engine = adhere.open(work / f"{FILES.get(name, name)}.adhere")
    wanted = documents(name, data)
    if engine.schema.documents == len(wanted):
        return engine
    if name.endswith("-unplaced"):
        with opened(name.removesuffix("-unplaced"), data, work) as placed:
            _copy(placed, engine, wanted)
    else:
        engine.add(wanted, progress=_tell(name))
    return engine


def rows(path: Path) -> Iterator[Row]:
    with (gzip.open if path.suffix == ".gz" else open)(path, "rt", encoding="utf-8") as file:
        yield from map(json.loads, file)


def _unplaced(placed: Document) -> Document:
    return replace(placed, fields={k: v for k, v in placed.fields.items() if k != "places"})


def _copy(source: Engine, target: Engine, wanted: Sequence[Document]) -> None:
    """The vectors come from the other store, so that nothing is encoded twice."""
    waiting = iter(wanted)
    while batch := list(islice(waiting, 256)):
        held = source.store.candidates([each.id for each in batch])
        target.store.write(
            [Entry(replace(held[d.id].document, fields=d.fields), held[d.id].passages, "copy") for d in batch]
        )


def multiplied(engine: Engine, copies: int) -> None:
    """Every document so many times, under other ids and with the same vectors, so that nothing is encoded."""
    originals = [i for i in engine.store.fingerprints() if not i.startswith("copy")]
    for number in range(1, copies):
        waiting = iter(originals)
        while batch := list(islice(waiting, 256)):
            held = engine.store.candidates(batch).values()
            engine.store.write(
                [
                    Entry(replace(one.document, id=f"copy{number}-{one.document.id}"), one.passages, "copy")
                    for one in held
                ]
            )
        print(f"copy {number} written", file=sys.stderr)


def _tell(name: str) -> Callable[[Progress], None]:
    def tell(now: Progress) -> None:
        print(f"\r{name}: {now.saved:,} of {now.total or 0:,} saved ", end="", file=sys.stderr, flush=True)

    return tell
