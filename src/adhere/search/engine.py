"""The engine: documents in, instructed searches out. One object behind every surface."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from types import TracebackType
from typing import Any

import numpy as np

from adhere.encode.protocol import Encoder
from adhere.errors import AdhereError, CriteriaError, InputError
from adhere.judge import fitted as fits
from adhere.judge.about import ClauseJudge
from adhere.judge.cross import default_reader
from adhere.judge.field import FieldJudge
from adhere.judge.fitted import Fitted
from adhere.judge.form import FormJudge
from adhere.judge.logic import effective
from adhere.judge.mentions import MentionsJudge
from adhere.judge.protocol import Judge
from adhere.judge.reading import ReadingJudge
from adhere.judge.time import TimeJudge
from adhere.need import (
    Answer,
    AsOf,
    Criteria,
    Criterion,
    Document,
    Mode,
    Need,
    Note,
    Parsed,
    conditions,
)
from adhere.parse import default_parser
from adhere.parse.language import check, contradictions, read, says, unheard
from adhere.parse.protocol import Parser
from adhere.rerank.protocol import Reranker
from adhere.schema import FieldType, Schema
from adhere.search.execute import REMOVED, RERANK_TOP, Outcome, Parts, Request, execute
from adhere.search.trace import OnEvent, Planned, Trace
from adhere.store.infer import dated
from adhere.store.protocol import Clause, Entry, Store, Words

BATCH = 64
MODES: tuple[Mode, ...] = ("balanced", "strict", "rank")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far an indexing run is: documents read, how many there are (None: not known), documents saved."""

    done: int
    total: int | None
    saved: int


@dataclass(frozen=True, slots=True)
class Added:
    """What an indexing run did, in documents. All of them are on disk when it returns."""

    new: int = 0
    changed: int = 0
    unchanged: int = 0
    removed: int = 0


