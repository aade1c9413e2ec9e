"""Reads a query, some criteria and some sentences in one run of a small BERT: does each criterion hold?

Runs a folder that `python -m adhere.train.judge_export` wrote. The head is a few small matrices and stays in
numpy; `adhere.train.judge_model` says what it computes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from adhere.encode.protocol import Array
from adhere.errors import ModelError
from adhere.judge import layout
from adhere.model import opened, verify

if TYPE_CHECKING:
    from onnxruntime import InferenceSession
    from tokenizers import Tokenizer

PACKAGED = Path(__file__).parent.parent / "models" / "minijudge"
FILES = ("model.onnx", "head.npz", "tokenizer.json")


@cache
def default_reader() -> CrossReader:
    """The packaged model, loaded once per process."""
    return CrossReader(PACKAGED)


class CrossReader:
    """Loads with the first thing it reads. Safe to share between threads.

    Errors  ModelError if a file is missing or damaged
    """

    def __init__(self, folder: Path | str = PACKAGED) -> None:
        self._folder = Path(folder)
        self._manifest = _manifest(self._folder)

    @cached_property
    def fingerprint(self) -> str:
        """Changes whenever what it reads would."""
        return hashlib.sha256(json.dumps(self._manifest["sha256"], sort_keys=True).encode()).hexdigest()[:16]

    @cached_property
    def _model(self) -> tuple[Tokenizer, InferenceSession, dict[str, Array]]:
        verify(self._folder, self._manifest, remedy="Export the judge again, or reinstall adhere")
        tokenizer, session = opened(self._folder, self._manifest)
        return tokenizer, session, dict(np.load(self._folder / "head.npz"))

    def read(self, query: str, criteria: Sequence[str], sentences: Sequence[str]) -> tuple[Array, Array]:
        """Log-odds that each criterion holds (zero without sentences), and how much of it each sentence says
        that fits in. At most `layout.CRITERIA` criteria. Shapes  C, S -> (C,), (C, <= S)"""
        if not sentences or not criteria:
            return np.zeros(len(criteria), np.float32), np.zeros((len(criteria), 0), np.float32)
        means = self.means(query, criteria, sentences)
        logits, evidence = self.decide(*means)
        return logits, evidence + self._shows(*means)

    def means(self, query: str, criteria: Sequence[str], sentences: Sequence[str]) -> tuple[Array, Array]:
        """Mean states of each criterion and of each sentence that fits in.

        Shapes  C, S -> (C, H), (<= S, H)
        """
        tokenizer, session, _ = self._model
        row = layout.row(tokenizer, query, criteria, sentences)
        feed = {"input_ids": np.array([row.ids]), "token_type_ids": np.array([row.types])}
        states = session.run(["tokens"], feed)[0][0]
        found = [
            np.stack([states[start:end].mean(axis=0) for start, end in spans])
            for spans in (row.criteria, row.sentences)
        ]
        return found[0], found[1]

    def decide(self, criteria: Array, sentences: Array) -> tuple[Array, Array]:
        """Log-odds of each criterion, and its scaled cosines with the sentences. Shapes  (C, H), (S, H) ->
        (C,), (C, S)"""
        c = _unit(self._linear("criterion", criteria))
        s = _unit(self._linear("sentence", sentences))
        evidence = self._model[2]["scale"] * (c @ s.T)
        most = evidence.max(axis=1, keepdims=True)
        weights = np.exp(evidence - most)
        total = weights.sum(axis=1, keepdims=True)
        read = (weights / total) @ sentences
        hidden = np.tanh(self._linear("hidden", np.concatenate([criteria, read, criteria * read], axis=1)))
        logits: Array = (most + np.log(total))[:, 0] + self._linear("out", hidden)[:, 0]
        return logits, evidence

    def _shows(self, criteria: Array, sentences: Array) -> Array:
        """What `adhere.train.evidence` learned to add, if it ran: a sentence may be near a criterion and not
        show it. Shapes  (C, H), (S, H) -> (C, S)"""
        if "shows_out.weight" not in self._model[2]:
            return np.zeros((len(criteria), len(sentences)), np.float32)
        c = np.repeat(criteria, len(sentences), axis=0)
        s = np.tile(sentences, (len(criteria), 1))
        hidden = np.tanh(self._linear("shows_hidden", np.concatenate([c, s, c * s], axis=1)))
        return self._linear("shows_out", hidden).reshape(len(criteria), len(sentences))

    def _linear(self, name: str, x: Array) -> Array:
        head = self._model[2]
        # Not `@`: on a busy machine the threads of a BLAS wait for each other longer than this takes alone.
        y: Array = np.einsum("ij,kj->ik", x, head[f"{name}.weight"]) + head[f"{name}.bias"]
        return y


def _unit(x: Array) -> Array:
    y: Array = x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-12)
    return y


def _manifest(folder: Path) -> dict[str, Any]:
    try:
        manifest: dict[str, Any] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if set(manifest["sha256"]) != set(FILES):
            raise KeyError(f"sha256 of {', '.join(FILES)}")
        return manifest
    except (FileNotFoundError, KeyError, ValueError) as error:
        raise ModelError(
            f"{folder} holds no judge: {error!r}. Write one with: python -m adhere.train.judge_export"
        ) from error
