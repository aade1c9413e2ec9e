"""Make a trained tagger ready to serve: int8 ONNX, tokenizer, manifest.

    python -m adhere.train.ship RUN... OUT --data DIR

RUN is a folder that `adhere.train.tagger` wrote; of several, which have to come from one start, the weights
are averaged. The int8 model must give the labelled instructions the roles that the torch model gives: below
99.4% of the characters nothing is written.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import torch
from tokenizers import Tokenizer

from adhere.errors import ModelError
from adhere.model import checksums
from adhere.parse import tags
from adhere.parse.tagger import TaggerParser
from adhere.train.clauses import HELD_OUT, Example, read
from adhere.train.export import export_module, quantise
from adhere.train.model import Tagger, predict
from adhere.train.run import averaged
from adhere.train.tagger import Recipe, base_folder, fresh

AGREEMENT = 0.994
SURE = 0.5
"""Clauses below this confidence are assumed: about half of them are labelled right."""


def ship(runs: Sequence[Path], out: Path, examples: Sequence[Example], *, base: Path) -> float:
    """Write OUT from the runs; the share of characters to which int8 and torch model give one role.

    Errors  ModelError if that share is too small
    """
    told = [json.loads((run / "manifest.json").read_text(encoding="utf-8")) for run in runs]
    models = []
    for run, one in zip(runs, told, strict=True):
        model, tokenizer = fresh(base, Recipe(**one["recipe"]))
        model.load_state_dict(torch.load(run / "model.pt", weights_only=True))
        models.append(model)
    model = averaged(models)
    trained = told[0] if len(told) == 1 else {"averaged": told}
    with tempfile.TemporaryDirectory() as folder:
        scratch = Path(folder)
        _write(model, base / "tokenizer.json", trained, scratch)
        agreement = _agreement(model, tokenizer, TaggerParser(scratch), examples)
        if agreement < AGREEMENT:
            raise ModelError(
                f"The int8 model labels {agreement:.2%} of the characters as the torch model does, "
                f"{AGREEMENT:.1%} are asked for. Train on, or quantise fewer layers."
            )
        out.mkdir(parents=True, exist_ok=True)
        for file in scratch.iterdir():
            shutil.copyfile(file, out / file.name)
    return agreement


def _write(model: Tagger, tokenizer: Path, trained: dict[str, object], folder: Path) -> None:
    export_module(
        model.eval(),
        folder / "fused.onnx",
        outputs={"logits": ("batch", "token")},
        config=model.encoder.config,
    )
    words = quantise(folder / "fused.onnx", folder / "model.onnx")
    (folder / "fused.onnx").unlink()
    shutil.copyfile(tokenizer, folder / "tokenizer.json")
    files = ("model.onnx", "tokenizer.json")
    manifest = {
        "name": "minitag",
        "labels": list(tags.LABELS),
        "sure": SURE,
        "sha256": checksums(folder, files),
        **words,
        "trained": trained,
    }
    (folder / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n", encoding="utf-8")


def _agreement(
    model: Tagger, tokenizer: Tokenizer, served: TaggerParser, examples: Sequence[Example]
) -> float:
    """Share of characters with the same role from both; white space counts to neither."""
    same = []
    for example, expected in zip(examples, predict(model, tokenizer, examples), strict=True):
        found = served.clauses(example.instruction, query=example.query)
        left, right = (_roles(example.instruction, clauses) for clauses in (expected, found))
        same += [a == b for a, b, c in zip(left, right, example.instruction, strict=True) if not c.isspace()]
    return float(np.mean(same))


def _roles(text: str, clauses: Sequence[tags.Clause]) -> list[str]:
    roles = [""] * len(text)
    for clause in clauses:
        start, end = clause.span
        roles[start:end] = [clause.role] * (end - start)
    return roles


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Turn a trained tagger into the folder that serving reads.")
    parser.add_argument("run", type=Path, nargs="+")
    parser.add_argument("out", type=Path)
    parser.add_argument("--data", type=Path, required=True, help="folder that holds train/clauses.jsonl")
    parser.add_argument("--base", type=Path, help="folder of the BERT that was trained on")
    options = parser.parse_args()
    labelled = read(options.data / "train" / "clauses.jsonl")
    seen = [example for example in labelled if example.fold != HELD_OUT]
    share = ship(options.run, options.out, seen, base=options.base or base_folder())
    print(f"{options.out}: {share:.2%} of the characters labelled as by the torch model")
