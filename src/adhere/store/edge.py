"""The default store: Qdrant Edge, an engine that runs inside this process over one directory.

    store.adhere/  manifest.json (what it was made with)  catalog.json (what it holds, made again if lost)
                   lock (whose it is)                     shard/ (the engine's files)

Safe against a killed process at any point: a document's first passage is written last and the old version
is deleted after it; what a crash leaves half done is swept when the store is next opened.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

import qdrant_edge as engine

from adhere.encode.protocol import Candidate
from adhere.errors import InputError, StoreError
from adhere.need import Document
from adhere.ranking import fuse, rank
from adhere.schema import FieldType, Schema
from adhere.store import manifest as manifests
from adhere.store.bm25 import terms_of
from adhere.store.catalog import Catalog, Held
from adhere.store.check import check_clauses, check_entry, check_filter, check_formula, field_type, ids_of
from adhere.store.compile import among, engine_filter, engine_formula
from adhere.store.lock import Lock
from adhere.store.manifest import Manifest
from adhere.store.points import (
    DENSE,
    DOCUMENT,
    FINGERPRINT,
    NUMBER,
    PASSAGES,
    RECORD,
    SENTENCES,
    STAMP,
    TERMS,
    WORDS,
    candidate,
    key_of,
    points,
)
from adhere.store.protocol import Clause, Entry, Everything, Filter, Formula, leaves
from adhere.store.record import from_json
from adhere.store.shard import INDEXES, SCAN_LIMIT, open_shard, translated
from adhere.store.versions import superseded
from adhere.words import occurrences, tokens

POINTS_PER_WRITE = 256
FLUSH_S = 5.0
"""A write is at once in the engine's log, which outlives the process; this often it is synced to disk."""


def open_store(
    path: Path | str,
    *,
    encoder_name: str,
    encoder_fingerprint: str,
    dimension: int,
    create: bool = False,
    types: Mapping[str, FieldType] | None = None,
    time_field: str | None = None,
) -> EdgeStore:
    """The store at `path`, made first if `create`; `types` and `time_field` overrule what is inferred.

    Errors  StoreMissing, StoreLocked (another process has it), StoreMismatch (made with another encoder)
    """
    directory = Path(path)
    asked = Manifest(encoder_name, encoder_fingerprint, dimension)
    if create and not (directory / manifests.NAME).exists():
        _refuse_foreign(directory)
        directory.mkdir(parents=True, exist_ok=True)
    else:
        manifests.check(manifests.load(directory), asked, directory)
    lock = Lock(directory / "lock")
    try:
        # Read again: while we waited for the lock, its owner may have written.
        found = manifests.load(directory) if (directory / manifests.NAME).exists() else asked
        manifests.check(found, asked, directory)
        if types is not None or time_field is not None:
            kept = {**found.types, **(types or {})}  # an override of before holds until it is overruled
            found = replace(found, types=kept, time_field=time_field or found.time_field)
        with translated(directory):
            shard = open_shard(directory / "shard", dimension)
        return EdgeStore(directory, found, shard, lock)
    except BaseException:
        lock.release()
        raise


