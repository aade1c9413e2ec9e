"""Learn to read a query with its instruction into one vector.

    python -m adhere.train.encoder --data DIR --examples FILE... --out DIR [--held-out FILE] [--resume]

FILE holds examples (`adhere.synth.protocol`), as `adhere synth` and `python -m adhere.synth.contrasts` write
them; FILE=N takes N of them. The documents keep the vectors of the served encoder (--documents frozen), so
that a store stays as it is, or are learned too (--documents trained). DIR/bench/judged is the development
set that chooses the checkpoint, never a training row. Written to --out: checkpoint.pt to resume from;
model/, the best weights as a sentence-transformers folder (`adhere evaluate --system st:OUT/model`);
manifest.json; vectors/, which other runs may share with --bank.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Literal

import numpy as np
import torch
from torch import Tensor

from adhere.encode.onnx import default_encoder
from adhere.encode.protocol import Array
from adhere.errors import FileError, InputError
from adhere.synth.protocol import Example, read
from adhere.train import losses
from adhere.train import run as train
from adhere.train.bank import Bank
from adhere.train.encoder_model import Instructed, Reading
from adhere.train.encoder_watch import chosen_by, watch
from adhere.train.tagger import base_folder
from adhere.train.teach import asked, key, read_scores
from adhere.train.views import Batch, Views, batch, batches, grouped, squares


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that a run depends on besides the data.

    `batch` counts instructions, whole queries at a time; `views` is the most instructions of a query that are
    learned (1: no contrast). `passages`, `instructions`, `interaction`, `kept` and `taught`
    weigh the losses (`adhere.train.losses`). `lora` is the rank, 0 learns the weights themselves; `frozen`
    counts layers that stay.
    """

    steps: int = 150
    batch: int = 24
    rate: float = 1e-4
    layer_decay: float = 0.9
    warmup: float = 0.1
    temperature: float = 0.05
    margin: float = 2.0
    passages: float = 1.0
    instructions: float = 1.0
    interaction: float = 1.0
    kept: float = 1.0
    taught: float = 0.0
    views: int = 6
    reading: Reading = "concatenate"
    documents: Literal["frozen", "trained"] = "frozen"
    units: Literal["passages", "sentences"] = "passages"
    lora: int = 0
    frozen: int = 0
    seed: int = 0


Scores = dict[str, dict[str, float]]
"""Query and instruction (`teach.key`) -> document id -> what a teacher thinks of it, as log-odds."""


