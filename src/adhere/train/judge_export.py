"""Turn a trained judge into the folder that `adhere.judge.cross` runs.

    python -m adhere.train.judge_export RUN OUT

RUN is an --out of `adhere.train.judge`; its manifest (sources, recipe) goes along.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from adhere.judge.cross import FILES
from adhere.train.export import export_module, quantise
from adhere.train.judge import Recipe, fresh
from adhere.train.judge_model import Judge
from adhere.train.tagger import base_folder

HEAD = ("criterion", "sentence", "hidden", "out", "scale")


class _States(nn.Module):
    def __init__(self, judge: Judge) -> None:
        super().__init__()
        self.judge = judge

    def forward(self, ids: Tensor, mask: Tensor, types: Tensor) -> Tensor:
        return self.judge.states(ids, mask, types)


def export(judge: Judge, tokenizer: Path, trained: dict[str, Any], out: Path) -> None:
    """Write trunk (int8), head, tokenizer and manifest."""
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        fused = Path(scratch) / "fused.onnx"
        export_module(
            _States(judge).eval(), fused, outputs={"tokens": ("batch", "token")}, config=judge.encoder.config
        )
        quantise(fused, out / "model.onnx")
    head = {
        name: value.detach().numpy().astype(np.float32)
        for name, value in judge.state_dict().items()
        if name.split(".")[0] in HEAD
    }
    np.savez(out / "head.npz", **head)
    shutil.copyfile(tokenizer, out / "tokenizer.json")
    sums = {file: hashlib.sha256((out / file).read_bytes()).hexdigest() for file in FILES}
    (out / "manifest.json").write_text(json.dumps(trained | {"sha256": sums}, indent=2) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description="Export a trained judge to int8 ONNX.")
    parser.add_argument("run", type=Path)
    parser.add_argument("out", type=Path)
    options = parser.parse_args()
    trained = json.loads((options.run / "manifest.json").read_text())
    judge, _ = fresh(base_folder(), Recipe(**trained["recipe"]))
    judge.load_state_dict(torch.load(options.run / "model.pt", weights_only=True))
    export(judge, base_folder() / "tokenizer.json", trained, options.out)


if __name__ == "__main__":
    main()
