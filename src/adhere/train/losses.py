"""What a good instructed encoder does, as losses over the scores of a batch.

Scores are cosines divided by a temperature. Shapes  scores (V, D): instructions with their queries against
documents; relevant (V, D): 1, 0, or -1 where it is not known.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor
from torch.nn import functional


def passages(scores: Tensor, relevant: Tensor) -> Tensor:
    """InfoNCE: every relevant document against all that are not relevant under the same instruction.

    Source  van den Oord et al. 2018, arXiv 1807.03748
    """
    against = torch.logsumexp(scores.masked_fill(relevant != 0, -torch.inf), dim=1, keepdim=True)
    return _mean(functional.softplus(against - scores)[(relevant == 1) & torch.isfinite(against)])


def instructions(scores: Tensor, relevant: Tensor, group_of_view: Tensor) -> Tensor:
    """The same from the side of the document: the instruction under which it is relevant against those of
    the same query under which it is not. With `passages` this is multi(P, I).

    Source  InF-IR, arXiv 2505.21439
    """
    same = group_of_view[:, None] == group_of_view[None, :]
    excluded = same[:, :, None] & (relevant == 0)[None, :, :]  # (V, V, D): w excludes d, and is of v's query
    others = scores[None, :, :].expand(len(scores), -1, -1).masked_fill(~excluded, -torch.inf)
    against = torch.logsumexp(others, dim=1)
    return _mean(functional.softplus(against - scores)[(relevant == 1) & torch.isfinite(against)])


def interaction(scores: Tensor, squares: Sequence[tuple[int, int, int, int]], margin: float) -> Tensor:
    """The 2x2 term: with v for d and w for e, s(v, d) - s(v, e) - s(w, d) + s(w, e) should pass the margin.

    What query and document do by themselves cancels out in it, so nothing but following the instruction
    makes it positive.
    """
    if not squares:
        return scores.sum() * 0.0
    v, w, d, e = torch.tensor(squares).T
    effect = scores[v, d] - scores[v, e] - scores[w, d] + scores[w, e]
    return functional.softplus(margin - effect).mean()


def agreement(scores: Tensor, taught: Tensor) -> Tensor:
    """Distillation: the distribution over the documents that a teacher scored, NaN where it did not.

    Both sides are read as log-odds. KL divergence from teacher to student, mean over instructions.
    """
    losses = []
    for row, teacher in zip(scores, taught, strict=True):
        known = ~torch.isnan(teacher)
        if known.sum() > 1:
            target = torch.log_softmax(teacher[known], dim=0)
            mine = torch.log_softmax(row[known], dim=0)
            losses.append(functional.kl_div(mine, target, reduction="sum", log_target=True))
    return torch.stack(losses).mean() if losses else scores.sum() * 0.0


def kept(vectors: Tensor, before: Tensor) -> Tensor:
    """Distance to the vectors of the base model: plain queries should stay where they were. Shapes  (N, H)"""
    return (1 - (vectors * before).sum(dim=1)).mean()


def _mean(values: Tensor) -> Tensor:
    return values.mean() if len(values) else values.sum()
