"""How does a document lie in the engine? As one point per passage; the first one carries the document.

Every point has what filters and BM25 need. A field is kept under every type its values read as, so a
column that turns out to hold versions and not numbers needs no rewriting: only the key that is asked.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

import numpy as np
import qdrant_edge as engine

from adhere.encode.protocol import Candidate, Encoded
from adhere.form import form_features
from adhere.need import Document, Passage
from adhere.schema import FieldInfo, FieldType
from adhere.store.bm25 import words_of
from adhere.store.memory import sentences_of
from adhere.store.protocol import FORM, TIME, Entry
from adhere.store.record import from_json, to_json
from adhere.values import Raw, flatten, kept, written
from adhere.words import terms

DOCUMENT, NUMBER, STAMP = "document", "number", "stamp"
WORDS, TERMS = "words", "terms"  # tokens, where phrases are matched; terms, which BM25 counts
RECORD, FINGERPRINT, PASSAGES = "record", "fingerprint", "passages"
DENSE, SENTENCES = "dense", "sentences"
_READINGS: tuple[FieldType, ...] = ("keyword", "number", "version", "date", "boolean")


def key_of(name: str, info: FieldInfo | None) -> str:
    """The payload key that holds a field under its present type; `info` is None for reserved names."""
    kind = "own" if info is None else "list" if info.split else info.type
    return f"{kind}_{_plain(name)}"


def points(entry: Entry, stamp: str) -> Iterator[engine.Point]:
    """The points of a document, the first passage last: a document without it is not there.

    `stamp` names this writing of the document; it is part of the ids, so that a new version stands
    beside the old one until that is deleted.
    """
    document = entry.document
    shared = {DOCUMENT: document.id, STAMP: stamp, **_filterable(document)}
    words = words_of(document, [encoded.passage for encoded in entry.passages])
    for position in range(len(entry.passages) - 1, -1, -1):
        encoded = entry.passages[position]
        payload = {
            **shared,
            NUMBER: position,
            WORDS: " ".join(words[position]),
            TERMS: " ".join(terms(words[position])),
            **_window(encoded, document),
        }
        if position == 0:
            payload |= {
                RECORD: to_json(document),
                FINGERPRINT: entry.fingerprint,
                PASSAGES: len(entry.passages),
            }
        vectors: Any = {
            DENSE: encoded.vector.tolist(),
            SENTENCES: sentences_of(encoded.sentences, encoded.vector).tolist(),
        }
        yield engine.Point(point_id(document.id, stamp, position), vectors, payload)


def point_id(document: str, stamp: str, position: int) -> UUID:
    return uuid5(NAMESPACE_URL, f"{stamp}/{position}/{document}")


def candidate(records: Iterable[engine.Record]) -> Candidate:
    """A document with its passages and vectors, from all of its points."""
    ordered = sorted(
        ((record.payload or {}, record.vector) for record in records), key=lambda p: p[0][NUMBER]
    )
    document = from_json(ordered[0][0][RECORD])
    return Candidate(document, tuple(_encoded(document, payload, vector) for payload, vector in ordered))


def iso(instant: datetime) -> str:
    """An instant as the engine reads it, to the microsecond."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ").rjust(27, "0")


@lru_cache(maxsize=4096)
def _plain(name: str) -> str:
    # Brackets, dots and quotes would be path syntax to the engine.
    return "".join(c if c.isascii() and c.isalnum() else f"-{ord(c):x}-" for c in name)


def _filterable(document: Document) -> dict[str, Any]:
    payload: dict[str, Any] = {}
    for name, raws in flatten(document.fields).items():
        for type in _READINGS:
            _keep(payload, key_of(name, FieldInfo(name, type)), raws, type)
        _keep(payload, key_of(name, FieldInfo(name, "keyword", split=True)), raws, "keyword", split=True)
    for feature, value in form_features(document).items():
        payload[key_of(FORM + feature, None)] = [written(value) if isinstance(value, bool) else value]
    if document.time:
        payload[key_of(TIME, None)] = [iso(document.time)]
    return payload


def _keep(
    payload: dict[str, Any], key: str, raws: list[Raw], type: FieldType, *, split: bool = False
) -> None:
    values = [value for raw in raws for value in kept(raw, type, split=split)]
    if type == "date":
        # Newest first: a decay reads the first date of a list.
        payload[key] = sorted((iso(v) for v in values if isinstance(v, datetime)), reverse=True)
    else:
        # The engine's binding takes True for the number 1, so booleans are words to it.
        payload[key] = list(dict.fromkeys(written(v) if isinstance(v, bool) else v for v in values))
    if not payload[key]:
        del payload[key]


def _window(encoded: Encoded, document: Document) -> dict[str, Any]:
    passage = encoded.passage
    end = passage.start + len(passage.text)
    window: dict[str, Any] = {
        "passage": passage.number,
        "start": passage.start,
        "end": end,
        "spans": [offset for span in passage.sentences for offset in span],
    }
    if document.text[passage.start : end] != passage.text:
        window["text"] = passage.text
    return window


def _encoded(document: Document, payload: Mapping[str, Any], vectors: Any) -> Encoded:
    spans = payload["spans"]
    passage = Passage(
        document.id,
        payload["passage"],
        payload.get("text", document.text[payload["start"] : payload["end"]]),
        payload["start"],
        tuple(zip(spans[::2], spans[1::2], strict=True)),
    )
    vector = np.asarray(vectors[DENSE], np.float32)
    sentences = np.asarray(vectors[SENTENCES], np.float32)[: len(passage.sentences)]
    return Encoded(passage, vector, sentences)
