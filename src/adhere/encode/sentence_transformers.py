"""Any sentence-transformers model as an encoder: a local folder or a hub id. Needs the extra `models`.

The passage vector is the model's own sentence embedding. A sentence's vector is the mean of its token states,
which fits models that pool by mean; of others (CLS, last token) it is an approximation.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby, islice
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np

from adhere.encode.pool import pooled, unit
from adhere.encode.protocol import Array, Encoded
from adhere.encode.split import windows
from adhere.errors import ModelError, require
from adhere.need import Document, Passage, Span
from adhere.render import TEMPLATE, passage_text, query_text


class SentenceTransformersEncoder:
    """Encodes with torch, in batches; the model's own prompts for queries and documents are put before them.

    `max_tokens` None takes the model's maximum, at most 512. `device` is torch's; None lets it choose.
    Errors  MissingExtra without sentence-transformers, ModelError for a model that gives no token states
    """

    def __init__(
        self,
        model: Path | str,
        *,
        max_tokens: int | None = None,
        overlap: int = 48,
        batch: int = 32,
        device: str | None = None,
    ) -> None:
        self._model = loaded("SentenceTransformer", str(model), device=device)
        if not self._model.tokenizer.is_fast:
            raise ModelError(f"{model} has no fast tokenizer, so tokens cannot be traced back to the text.")
        self.name = str(model)
        self._query_prompt, self._document_prompt = _prompts(self._model)
        self._max_tokens = max_tokens or min(self._model.max_seq_length or 512, 512)
        self._model.max_seq_length = self._max_tokens
        self._overlap, self._batch = overlap, batch
        self.dimension: int = self._model.get_embedding_dimension()
        self.fingerprint = self._fingerprint()

    def encode_documents(self, documents: Iterable[Document]) -> Iterator[list[Encoded]]:
        """For each document in order its passages with their vectors; reads one batch of passages ahead."""
        encoded = self._batches(self._passages(documents))
        for _, group in groupby(encoded, key=itemgetter(0)):
            yield [one for _, one in group]

    def encode_queries(self, texts: Sequence[str]) -> Array:
        """One unit vector per query or clause. Shapes  n texts -> (n, H)"""
        if not texts:
            return np.empty((0, self.dimension), np.float32)
        rendered = [self._query_prompt + query_text(text) for text in texts]
        return unit(self._model.encode(rendered, prompt="", batch_size=self._batch, show_progress_bar=False))

    def _passages(self, documents: Iterable[Document]) -> Iterator[tuple[int, str, Passage]]:
        """Number of the document, its title as the model sees it, and a passage."""
        taken = len(self._model.tokenizer(self._document_prompt)["input_ids"])
        for number, document in enumerate(documents):
            size = self._max_tokens - taken
            title, passages = windows(document, self._spans, size=size, overlap=self._overlap)
            for passage in passages:
                yield number, title, passage

    def _batches(self, numbered: Iterator[tuple[int, str, Passage]]) -> Iterator[tuple[int, Encoded]]:
        # A few batches at a time, so that sorting by length inside the library has something to sort.
        while chunk := list(islice(numbered, 8 * self._batch)):
            texts = [self._document_prompt + passage_text(title, passage.text) for _, title, passage in chunk]
            features = self._model.encode(
                texts, output_value=None, prompt="", batch_size=self._batch, show_progress_bar=False
            )
            for (number, title, passage), text, feature in zip(chunk, texts, features, strict=True):
                prefix = len(self._document_prompt + passage_text(title, ""))
                yield number, self._encoded(passage, text, feature, prefix)

    def _encoded(self, passage: Passage, text: str, feature: dict[str, Any], prefix: int) -> Encoded:
        own = unit(feature["sentence_embedding"].float().cpu().numpy())
        kept = feature["attention_mask"].bool().cpu().numpy()
        states = feature["token_embeddings"].float().cpu().numpy()[kept]
        spans = self._model.tokenizer(
            text, truncation=True, max_length=self._max_tokens, return_offsets_mapping=True
        )["offset_mapping"]
        if states.shape[1] != self.dimension or len(spans) != len(states):
            raise ModelError(
                f"{self.name} gives {states.shape[0]} token states of {states.shape[1]} dimensions for "
                f"{len(spans)} tokens and vectors of {self.dimension}: its sentences cannot be told apart. "
                "Use a model without a projection after pooling."
            )
        return pooled(passage, states, spans, prefix=prefix, vector=own)

    def _spans(self, text: str) -> list[Span]:
        coded = self._model.tokenizer(
            text, add_special_tokens=False, return_offsets_mapping=True, verbose=False
        )
        spans: list[Span] = coded["offset_mapping"]
        return spans

    def _fingerprint(self) -> str:
        """Hash of the weights and of all that shapes a vector."""
        shape = [TEMPLATE, self._max_tokens, self._overlap, self._query_prompt, self._document_prompt]
        digest = hashlib.sha256(json.dumps([*shape, str(self._model)]).encode())
        for name, weights in sorted(self._model.state_dict().items()):
            digest.update(name.encode())
            digest.update(weights.detach().float().cpu().numpy().tobytes())
        return digest.hexdigest()


def loaded(kind: str, model: str, *, device: str | None = None, **options: Any) -> Any:
    """A model by local folder or hub id; `kind` is a class of sentence-transformers.

    Errors  MissingExtra without the library, ModelError if nothing of that kind loads
    """
    library = require("sentence_transformers", feature=f"The model {model!r}", extra="models")
    try:
        return getattr(library, kind)(model, device=device, **options)
    except (OSError, ValueError) as error:
        raise ModelError(
            f"No sentence-transformers model could be loaded from {model!r} as a {kind}: {error}\n"
            "Give a local folder, or a hub id that this machine can reach."
        ) from error


def _prompts(model: Any) -> tuple[str, str]:
    """What the model wants before a query and before a document; empty where its authors say nothing."""
    prompts = model.prompts
    document = next((prompts[name] for name in ("document", "passage", "corpus") if prompts.get(name)), "")
    return prompts.get("query") or "", document
