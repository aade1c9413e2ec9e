"""Turn a BERT into the folder that `adhere.encode.onnx` runs: int8 weights, tokenizer, manifest, checksums.

    python -m adhere.train.export FOLDER OUT --name minilm --source sentence-transformers/all-MiniLM-L6-v2

Three steps, each of use alone: trace and fuse (`export_module`, `export_encoder`), quantise (`quantise`),
describe (`package`). What was tried and lost is in benchmarks/LOG.md.
"""

from __future__ import annotations

import argparse
import json
import shutil
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from adhere.errors import ModelError, require
from adhere.model import WORDS, checksums
from adhere.render import TEMPLATE

OPSET = 17
WORD_TABLE = "word_embeddings.weight"


def export_encoder(folder: Path, out: Path) -> None:
    """Write the BERT of a transformers or sentence-transformers folder as fp32 ONNX with the output `tokens`.

    Shapes  input_ids, token_type_ids (B, T) int64, all of one length -> tokens (B, T, H) float32
    """
    torch = require("torch", feature="Exporting a model", extra="train")
    transformers = require("transformers", feature="Exporting a model", extra="train")
    bert = transformers.AutoModel.from_pretrained(folder, attn_implementation="eager").eval()

    class Tokens(torch.nn.Module):  # type: ignore[name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.bert = bert

        def forward(self, ids: Any, mask: Any, types: Any) -> Any:
            return self.bert(ids, mask, types).last_hidden_state

    export_module(Tokens(), out, outputs={"tokens": ("batch", "token")}, config=bert.config)


def export_module(module: Any, out: Path, *, outputs: dict[str, Sequence[str]], config: Any) -> None:
    """Trace a module over a BERT trunk, with whatever heads it has, and fuse it for onnxruntime's kernels.

    `module` takes input_ids, attention_mask and token_type_ids and returns one tensor per output; `outputs`
    names them with their variable leading axes ("batch", "token"); `config` gives the number of heads and the
    hidden size. Load the trunk with attn_implementation="eager", or attention is not recognised. The mask is
    traced away: an exported model takes texts of one length, without padding.
    """
    torch = require("torch", feature="Exporting a model", extra="train")
    optimizer = require("onnxruntime.transformers.optimizer", feature="Exporting a model", extra="train")
    options = require("onnxruntime.transformers.fusion_options", feature="Exporting a model", extra="train")
    ids = torch.randint(5, 1000, (2, 9))
    inputs = (ids, torch.ones_like(ids), torch.zeros_like(ids))
    names = ("input_ids", "attention_mask", "token_type_ids")
    axes = dict.fromkeys(names, ("batch", "token")) | {name: tuple(a) for name, a in outputs.items()}
    with tempfile.TemporaryDirectory() as folder:
        traced = str(Path(folder) / "traced.onnx")
        # The tracing exporter: the pattern matcher of onnxruntime's optimizer knows the graphs it makes.
        torch.onnx.export(
            module.eval(),
            inputs,
            traced,
            input_names=list(names),
            output_names=list(outputs),
            dynamic_axes={name: dict(enumerate(free)) for name, free in axes.items()},
            opset_version=OPSET,
            dynamo=False,
        )
        fusion = options.FusionOptions("bert")
        fusion.use_multi_head_attention = True
        fusion.enable_embed_layer_norm = False  # the fused op takes no int8 table
        fused = optimizer.optimize_model(
            traced,
            model_type="bert",
            num_heads=config.num_attention_heads,
            hidden_size=config.hidden_size,
            optimization_options=fusion,
            opt_level=0,
        )
        _drop_mask(fused.model)
        _write_out_norms(fused.model, config.layer_norm_eps, require("onnx", feature="Export", extra="train"))
        fused.prune_graph()
        fused.save_model_to_file(str(out))


