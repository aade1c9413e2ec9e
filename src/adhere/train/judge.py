"""Learn to judge whether a criterion holds in a text.

    python -m adhere.train.judge --data DIR --rows FILE... --out DIR [--steps 2000] [--seed 0] [--resume]

FILE are rows of `python -m adhere.synth.rows`; a file may be weighted as FILE=2.
DIR/bench/verdicts.jsonl is the development set that watches, never a training row. Written to --out:
checkpoint.pt to resume from, model.pt with the best weights on the development set, manifest.json. Best is
the AUC within a criterion: over all labels, a judge would also be paid for knowing which criteria are met
more often, and that ranks no document.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import time
from collections.abc import Hashable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from tokenizers import Tokenizer
from transformers import AutoModel, BertModel

from adhere.evaluate.verdicts import auc, auc_within
from adhere.judge import layout
from adhere.train import run as train
from adhere.train.judge_model import Judge, Labelled, loss
from adhere.train.judge_watch import Watched, watched
from adhere.train.tagger import base_folder


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that a run depends on besides the data. The rate falls to nothing over `steps`.

    `siblings` documents of one group are drawn together and asked the same; `contrast` weighs the loss of
    their order. `layers` of the base are kept, evenly spaced and with the last; 0 keeps all.
    """

    steps: int = 2000
    batch: int = 24
    rate: float = 1e-4
    head_rate: float = 5e-4
    layer_decay: float = 0.85
    frozen: int = 0
    warmup: float = 0.08
    evidence: float = 0.3
    dropout: float = 0.1
    titleless: float = 0.15
    queryless: float = 0.15
    siblings: int = 1
    contrast: float = 0.0
    layers: int = 0
    seed: int = 0


def fresh(base: Path, recipe: Recipe, *, attention: str = "sdpa") -> tuple[Judge, Tokenizer]:
    """An untrained judge on a pretrained BERT, and its tokenizer; `attention` as transformers names it."""
    torch.manual_seed(recipe.seed)
    tokenizer = Tokenizer.from_file(str(base / "tokenizer.json"))
    tokenizer.no_truncation()
    tokenizer.no_padding()
    # Dropout of attention costs half of a step on rows of 200 tokens; that of states is left to do its work.
    encoder = AutoModel.from_pretrained(
        base, add_pooling_layer=False, attn_implementation=attention, attention_probs_dropout_prob=0.0
    )
    if recipe.layers:
        _keep(encoder, recipe.layers)
    for layer in encoder.encoder.layer[: recipe.frozen]:
        layer.requires_grad_(False)
    return Judge(encoder, recipe.dropout), tokenizer


def kept_layers(of: int, few: int) -> list[int]:
    """Which layers are kept, evenly spaced, the last among them (as DistilBERT starts, arXiv 1910.01108)."""
    return [round(of / few * (number + 1)) - 1 for number in range(few)]


def _keep(encoder: BertModel, few: int) -> None:
    layers = encoder.encoder.layer
    encoder.encoder.layer = torch.nn.ModuleList(layers[n] for n in kept_layers(len(layers), few))
    encoder.config.num_hidden_layers = few


