"""Turn a trained judge into the folder that `adhere.judge.cross` runs.

    python -m adhere.train.judge_export RUN... OUT [--start]

RUN is an --out of `adhere.train.judge`; its manifest (sources, recipe) goes along. Of several runs the
weights are averaged, with --start those of the untrained judge too: what a run learned of its own rows alone
fades, what helps elsewhere stays (Wortsman et al. 2022, arXiv 2109.01903).
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from adhere.judge.cross import FILES
from adhere.model import checksums
from adhere.train.export import export_module, quantise
from adhere.train.judge import Recipe, fresh
from adhere.train.judge_model import Judge
from adhere.train.run import averaged
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
        words = quantise(fused, out / "model.onnx")
    head = {
        name: value.detach().numpy().astype(np.float32)
        for name, value in judge.state_dict().items()
        if name.split(".")[0] in HEAD
    }
    np.savez(out / "head.npz", **head)
    shutil.copyfile(tokenizer, out / "tokenizer.json")
    (out / "manifest.json").write_text(
        json.dumps(trained | {"sha256": checksums(out, FILES)} | words, indent=2) + "\n"
    )


def _trained(run: Path) -> tuple[Judge, dict[str, Any]]:
    trained = json.loads((run / "manifest.json").read_text())
    judge, _ = fresh(base_folder(), Recipe(**trained["recipe"]), attention="eager")
    judge.load_state_dict(torch.load(run / "model.pt", weights_only=True))
    return judge, trained


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("run", type=Path, nargs="+")
    parser.add_argument("out", type=Path)
    parser.add_argument("--start", action="store_true", help="average with the untrained judge too")
    options = parser.parse_args()
    runs = [_trained(run) for run in options.run]
    judges = [judge for judge, _ in runs]
    if options.start:
        judges.append(fresh(base_folder(), Recipe(), attention="eager")[0])
    about = {"averaged": [trained for _, trained in runs], "with the start": options.start}
    export(averaged(judges), base_folder() / "tokenizer.json", about, options.out)


if __name__ == "__main__":
    main()
