"""Teach a served judge which sentence shows a criterion, from all sentences that do.

    python -m adhere.train.evidence FOLDER --data DIR [--labels labels/evidence.jsonl]

The judge learned from one marked sentence per criterion, though others may show it as well. Here a small
layer over its states learns from every sentence that convinces a reader. It is added to FOLDER/head.npz,
where `adhere.judge.cross` finds it; what the judge decides stays as it is. A sixth of the documents is kept
back.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import random
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from adhere.encode.onnx import default_encoder
from adhere.encode.protocol import Array, Encoder
from adhere.errors import FileError
from adhere.judge import layout
from adhere.judge.cross import FILES, CrossReader
from adhere.judge.reading import beside
from adhere.model import checksums
from adhere.synth.labelled import HELD_OUT, fold, read_labels
from adhere.synth.reversals import documents_by
from adhere.synth.sources import Sources
from adhere.train import run as train

KEPT_BACK = 6
"""One document in so many is not learned from."""


@dataclass(frozen=True, slots=True)
class Recipe:
    """Everything that a run depends on besides the labels and the judge."""

    epochs: int = 5
    batch: int = 16
    rate: float = 1e-3
    decay: float = 0.05
    hidden: int = 128
    dropout: float = 0.3
    seed: int = 0


@dataclass(frozen=True, slots=True)
class Example:
    """A criterion on the sentences that are read with it. Shapes  (H,), (S, H), (S,), (S,)"""

    document: str
    criterion: Array
    sentences: Array
    before: Array
    shows: Array


class Shows(nn.Module):
    """What is added to a sentence's score. Shapes  (B, H), (B, S, H) -> (B, S)"""

    def __init__(self, size: int, recipe: Recipe) -> None:
        super().__init__()
        torch.manual_seed(recipe.seed)
        self.dropout = nn.Dropout(recipe.dropout)
        self.shows_hidden = nn.Linear(3 * size, recipe.hidden)
        self.shows_out = nn.Linear(recipe.hidden, 1)
        nn.init.zeros_(self.shows_out.weight)
        nn.init.zeros_(self.shows_out.bias)

    def forward(self, criteria: Tensor, sentences: Tensor) -> Tensor:
        c = criteria[:, None].expand_as(sentences)
        hidden = torch.tanh(self.shows_hidden(self.dropout(torch.cat([c, sentences, c * sentences], dim=-1))))
        added: Tensor = self.shows_out(hidden)[..., 0]
        return added


def examples(
    rows: Sequence[Mapping[str, Any]],
    texts: Mapping[tuple[str, str], tuple[str, str]],
    reader: CrossReader,
    encoder: Encoder,
    seed: int = 0,
) -> Iterator[Example]:
    """Every labelled criterion as serving would read it: with others, among the sentences nearest to them.

    `texts` is (corpus, document) -> title and text. The title is not among what may be shown.
    """
    rng = random.Random(seed)
    for row in rows:
        title, text = texts[row["corpus"], row["document"]]
        spans = [tuple(span) for span in row["read"]]
        known = {one["says"]: {spans.index(tuple(span)) for span in one["shown"]} for one in row["criteria"]}
        says = [*known, *row["beside"]]
        rng.shuffle(says)
        for start in range(0, len(says), layout.CRITERIA):
            asked = says[start : start + layout.CRITERIA]
            vectors = encoder.encode_queries([*asked, *(text[a:b] for a, b in spans)])
            cosines = vectors[: len(asked)] @ vectors[len(asked) :].T
            picked = layout.chosen(cosines.T, layout.SENTENCES)
            body = [text[slice(*spans[place])] for place in picked]
            criteria, sentences = reader.means(row["query"], asked, [title, *body])
            said = reader.decide(criteria, sentences)[1][:, 1:]
            read = said.shape[1]
            before = said + beside(asked, body[:read], cosines[:, picked[:read]])
            for number, one in enumerate(asked):
                if one in known:
                    shows = np.array([place in known[one] for place in picked[:read]])
                    document = f"{row['corpus']}/{row['document']}"
                    yield Example(document, criteria[number], sentences[1:], before[number], shows)


def learned(found: Sequence[Example], recipe: Recipe) -> Shows:
    """A layer that moves the mass of a softmax over the sentences to those that show the criterion."""
    model = Shows(len(found[0].criterion), recipe)
    adam = torch.optim.AdamW(model.parameters(), lr=recipe.rate, weight_decay=recipe.decay)
    # where all sentences show it, or none, there is nothing to choose
    telling = [one for one in found if one.shows.any() and not one.shows.all()]
    rng = random.Random(recipe.seed)
    for _ in range(recipe.epochs):
        model.train()
        rng.shuffle(telling)
        for start in range(0, len(telling), recipe.batch):
            scores, shows = _scores(model, telling[start : start + recipe.batch])
            none = torch.tensor(-torch.inf)
            value = (scores.logsumexp(1) - torch.where(shows, scores, none).logsumexp(1)).mean()
            value.backward()
            nn.utils.clip_grad_norm_(model.parameters(), 1.0)
            adam.step()
            adam.zero_grad()
    return model.eval()


