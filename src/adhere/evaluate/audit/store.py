"""The audit of a store: its documents, and its vectors, which need not be made again."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import partial
from pathlib import Path
from typing import Any

from adhere.encode.protocol import Array, Encoded, Encoder
from adhere.errors import InputError, SchemaError
from adhere.evaluate.audit.exam import as_benchmark, examine, without
from adhere.evaluate.audit.export import export
from adhere.evaluate.audit.facets import KINDS, hideable
from adhere.evaluate.audit.needs import make_needs
from adhere.evaluate.audit.report import Setting, audit_to_json, failures_to_json, worst
from adhere.evaluate.audit.truth import Truth
from adhere.evaluate.audit.wordings import Half
from adhere.evaluate.moves import moves
from adhere.evaluate.run import Progress
from adhere.evaluate.systems import Systems
from adhere.need import Document
from adhere.search.engine import Engine


def audit_store(
    engine: Engine,
    systems: Sequence[str],
    *,
    count: int = 100,
    seed: int = 0,
    hidden: str | None = None,
    wordings: Half = "never-shown",
    export_to: Path | None = None,
    kinds: Collection[str] = KINDS,
    progress: Progress | None = None,
) -> dict[str, Any]:
    """The whole audit of an engine's store, as JSON: `report.audit_to_json` with "headline" (the first
    system), its ten worst "failures" and "slopes": where its documents went.

    `hidden` None chooses the field that the systems must not see, "" hides none. The systems run over a
    copy of the documents in memory, with the vectors of the store and the weights of its judge. Of the
    needs made, those of the `kinds` are run; of these, those with a right document are exported.
    Errors  SchemaError for a hidden field that is not there, InputError for a store too small
    """
    documents, schema = documents_of(engine), engine.schema
    hidden = hideable(Truth(documents, schema)) if hidden is None else hidden
    if hidden and hidden not in schema:
        raise SchemaError(
            f"There is no field {hidden!r} to hide. Fields: {', '.join(schema.fields) or 'none'}."
        )
    needs = make_needs(documents, schema, seed=seed, count=count, wordings=wordings, hidden=hidden)
    needs = [need for need in needs if need.kind in kinds]
    if not needs:
        raise InputError(f"None of {count} needs is of the kind {' or '.join(kinds)}. Ask for more needs.")
    seen = without(documents, hidden)
    exam = as_benchmark(needs, seen, name="audit")
    if export_to is not None:
        # as in our own means: where nothing is right, no ranking is better than another
        answerable = [need for need in needs if not need.no_answer]
        export(as_benchmark(answerable, seen, name="audit"), export_to)
    made = Systems(new=partial(Engine.in_memory, Stored(engine), fitted=engine.fitted)).several(systems)
    found = examine(needs, seen, made, progress=progress)
    first = found[1]
    failed = worst(needs, first)
    return {
        **audit_to_json(Setting(len(documents), seed, wordings, hidden, count), needs, found),
        "headline": first.row.system,
        "failures": failures_to_json(failed, first.run, first.answers, {d.id: d for d in seen}),
        "slopes": {"audit": {"system": first.row.system, "moves": moves(exam.judgements, first.run)}},
    }


def documents_of(engine: Engine) -> list[Document]:
    """Every document of an engine's store, by id."""
    found = engine.store.get(sorted(engine.store.fingerprints()))
    return [found[identifier] for identifier in sorted(found)]


class Stored:
    """An encoder that has the documents of a store encoded already. Fields take no part in a vector, so
    it serves for the copies without the hidden field too."""

    def __init__(self, engine: Engine) -> None:
        self.name = engine.encoder.name
        self.dimension = engine.encoder.dimension
        self.fingerprint = engine.encoder.fingerprint
        self._encoder: Encoder = engine.encoder
        self._store = engine.store

    def encode_documents(self, documents: Sequence[Document]) -> Iterator[list[Encoded]]:
        for start in range(0, len(documents), 256):
            batch = documents[start : start + 256]
            found = self._store.candidates([document.id for document in batch])
            for document in batch:
                yield list(found[document.id].passages)

    def encode_queries(self, texts: Sequence[str]) -> Array:
        """Shapes  n texts -> (n, H)"""
        return self._encoder.encode_queries(texts)
