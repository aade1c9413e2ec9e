"""How good is a judge on the development labels? One row per document, as serving would ask it."""

from __future__ import annotations

import json
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer

from adhere.encode.onnx import default_encoder
from adhere.evaluate.benchmark import find, load
from adhere.judge import layout
from adhere.judge.reading import read_of
from adhere.synth.labelled import engine_over, priors
from adhere.train.judge_model import Judge


@dataclass(frozen=True, slots=True)
class Watched:
    """Labelled rows: `labels[r][c]` is the label that criterion c of row r belongs to, `priors[r][c]` what
    the clause judge makes of it, as log-odds."""

    rows: list[layout.Row]
    texts: list[list[str]]
    labels: list[list[dict[str, Any]]]
    priors: list[list[float]]

    @property
    def holds(self) -> NDArray[np.bool_]:
        return np.array([one["verdict"] == "met" for row in self.labels for one in row])

    @property
    def criteria(self) -> list[tuple[str, str]]:
        """Which criterion of which need each label is of."""
        return [(one["need"], one["criterion"]) for row in self.labels for one in row]

    @torch.no_grad()
    def logits(self, model: Judge) -> NDArray[np.float64]:
        """Of every label in order, with its prior."""
        found = zip(self.found(model), self.priors, strict=True)
        return np.concatenate([np.asarray(model.with_prior(logits, prior)) for (logits, _), prior in found])

    @torch.no_grad()
    def found(self, model: Judge) -> list[tuple[torch.Tensor, torch.Tensor]]:
        """Logits and evidence of each row, each run alone."""
        model.eval()
        order = sorted(range(len(self.rows)), key=lambda i: len(self.rows[i].ids))
        results: dict[int, tuple[torch.Tensor, torch.Tensor]] = {}
        for start in range(0, len(order), 16):
            some = order[start : start + 16]
            results.update(zip(some, model([self.rows[i] for i in some]), strict=True))
        return [results[i] for i in range(len(self.rows))]


def watched(data: Path, tokenizer: Tokenizer, most: int) -> Watched:
    """The development labels as rows, with the sentences that the encoder would choose.

    `most` rows at random where there are more. Labels that say "unclear" are left out.
    """
    by_document: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for line in (data / "bench" / "verdicts.jsonl").read_text().split("\n"):
        label = json.loads(line) if line else {"verdict": "unclear"}
        if label["verdict"] != "unclear":
            by_document[label["need"], label["doc"]].append(label)
    keys = sorted(by_document)
    keys = [keys[i] for i in np.random.default_rng(0).permutation(len(keys))[:most]]
    encoder = default_encoder()
    folders = find(data / "bench" / "judged")
    engines = {folder.name: engine_over(load(folder).documents, encoder) for folder in folders}
    result = Watched([], [], [], [])
    for key in keys:
        engine = engines[by_document[key][0]["corpus"]]
        candidate = engine.store.candidates([key[1]])[key[1]]
        labels = by_document[key]
        for start in range(0, len(labels), layout.CRITERIA):
            some = labels[start : start + layout.CRITERIA]
            query, says = some[0]["query"], [one["criterion"] for one in some]
            result.priors.extend(priors(engine, query, says, [candidate]))
            vectors = encoder.encode_queries(says)
            body = [place.text for place in read_of(candidate, vectors)[0]]
            result.rows.append(layout.row(tokenizer, query, says, body))
            result.texts.append(body)
            result.labels.append(some)
    return result
