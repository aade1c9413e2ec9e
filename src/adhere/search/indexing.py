"""Documents into a store: what changed is encoded and saved, batch by batch."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice

from adhere.encode.protocol import Encoder
from adhere.need import Document
from adhere.store.check import check_document, several
from adhere.store.infer import dated
from adhere.store.protocol import Entry, Store

BATCH = 64
"""Documents that are encoded and saved together."""


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


_NEEDED = "A list of documents is needed, found {}. One is a list of one."
Told = Callable[[Progress], None]


def add(
    store: Store,
    encoder: Encoder,
    documents: Iterable[Document],
    *,
    time_field: str | None = None,
    progress: Told | None = None,
) -> Added:
    """Insert or replace documents; those whose content has not changed are not encoded again."""
    several(documents, _NEEDED)
    total = len(documents) if isinstance(documents, Sequence) else None
    known = dict(store.fingerprints())
    new = changed = unchanged = done = 0
    for batch in _batches(dated(document, time_field) for document in _checked(documents)):
        prints = {document.id: fingerprint(document, encoder) for document in batch}
        fresh = {one.id: one for one in batch if known.get(one.id) != prints[one.id]}
        _write(store, encoder, list(fresh.values()), prints)
        new += sum(identifier not in known for identifier in fresh)
        changed += sum(identifier in known for identifier in fresh)
        unchanged += len(batch) - len(fresh)
        known.update({identifier: prints[identifier] for identifier in fresh})
        done += len(batch)
        if progress:
            progress(Progress(done, total, done))
    return Added(new, changed, unchanged)


def sync(
    store: Store,
    encoder: Encoder,
    documents: Iterable[Document],
    *,
    within: Callable[[Document], bool],
    time_field: str | None = None,
    progress: Told | None = None,
) -> Added:
    """Like `add`, and then delete the stored documents `within` the source that were not among them."""
    seen: set[str] = set()
    several(documents, _NEEDED)

    def watched() -> Iterator[Document]:
        for document in _checked(documents):
            seen.add(document.id)
            yield document

    added = add(store, encoder, watched(), time_field=time_field, progress=progress)
    missing = [identifier for identifier in store.fingerprints() if identifier not in seen]
    gone = [identifier for identifier, document in store.get(missing).items() if within(document)]
    return replace(added, removed=store.delete(gone) if gone else 0)


def fingerprint(document: Document, encoder: Encoder) -> str:
    """Changes whenever the document or the vectors of its text would."""
    content = [document.title, document.text, document.url, document.fields, document.time, document.group]
    told = json.dumps(content, sort_keys=True, default=str)
    digest = hashlib.sha256(told.encode("utf-8", "surrogatepass"))
    digest.update(encoder.fingerprint.encode())
    return digest.hexdigest()[:32]


def _checked(documents: Iterable[Document]) -> Iterator[Document]:
    for document in documents:
        check_document(document)
        yield document


def _write(store: Store, encoder: Encoder, documents: Sequence[Document], prints: dict[str, str]) -> None:
    if documents:
        encoded = encoder.encode_documents(documents)
        store.write(
            [
                Entry(document, tuple(passages), prints[document.id])
                for document, passages in zip(documents, encoded, strict=True)
            ]
        )


def _batches(documents: Iterable[Document]) -> Iterator[list[Document]]:
    iterator = iter(documents)
    while batch := list(islice(iterator, BATCH)):
        yield batch
