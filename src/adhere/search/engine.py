"""The engine: documents in, instructed searches out. One object behind every surface."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from adhere.encode.protocol import Encoder
from adhere.errors import AdhereError
from adhere.judge import fitted as fits
from adhere.judge.cross import default_reader
from adhere.judge.fitted import Fitted
from adhere.judge.protocol import Judge
from adhere.judge.time import TimeJudge
from adhere.need import Answer, AsOf, Criteria, Document, Mode, Need, Parsed
from adhere.parse import default_parser
from adhere.parse.language import contradictions, unheard
from adhere.parse.protocol import Parser
from adhere.rerank.protocol import Reranker
from adhere.schema import FieldType, Schema
from adhere.search import indexing
from adhere.search.execute import REMOVED, RERANK_TOP, Parts, Request, execute
from adhere.search.explain import barred
from adhere.search.indexing import Added
from adhere.search.judges import default_judges
from adhere.search.request import count_of, criteria_from, mode_of, request_of, text_of
from adhere.search.trace import OnEvent, Planned, Trace
from adhere.store.check import ids_of
from adhere.store.protocol import TIME, Store


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

    def add(self, documents: Iterable[Document], *, progress: indexing.Told | None = None) -> Added:
        """Insert or replace documents; those whose content has not changed are not encoded again.

        A document is saved when `progress` counts it as saved, and all are when this returns.
        """
        return indexing.add(
            self.store, self.encoder, documents, time_field=self.time_field, progress=progress
        )

    def sync(
        self,
        documents: Iterable[Document],
        *,
        within: Callable[[Document], bool] = lambda _: True,
        progress: indexing.Told | None = None,
    ) -> Added:
        """Like `add`, and then delete the stored documents `within` the source that were not among them."""
        return indexing.sync(
            self.store,
            self.encoder,
            documents,
            within=within,
            time_field=self.time_field,
            progress=progress,
        )

    def delete(self, ids: Iterable[str]) -> int:
        """Number of documents that were there and are gone.

        Errors  InputError for one string: the ids of one document are ["22"], not "22"
        """
        return self.store.delete(ids_of(ids))

    # --- searching -----------------------------------------------------------------------------

    @property
    def schema(self) -> Schema:
        """The fields of the documents, with their types and values."""
        return self.store.schema

    def parse(self, instruction: str, query: str = "", *, as_of: datetime | None = None) -> Parsed:
        """What the instruction asks of this store's documents."""
        now = as_of or datetime.now(UTC)
        text_of(instruction, "the instruction")
        text_of(query, "the query")
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
        need = Need(query, instruction, as_of, standing or self.standing, criteria_from(filters, "filter"))
        within = None if only is None else ids_of(only, "only")
        trace = Trace(on_event)
        with trace.step("parse") as count:
            given = None if criteria is None else criteria_from(criteria, "given")
            parsed, request = self._request(need, given)
            request = replace(request, mode=mode_of(mode), k=count_of(k), only=within)
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
            notes=(*notes, *([barred(need.filters)] if outcome.barred else []), *outcome.notes),
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
        ids = ids_of(ids)
        _, request = self._request(Need(query, instruction, as_of, self.standing), None)
        request = replace(request, mode="rank", k=max(len(ids), 1), only=tuple(ids))
        everything = execute(self._parts(request), request, Trace())
        if mode_of(mode) == "rank":
            return dict(everything.scores)
        kept = execute(self._parts(request), replace(request, mode=mode), Trace())
        able = kept.scores.keys() - kept.taken
        return {
            identifier: score if identifier in able else score + REMOVED
            for identifier, score in everything.scores.items()
        }

    def _request(self, need: Need, given: Criteria | None) -> tuple[Parsed, Request]:
        return request_of(need, given, parser=self.parser, schema=self.schema)

    def _parts(self, request: Request) -> Parts:
        superseded = {
            leaf.instant: frozenset(self.store.superseded(leaf.instant))
            for leaf in request.leaves
            if isinstance(leaf, AsOf)
        }
        named = self.schema.time_field
        time = TimeJudge("" if named == TIME else named, superseded)
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

    `types` and `time_field` override what is inferred about fields, now and when the store is opened again;
    without `fitted`, the judge has the packaged weights though `adhere train` made others.
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
        time_field=store.manifest.time_field,  # that of this call, or of one before
        reranker=reranker,
        rerank_top=rerank_top,
        fitted=found,
    )
