"""Does token-level MaxSim at 32 dimensions in uint8 judge criteria better than one vector a sentence?

    python benchmarks/maxsim.py --data DIR --rows ROWS/labelled.jsonl[,...] [--most 2000]

ROWS are written by `python -m adhere.synth.rows --data DIR --labels labels/... --out ROWS --only labelled`.
The states of the tokens are those of all-MiniLM-L6-v2, frozen. MaxSim (ColBERT, arXiv 2004.12832) is the
mean over the criterion's tokens of their best cosine with a token of what is read. The 32 dimensions are
the first principal components of the rows, or learned from there on the rows' labels, beside the clause
judge's log-odds. Printed for the development labels (bench/verdicts.jsonl), with the decision fitted in six
folds over needs: AUC, and AUC within a criterion, of MaxSim alone and beside the clause judge.
"""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer
from torch import Tensor
from torch.nn import functional
from transformers import AutoModel

from adhere.evaluate.verdicts import auc, auc_within
from adhere.judge import layout
from adhere.synth.labelled import read_labels
from adhere.train.judge_watch import Watched, watched
from adhere.train.tagger import base_folder
from calibrate_reading import held_out
from development import Table, arguments

DIMENSIONS, EPOCHS, BATCH, RATE = 32, 4, 32, 1e-3
STEPS = 255
"""What a coordinate is rounded to, between the least and the largest."""


@dataclass(frozen=True, slots=True)
class Asked:
    """States of the tokens of each criterion and of all that is read; labels (1, 0, -1); the clause judge."""

    criteria: list[Tensor]
    read: Tensor
    holds: list[int]
    priors: list[float]


def main() -> None:
    options = arguments(__doc__, "--rows", "--most")
    if not options.rows:
        raise SystemExit("give --rows FILE[,FILE...], as the first lines of this file say")
    states = States()
    development = watched(options.data, states.tokenizer, 10**6)
    measured = [states.of_watched(development, number) for number in range(len(development.rows))]
    learned = [states.of_row(row) for row in _rows(options.rows.split(","), int(options.most or 2000))]
    axes = _principal(learned)
    print("| token states | alone: AUC, within | with the clause judge: AUC, within |\n|---|---|---|")
    _show("none: the clause judge", development, [[0.0] * len(one.holds) for one in measured])
    _show("384 dimensions, float", development, _scores(measured, torch.eye(384)))
    _show("32, principal, float", development, _scores(measured, axes))
    _show("32, principal, uint8", development, _scores(measured, axes, rounded=True))
    for epoch, projection in enumerate(_learn(learned, axes), start=1):
        name = f"32, learned on {len(learned)} rows, epoch {epoch}, uint8"
        _show(name, development, _scores(measured, projection, rounded=True))


class States:
    """The frozen trunk. Shapes  a text -> (its tokens, 384), unit length, half precision"""

    def __init__(self) -> None:
        base = base_folder()
        self.tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
        self.tokenizer.no_truncation()
        self.tokenizer.no_padding()
        self._trunk = AutoModel.from_pretrained(base, add_pooling_layer=False).eval()

    def of_row(self, row: dict) -> Asked:  # type: ignore[type-arg]
        asked = row["asked"][: layout.CRITERIA]
        near = list(dict.fromkeys(place for one in asked for place in one["near"]))[: layout.SENTENCES]
        read = [row["sentences"][place] for place in sorted(near)]
        known = {True: 1, False: 0, None: -1}
        holds = [known[one["holds"]] for one in asked]
        return self._asked([one["says"] for one in asked], read, holds, [one["prior"] for one in asked])

    def of_watched(self, development: Watched, number: int) -> Asked:
        labels = development.labels[number]
        holds = [int(one["verdict"] == "met") for one in labels]
        says = [one["criterion"] for one in labels]
        return self._asked(says, development.texts[number], holds, development.priors[number])

    @torch.no_grad()
    def _asked(
        self, says: Sequence[str], read: Sequence[str], holds: list[int], priors: list[float]
    ) -> Asked:
        ids = [
            ids
            for texts, most in ((says, layout.MAX_CRITERION), (read, layout.MAX_SENTENCE))
            for ids in layout.pieces(self.tokenizer, texts, most)
        ]
        longest = max(map(len, ids)) + 2
        batch = torch.zeros((len(ids), longest), dtype=torch.long)
        for at, one in enumerate(ids):
            batch[at, : len(one) + 2] = torch.tensor([layout.CLS, *one, layout.SEP])
        states = self._trunk(input_ids=batch, attention_mask=(batch > 0).long()).last_hidden_state
        units = functional.normalize(states, dim=-1).half()
        tokens = [units[at, 1 : len(one) + 1] for at, one in enumerate(ids)]
        return Asked(tokens[: len(says)], torch.cat(tokens[len(says) :]), holds, priors)


