"""Can the tagger's trunk be the encoder? Plain and instructed ranking of the judged needs (development set).

    python -m adhere.train.recover src/adhere/models/minitag RUN
    python benchmarks/shared_trunk.py --data DIR --run RUN

Documents are encoded by the trunk itself, cut at 256 tokens; the first line is all-MiniLM-L6-v2 read the same
way. x100.
"""

from __future__ import annotations

import argparse
import os
import shutil
import tempfile
from pathlib import Path

import torch
from transformers import AutoModel

from adhere.train.encoder import asking
from adhere.train.encoder_model import Instructed
from adhere.train.encoder_watch import watch
from adhere.train.tagger import Recipe, base_folder, fresh


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, default=os.environ.get("ADHERE_DATA"))
    parser.add_argument("--run", type=Path, required=True)
    options = parser.parse_args()
    if options.data is None:
        parser.error("give --data DIR, or set ADHERE_DATA")
    with tempfile.TemporaryDirectory() as folder:
        trunk = _trunk(options.run, Path(folder))
        for name, base in (("all-MiniLM-L6-v2", base_folder()), ("the tagger's trunk", trunk)):
            print(name, _figures(base, Path(options.data)), flush=True)


def _figures(base: Path, data: Path) -> dict[str, int]:
    ask = asking(Instructed(base))
    found = watch(data, []).figures(ask, lambda texts: [ask([text], [""]) for text in texts])
    return {measure: round(100 * value) for measure, value in found.items()}


def _trunk(run: Path, out: Path) -> Path:
    """The base model's folder with the trunk's weights; its two segments are the query's and plain words'."""
    base = base_folder()
    tagger, _ = fresh(base, Recipe())
    tagger.load_state_dict(torch.load(run / "model.pt", weights_only=True))
    states = tagger.encoder.state_dict()
    segments = "embeddings.token_type_embeddings.weight"
    states[segments] = states[segments][:2].clone()
    bert = AutoModel.from_pretrained(base, add_pooling_layer=False)
    bert.load_state_dict(states)
    shutil.copytree(base, out, dirs_exist_ok=True)
    bert.save_pretrained(out)
    return out


if __name__ == "__main__":
    main()