def right(found: Sequence[Example], model: Shows | None = None) -> float:
    """The share whose best sentence shows the criterion; without a model, before learning."""
    with torch.no_grad():
        scores = [_scores(model, [one])[0][0].numpy() if model else one.before for one in found]
    return float(np.mean([one.shows[score.argmax()] for one, score in zip(found, scores, strict=True)]))


def _scores(model: Shows, some: Sequence[Example]) -> tuple[Tensor, Tensor]:
    """Scores of the sentences, -inf where there is none, and whether each shows it. Shapes  (B, S), (B, S)"""
    most, size = max(len(one.shows) for one in some), len(some[0].criterion)
    before = torch.full((len(some), most), -torch.inf)
    sentences = torch.zeros(len(some), most, size)
    shows = torch.zeros(len(some), most, dtype=torch.bool)
    for number, one in enumerate(some):
        before[number, : len(one.shows)] = torch.tensor(one.before)
        sentences[number, : len(one.shows)] = torch.tensor(one.sentences)
        shows[number, : len(one.shows)] = torch.tensor(one.shows)
    criteria = torch.tensor(np.stack([one.criterion for one in some]))
    return before + model(criteria, sentences), shows


def kept_back(document: str) -> bool:
    """Whether a document is not learned from, fixed by its name."""
    return fold(document, KEPT_BACK) == HELD_OUT


def texts_of(
    rows: Sequence[Mapping[str, Any]], data: Path, invented: Path
) -> dict[tuple[str, str], tuple[str, str]]:
    """(corpus, document) -> title and text, of the sources and of the documents that labels hold."""
    wanted: dict[str, set[str]] = {}
    for row in rows:
        if row["corpus"] != "invented":
            wanted.setdefault(row["corpus"], set()).add(row["document"])
    found = {key: (one.title, one.text) for key, one in documents_by(Sources(data), wanted).items()}
    for group in read_labels(invented):
        found |= {("invented", one["id"]): (one["title"], one["text"]) for one in group["documents"]}
    missing = [key for row in rows if (key := (row["corpus"], row["document"])) not in found]
    if missing:
        raise FileError(
            f"{len(missing)} labelled documents are not in {data}, or may not be learned from: "
            f"{'/'.join(missing[0])} ... Name the folder that the labels speak of."
        )
    return found


def write(folder: Path, layer: Mapping[str, Array], about: Mapping[str, Any]) -> None:
    """Put the layer into the head in place of one that was there, and say so in the manifest."""
    with np.load(folder / "head.npz") as head:
        kept = {name: value for name, value in head.items() if not name.startswith("shows_")}
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    arrays: dict[str, Any] = {**kept, **layer}
    np.savez(folder / "head.tmp.npz", **arrays)
    shutil.move(folder / "head.tmp.npz", folder / "head.npz")
    manifest |= {"evidence": dict(about), "sha256": checksums(folder, FILES)}
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def main() -> None:
    options = _options()
    recipe = train.recipe_of(options, Recipe)
    rows = read_labels(options.labels)
    texts = texts_of(rows, options.data, options.labels.with_name("invented.jsonl"))
    found = []
    for one in examples(rows, texts, CrossReader(options.folder), default_encoder(), recipe.seed):
        found.append(one)
        if len(found) % 100 == 0:
            print(f"\r{len(found):,} criteria read", end="", flush=True)
    kept = [one for one in found if kept_back(one.document)]
    model = learned([one for one in found if not kept_back(one.document)], recipe)
    print(f"; evidence right on {len(kept)} kept back: {right(kept):.3f} before, {right(kept, model):.3f}")
    about = {
        "labels": {options.labels.name: hashlib.sha256(options.labels.read_bytes()).hexdigest()},
        "sources": sorted({row["corpus"] for row in rows}),
        "recipe": asdict(recipe),
    }
    write(options.folder, {name: value.numpy() for name, value in model.state_dict().items()}, about)


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folder", type=Path, help="a judge as adhere.train.judge_export writes it")
    parser.add_argument("--data", type=Path, required=True, help="folder that holds corpora/ and train/")
    parser.add_argument("--labels", type=Path, default=Path("labels/evidence.jsonl"))
    train.add_recipe(parser, Recipe)
    return parser.parse_args()


if __name__ == "__main__":
    main()
