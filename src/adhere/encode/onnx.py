"""The encoder that works offline on first run: a small BERT in int8 on onnxruntime, shipped in the package.

Each passage is one run without padding: on a CPU that is as fast as batches, and a text's vectors depend on
nothing but the text. Passages run side by side, one per thread.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache, lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from adhere.encode.pool import pooled, unit
from adhere.encode.protocol import Array, Encoded
from adhere.encode.split import windows
from adhere.errors import ModelError
from adhere.model import opened, verify
from adhere.need import Document, Passage, Span
from adhere.render import TEMPLATE, passage_text, query_text

PACKAGED = Path(__file__).parent.parent / "models" / "minilm"

_SURROGATE = re.compile("[\ud800-\udfff]")


@cache
def default_encoder() -> OnnxEncoder:
    """The packaged model, loaded once per process."""
    return OnnxEncoder(PACKAGED)


class OnnxEncoder:
    """Encodes documents and queries with a folder written by `adhere.train.export`.

    `threads` None means one per core that this process may use. Safe to share between threads.
    Errors  ModelError if a file is missing, damaged, or made for another text template
    """

    def __init__(self, folder: Path | str, *, threads: int | None = None) -> None:
        manifest = _verified(Path(folder))
        self.name: str = manifest["name"]
        self.dimension: int = manifest["dimension"]
        self.fingerprint: str = _fingerprint(manifest)
        self.threads = threads or _cores()
        self._max_tokens: int = manifest["max_tokens"]
        self._overlap: int = manifest["overlap"]
        self._tokenizer, self._session = opened(Path(folder), manifest)
        self._tokenizer.enable_truncation(self._max_tokens)
        # A clause is asked for by the program, by the judges, and again by the next search.
        self._mean = lru_cache(maxsize=1024)(self._query_mean)

    def encode_documents(self, documents: Iterable[Document]) -> Iterator[list[Encoded]]:
        """For each document in order its passages with their vectors; reads only a few passages ahead."""
        encoded = self._side_by_side(self._passages(documents))
        for _, group in groupby(encoded, key=itemgetter(0)):
            yield [one for _, one in group]

    def encode_queries(self, texts: Sequence[str]) -> Array:
        """One unit vector per query or clause. Shapes  n texts -> (n, H)"""
        means = [self._mean(query_text(text)) for text in texts]
        return unit(np.stack(means)) if means else np.empty((0, self.dimension), np.float32)

    def _query_mean(self, text: str) -> Array:
        mean: Array = self._states(self._tokens(text).ids).mean(axis=0)
        return mean

    def encode_tokens(self, text: str) -> tuple[list[Span], Array]:
        """Spans of the word pieces of a text, and a unit vector for each. Shapes  T pieces -> (T, H)"""
        tokens = self._tokens(text)
        states = self._states(tokens.ids)
        pieces = [at for at, special in enumerate(tokens.special_tokens_mask) if not special]
        return [tokens.offsets[at] for at in pieces], unit(states[pieces])

    def _passages(self, documents: Iterable[Document]) -> Iterator[tuple[int, str, Passage]]:
        """Number of the document, its title as the model sees it, and a passage."""
        for number, document in enumerate(documents):
            size = self._max_tokens - self._tokenizer.num_special_tokens_to_add(False)
            title, passages = windows(document, self._spans, size=size, overlap=self._overlap)
            for passage in passages:
                yield number, title, passage

    def _side_by_side(self, numbered: Iterable[tuple[int, str, Passage]]) -> Iterator[tuple[int, Encoded]]:
        """Encode passages on all threads and yield them in order, with a bounded number under way."""
        waiting: deque[tuple[int, Future[Encoded]]] = deque()
        with ThreadPoolExecutor(self.threads) as pool:
            for number, title, passage in numbered:
                waiting.append((number, pool.submit(self._encode, title, passage)))
                if len(waiting) > 4 * self.threads:
                    ready, future = waiting.popleft()
                    yield ready, future.result()
            for ready, future in waiting:
                yield ready, future.result()

    def _encode(self, title: str, passage: Passage) -> Encoded:
        tokens = self._tokens(passage_text(title, passage.text))
        prefix = len(passage_text(title, ""))
        return pooled(passage, self._states(tokens.ids), tokens.offsets, prefix=prefix)

    def _states(self, ids: list[int]) -> Array:
        """The model's last hidden states of one text. Shapes  T token ids -> (T, H)"""
        row = np.asarray([ids], dtype=np.int64)
        feed = {"input_ids": row, "token_type_ids": np.zeros_like(row)}
        states: Array = self._session.run(["tokens"], feed)[0][0]
        return states

    def _tokens(self, text: str) -> Any:
        return self._tokenizer.encode(_printable(text))

    def _spans(self, text: str) -> list[Span]:
        """Spans of all tokens of a text of any length."""
        whole = self._tokenizer.encode(_printable(text), add_special_tokens=False)
        spans: list[Span] = whole.offsets
        for rest in whole.overflowing:
            spans.extend(rest.offsets)
        return spans


def _printable(text: str) -> str:
    """Lone surrogates, which no tokenizer takes, as replacement characters: as many code points as before."""
    return _SURROGATE.sub("\ufffd", text)


def _verified(folder: Path) -> dict[str, Any]:
    """The manifest of a model folder, after every file was compared with its checksum."""
    remedy = (
        "Reinstall adhere"
        if folder == PACKAGED
        else f"Write the folder again with: python -m adhere.train.export MODEL {folder}"
    )
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text())
        verify(folder, manifest, remedy=remedy)
    except FileNotFoundError as error:
        raise ModelError(f"The model file {error.filename} is missing. {remedy}.") from None
    except (KeyError, ValueError) as error:
        raise ModelError(f"{folder / 'manifest.json'} cannot be read: {error!r}. {remedy}.") from error
    if manifest["template"] != TEMPLATE:
        raise ModelError(
            f"{folder} was made for the text template {manifest['template']!r}, "
            f"and this version of adhere renders {TEMPLATE!r}. {remedy}."
        )
    return manifest


def _fingerprint(manifest: dict[str, Any]) -> str:
    """Changes whenever the vectors may; where the table of words is kept makes no difference to them."""
    told = dict(manifest)
    if words := told.pop("words", None):
        told["sha256"] = told["sha256"] | {"model.onnx": words["whole"]}
    return hashlib.sha256(json.dumps(told, sort_keys=True).encode()).hexdigest()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