def quantise(model: Path, out: Path) -> dict[str, Any]:
    """Weights to 7 bits with a scale per output channel, embedding tables to 8 bits with a scale per row.

    What the manifest has to say of it: {"words": ...} if the word vectors are those that `adhere.model`
    keeps, and were left out; else nothing.

    Activations are quantised at run time with one scale per tensor, so a text must be run alone for its
    vector not to depend on its neighbours. 7 bits, because 8-bit products saturate on CPUs without VNNI.
    """
    onnx = require("onnx", feature="Quantising a model", extra="train")
    quantization = require("onnxruntime.quantization", feature="Quantising a model", extra="train")
    with tempfile.TemporaryDirectory() as folder:
        halfway = Path(folder) / "matmul.onnx"
        quantization.quantize_dynamic(
            model,
            halfway,
            op_types_to_quantize=["MatMul", "Attention"],
            weight_type=quantization.QuantType.QInt8,
            per_channel=True,
            reduce_range=True,
            extra_options={"DefaultTensorType": onnx.TensorProto.FLOAT},
        )
        graph = onnx.load(halfway)
    _shrink_tables(graph, onnx)
    onnx.save(graph, out)
    return leave_words(out)


def leave_words(model: Path) -> dict[str, Any]:
    """Take the word vectors out of an int8 model if they are those of `adhere.model.WORDS`, to the last bit.

    What the manifest has to say of it: {"words": names of the tensors, checksums of the table and of the
    model before}, or nothing.
    """
    onnx = require("onnx", feature="Quantising a model", extra="train")
    graph = onnx.load(model, load_external_data=False)
    held = {table.name: table for table in graph.graph.initializer}
    name = next((one for one in held if one.endswith(f"{WORD_TABLE}_rows")), "").removesuffix("_rows")
    names = {"rows": f"{name}_rows", "scales": f"{name}_scales"}
    with np.load(WORDS) as kept:
        if not name or not all(_same(onnx, held[names[part]], kept[part]) for part in kept):
            return {}
    whole = checksums(model.parent, [model.name])[model.name]
    for table in map(held.__getitem__, names.values()):
        table.ClearField("raw_data")
        table.data_location = onnx.TensorProto.EXTERNAL
        table.external_data.add(key="location", value=WORDS.name)
    onnx.save(graph, model)
    kept_as = checksums(WORDS.parent, [WORDS.name])[WORDS.name]
    return {"words": {**names, "sha256": kept_as, "whole": whole}}


def _same(onnx: Any, table: Any, kept: Any) -> bool:
    return not table.external_data and np.array_equal(onnx.numpy_helper.to_array(table), kept)


def package(
    folder: Path, out: Path, *, name: str, source: str, max_tokens: int = 256, overlap: int = 48
) -> None:
    """Export, quantise and describe a model: all that `OnnxEncoder` needs, with the checksum of each file."""
    if not (folder / "tokenizer.json").exists():
        raise ModelError(
            f"{folder} has no tokenizer.json. Save the model with a fast tokenizer and try again."
        )
    out.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as scratch:
        export_encoder(folder, Path(scratch) / "fused.onnx")
        words = quantise(Path(scratch) / "fused.onnx", out / "model.onnx")
    shutil.copyfile(folder / "tokenizer.json", out / "tokenizer.json")
    hidden = json.loads((folder / "config.json").read_text())["hidden_size"]
    files = ("model.onnx", "tokenizer.json")
    manifest = {
        "name": name,
        "source": source,
        "dimension": hidden,
        "pooling": "mean",
        "max_tokens": max_tokens,
        "overlap": overlap,
        "template": TEMPLATE,
        "sha256": checksums(out, files),
        **words,
    }
    (out / "manifest.json").write_text(json.dumps(manifest, indent=2) + "\n")


def _drop_mask(model: Any) -> None:
    """Take the padding mask away from attention, which then runs its faster kernel."""
    for node in model.graph.node:
        if node.op_type == "MultiHeadAttention":
            del node.input[4:]  # query, key, value and bias stay