class Run:
    """One training run: what changes while it goes on, and what it takes to go on after an interruption."""

    def __init__(
        self,
        model: Instructed,
        groups: Sequence[Views],
        bank: Bank,
        recipe: Recipe,
        scores: Scores | None = None,
        data: Sequence[str] = (),
    ) -> None:
        self.model, self.recipe, self._bank, self._scores = model, recipe, bank, scores or {}
        self._data = data
        self._groups = batches(groups, recipe.batch, recipe.seed)
        self._adam = train.optimizer(model, rate=recipe.rate, layer_decay=recipe.layer_decay)
        self._schedule = train.schedule(self._adam, recipe.steps, recipe.warmup)
        self._parts = (self.model, self._adam, self._schedule)
        self._base: dict[str, Tensor] = {}
        self.step, self.best = 0, 0.0
        self.history: list[dict[str, float]] = []
        """What the development set said, step by step."""

    def advance(self) -> dict[str, float]:
        """One step; the losses by name."""
        self.model.train()
        parts = self._losses(batch(next(self._groups)))
        total = sum(getattr(self.recipe, name) * value for name, value in parts.items())
        assert isinstance(total, Tensor)
        self.step += 1
        value = train.descend(self.model, self._adam, self._schedule, total)
        return {"loss": value} | {name: part.item() for name, part in parts.items()}

    def _losses(self, rows: Batch) -> dict[str, Tensor]:
        recipe = self.recipe
        views = self.model(rows.queries, rows.instructions)
        texts = [text.text for text in rows.documents]
        scores = nearest(views, self._units(texts)) / recipe.temperature
        relevant, group = torch.from_numpy(rows.relevant), torch.from_numpy(rows.group_of_view)
        parts = {"passages": losses.passages(scores, relevant)}
        if recipe.instructions:
            parts["instructions"] = losses.instructions(scores, relevant, group)
        if recipe.interaction:
            cases = squares(rows.relevant, rows.group_of_view)
            parts["interaction"] = losses.interaction(scores, cases, recipe.margin)
        if recipe.taught:
            parts["taught"] = losses.agreement(scores, self._taught(rows))
        if recipe.kept:
            plain = list(dict.fromkeys(rows.queries))
            before = torch.stack([self._base[query] for query in plain])
            parts["kept"] = losses.kept(self.model(plain, [""] * len(plain)), before)
        return parts

    def _units(self, texts: Sequence[str]) -> list[Tensor]:
        if self.recipe.documents == "trained":
            return [one[None] for one in self.model(texts, [""] * len(texts))]
        return [torch.from_numpy(self._bank[text]) for text in texts]

    def _taught(self, rows: Batch) -> Tensor:
        said = [self._scores.get(key(q, i), {}) for q, i in zip(rows.queries, rows.instructions, strict=True)]
        return torch.tensor([[one.get(text.id, torch.nan) for text in rows.documents] for one in said])

    def remember(self, queries: Sequence[str]) -> None:
        """Keep what the model makes of plain queries before it learns."""
        self.model.eval()
        with torch.no_grad():
            for start in range(0, len(queries), 64):
                some = queries[start : start + 64]
                vectors = self.model(some, [""] * len(some))
                self._base.update(zip(some, vectors, strict=True))

    def save(self, path: Path) -> None:
        more = {"step": self.step, "best": self.best, "history": self.history}
        train.save(path, self._parts, self.recipe, self._data, **more)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint. Errors  InputError if it was made by another recipe or from other data"""
        state = train.load(path, self._parts, self.recipe, self._data)
        self.step, self.best, self.history = state["step"], state["best"], state["history"]
        for _ in islice(self._groups, self.step):
            pass


def nearest(views: Tensor, units: Sequence[Tensor]) -> Tensor:
    """Cosine with the best unit of every document. Shapes  (V, H), D times (U, H) -> (V, D)"""
    owner = torch.repeat_interleave(torch.arange(len(units)), torch.tensor([len(one) for one in units]))
    cosines = views @ torch.cat(list(units)).T
    best = torch.full((len(views), len(units)), -torch.inf)
    return best.scatter_reduce(1, owner.expand(len(views), -1), cosines, "amax")


# --- reading -----------------------------------------------------------------------------------


def taken(files: Sequence[str], recipe: Recipe) -> tuple[list[Example], dict[str, str]]:
    """The examples of FILE or FILE=N (whole queries at random until N are taken), and the files' hashes."""
    found: list[Example] = []
    hashes = {}
    for named in files:
        path, _, most = named.partition("=")
        if not Path(path).is_file():
            raise FileError(
                f"There is no file {path}. Write examples with `adhere synth` or adhere.synth.contrasts."
            )
        hashes[Path(path).name] = hashlib.sha256(Path(path).read_bytes()).hexdigest()
        by_query: dict[tuple[str, str], list[Example]] = {}
        for one in read(Path(path)):
            by_query.setdefault((one.origin, one.query), []).append(one)
        order = list(by_query.values())
        random.Random(recipe.seed).shuffle(order)
        some = [one for group in order for one in group[: recipe.views]]
        found += some[: int(most)] if most else some
    return found, hashes


def _taught(teacher: Path | None, groups: Sequence[Views]) -> Scores:
    """What the teacher thinks of everything. Errors  InputError where it was not asked"""
    if teacher is None:
        raise InputError("--taught weighs what a teacher says. Name its scores with --teacher FILE.")
    scores = read_scores(teacher)
    needs = asked(groups)
    missing = [
        need.query
        for need, names in needs.items()
        if not names.keys() <= scores.get(key(need.query, need.instruction), {}).keys()
    ]
    if missing:
        raise InputError(
            f"{teacher} lacks scores for {len(missing):,} of {len(needs):,} instructions, the first of them "
            f"under the query {missing[0]!r}. Go on with:  python -m adhere.train.teach --out {teacher} ..."
        )
    return scores