class Rows:
    """Training rows of several files, drawn with weights, as token rows."""

    def __init__(self, files: Sequence[str], tokenizer: Tokenizer, recipe: Recipe) -> None:
        self._tokenizer, self._recipe = tokenizer, recipe
        self.hashes: dict[str, str] = {}
        self.sources: dict[str, list[str]] = {}
        self._rows: list[dict[str, object]] = []
        self._weights: list[float] = []
        for file in files:
            path, _, weight = file.partition("=")
            raw = Path(path).read_bytes()
            self.hashes[Path(path).name] = hashlib.sha256(raw).hexdigest()
            rows = [json.loads(line) for line in raw.decode().split("\n") if line]
            self._rows += rows
            self._weights += [float(weight or 1.0)] * len(rows)
            for origin, licence in sorted({(str(row["origin"]), str(row["licence"])) for row in rows}):
                self.sources.setdefault(origin, []).append(licence)
        self._siblings: dict[Hashable, list[int]] = {}
        for number, row in enumerate(self._rows):
            self._siblings.setdefault(_group(row), []).append(number)

    def __len__(self) -> int:
        return len(self._rows)

    def batches(self, first: int, steps: int, size: int) -> Iterator[list[Labelled]]:
        """Batches `first` to `steps`; eight are drawn together and cut by length against padding."""
        families = max(1, size // self._recipe.siblings)
        for block in range(first // 8, -(-steps // 8)):
            rng = random.Random(f"{self._recipe.seed}/{block}")
            drawn = [
                family
                for number in rng.choices(range(len(self._rows)), self._weights, k=8 * families)
                if (family := self._family(number, rng))
            ]
            drawn.sort(key=lambda family: max(len(item.row.ids) for item in family))
            groups = [drawn[i * len(drawn) // 8 : (i + 1) * len(drawn) // 8] for i in range(8)]
            rng.shuffle(groups)
            for group in groups[first % 8 if block == first // 8 else 0 :]:
                yield [item for family in group for item in family]

    def _family(self, number: int, rng: random.Random) -> list[Labelled]:
        """A row and others of its group, asked the same."""
        if self._recipe.siblings == 1:
            return [item] if (item := self._labelled(self._rows[number], rng)) else []
        others = [n for n in self._siblings[_group(self._rows[number])] if n != number]
        chosen = [number, *rng.sample(others, min(len(others), self._recipe.siblings - 1))]
        alike = rng.random()
        found = (self._labelled(self._rows[n], random.Random(alike), f"{number}/{alike}") for n in chosen)
        return [item for item in found if item]

    def _labelled(self, row: dict, rng: random.Random, family: str = "") -> Labelled | None:  # type: ignore[type-arg]
        asked = list(row["asked"])
        groups = sorted({one["group"] for one in asked if one["group"] >= 0})
        kept = set(rng.sample(groups, rng.randint(1, len(groups)))) if groups else set()
        asked = [
            one
            for one in asked
            if (one["group"] < 0 and (not groups or rng.random() < 0.5)) or one["group"] in kept
        ]
        rng.shuffle(asked)
        asked = asked[: layout.CRITERIA]
        if not asked or not row["sentences"]:
            return None
        query = "" if rng.random() < self._recipe.queryless else row["query"]
        sentences, asked = _shown(row["sentences"], asked)
        drop = groups and len(sentences) > 2 and rng.random() < self._recipe.titleless
        shown = sentences[1:] if drop else sentences
        arranged = layout.row(self._tokenizer, query, [one["says"] for one in asked], shown)
        read = len(arranged.sentences)
        complete = {g: sum(o["group"] == g for o in row["asked"]) for g in kept}
        bound = {g: sum(o["group"] == g for o in asked) == complete[g] for g in kept}
        return Labelled(
            arranged,
            [_known(one, bound, row["groups"]) for one in asked],
            [tuple(i for i in one["shown"] if i < read) for one in asked],
            [one["group"] if bound.get(one["group"]) else -1 for one in asked],
            [one["polarity"] == "want" for one in asked],
            list(row["groups"]),
            [one.get("prior", 0.0) for one in asked],
            [f"{family}/{one['says']}" if family else "" for one in asked],
        )


def _group(row: dict) -> Hashable:  # type: ignore[type-arg]
    """What rows of one group have in common: the query and all criteria."""
    return row["origin"], row["query"], tuple(sorted(one["says"] for one in row["asked"]))


def _shown(sentences: list[str], asked: list[dict]) -> tuple[list[str], list[dict]]:  # type: ignore[type-arg]
    """The title and the sentences that serving would show for these criteria, where a row says which."""
    orders = [one.get("near") or () for one in asked]
    if not any(orders):
        return sentences, asked
    picked = [0]
    for rank in range(max(map(len, orders))):
        for order in orders:
            if rank < len(order) and order[rank] not in picked and len(picked) <= layout.SENTENCES:
                picked.append(order[rank])
    picked.sort()
    moved = {old: new for new, old in enumerate(picked)}
    told = [one | {"shown": [moved[n] for n in one["shown"] if n in moved]} for one in asked]
    return [sentences[place] for place in picked], told


def _known(one: dict, bound: dict[int, bool], outcomes: Sequence[bool]) -> int:  # type: ignore[type-arg]
    """The criterion's own label; a part of a fulfilled instruction is known even without its other parts."""
    if one["holds"] is not None:
        return int(one["holds"])
    if one["group"] >= 0 and not bound[one["group"]] and outcomes[one["group"]]:
        return int(one["polarity"] == "want")
    return -1


class Run:
    """One training run: what changes while it goes on, and what it takes to go on after an interruption."""

    def __init__(self, model: Judge, recipe: Recipe, data: Sequence[str] = ()) -> None:
        self.model, self.recipe, self._data = model, recipe, data
        self._adam = train.optimizer(
            model, rate=recipe.rate, layer_decay=recipe.layer_decay, head_rate=recipe.head_rate
        )
        self._schedule = train.schedule(self._adam, recipe.steps, recipe.warmup)
        self._parts = (self.model, self._adam, self._schedule)
        self.step, self.best = 0, 0.0

    def learn(self, items: Sequence[Labelled]) -> float:
        self.model.train()
        read = self.model([item.row for item in items])
        found = [
            (self.model.with_prior(logits, item.prior), places)
            for (logits, places), item in zip(read, items, strict=True)
        ]
        value = loss(found, items, evidence=self.recipe.evidence, contrast=self.recipe.contrast)
        self.step += 1
        return train.descend(self.model, self._adam, self._schedule, value)

    def save(self, path: Path) -> None:
        train.save(path, self._parts, self.recipe, self._data, step=self.step, best=self.best)

    def load(self, path: Path) -> None:
        """Go on from a checkpoint. Errors  InputError if it was made by another recipe or from other data"""
        state = train.load(path, self._parts, self.recipe, self._data)
        self.step, self.best = state["step"], state["best"]


def main() -> None:
    options = _options()
    recipe = train.recipe_of(options, Recipe)
    model, tokenizer = fresh(options.base or base_folder(), recipe)
    if options.start:
        model.load_state_dict(torch.load(options.start, weights_only=True))
    rows = Rows(options.rows, tokenizer, recipe)
    watch = watched(options.data, tokenizer, options.watch)
    weights = [options.start] if options.start else []
    run = Run(model, recipe, train.hashes((*options.rows, *weights)))
    options.out.mkdir(parents=True, exist_ok=True)
    if options.resume:
        run.load(options.out / "checkpoint.pt")
    print(f"{len(rows):,} rows; development AUC before: {_says(_watch(model, watch))}", flush=True)
    began, losses = time.monotonic(), []
    for items in rows.batches(run.step, recipe.steps, recipe.batch):
        losses.append(run.learn(items))
        if run.step % options.every == 0 or run.step == recipe.steps:
            figure = _watch(model, watch)
            mean, losses = sum(losses) / len(losses), []
            took = time.monotonic() - began
            print(
                f"step {run.step}/{recipe.steps}  loss {mean:.4f}  AUC {_says(figure)}  {took:.0f} s",
                flush=True,
            )
            if figure[1] > run.best:
                run.best = figure[1]
                torch.save(model.state_dict(), options.out / "model.pt")
            run.save(options.out / "checkpoint.pt")
        if run.step >= recipe.steps:
            break
    manifest = {
        "base": "sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)",
        "sources": rows.sources,
        "rows": {"sha256": rows.hashes, "count": len(rows)},
        "recipe": asdict(recipe),
        "started_from": str(options.start or ""),
        "development_auc_within_a_criterion": run.best,
    }
    (options.out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _watch(model: Judge, watch: Watched) -> tuple[float, float]:
    """AUC over all labels, and within a criterion."""
    scores = watch.logits(model)
    return auc(scores, watch.holds), auc_within(scores, watch.holds, watch.criteria)


def _says(figures: tuple[float, float]) -> str:
    return f"{figures[0]:.4f}, within a criterion {figures[1]:.4f}"


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train the judge of `about`.")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds bench/verdicts.jsonl")
    parser.add_argument("--rows", nargs="+", required=True, metavar="FILE[=WEIGHT]")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--base", type=Path, help="folder of a BERT (default: all-MiniLM-L6-v2)")
    parser.add_argument("--start", type=Path, help="model.pt of an earlier stage to start from")
    parser.add_argument("--resume", action="store_true", help="go on from --out/checkpoint.pt")
    parser.add_argument(
        "--every", type=int, default=200, help="steps between two looks at the development set"
    )
    parser.add_argument("--watch", type=int, default=100000, help="most development rows that are watched")
    train.add_recipe(parser, Recipe)
    return parser.parse_args()


if __name__ == "__main__":
    main()
