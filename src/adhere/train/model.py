"""The clause tagger as torch sees it: module, labels of an example, loss.

`adhere.parse.tags` holds what training and serving share: the labels, the model's text, the decoding.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

import torch
from tokenizers import Tokenizer
from torch import Tensor, nn
from torch.nn import functional
from transformers import BertModel

from adhere.need import Span
from adhere.parse import tags
from adhere.parse.rules.link import Linker
from adhere.train.clauses import Example
from adhere.train.run import collate


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
    """The two pretrained rows, the second of them repeated for every tag of the rules and every mark."""
    pretrained = encoder.embeddings.token_type_embeddings.weight.detach()
    rows = [0] + [1] * (tags.SEGMENTS - 1)
    return nn.Embedding(tags.SEGMENTS, pretrained.shape[1], _weight=pretrained[rows].clone())


@dataclass(frozen=True, slots=True)
class Labelled:
    """An example as the model sees it: token ids, segments, and what to say at the first piece of each word.

    Shapes  W positions and spans, targets (W, OUTPUTS): probabilities, NaN where a head is not taught
    """

    ids: list[int]
    types: list[int]
    positions: list[int]
    spans: list[Span]
    targets: Tensor


def labelled(
    tokenizer: Tokenizer,
    example: Example,
    *,
    query: str,
    targets: Tensor | None = None,
    hidden: bool = False,
) -> Labelled:
    """Token ids and targets of an example read under a query (which may be left empty).

    `targets` stand in for the example's clauses; `hidden` leaves out what the rules read.
    """
    encoding = tokenizer.encode(query, example.instruction)
    if hidden:
        types = [min(t, 1) for t in encoding.type_ids]
    else:
        marks = Linker(example.schema).marks(example.instruction) if example.schema else ()
        types = tags.segments(encoding, example.instruction, marks)
    positions, spans = tags.words(encoding)
    if targets is None:
        targets = _targets(example, spans)
    return Labelled(encoding.ids, types, positions, spans, targets[: len(spans)])


def _targets(example: Example, spans: Sequence[Span]) -> Tensor:
    """Certainty about the tag of every word, and about kind, limit and core inside of clauses."""
    targets = torch.full((len(spans), tags.OUTPUTS), torch.nan)
    tag, kind, limit, core, slot, denied = targets.split_with_sizes(tags.HEADS, dim=1)
    tag[:] = 0.0
    tag[:, 0] = 1.0
    for clause in example.clauses:
        inside = [w for w, (a, b) in enumerate(spans) if clause.span[0] <= a and b <= clause.span[1]]
        for place, word in enumerate(inside):
            tag[word, 0] = 0.0
            tag[word, tags.TAGS.index(f"{'I' if place else 'B'}-{clause.role}")] = 1.0
            if clause.kind in tags.KINDS:
                kind[word] = 0.0
                kind[word, tags.KINDS.index(clause.kind)] = 1.0
            limit[word] = float(clause.unless_of is not None)
            if clause.core:
                core[word] = float(clause.core[0] <= spans[word][0] < clause.core[1])
            _teach_slots(clause, spans[word], slot[word], denied[word])
    return targets


WEIGHTS = torch.tensor(
    [0.25 if label == "O" else 3.0 if "<" in label or ">" in label else 1.0 for label in tags.SLOTS]
)
"""What a word counts by its slot: most words fill none, and which way a bound points is hardest to learn."""
UNTYPED = frozenset(tags.KINDS) - {"time", "field", "form", "language"}
"""Kinds whose conditions are a subject as long as no schema says otherwise."""


def _teach_slots(clause: tags.Clause, word: Span, slot: Tensor, denied: Tensor) -> None:
    """What the word is to a condition: as labelled, else subject in a core that no program decides."""
    label, turned = "O", False
    if clause.slots is not None:
        for filled in clause.slots:
            if filled.span[0] <= word[0] < filled.span[1]:
                label, turned = filled.label, filled.denied
    elif clause.kind in UNTYPED and clause.role in ("background", "task"):
        label = "O"
    elif clause.kind in UNTYPED and clause.core is not None:
        label = "subject" if clause.core[0] <= word[0] < clause.core[1] else "O"
    else:
        return
    slot[:] = 0.0
    slot[tags.SLOTS.index(label)] = 1.0
    if clause.slots is not None and label not in ("O", "field"):
        denied[:] = float(turned)


def loss(model: Tagger, rows: Sequence[Labelled], *, smoothing: float, auxiliary: float) -> Tensor:
    """Cross-entropy of tags and slots, plus `auxiliary` times that of the other heads, over all words."""
    index = [(row, position) for row, item in enumerate(rows) for position in item.positions]
    at_rows, at_columns = (torch.tensor(part) for part in zip(*index, strict=True))
    logits = model(*collate([(row.ids, row.types) for row in rows]))[at_rows, at_columns].float()
    tag, kind, limit, core, slot, denied = logits.split_with_sizes(tags.HEADS, dim=1)
    targets = torch.cat([row.targets for row in rows]).split_with_sizes(tags.HEADS, dim=1)
    return (
        functional.cross_entropy(tag, targets[0], label_smoothing=smoothing)
        + auxiliary * _taught(functional.cross_entropy, kind, targets[1])
        + auxiliary * _taught(functional.binary_cross_entropy_with_logits, limit, targets[2])
        + auxiliary * _taught(functional.binary_cross_entropy_with_logits, core, targets[3])
        + _taught(partial(functional.cross_entropy, weight=WEIGHTS), slot, targets[4])
        + auxiliary * _taught(functional.binary_cross_entropy_with_logits, denied, targets[5])
    )


def _taught(criterion: Callable[[Tensor, Tensor], Tensor], logits: Tensor, targets: Tensor) -> Tensor:
    known = ~targets[:, 0].isnan()
    return criterion(logits[known], targets[known]) if known.any() else logits.sum() * 0


def predict(model: Tagger, tokenizer: Tokenizer, examples: Sequence[Example]) -> list[list[tags.Clause]]:
    """Clauses of each instruction, one at a time, as serving does it."""
    model.eval()
    rows = [labelled(tokenizer, example, query=example.query) for example in examples]
    return [
        tags.clauses(example.instruction, row.spans, logits_of(model, row).numpy())
        for example, row in zip(examples, rows, strict=True)
    ]


@torch.no_grad()
def logits_of(model: Tagger, row: Labelled) -> Tensor:
    """What the model says at the first piece of each word. Shapes  (W, OUTPUTS)"""
    logits: Tensor = model(*collate([(row.ids, row.types)]))[0, row.positions]
    return logits