class Engine:
    """Search over one store: `adhere.open(path)`, or `Engine.in_memory()` for a list of documents.

    A `reranker` reorders the `rerank_top` best hits of every search; none is needed. `fitted` is what
    `adhere train` made for this store; without it the judge has the packaged weights.
    """

    def __init__(
        self,
        store: Store,
        encoder: Encoder,
        *,
        parser: Parser | None = None,
        judges: Sequence[Judge] | None = None,
        standing: str = "",
        time_field: str | None = None,
        reranker: Reranker | None = None,
        rerank_top: int = RERANK_TOP,
        fitted: Fitted | None = None,
    ) -> None:
        self.store = store
        self.time_field = time_field
        self.encoder = encoder
        self.parser = parser or default_parser()
        self.standing = standing
        self.reranker = reranker
        self.rerank_top = rerank_top
        self.fitted = fitted
        self._judges = list(judges) if judges is not None else default_judges(store, encoder, fitted)

    @classmethod
    def in_memory(
        cls,
        encoder: Encoder | None = None,
        *,
        parser: Parser | None = None,
        types: Mapping[str, FieldType] | None = None,
        reranker: Reranker | None = None,
        fitted: Fitted | None = None,
    ) -> Engine:
        """An engine over an exact store that lives in this process only."""
        from adhere.encode import load
        from adhere.store.memory import MemoryStore

        encoder = encoder or load()
        store = MemoryStore(encoder.dimension, types=types)
        return cls(store, encoder, parser=parser, reranker=reranker, fitted=fitted)

    # --- documents -----------------------------------------------------------------------------

    def add(
        self, documents: Iterable[Document], *, progress: Callable[[Progress], None] | None = None
    ) -> Added:
        """Insert or replace documents; those whose content has not changed are not encoded again.

        A document is saved when `progress` counts it as saved, and all are when this returns.
        """
        total = len(documents) if isinstance(documents, Sequence) else None
        known = dict(self.store.fingerprints())
        new = changed = unchanged = done = saved = 0
        for batch in _batches(dated(document, self.time_field) for document in documents):
            fresh = {d.id: (d, print_) for d in batch if known.get(d.id) != (print_ := self._fingerprint(d))}
            self._write([pair[0] for pair in fresh.values()], [pair[1] for pair in fresh.values()])
            new += sum(identifier not in known for identifier in fresh)
            changed += sum(identifier in known for identifier in fresh)
            unchanged += len(batch) - len(fresh)
            known.update({identifier: print_ for identifier, (_, print_) in fresh.items()})
            done, saved = done + len(batch), saved + len(batch)
            if progress:
                progress(Progress(done, total, saved))
        return Added(new, changed, unchanged)

    def sync(
        self,
        documents: Iterable[Document],
        *,
        within: Callable[[Document], bool] = lambda _: True,
        progress: Callable[[Progress], None] | None = None,
    ) -> Added:
        """Like `add`, and then delete the stored documents `within` the source that were not among them."""
        seen: set[str] = set()

        def watched() -> Iterator[Document]:
            for document in documents:
                seen.add(document.id)
                yield document

        added = self.add(watched(), progress=progress)
        missing = [identifier for identifier in self.store.fingerprints() if identifier not in seen]
        gone = [identifier for identifier, document in self.store.get(missing).items() if within(document)]
        return replace(added, removed=self.store.delete(gone) if gone else 0)

    def delete(self, ids: Iterable[str]) -> int:
        """Number of documents that were there and are gone."""
        return self.store.delete(list(ids))

    def _write(self, documents: Sequence[Document], fingerprints: Sequence[str]) -> None:
        if documents:
            encoded = self.encoder.encode_documents(documents)
            self.store.write(
                [
                    Entry(document, tuple(passages), print_)
                    for document, passages, print_ in zip(documents, encoded, fingerprints, strict=True)
                ]
            )

    def _fingerprint(self, document: Document) -> str:
        content = [
            document.title,
            document.text,
            document.url,
            document.fields,
            document.time,
            document.group,
        ]
        digest = hashlib.sha256(
            json.dumps(content, sort_keys=True, default=str).encode("utf-8", "surrogatepass")
        )
        digest.update(self.encoder.fingerprint.encode())
        return digest.hexdigest()[:32]

    # --- searching -----------------------------------------------------------------------------

    @property
    def schema(self) -> Schema:
        """The fields of the documents, with their types and values."""
        return self.store.schema

    def parse(self, instruction: str, query: str = "", *, as_of: datetime | None = None) -> Parsed:
        """What the instruction asks of this store's documents."""
        now = as_of or datetime.now(UTC)
        return self.parser.parse(instruction, query=query, schema=self.schema, now=now)

    def search(
        self,
        query: str,
        instruction: str = "",
        *,
        k: int = 10,
        as_of: datetime | None = None,
        mode: Mode = "balanced",
        filters: str | Criteria | None = None,
        criteria: str | Criteria | None = None,
        standing: str = "",
        only: Sequence[str] | None = None,
        on_event: OnEvent | None = None,
    ) -> Answer:
        """The k best documents for a query under an instruction, each with its ledger.

        `filters` (criteria notation) are trusted and exact: nothing in the instruction loosens them.
        `criteria` replace parsing; `only` searches just these documents; `as_of` is the clock, and hides
        what was written or superseded later. `on_event` is told what is planned and then each step as it
        ends; what it raises ends the search.
        Errors  InputError, CriteriaError, SchemaError before anything is searched
        """
        need = Need(query, instruction, as_of, standing or self.standing, _criteria(filters, "filter"))
        trace = Trace(on_event)
        with trace.step("parse") as count:
            parsed, request = self._request(
                need, _criteria(criteria, "given") if criteria is not None else None
            )
            request = replace(request, mode=_mode(mode), k=_positive(k), only=only)
            count.value = len(request.criteria)
        doubts = (*contradictions(request.criteria), *unheard(request.criteria, self.schema))
        notes = (*parsed.notes, *doubts)
        trace.tell(Planned(need, parsed, request.criteria, mode, notes))
        parts = replace(self._parts(request), reranker=self.reranker, rerank_top=self.rerank_top)
        outcome = execute(parts, request, trace)
        return Answer(
            need=need,
            parsed=parsed,
            criteria=request.criteria,
            hits=outcome.hits,
            mode=mode,
            removed=outcome.removed,
            relax=outcome.relax,
            notes=notes,
            trace=tuple(trace.steps),
            took_ms=trace.took_ms,
        )

    def rank(
        self,
        query: str,
        instruction: str = "",
        ids: Sequence[str] = (),
        *,
        as_of: datetime | None = None,
        mode: Mode = "rank",
    ) -> dict[str, float]:
        """A score for each of exactly these documents, by the criteria and without the reranker; in the modes
        that remove, those that are removed come last."""
        _, request = self._request(Need(query, instruction, as_of, self.standing), None)
        request = replace(request, mode="rank", k=max(len(ids), 1), only=tuple(ids))
        everything = execute(self._parts(request), request, Trace())
        if _mode(mode) == "rank":
            return dict(everything.scores)
        kept = execute(self._parts(request), replace(request, mode=mode), Trace())
        return {
            identifier: score if _kept(kept, identifier) else score + REMOVED
            for identifier, score in everything.scores.items()
        }

    def _request(self, need: Need, given: Criteria | None) -> tuple[Parsed, Request]:
        if need.as_of is not None and not isinstance(need.as_of, datetime):
            raise InputError(
                f"as_of is an instant, as in datetime(2024, 6, 30, tzinfo=UTC); found {need.as_of!r}."
            )
        if not need.query.strip() and not need.instruction.strip() and not given:
            raise InputError("There is nothing to search for: the query and the instruction are both empty.")
        now = need.as_of or datetime.now(UTC)
        parsed = Parsed(need.instruction)
        told = _told(need, given)
        if given is None:
            parsed = self.parser.parse(need.instruction, query=need.query, schema=self.schema, now=now)
            standing = self._standing(need, now)
            given = Criteria((*parsed.criteria, *standing.criteria))
            parsed = replace(parsed, notes=(*parsed.notes, *standing.notes))
        criteria, notes = self._at(need, check(given, self.schema))
        filters = check(need.filters, self.schema)
        loose = [criterion for criterion in filters if not (criterion.hard and criterion.exact)]
        if loose:
            raise CriteriaError(
                "Filters must be rules that a program decides (hard field, time, mentions or form); found "
                f"{loose[0].polarity} {loose[0].kind}. Put that into the instruction or the criteria instead."
            )
        parsed = replace(parsed, notes=(*parsed.notes, *notes))
        return parsed, Request(need.query, criteria, filters, "balanced", 10, now, told=told)

    def _standing(self, need: Need, now: datetime) -> Parsed:
        """The standing instruction, read like any other; its spans are not of the need's instruction."""
        if not need.standing:
            return Parsed("")
        read_ = self.parser.parse(need.standing, query=need.query, schema=self.schema, now=now)
        criteria = tuple(replace(criterion, source="standing", span=None) for criterion in read_.criteria)
        notes = tuple(Note(None, f"of the standing instruction: {note.why}") for note in read_.notes)
        return replace(read_, criteria=Criteria(criteria), notes=notes)

    def _at(self, need: Need, criteria: Criteria) -> tuple[Criteria, tuple[Note, ...]]:
        # An explicit instant is a promise that nothing later is shown; where no document has a time
        # that promise would empty every answer, so it is shown as not enforced instead.
        if need.as_of is None:
            return criteria, ()
        if not self.schema.time_field:
            why = "as-of not enforced: no document of this store has a time; it only sets the clock"
            return criteria, (Note(None, why),)
        return Criteria((*criteria, Criterion("want", AsOf(need.as_of), source="given"))), ()

    def _parts(self, request: Request) -> Parts:
        superseded = {
            leaf.instant: frozenset(self.store.superseded(leaf.instant))
            for criterion in request.criteria
            for leaf in conditions(effective(criterion))
            if isinstance(leaf, AsOf)
        }
        time = TimeJudge(self.schema.time_field, superseded)
        return Parts(self.store, self.encoder, [*self._judges, time])

    # --- housekeeping --------------------------------------------------------------------------

    def status(self) -> dict[str, Any]:
        """What the store holds and what it was made with."""
        return {
            "documents": self.schema.documents,
            "time_field": self.schema.time_field,
            "fields": dict(self.schema.fields),
            "encoder": self.encoder.name,
            **({"judge": self.fitted.says()} if self.fitted else {}),
            **getattr(self.store, "status", dict)(),
        }

    def close(self) -> None:
        """Give the store back, so that another process can open it."""
        self.store.close()

    def __enter__(self) -> Engine:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self.close()