class EdgeStore:
    """Documents in a directory, searched in this process. Made by `open_store`; close it, or use `with`."""

    def __init__(self, directory: Path, manifest: Manifest, shard: engine.EdgeShard, lock: Lock) -> None:
        self.directory = directory
        self.manifest = manifest
        self._open: engine.EdgeShard | None = shard
        self._lock = lock
        self._writing = threading.RLock()
        self._flushed = time.monotonic()
        self._schema: Schema | None = None
        self._indexed = set(shard.info().payload_schema)
        saved = Catalog.load(directory) if manifest.saved else None
        if saved is None:
            self._sweep()
            saved = self._recovered()
        self._catalog = saved
        self._newest = max((int(held.stamp) for held in self._held.values()), default=0)
        manifest.save(directory)

    # --- writing ---------------------------------------------------------------------------------

    def write(self, entries: Sequence[Entry]) -> None:
        for entry in entries:
            check_entry(entry, self.manifest.dimension)
        latest = {entry.document.id: entry for entry in entries}
        with self._writing:
            stamp = self._stamp()
            new = [point for entry in latest.values() for point in points(entry, stamp)]
            self._mark_unsaved()
            old = self.get(list(latest))
            for start in range(0, len(new), POINTS_PER_WRITE):
                self._update(engine.UpdateOperation.upsert_points(new[start : start + POINTS_PER_WRITE]))
            self._forget(old)
            for entry in latest.values():
                document, passages = entry.document, len(entry.passages)
                held = Held(entry.fingerprint, stamp, passages, document.group, document.time)
                self._catalog.add(document, held)
            self._schema = None
            self._flush_sometimes()

    def delete(self, ids: Collection[str]) -> int:
        with self._writing:
            old = self.get(list(set(ids_of(ids))))
            if old:
                self._mark_unsaved()
                self._forget(old)
                self._flush_sometimes()
            return len(old)

    def optimize(self) -> None:
        """Merge the engine's segments and, above `SCAN_LIMIT` passages, build HNSW. Takes minutes there."""
        with translated(self.directory):
            self._shard.optimize()

    def close(self) -> None:
        """Save the statistics and let go of the directory. Closing twice is no error."""
        if self._open is None:
            return
        with self._writing, translated(self.directory):
            try:
                if not self.manifest.saved:
                    self._open.flush()
                    self._catalog.save(self.directory)
                    size = _size(self.directory) // max(1, len(self._catalog.documents))
                    self.manifest = replace(self.manifest, saved=True, bytes_per_document=size)
                    self.manifest.save(self.directory)
                self._open.close()
            finally:
                self._open = None
                self._lock.release()

    def __enter__(self) -> EdgeStore:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # --- documents -------------------------------------------------------------------------------

    @property
    def schema(self) -> Schema:
        if self._schema is None:
            with self._writing:
                self._schema = self._catalog.columns.schema(
                    types=self.manifest.types, time_field=self.manifest.time_field
                )
        return self._schema

    @property
    def _held(self) -> Mapping[str, Held]:
        return self._catalog.documents

    @property
    def passages(self) -> int:
        """How many passages the documents have."""
        return self._catalog.passages

    def fingerprints(self) -> Mapping[str, str]:
        return {i: held.fingerprint for i, held in self._held.items()}

    def get(self, ids: Sequence[str]) -> dict[str, Document]:
        first: list[engine.PointId] = [next(self._catalog.points(i)) for i in ids_of(ids) if i in self._held]
        with translated(self.directory):
            records = self._shard.retrieve(first, with_payload=[RECORD], with_vector=False)
        found = (from_json((record.payload or {})[RECORD]) for record in records)
        return {document.id: document for document in found}

    def candidates(self, ids: Sequence[str]) -> dict[str, Candidate]:
        known = [i for i in dict.fromkeys(ids_of(ids)) if i in self._held]
        every: list[engine.PointId] = [point for i in known for point in self._catalog.points(i)]
        with translated(self.directory):
            records = self._shard.retrieve(every, with_payload=_ALL, with_vector=True)
        grouped: dict[str, list[engine.Record]] = {}
        for record in records:
            grouped.setdefault((record.payload or {})[DOCUMENT], []).append(record)
        return {i: candidate(grouped[i]) for i in known}

    # --- filters ---------------------------------------------------------------------------------

    def count(self, where: Filter) -> int:
        if isinstance(where, Everything):
            return len(self._held)
        documents = engine.Filter(must=[self._compiled(where), _FIRST])
        with translated(self.directory):
            return self._shard.count(engine.CountRequest(exact=True, filter=documents))

    def matching(self, where: Filter) -> set[str]:
        if isinstance(where, Everything):
            return set(self._held)
        return self._documents(engine.Filter(must=[self._compiled(where), _FIRST]))

    def mentioning(self, phrase: str) -> set[str]:
        wanted = [token for token, _ in tokens(phrase)]
        if not wanted:
            return set()
        found = self._documents(_holds(" ".join(wanted)))
        if len(wanted) > 1:
            # The phrase may begin in one passage and end in the next.
            several = {i for i, held in self._held.items() if held.passages > 1} - found
            for token in dict.fromkeys(wanted):
                several &= self._documents(_holds(token)) if several else set()
            texts = self.get(list(several))
            found |= {i for i, document in texts.items() if any(occurrences(phrase, document.text))}
        return found

    def superseded(self, instant: datetime) -> set[str]:
        return superseded(((i, held.group, held.time) for i, held in self._held.items()), instant)

    # --- scores ----------------------------------------------------------------------------------

    def find(
        self, clauses: Sequence[Clause], where: Filter, limit: int, *, exact: bool | None = None
    ) -> dict[str, float]:
        check_clauses(clauses, self.manifest.dimension)
        condition = self._compiled(where)
        if exact is None:
            exact = self.scans(where)
        params = engine.SearchParams(exact=exact, hnsw_ef=None if exact else max(256, 4 * limit))
        legs: list[Any] = []
        for clause in clauses:
            legs.append((engine.Query.Nearest(clause.vector.tolist(), using=DENSE), params))
            if words := _words(clause):
                legs.append((engine.TextQuery(TERMS, words), None))
        fused = fuse(self._rankings(legs, condition, limit))
        return {i: fused[i] for i in rank(fused)[:limit]}

    def scans(self, where: Filter) -> bool:
        """Whether `find` looks at every matching vector: up to `SCAN_LIMIT` of them, or where no HNSW is."""
        if self.passages <= SCAN_LIMIT:
            return True
        with translated(self.directory):
            if self._shard.info().indexed_vectors_count < self.passages // 2:
                return True
            matching = engine.CountRequest(exact=False, filter=self._compiled(where))
            return self._shard.count(matching) <= SCAN_LIMIT

    def score(self, ids: Sequence[str], clauses: Sequence[Clause], formula: Formula) -> dict[str, float]:
        check_clauses(clauses, self.manifest.dimension)
        check_formula(formula, clauses, self.schema)
        known = frozenset(i for i in ids_of(ids) if i in self._held)
        if not known:
            return {}
        number = sum(self._held[i].passages for i in known)
        condition = among(known)
        meaning, words = leaves(formula)
        # The bare prefetch returns every passage, also those that no word is found in.
        prefetches = [engine.Prefetch(limit=number, filter=condition)]
        of_meaning, of_words = {}, {}
        for clause in meaning:
            of_meaning[clause] = len(prefetches)
            nearest = engine.Query.Nearest([clauses[clause].vector.tolist()], using=SENTENCES)
            prefetches.append(engine.Prefetch(number, nearest, params=_EXACT, filter=condition))
        for clause in words:
            if text := _words(clauses[clause]):
                of_words[clause] = len(prefetches)
                prefetches.append(engine.Prefetch(number, engine.TextQuery(TERMS, text), filter=condition))
        program = engine_formula(formula, of_meaning, of_words, self._name)
        try:
            found = self._shard.query(engine.QueryRequest(number, query=program, prefetches=prefetches))
        except Exception as error:
            # The engine only says "cancelled" here, and names no cause.
            raise InputError(
                "The formula has no value for some document: it divides by zero, takes the logarithm of a "
                f"number that is not above 0, or overflows. Keep such parts away from these points. ({error})"
            ) from None
        return self._best(found)

    # --- the engine ------------------------------------------------------------------------------

    @property
    def _shard(self) -> engine.EdgeShard:
        if self._open is None:
            raise StoreError(f"The store {self.directory} is closed. Open it again.")
        return self._open

    def _name(self, name: str) -> tuple[str, FieldType]:
        """Payload key and type of a field; an index over the key is made when it is first asked for."""
        type = field_type(name, self.schema)
        key = key_of(name, self.schema.fields.get(name))
        if key not in self._indexed:
            with self._writing:
                self._update(engine.UpdateOperation.create_field_index(key, INDEXES[type]))
                self._indexed.add(key)
        return key, type

    def _compiled(self, where: Filter) -> engine.Filter:
        check_filter(where, self.schema)
        return engine_filter(where, self._name)

    def _rankings(self, legs: Sequence[Any], condition: engine.Filter, limit: int) -> list[list[str]]:
        """Of each leg the best `limit` distinct documents; deeper where passages of one document crowd."""
        rankings: list[list[str]] = [[] for _ in legs]
        open_legs, depth = list(range(len(legs))), limit + 10
        while open_legs:
            requests = [
                engine.QueryRequest(depth, query=legs[n][0], params=legs[n][1], filter=condition)
                for n in open_legs
            ]
            with translated(self.directory):
                answers = self._shard.query_batch(engine.QueryBatchRequest(requests))
            short = []
            for n, found in zip(open_legs, answers, strict=True):
                best = self._best(found)
                rankings[n] = rank(best)[:limit]
                if len(best) < limit and len(found) == depth:
                    short.append(n)
            open_legs, depth = short, depth * 4
        return rankings

    def _documents(self, where: engine.Filter) -> set[str]:
        of_point = self._catalog.of_point
        return {of_point[record.id] for record in self._scroll(where, None) if record.id in of_point}

    def _best(self, found: Sequence[engine.ScoredPoint]) -> dict[str, float]:
        best: dict[str, float] = {}
        for point in found:
            # A point that is not in the catalog is of a version that is just being written or deleted.
            if i := self._catalog.of_point.get(point.id):
                best[i] = max(best.get(i, point.score), point.score)
        return best

    def _scroll(self, where: engine.Filter | None, keys: list[str] | None) -> Iterator[engine.Record]:
        offset = None
        while True:
            request = engine.ScrollRequest(
                offset=offset, limit=10_000, filter=where, with_payload=keys or False, with_vector=False
            )
            with translated(self.directory):
                records, offset = self._shard.scroll(request)
            yield from records
            if offset is None:
                return

    def _stamp(self) -> str:
        # A clock that stands still or is set back must not make an old version the newer one.
        self._newest = max(time.time_ns(), self._newest + 1)
        return f"{self._newest:020d}"

    def _forget(self, old: Mapping[str, Document]) -> None:
        """Delete the points that the catalog knows of these documents, and their place in it."""
        points: list[engine.PointId] = [point for i in old for point in self._catalog.points(i)]
        if points:
            self._update(engine.UpdateOperation.delete_points(points))
        for document in old.values():
            self._catalog.remove(document)
        self._schema = None

    def _update(self, operation: engine.UpdateOperation) -> None:
        with translated(self.directory):
            self._shard.update(operation)

    def _flush_sometimes(self) -> None:
        if time.monotonic() - self._flushed > FLUSH_S:
            with translated(self.directory):
                self._shard.flush()
            self._flushed = time.monotonic()

    def _mark_unsaved(self) -> None:
        if self.manifest.saved:
            self.manifest = replace(self.manifest, saved=False)
            self.manifest.save(self.directory)

    def _sweep(self) -> None:
        """Delete what a crash left: passages of no complete document, and versions that have a newer one."""
        seen: dict[tuple[str, str], int] = {}
        complete: dict[str, str] = {}
        for record in self._scroll(None, [DOCUMENT, STAMP, PASSAGES]):
            payload = record.payload or {}
            version = payload[DOCUMENT], payload[STAMP]
            seen[version] = seen.get(version, 0) + 1
            if PASSAGES in payload:
                complete[version[0]] = max(complete.get(version[0], ""), version[1])
        for document, stamp in seen:
            if complete.get(document) != stamp:
                of_stamp = engine.FieldCondition(STAMP, match=engine.MatchValue(stamp))
                stale = engine.Filter(must=[among(frozenset([document])), of_stamp])
                self._update(engine.UpdateOperation.delete_points_by_filter(stale))

    def _recovered(self) -> Catalog:
        catalog = Catalog()
        for record in self._scroll(_FIRST, [RECORD, FINGERPRINT, STAMP, PASSAGES]):
            payload = record.payload or {}
            document = from_json(payload[RECORD])
            stamp, passages = payload[STAMP], payload[PASSAGES]
            held = Held(payload[FINGERPRINT], stamp, passages, document.group, document.time)
            catalog.add(document, held)
        return catalog


_FIRST = engine.Filter(must=[engine.FieldCondition(NUMBER, match=engine.MatchValue(0))])
_ALL = [DOCUMENT, NUMBER, RECORD, "passage", "start", "end", "spans", "text"]
_EXACT = engine.SearchParams(exact=True)


def _refuse_foreign(directory: Path) -> None:
    ours = {"lock", "shard", "shard.new"}
    if directory.exists() and (not directory.is_dir() or set(_names(directory)) - ours):
        raise StoreError(f"{directory} exists and is not a store. Choose another place for the new store.")


def _names(directory: Path) -> list[str]:
    return [entry.name for entry in directory.iterdir()]


def _holds(words: str) -> engine.Filter:
    return engine.Filter(must=[engine.FieldCondition(WORDS, match=engine.MatchPhrase(words))])


def _words(clause: Clause) -> str:
    return " ".join(terms_of(clause.text))


def _size(directory: Path) -> int:
    # Blocks in use: the engine's files are sparse, and larger than what they take.
    return sum(file.stat().st_blocks * 512 for file in directory.rglob("*") if file.is_file())
