"""The judge as torch sees it: one row of tokens, a probability per criterion, a sentence that shows it.

`adhere.judge.layout` holds what training and serving share.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from adhere.judge.layout import SEGMENTS, Row
from adhere.train.processor import BFLOAT16
from adhere.train.run import collate


@dataclass(frozen=True, slots=True)
class Labelled:
    """A row with its labels, one per criterion.

    `holds` is 1, 0 or -1 (unknown); `shown` the sentences that show it, empty where that is not known;
    `group` and `wanted` bind criteria of one instruction whose outcome `outcomes[group]` is known. `prior` is
    what the clause judge makes of a criterion, as log-odds. Labels of one `key` are of one criterion on
    several documents of a batch; "" has no sibling.
    """

    row: Row
    holds: list[int]
    shown: list[tuple[int, ...]]
    group: list[int]
    wanted: list[bool]
    outcomes: list[bool]
    prior: list[float]
    key: list[str]


class Judge(nn.Module):
    """A BERT over the whole row; criteria and sentences are the means of their states.

    The trunk was trained to make such means comparable, so what criterion i has to do with sentence j
    starts as their scaled cosine and need not be learned from nothing. A criterion's logit adds to the
    best of these what a layer reads in its own state.

    It serves beside the clause judge, so it learns beside it: in training a criterion's prior, scaled and
    shifted, is added to its logit, and what is left to learn is what the prior does not know.
    Shapes  ids, mask, types (B, L) -> states (B, L, H)
    """

    def __init__(self, encoder: BertModel, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = encoder
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
        pretrained = encoder.embeddings.token_type_embeddings.weight.detach()
        noise = 0.02 * torch.randn(SEGMENTS, pretrained.shape[1])
        segments = nn.Embedding(SEGMENTS, pretrained.shape[1])
        segments.weight.data.copy_(pretrained[[0] * SEGMENTS] + noise)
        self.encoder.embeddings.token_type_embeddings = segments
        size = encoder.config.hidden_size
        self.dropout = nn.Dropout(dropout)
        self.criterion = _identity(size)
        self.sentence = _identity(size)
        self.scale = nn.Parameter(torch.tensor(8.0))
        self.hidden = nn.Linear(3 * size, size)
        self.out = nn.Linear(size, 1)
        nn.init.zeros_(self.out.weight)
        nn.init.constant_(self.out.bias, -4.0)
        self.prior = nn.Parameter(torch.tensor([0.5, 0.0]))

    def states(self, ids: Tensor, mask: Tensor, types: Tensor) -> Tensor:
        hidden: Tensor = self.encoder(
            input_ids=ids, attention_mask=mask, token_type_ids=types
        ).last_hidden_state
        return hidden

    def decide(self, criteria: Tensor, sentences: Tensor) -> tuple[Tensor, Tensor]:
        """Logits and evidence of one row. Shapes  (C, H), (S, H) -> (C,), (C, S)"""
        c = functional.normalize(self.criterion(criteria), dim=-1)
        s = functional.normalize(self.sentence(sentences), dim=-1)
        evidence = self.scale * (c @ s.T)
        read = torch.softmax(evidence, dim=1) @ sentences
        features = torch.cat([criteria, read, criteria * read], dim=-1)
        extra = self.out(torch.tanh(self.hidden(self.dropout(features))))[:, 0]
        return torch.logsumexp(evidence, dim=1) + extra, evidence

    def with_prior(self, logits: Tensor, prior: Sequence[float]) -> Tensor:
        """Logits with what was known before. Shapes  (C,), C -> (C,)"""
        return logits + self.prior[0] * torch.tensor(prior) + self.prior[1]

    def forward(self, rows: Sequence[Row]) -> list[tuple[Tensor, Tensor]]:
        """Logits and evidence of each row, without priors."""
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=BFLOAT16):
            states = self.states(*collate([(row.ids, row.types) for row in rows]))
        states = states.float()
        return [
            self.decide(_means(state, row.criteria), _means(state, row.sentences))
            for state, row in zip(states, rows, strict=True)
        ]


def _identity(size: int) -> nn.Linear:
    layer = nn.Linear(size, size)
    nn.init.eye_(layer.weight)
    nn.init.zeros_(layer.bias)
    return layer


def _means(states: Tensor, runs: Sequence[tuple[int, int]]) -> Tensor:
    return torch.stack([states[start:end].mean(dim=0) for start, end in runs])


def loss(
    found: Sequence[tuple[Tensor, Tensor]],
    items: Sequence[Labelled],
    *,
    evidence: float,
    contrast: float = 0.0,
) -> Tensor:
    """Binary cross-entropy per known criterion and per known group, plus `evidence` times that of the
    sentence that shows a criterion which holds, plus `contrast` times that of the order of documents."""
    criteria: list[Tensor] = []
    shown: list[Tensor] = []
    for (logits, places), item in zip(found, items, strict=True):
        for index, holds in enumerate(item.holds):
            if holds >= 0:
                criteria.append(_binary(logits[index], bool(holds)))
            if holds == 1 and item.shown[index] and len(item.shown[index]) < places.shape[1]:
                inside = places[index, list(item.shown[index])].logsumexp(0)
                shown.append(places[index].logsumexp(0) - inside)
        criteria.extend(_groups(logits, item))
    total = torch.stack(criteria).mean()
    if shown:
        total = total + evidence * torch.stack(shown).sum() / len(criteria)
    pairs = _pairs([logits for logits, _ in found], items) if contrast else []
    return total + contrast * torch.stack(pairs).mean() if pairs else total


def _pairs(logits: Sequence[Tensor], items: Sequence[Labelled]) -> list[Tensor]:
    """-log p that the document in which a criterion holds comes first, for every pair of siblings.

    A judge that knows only which criteria are met more often gains nothing by it.
    """
    met: dict[str, list[Tensor]] = {}
    unmet: dict[str, list[Tensor]] = {}
    for row, item in zip(logits, items, strict=True):
        for index, (holds, key) in enumerate(zip(item.holds, item.key, strict=True)):
            if key and holds >= 0:
                (met if holds else unmet).setdefault(key, []).append(row[index])
    return [_binary(a - b, True) for key, some in met.items() for a in some for b in unmet.get(key, [])]


def _groups(logits: Tensor, item: Labelled) -> list[Tensor]:
    """-log p of each instruction's outcome, where it is fulfilled if all wants hold and no avoid does."""
    losses = []
    for group, outcome in enumerate(item.outcomes):
        members = [i for i, g in enumerate(item.group) if g == group]
        if not members:
            continue
        signed = torch.stack([logits[i] if item.wanted[i] else -logits[i] for i in members])
        log_p = functional.logsigmoid(signed).sum()
        # log(1 - p) from log p, kept away from log 0
        losses.append(-log_p if outcome else -torch.log(-torch.expm1(log_p.clamp(max=-1e-4))))
    return losses


def _binary(logit: Tensor, holds: bool) -> Tensor:
    return functional.softplus(-logit if holds else logit)