def open(
    path: str | Path,
    *,
    create: bool = True,
    encoder: Encoder | None = None,
    types: Mapping[str, FieldType] | None = None,
    time_field: str | None = None,
    standing: str = "",
    reranker: Reranker | None = None,
    rerank_top: int = RERANK_TOP,
    fitted: bool = True,
) -> Engine:
    """Open the store at `path`, making it if it is not there, with the packaged encoder unless told.

    `types` and `time_field` override what is inferred about fields; without `fitted`, the judge has the
    packaged weights though `adhere train` made others.
    Errors  StoreMissing (with create=False), StoreLocked, StoreMismatch
    """
    from adhere.encode import load
    from adhere.store.edge import open_store

    encoder = encoder or load()
    store = open_store(
        path,
        encoder_name=encoder.name,
        encoder_fingerprint=encoder.fingerprint,
        dimension=encoder.dimension,
        create=create,
        types=types,
        time_field=time_field,
    )
    try:
        found = (
            fits.load(Path(path), reader=default_reader().fingerprint, encoder=encoder.fingerprint)
            if fitted
            else None
        )
    except AdhereError:
        store.close()
        raise
    return Engine(
        store,
        encoder,
        standing=standing,
        time_field=time_field,
        reranker=reranker,
        rerank_top=rerank_top,
        fitted=found,
    )


