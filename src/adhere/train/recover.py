"""A served tagger or judge as weights to train on from: int8 ONNX back to the floats that it stands for.

    python -m adhere.train.recover src/adhere/models/minitag RUN
    python -m adhere.train.recover src/adhere/models/minijudge RUN

writes RUN/model.pt for `--start` of `adhere.train.tagger` or `adhere.train.judge`. A label that the served
model did not know starts from nothing; words that the schema marks start like those that it does not.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from adhere.errors import ModelError
from adhere.model import WORDS
from adhere.parse import tags
from adhere.train import judge
from adhere.train.tagger import Recipe, base_folder, fresh

ATTENTION = ("query", "key", "value")


def recovered(path: Path) -> dict[str, Tensor]:
    """The tensors of a `train.model.Tagger` that an int8 model was exported from, up to its rounding.

    Errors  ModelError if the graph is not the one that `adhere.train.ship` writes
    """
    graph = onnx.load(str(path), load_external_data=False).graph
    held, found = _trunk(graph)
    shares = [
        float(held[node.input[0]])
        for node in graph.node
        if node.op_type == "Mul" and node.input[0].startswith("onnx::Mul_")
    ]
    if "head.weight" not in found or not shares:
        raise ModelError(f"{path} is not the graph of a tagger as adhere.train.ship writes it.")
    found["mixture"] = np.log(np.array(shares))
    return _tensors(found)


def recovered_judge(folder: Path) -> dict[str, Tensor]:
    """The tensors of a `train.judge_model.Judge`, up to rounding; what it learned to make of a prior is not
    served and not among them.

    Errors  ModelError if the folder is not one that `adhere.train.judge_export` writes
    """
    _, found = _trunk(onnx.load(str(folder / "model.onnx"), load_external_data=False).graph)
    if not found or not (folder / "head.npz").is_file():
        raise ModelError(f"{folder} is not a judge as adhere.train.judge_export writes it.")
    with np.load(folder / "head.npz") as head:
        return _tensors(found | dict(head))


def _trunk(graph: onnx.GraphProto) -> tuple[dict[str, Any], dict[str, Any]]:
    """All initializers, and the parameters that they stand for, by the names of the module's state."""
    held = {one.name: _array(one) for one in graph.initializer}
    own = {name.removeprefix("judge."): value for name, value in held.items()}
    found = {name: value for name, value in own.items() if name.startswith(("encoder.", "head.", "prior."))}
    for name in [name for name in found if name.endswith("_rows")]:
        table = name.removesuffix("_rows")
        found[table] = found.pop(name).astype(np.float32) * found.pop(f"{table}_scales")
    for node in graph.node:
        if node.op_type == "MatMulInteger":
            # Outputs are called by the path of their module: "/encoder/layer.0/.../query/MatMul_output_0..."
            module = node.output[0].partition("/MatMul_output")[0].strip("/").replace("/", ".")
            found[f"{module}.weight"] = _floats(held, node.input[1]).T
        elif node.op_type == "MultiHeadAttention":
            attention = node.output[0].partition("/Reshape")[0].strip("/").replace("/", ".")
            for name, bias in zip(ATTENTION, np.split(held[node.input[3]], 3), strict=True):
                found[f"{attention}.{name}.bias"] = bias
    return held, found


def _tensors(found: Mapping[str, Any]) -> dict[str, Tensor]:
    return {name: torch.tensor(np.ascontiguousarray(value, np.float32)) for name, value in found.items()}


def _array(tensor: onnx.TensorProto) -> Any:
    """The values of a tensor; word vectors that were left out are those of `adhere.model`."""
    if not tensor.external_data:
        return numpy_helper.to_array(tensor)
    with np.load(WORDS) as table:
        return table[tensor.name.rpartition("_")[2]]


def _floats(held: Mapping[str, Any], name: str) -> Any:
    stem = name.removesuffix("_quantized")
    shift = held[f"{stem}_zero_point"].astype(np.float32)
    return (held[name].astype(np.float32) - shift) * held[f"{stem}_scale"]


def widened(state: Mapping[str, Tensor], model: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """The tensors in the shapes of a model with more labels, and with a segment for every mark."""
    wide: dict[str, Tensor] = {}
    for name, fresh_one in model.items():
        old = state[name]
        if name.endswith("token_type_embeddings.weight") or name == "prior.weight":
            old = old.repeat(tags.MARKS, 1) if len(old) == tags.RULED else old
        new = fresh_one.clone()
        new[tuple(slice(size) for size in old.shape)] = old
        wide[name] = new
    return wide


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("served", type=Path)
    parser.add_argument("run", type=Path)
    options = parser.parse_args()
    options.run.mkdir(parents=True, exist_ok=True)
    if (options.served / "head.npz").is_file():
        model: torch.nn.Module = judge.fresh(base_folder(), judge.Recipe())[0]
        state = recovered_judge(options.served) | {"prior": model.state_dict()["prior"]}
        model.load_state_dict(state)
    else:
        model = fresh(base_folder(), Recipe())[0]
        state = widened(recovered(options.served / "model.onnx"), model.state_dict())
    torch.save(state, options.run / "model.pt")
    print(f"{options.run / 'model.pt'}: {options.served.name}, to train on from")


if __name__ == "__main__":
    main()