def _write_out_norms(model: Any, epsilon: float, onnx: Any) -> None:
    """Write each fused residual and layer norm as vectorised steps: the fused kernel is scalar code, and was
    an eighth of the run time."""
    nodes: list[Any] = []
    for node in model.graph.node:
        fused = node.op_type == "SkipLayerNormalization"
        nodes.extend(_norm_steps(node, onnx.helper.make_node) if fused else [node])
    model.graph.initializer.append(onnx.numpy_helper.from_array(np.float32(epsilon), "epsilon"))
    del model.graph.node[:]
    model.graph.node.extend(nodes)


def _norm_steps(node: Any, make: Any) -> Iterable[Any]:
    """Nodes for (x - mean) / sqrt(variance + epsilon) * gamma + beta, where x = left + right + bias."""
    left, right, gamma, beta, bias = node.input
    result: str = node.output[0]
    steps: tuple[tuple[str, list[str], str, dict[str, Any]], ...] = (
        ("Add", [left, right], "sum", {}),
        ("Add", ["sum", bias], "x", {}),
        ("ReduceMean", ["x"], "mean", {"axes": [-1]}),
        ("Sub", ["x", "mean"], "centred", {}),
        ("Mul", ["centred", "centred"], "squares", {}),
        ("ReduceMean", ["squares"], "variance", {"axes": [-1]}),
        ("Add", ["variance", "epsilon"], "above_zero", {}),
        ("Sqrt", ["above_zero"], "deviation", {}),
        ("Reciprocal", ["deviation"], "scale", {}),
        ("Mul", ["centred", "scale"], "scaled", {}),
        ("Mul", ["scaled", gamma], "stretched", {}),
        ("Add", ["stretched", beta], "", {}),
    )
    own = {output for _, _, output, _ in steps}
    for operator, inputs, output, attributes in steps:
        scoped = [f"{result}/{name}" if name in own else name for name in inputs]
        yield make(operator, scoped, [f"{result}/{output}" if output else result], **attributes)


def _shrink_tables(graph: Any, onnx: Any, *, least: int = 100_000) -> None:
    """Replace each large float table that is read by row with int8 rows and a scale per row."""
    tables = {table.name: table for table in graph.graph.initializer}
    nodes = []
    for node in graph.graph.node:
        table = tables.get(node.input[0]) if node.op_type == "Gather" else None
        if table is None or table.data_type != onnx.TensorProto.FLOAT or np.prod(table.dims) < least:
            nodes.append(node)
            continue
        weights = onnx.numpy_helper.to_array(table)
        scales = np.maximum(np.abs(weights).max(axis=1, keepdims=True), 1e-12) / 127
        rows = np.round(weights / scales).astype(np.int8)
        graph.graph.initializer.remove(table)
        graph.graph.initializer.extend(
            onnx.numpy_helper.from_array(array, table.name + suffix)
            for array, suffix in ((rows, "_rows"), (scales.astype(np.float32), "_scales"))
        )
        nodes.extend(_dequantised_rows(node, table.name, onnx))
    del graph.graph.node[:]
    graph.graph.node.extend(nodes)


def _dequantised_rows(node: Any, table: str, onnx: Any) -> Iterable[Any]:
    """Nodes that gather rows and scales and multiply them, in place of one gather of floats."""
    make, ids, result = onnx.helper.make_node, node.input[1], node.output[0]
    yield make("Gather", [f"{table}_rows", ids], [f"{result}_rows"], axis=0)
    yield make("Gather", [f"{table}_scales", ids], [f"{result}_scales"], axis=0)
    yield make("Cast", [f"{result}_rows"], [f"{result}_float"], to=onnx.TensorProto.FLOAT)
    yield make("Mul", [f"{result}_float", f"{result}_scales"], [result])


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Turn a BERT into an int8 ONNX encoder folder.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--name", required=True)
    parser.add_argument("--source", required=True, help="where the weights come from, for the manifest")
    parser.add_argument("--max-tokens", type=int, default=256)
    parser.add_argument("--overlap", type=int, default=48)
    options = parser.parse_args()
    package(
        options.folder,
        options.out,
        name=options.name,
        source=options.source,
        max_tokens=options.max_tokens,
        overlap=options.overlap,
    )