def default_judges(store: Store, encoder: Encoder, fitted: Fitted | None = None) -> list[Judge]:
    """One judge per kind; the judge of time is made per search, for it knows what had been superseded."""
    weights = fitted.weights if fitted else None
    about = ReadingJudge(clause_judge(store, encoder), default_reader(), weights)
    return [about, FieldJudge(lambda: store.schema), MentionsJudge(), FormJudge()]


def clause_judge(store: Store, encoder: Encoder) -> ClauseJudge:
    """The judge of meaning that does not read, in the word statistics of this store."""

    def words(ids: Sequence[str], texts: Sequence[str]) -> dict[str, list[float]]:
        rows: dict[str, list[float]] = {identifier: [] for identifier in ids}
        blank = np.zeros(encoder.dimension, np.float32)  # no formula here asks for meaning
        for text in texts:
            scores = store.score(ids, [Clause(blank, text)], Words(0))
            for identifier in ids:
                rows[identifier].append(scores[identifier])
        return rows

    return ClauseJudge(encoder, words)


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    iterator = iter(documents)
    while batch := list(islice(iterator, BATCH)):
        yield batch


def _criteria(given: str | Criteria | None, source: Any) -> Criteria:
    criteria = read(given) if isinstance(given, str) else given or Criteria()
    return Criteria(tuple(replace(criterion, source=source) for criterion in criteria))


def _told(need: Need, given: Criteria | None) -> str:
    # Given criteria replace the instruction, whose words may say otherwise by now.
    if given is not None:
        return ". ".join(says(criterion) for criterion in given)
    return "\n".join(text for text in (need.instruction, need.standing) if text)


def _mode(mode: Mode) -> Mode:
    if mode not in MODES:
        raise InputError(f"There is no mode {mode!r}; the modes are {', '.join(MODES)}.")
    return mode


def _positive(k: int) -> int:
    if not isinstance(k, int) or k < 1:
        raise InputError(f"k is the number of hits, a whole number of at least 1; found {k!r}.")
    return k


def _kept(outcome: Outcome, identifier: str) -> bool:
    return identifier in outcome.scores
