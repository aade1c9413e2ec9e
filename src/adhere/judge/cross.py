"""Reads a query, some criteria and some sentences in one run of a small BERT: does each criterion hold?

Runs a folder that `python -m adhere.train.judge_export` wrote. The head is a few small matrices and stays in
numpy; `adhere.train.judge_model` says what it computes.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from adhere.encode.protocol import Array
from adhere.errors import ModelError
from adhere.judge import layout

CRITERIA = 4
"""Criteria that are read in one row."""
FILES = ("model.onnx", "head.npz", "tokenizer.json")


class CrossReader:
    """Safe to share between threads. Errors  ModelError if a file is missing or damaged"""

    def __init__(self, folder: Path | str) -> None:
        import onnxruntime
        from tokenizers import Tokenizer

        _verify(Path(folder))
        self._head: dict[str, Array] = dict(np.load(Path(folder) / "head.npz"))
        self._tokenizer = Tokenizer.from_file(str(Path(folder) / "tokenizer.json"))
        self._tokenizer.no_padding()
        self._tokenizer.no_truncation()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = 1
        options.log_severity_level = 3
        self._session = onnxruntime.InferenceSession(
            str(Path(folder) / "model.onnx"), options, providers=["CPUExecutionProvider"]
        )

    def read(self, query: str, criteria: Sequence[str], sentences: Sequence[str]) -> Array:
        """The logit that each criterion holds, zero without sentences. Shapes  C criteria -> (C,)"""
        if not sentences:
            return np.zeros(len(criteria), np.float32)
        asked = layout.pieces(self._tokenizer, [query], layout.MAX_QUERY)[0]
        body = layout.pieces(self._tokenizer, sentences, layout.MAX_SENTENCE)
        says = layout.pieces(self._tokenizer, criteria, layout.MAX_CRITERION)
        rows = [
            layout.arrange(asked, says[start : start + CRITERIA], body)
            for start in range(0, len(says), CRITERIA)
        ]
        return np.concatenate([self._logits(row) for row in rows])

    def _logits(self, row: layout.Row) -> Array:
        feed = {"input_ids": np.array([row.ids]), "token_type_ids": np.array([row.types])}
        states = self._session.run(["tokens"], feed)[0][0]
        criteria = np.stack([states[start:end].mean(axis=0) for start, end in row.criteria])
        sentences = np.stack([states[start:end].mean(axis=0) for start, end in row.sentences])
        return self._decide(criteria, sentences)

    def _decide(self, criteria: Array, sentences: Array) -> Array:
        c = _unit(self._linear("criterion", criteria))
        s = _unit(self._linear("sentence", sentences))
        evidence = self._head["scale"] * (c @ s.T)
        most = evidence.max(axis=1, keepdims=True)
        weights = np.exp(evidence - most)
        total = weights.sum(axis=1, keepdims=True)
        read = (weights / total) @ sentences
        hidden = np.tanh(self._linear("hidden", np.concatenate([criteria, read, criteria * read], axis=1)))
        logits: Array = (most + np.log(total))[:, 0] + self._linear("out", hidden)[:, 0]
        return logits

    def _linear(self, name: str, x: Array) -> Array:
        y: Array = x @ self._head[f"{name}.weight"].T + self._head[f"{name}.bias"]
        return y


def _unit(x: Array) -> Array:
    y: Array = x / np.maximum(np.linalg.norm(x, axis=-1, keepdims=True), 1e-12)
    return y


def _verify(folder: Path) -> None:
    try:
        manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        for file in FILES:
            found = hashlib.sha256((folder / file).read_bytes()).hexdigest()
            if found != manifest["sha256"][file]:
                raise ModelError(f"{folder / file} is damaged: its sha256 is {found}. Export it again.")
    except (FileNotFoundError, KeyError, ValueError) as error:
        raise ModelError(
            f"{folder} holds no judge: {error!r}. Write one with: python -m adhere.train.judge_export"
        ) from error