def asking(model: Instructed) -> Callable[[Sequence[str], Sequence[str]], Array]:
    """The model as a function of queries and instructions, without gradients."""

    def ask(queries: Sequence[str], instructions: Sequence[str]) -> Array:
        model.eval()
        with torch.no_grad():
            return np.asarray(model(list(queries), list(instructions)), np.float32)

    return ask


def main() -> None:
    options = _options()
    recipe = train.recipe_of(options, Recipe)
    torch.manual_seed(recipe.seed)
    base = options.base or base_folder()
    model = Instructed(base, reading=recipe.reading, lora=recipe.lora, frozen=recipe.frozen)
    examples, hashes = taken(options.examples, recipe)
    held_out = grouped(one for file in options.held_out for one in read(file))
    groups, watched = grouped(examples), watch(options.data, held_out)
    options.out.mkdir(parents=True, exist_ok=True)
    bank = Bank(default_encoder(), options.bank or options.out / "vectors", units=recipe.units)
    texts = [text.text for group in groups for text in group.documents]
    if recipe.documents == "frozen":
        bank.fill(watched.texts + texts, lambda n, of: print(f"encoded {n:,} of {of:,} texts", flush=True))
    scores = _taught(options.teacher, groups) if recipe.taught else None
    teacher = [options.teacher] if recipe.taught else []
    run = Run(model, groups, bank, recipe, scores, train.hashes((*options.examples, *teacher)))
    if recipe.kept:
        run.remember(sorted({group.query for group in groups}))
    if options.resume:
        run.load(options.out / "checkpoint.pt")
    ask = asking(model)

    def units(texts: Sequence[str]) -> list[Array]:
        if recipe.documents == "trained":
            return [ask([text], [""]) for text in texts]
        return [bank[text] for text in texts]

    print(f"{len(examples):,} examples of {len(groups):,} queries", flush=True)
    if not run.history:
        run.history.append({"step": run.step} | watched.figures(ask, units))
    print(json.dumps(run.history[-1]), flush=True)
    began, seen = time.monotonic(), []
    while run.step < recipe.steps:
        seen.append(run.advance())
        if run.step % options.every == 0 or run.step == recipe.steps:
            run.history.append({"step": run.step} | watched.figures(ask, units))
            means = {name: round(float(np.mean([one[name] for one in seen])), 3) for name in seen[0]}
            told = run.history[-1] | {"losses": means, "s": round(time.monotonic() - began)}
            print(json.dumps(told), flush=True)
            seen = []
            if chosen_by(run.history[-1]) > run.best:
                run.best = chosen_by(run.history[-1])
                model.save(options.out / "model")
            run.save(options.out / "checkpoint.pt")
    manifest = _manifest(recipe, examples, hashes, run.history)
    (options.out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _manifest(
    recipe: Recipe, examples: Sequence[Example], hashes: dict[str, str], history: Sequence[dict[str, Any]]
) -> dict[str, Any]:
    sources: dict[str, set[str]] = {}
    for one in examples:
        sources.setdefault(one.origin, set()).add(one.licence)
    return {
        "base": "sentence-transformers/all-MiniLM-L6-v2, Apache-2.0",
        "examples": {"sha256": hashes, "count": len(examples)},
        "sources": {origin: sorted(licences) for origin, licences in sorted(sources.items())},
        "recipe": asdict(recipe),
        "development": history,
    }


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="folder that holds bench/judged")
    parser.add_argument("--examples", nargs="+", required=True, metavar="FILE[=N]")
    parser.add_argument("--held-out", type=Path, nargs="*", default=[], metavar="FILE")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--base", type=Path, help="folder of a BERT (default: all-MiniLM-L6-v2)")
    parser.add_argument("--bank", type=Path, help="folder of document vectors that runs share")
    parser.add_argument("--teacher", type=Path, help="scores of `adhere.train.teach`, for --taught")
    parser.add_argument("--resume", action="store_true", help="go on from --out/checkpoint.pt")
    parser.add_argument(
        "--every", type=int, default=50, help="steps between two looks at the development set"
    )
    train.add_recipe(parser, Recipe)
    return parser.parse_args()


if __name__ == "__main__":
    main()
