"""The clause tagger as torch sees it: module, labels of an example, loss.

`adhere.parse.tags` holds what training and serving share: the labels, the model's text, the decoding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from adhere.need import Span
from adhere.parse import tags
from adhere.train.clauses import Example

IGNORE = -100
"""The label of a word that a head is not taught on."""


class Tagger(nn.Module):
    """A BERT with one linear layer over a learned mixture of its layers, and a prior from the rules' tags.

    The word table stays as it is: it is half of the weights, and few labels move it for the better.
    Shapes  ids, mask, types (B, L) -> logits (B, L, OUTPUTS)
    """

    def __init__(self, encoder: BertModel, dropout: float = 0.1) -> None:
        super().__init__()
        self.encoder = encoder
        self.encoder.embeddings.word_embeddings.weight.requires_grad_(False)
        self.encoder.embeddings.token_type_embeddings = _segment_table(encoder)
        layers = encoder.config.num_hidden_layers + 1
        self.mixture = nn.Parameter(torch.linspace(-2.0, 0.0, layers))
        self.dropout = nn.Dropout(dropout)
        self.head = nn.Linear(encoder.config.hidden_size, tags.OUTPUTS)
        self.prior = nn.Embedding(tags.SEGMENTS, tags.OUTPUTS)
        nn.init.zeros_(self.prior.weight)

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> Tensor:
        states = self.encoder(
            input_ids=ids, attention_mask=mask, token_type_ids=types, output_hidden_states=True
        ).hidden_states
        weights = torch.softmax(self.mixture, dim=0)
        mixed = sum(weights[layer] * state for layer, state in enumerate(states))
        logits: Tensor = self.head(self.dropout(mixed)) + self.prior(types)
        return logits


def _segment_table(encoder: BertModel) -> nn.Embedding:
    """The two pretrained rows, the second of them repeated for every tag of the rules."""
    pretrained = encoder.embeddings.token_type_embeddings.weight.detach()
    rows = [0] + [1] * (tags.SEGMENTS - 1)
    return nn.Embedding(tags.SEGMENTS, pretrained.shape[1], _weight=pretrained[rows].clone())


@dataclass(frozen=True, slots=True)
class Labelled:
    """An example as the model sees it: token ids, segments, and labels at the first piece of each word."""

    ids: list[int]
    types: list[int]
    positions: list[int]
    spans: list[Span]
    tags: list[int]
    kinds: list[int]
    limits: list[int]
    core: list[int]


def labelled(tokenizer: Tokenizer, example: Example, *, query: str) -> Labelled:
    """Token ids and labels of an example read under a query (which may be left empty)."""
    encoding = tokenizer.encode(query, example.instruction)
    segments = tags.segments(encoding, example.instruction)
    positions, spans = tags.words(encoding)
    row = Labelled(
        encoding.ids, segments, positions, spans, [0] * len(spans),
        *([IGNORE] * len(spans) for _ in range(3)),
    )  # fmt: skip
    for clause in example.clauses:
        inside = [
            w for w, (start, end) in enumerate(spans) if clause.span[0] <= start and end <= clause.span[1]
        ]
        for place, word in enumerate(inside):
            row.tags[word] = tags.TAGS.index(f"{'I' if place else 'B'}-{clause.role}")
            row.kinds[word] = tags.KINDS.index(clause.kind)
            row.limits[word] = int(clause.unless_of is not None)
            if clause.core:
                row.core[word] = int(clause.core[0] <= spans[word][0] < clause.core[1])
    return row


def collate(rows: Sequence[Labelled]) -> tuple[Tensor, Tensor, Tensor]:
    """Ids, attention mask and segments, padded with zeros. Shapes  (B, L) each"""
    padded = torch.zeros(3, len(rows), max(len(row.ids) for row in rows), dtype=torch.long)
    for index, row in enumerate(rows):
        padded[0, index, : len(row.ids)] = torch.tensor(row.ids)
        padded[1, index, : len(row.ids)] = 1
        padded[2, index, : len(row.ids)] = torch.tensor(row.types)
    return padded[0], padded[1], padded[2]


def loss(model: Tagger, rows: Sequence[Labelled], *, smoothing: float, auxiliary: float) -> Tensor:
    """Cross-entropy of the tags, plus `auxiliary` times that of kind, limit and core, over all words."""
    index = [(row, position) for row, item in enumerate(rows) for position in item.positions]
    at_rows, at_columns = (torch.tensor(part) for part in zip(*index, strict=True))
    logits = model(*collate(rows))[at_rows, at_columns].float()
    tag, kind, limit, core = logits.split((len(tags.TAGS), len(tags.KINDS), 1, 1), dim=-1)
    gold = [
        torch.tensor([v for row in rows for v in getattr(row, n)])
        for n in ("tags", "kinds", "limits", "core")
    ]
    return (
        functional.cross_entropy(tag, gold[0], label_smoothing=smoothing)
        + auxiliary * functional.cross_entropy(kind, gold[1], ignore_index=IGNORE)
        + auxiliary * _binary(limit[:, 0], gold[2])
        + auxiliary * _binary(core[:, 0], gold[3])
    )


def _binary(logits: Tensor, gold: Tensor) -> Tensor:
    known = gold != IGNORE
    if not known.any():
        return logits.sum() * 0
    return functional.binary_cross_entropy_with_logits(logits[known], gold[known].float())


@torch.no_grad()
def predict(model: Tagger, tokenizer: Tokenizer, examples: Sequence[Example]) -> list[list[tags.Clause]]:
    """Clauses of each instruction, one at a time, as serving does it."""
    model.eval()
    rows = [labelled(tokenizer, example, query=example.query) for example in examples]
    return [tags.clauses(row.spans, model(*collate([row]))[0, row.positions].numpy()) for row in rows]