def _rows(files: Sequence[str], most: int) -> list[dict]:  # type: ignore[type-arg]
    rows = [row for file in files for row in read_labels(Path(file))]
    return random.Random(0).sample(rows, min(most, len(rows)))


def _principal(asked: Iterable[Asked]) -> Tensor:
    """The first axes of the tokens read. Shapes  (384, 32)"""
    tokens = torch.cat([one.read for one in asked]).float()
    _, vectors = torch.linalg.eigh(tokens.T @ tokens / len(tokens))
    return vectors[:, -DIMENSIONS:]


def _scores(asked: Iterable[Asked], axes: Tensor, *, rounded: bool = False) -> list[list[float]]:
    with torch.no_grad():
        return [_maxsim(one, axes, rounded=rounded).tolist() for one in asked]


def _maxsim(asked: Asked, axes: Tensor, *, rounded: bool = False) -> Tensor:
    """One per criterion. Shapes  (c,)"""
    read = functional.normalize(asked.read.float() @ axes, dim=-1)
    if rounded:  # documents are kept, criteria are not: only the former cost memory
        read = torch.round((read + 1) / 2 * STEPS) / STEPS * 2 - 1
    said = [functional.normalize(one.float() @ axes, dim=-1) for one in asked.criteria]
    return torch.stack([(one @ read.T).max(dim=1).values.mean() for one in said])


def _learn(rows: Sequence[Asked], axes: Tensor) -> Iterable[Tensor]:
    """The axes after each epoch on the labels."""
    axes = axes.clone().requires_grad_()
    line = torch.tensor([4.0, -2.0], requires_grad=True)
    adam = torch.optim.Adam([axes, line], lr=RATE)
    order = random.Random(1)
    for _ in range(EPOCHS):
        for some in _batches(rows, order):
            logits = torch.cat(
                [line[0] * _maxsim(one, axes) + line[1] + torch.tensor(one.priors) for one in some]
            )
            holds = torch.tensor([value for one in some for value in one.holds], dtype=torch.float)
            known = holds >= 0
            adam.zero_grad()
            functional.binary_cross_entropy_with_logits(logits[known], holds[known]).backward()
            adam.step()
        yield axes.detach().clone()


def _batches(rows: Sequence[Asked], order: random.Random) -> Iterable[list[Asked]]:
    shuffled = order.sample(list(rows), len(rows))
    yield from (shuffled[start : start + BATCH] for start in range(0, len(shuffled), BATCH))


def _show(name: str, development: Watched, scores: Sequence[Sequence[float]]) -> None:
    met, criteria = development.holds, development.criteria
    needs = np.array([need for need, _ in criteria])
    score = np.array([value for row in scores for value in row])
    prior = np.array([value for row in development.priors for value in row])
    tables: dict[str, Table] = {"alone": score[:, None], "both": np.c_[prior, score]}
    found = []
    for table in tables.values():
        table = table + 1e-9 * np.arange(len(table))[:, None]  # a constant column has no spread to divide by
        p = held_out(table, met, needs)
        found.append(f"{auc(p, met):.3f}, {auc_within(p, met, criteria):.3f}")
    print(f"| {name} | {' | '.join(found)} |", flush=True)


if __name__ == "__main__":
    main()
