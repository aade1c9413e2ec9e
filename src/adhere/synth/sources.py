"""Which texts may a shipped model learn from? Every maker reads through this file, and nothing else does.

`SOURCES` is the whole list, with licences. Documents that the judged needs speak of are left out here, so
that no maker can forget to.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from adhere.errors import FileError, InputError

NEVER = "bench/judged/never_train_on.tsv"
"""Set and id of every document of the judged needs; `never` compares them without case."""


@dataclass(frozen=True, slots=True)
class Source:
    """Files of one origin under the data folder, their licence, and the only split that may be read."""

    files: tuple[str, ...]
    licence: str
    split: tuple[str, ...] = ()


SOURCES: Mapping[str, Source] = {
    "arxiv": Source(("corpora/arxiv.jsonl.gz",), "CC0 (metadata)"),
    "peps": Source(("corpora/peps/corpus.jsonl", "corpora/peps/sections.jsonl.gz"), "public domain / CC0"),
    "eips": Source(("corpora/eips/corpus.jsonl", "corpora/eips/sections.jsonl.gz"), "CC0"),
    "keps": Source(("corpora/keps/corpus.jsonl",), "Apache-2.0"),
    "pysec": Source(("corpora/pysec/corpus.jsonl.gz",), "CC BY 4.0"),
    "movies": Source(("corpora/movies/corpus.jsonl.gz",), "MIT (text CC BY-SA)"),
    "medquad": Source(
        ("bench/medquad/corpus.jsonl.gz", "bench/medquad/queries.jsonl.gz"), "CC BY 4.0", ("train",)
    ),
    "scitldr": Source(
        ("train/scitldr/corpus.jsonl.gz", "train/scitldr/queries.jsonl"), "Apache-2.0", ("train",)
    ),
    "nq_oracle": Source(
        ("train/nq_oracle/corpus.jsonl", "train/nq_oracle/queries.jsonl", "train/nq_oracle/qrels.tsv"),
        "MIT (NQ CC BY-SA 3.0)",
    ),
    "squad_partial": Source(
        (
            "train/squad_partial/corpus.jsonl.gz",
            "train/squad_partial/queries.jsonl.gz",
            "train/squad_partial/qrels.tsv",
        ),
        "CC BY-SA 4.0",
    ),
    "wikitablequestions": Source(("train/wikitablequestions/corpus.jsonl.gz",), "CC BY-SA 4.0"),
    "pubmedqa_l": Source(
        ("train/pubmedqa_l/corpus.jsonl", "train/pubmedqa_l/queries.jsonl"), "MIT", ("train/dev",)
    ),
    "nli/help": Source(("train/nli/help/help.jsonl",), "CC BY-SA 4.0"),
    "nli/breaking_nli": Source(("train/nli/breaking_nli/breaking_nli.jsonl",), "CC BY-SA 4.0"),
    "clauses": Source(("train/clauses.jsonl",), "CC0"),
    "dual_view": Source(("train/dual_view.jsonl",), "CC0"),
    "invented": Source((), "CC0"),  # documents that were written for labels/invented.jsonl, which holds them
}


class Sources:
    """The data folder, seen through the list above.

    Errors  InputError for a name that is not on the list; FileError for a file that is missing
    """

    def __init__(self, data: Path) -> None:
        self.data = data
        self.read: dict[str, str] = {}
        """sha256 of every file that was read, for the manifest of what was made or trained."""

    @cached_property
    def never(self) -> frozenset[tuple[str, str]]:
        """(set, id) of the documents that may not be trained on, in lower case."""
        lines = self._open(NEVER).rstrip("\n").split("\n")[1:]
        return frozenset(
            (set_.casefold(), id_.casefold()) for set_, id_ in (line.split("\t") for line in lines)
        )

    def allows(self, name: str, identifier: str) -> bool:
        """Whether a document may be trained on; a section may where its document may."""
        whole = identifier.partition("#")[0]
        return (name.casefold(), whole.casefold()) not in self.never

    def rows(self, name: str, which: str = "corpus") -> Iterator[dict[str, Any]]:
        """The JSON rows of a source's file whose name starts with `which`, without forbidden documents."""
        source = self._source(name)
        if not source.files:
            raise InputError(f"{name!r} has no file under the data folder: its labels hold its documents.")
        path = next((f for f in source.files if Path(f).name.startswith(which)), source.files[0])
        for line in filter(None, self._open(path).split("\n")):
            row = json.loads(line)
            if "_id" in row and not self.allows(name, row["_id"]):
                continue
            if source.split and "split" in row and row["split"] not in source.split:
                continue
            yield row

    def pairs(self, name: str) -> dict[str, str]:
        """Query id -> id of its relevant document, where the source has such a table."""
        path = next(f for f in self._source(name).files if f.endswith("qrels.tsv"))
        return {
            query: document
            for query, document, _ in (
                line.split("\t") for line in self._open(path).rstrip("\n").split("\n")[1:]
            )
        }

    def licence(self, name: str) -> str:
        return self._source(name).licence

    def _source(self, name: str) -> Source:
        if name not in SOURCES:
            raise InputError(
                f"{name!r} is not a source that may be trained on. There are: {', '.join(SOURCES)}."
            )
        return SOURCES[name]

    def _open(self, file: str) -> str:
        try:
            raw = (self.data / file).read_bytes()
        except FileNotFoundError:
            raise FileError(
                f"{self.data / file} is missing. Name the folder that holds bench/, corpora/ and train/."
            ) from None
        self.read[file] = hashlib.sha256(raw).hexdigest()
        return (gzip.decompress(raw) if file.endswith(".gz") else raw).decode()
