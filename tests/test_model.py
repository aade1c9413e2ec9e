"""A model folder is checked before it is opened; the table of words is kept once."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from adhere import model
from adhere.encode.onnx import PACKAGED as ENCODER
from adhere.encode.onnx import OnnxEncoder
from adhere.errors import ModelError
from adhere.judge.cross import PACKAGED as JUDGE
from adhere.parse.tagger import PACKAGED as TAGGER


def test_the_packaged_models_share_one_table_of_words_and_stay_small() -> None:
    for folder in (ENCODER, TAGGER, JUDGE):
        assert "words" in json.loads((folder / "manifest.json").read_text()), folder.name
    files = [file for file in model.WORDS.parent.rglob("*") if file.is_file()]
    assert sum(file.stat().st_size for file in files) < 60e6
    assert max(file.stat().st_size for file in files) < 30e6


@pytest.fixture
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The table of words, in a place where a test may spoil it."""
    copy = tmp_path / "words.npz"
    shutil.copyfile(model.WORDS, copy)
    monkeypatch.setattr(model, "WORDS", copy)
    return copy


def test_another_table_of_words_is_refused(elsewhere: Path) -> None:
    np.savez(elsewhere, rows=np.zeros((2, 3), np.int8), scales=np.ones((2, 1), np.float32))
    with pytest.raises(ModelError, match=r"words\.npz is damaged.*the version of adhere"):
        OnnxEncoder(ENCODER)
    elsewhere.unlink()
    with pytest.raises(ModelError, match=r"words\.npz is missing"):
        OnnxEncoder(ENCODER)


def test_only_the_same_table_is_left_out(tmp_path: Path) -> None:
    onnx = pytest.importorskip("onnx")
    from adhere.train.export import leave_words

    with np.load(model.WORDS) as kept:
        table = dict(kept)
    rows, ids = "bert.word_embeddings.weight_rows", "input_ids"
    node = onnx.helper.make_node("Gather", [rows, ids], ["tokens"], axis=0)
    value = onnx.helper.make_tensor_value_info
    ends = [value(ids, onnx.TensorProto.INT64, [1])], [value("tokens", onnx.TensorProto.INT8, [1, 384])]
    path = tmp_path / "model.onnx"

    def left_of(table: dict[str, np.ndarray]) -> dict[str, dict[str, str]]:
        held = [onnx.numpy_helper.from_array(a, f"bert.word_embeddings.weight_{n}") for n, a in table.items()]
        onnx.save(onnx.helper.make_model(onnx.helper.make_graph([node], "words", *ends, held)), path)
        return leave_words(path)

    other = table["rows"].copy()
    other[7, 7] ^= 1
    assert left_of(table | {"rows": other}) == {} and path.stat().st_size > 10e6
    assert left_of(table)["words"]["rows"] == rows and path.stat().st_size < 1e4
