"""How is the engine set up? Its vectors and indexes, and its errors as ours."""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import qdrant_edge as engine

from adhere.errors import StoreError
from adhere.schema import FieldType
from adhere.store.points import DENSE, DOCUMENT, NUMBER, SENTENCES, STAMP, TERMS, WORDS

CONFIG = "edge_config.json"
"""The engine's own file, which it writes when a shard is made."""
SCAN_LIMIT = 100_000
"""Passages up to which every vector is looked at (7-8 ms at 384 dimensions); above, HNSW where built."""
INDEXES: Mapping[FieldType, Any] = {
    "keyword": engine.KeywordIndexParams(),
    "version": engine.KeywordIndexParams(),
    "number": engine.FloatIndexParams(),
    "date": engine.DatetimeIndexParams(),
    "boolean": engine.KeywordIndexParams(),
}


def open_shard(path: Path, dimension: int) -> engine.EdgeShard:
    """The engine over a directory, made with all that every store needs if it is not there.

    It is made beside and moved into place, so that a process killed on the way leaves no half of it.
    """
    if path.exists() and not _is_begun(path):
        return engine.EdgeShard.load(str(path))
    making = path.with_name(f"{path.name}.new")
    for unfinished in (path, making):
        if unfinished.exists():
            shutil.rmtree(unfinished)
    making.mkdir()
    _make(making, dimension).close()
    making.rename(path)
    return engine.EdgeShard.load(str(path))


def _is_begun(path: Path) -> bool:
    """Whether the engine was stopped before it wrote its configuration, and with it before any point."""
    return not (path / CONFIG).exists() and not any((path / "segments").glob("*/*"))


def _make(path: Path, dimension: int) -> engine.EdgeShard:
    # Per segment, in KB: only what is too much to scan gets an HNSW.
    optimizers = engine.EdgeOptimizersConfig(indexing_threshold=SCAN_LIMIT * dimension * 4 // 1024)
    dot = engine.Distance.Dot
    maxsim = engine.MultiVectorConfig(engine.MultiVectorComparator.MaxSim)
    no_graph = engine.HnswIndexConfig(m=0, ef_construct=1, full_scan_threshold=0)
    vectors = {
        DENSE: engine.EdgeVectorParams(dimension, dot, datatype=engine.VectorStorageDatatype.Float32),
        SENTENCES: engine.EdgeVectorParams(
            dimension,
            dot,
            multivector_config=maxsim,
            datatype=engine.VectorStorageDatatype.Float16,
            hnsw_config=no_graph,
        ),
    }
    shard = engine.EdgeShard.create(str(path), engine.EdgeConfig(vectors=vectors, optimizers=optimizers))
    split = engine.TokenizerType.Whitespace
    words = engine.TextIndexParams(tokenizer=split, lowercase=False, phrase_matching=True, scoring=False)
    terms = engine.TextIndexParams(tokenizer=split, lowercase=False, phrase_matching=False, scoring=True)
    for key, params in (
        (DOCUMENT, engine.KeywordIndexParams()),
        (STAMP, engine.KeywordIndexParams()),
        (NUMBER, engine.IntegerIndexParams(lookup=True, range=False)),
        (WORDS, words),
        (TERMS, terms),
    ):
        shard.update(engine.UpdateOperation.create_field_index(key, params))
    return shard


@contextmanager
def translated(directory: Path) -> Iterator[None]:
    """Whatever the engine raises becomes a StoreError that names the store."""
    try:
        yield
    except StoreError:
        raise
    except Exception as error:
        raise StoreError(f"The engine of the store {directory} failed: {error}") from error
