"""Label instructions that nobody labelled, by the mean of several trained taggers.

    python -m adhere.train.pseudo --data DIR --out FILE RUN...

DIR/train/dual_view.jsonl is read. Each RUN is a folder that `adhere.train.tagger` wrote; to measure on a
fifth, take only runs that did not learn from it. `adhere.train.tagger --pseudo-labels FILE` reads the result.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from adhere.parse import tags
from adhere.train.clauses import Example
from adhere.train.model import labelled, logits_of
from adhere.train.tagger import Pseudo, Recipe, base_folder, fresh


def unlabelled(path: Path) -> list[Example]:
    """The instructions of `dual_view.jsonl`, each once, under the query of its group."""
    with path.open(encoding="utf-8") as lines:
        groups = [json.loads(line) for line in lines]
    found = {view["instruction"]: group["query"] for group in groups for view in group["views"]}
    return [Example(query, instruction, ()) for instruction, query in found.items()]


def pseudo_label(runs: Sequence[Path], examples: Sequence[Example], base: Path) -> list[Pseudo]:
    """Each example with the mean of what the runs say of its words."""
    said = []
    for run in runs:
        model, tokenizer = fresh(base, Recipe())
        model.load_state_dict(torch.load(run / "model.pt", weights_only=True))
        model.eval()
        rows = [labelled(tokenizer, example, query=example.query) for example in examples]
        said.append([_probabilities(logits_of(model, row)) for row in rows])
    means = [torch.stack(several).mean(dim=0).half() for several in zip(*said, strict=True)]
    return list(zip(examples, means, strict=True))


def _probabilities(logits: Tensor) -> Tensor:
    tag, kind, limit, core, slot, denied = logits.split_with_sizes(tags.HEADS, dim=1)
    choices = [part.softmax(dim=1) for part in (tag, kind, slot)]
    return torch.cat([*choices[:2], limit.sigmoid(), core.sigmoid(), choices[2], denied.sigmoid()], dim=1)


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Label instructions by the mean of several taggers.")
    parser.add_argument("runs", type=Path, nargs="+")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds train/dual_view.jsonl")
    parser.add_argument("--out", type=Path, required=True)
    options = parser.parse_args()
    found = pseudo_label(options.runs, unlabelled(options.data / "train" / "dual_view.jsonl"), base_folder())
    torch.save([(e.query, e.instruction, targets) for e, targets in found], options.out)
    print(f"{options.out}: {len(found):,} instructions")
