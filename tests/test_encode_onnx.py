"""The packaged encoder: true to the model it was made from, and to its own laws."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from adhere.encode import load
from adhere.encode.onnx import PACKAGED, OnnxEncoder
from adhere.encode.protocol import Encoder
from adhere.errors import ModelError
from adhere.need import Document

REFERENCE = Path(__file__).parent / "data" / "encode_reference.npz"
LONG = Document("long", "The river rises in the hills. It feeds three lakes. " * 60, "Rivers")
DOCUMENTS = [
    Document("a", "Cats sleep most of the day. Dogs bark at night.", "Pets"),
    Document("b", ""),
    LONG,
    Document("c", "One line without a title"),
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load()


def test_vectors_are_those_of_sentence_transformers(encoder: Encoder) -> None:
    """The reference was computed by benchmarks/encode_reference.py with torch in float32."""
    with np.load(REFERENCE) as reference:
        texts, vectors = [str(text) for text in reference["texts"]], reference["vectors"]
    documents = [Document(str(n), text) for n, text in enumerate(texts)]
    ours = np.stack([passages[0].vector for passages in encoder.encode_documents(documents)])
    cosines = (ours * vectors).sum(axis=1)
    assert cosines.mean() >= 0.98
    assert cosines.min() >= 0.97
    assert (encoder.encode_queries(texts) * vectors).sum(axis=1).mean() >= 0.98


def test_every_sentence_and_passage_has_a_unit_vector(encoder: Encoder) -> None:
    for document, passages in zip(DOCUMENTS, encoder.encode_documents(DOCUMENTS), strict=True):
        assert [p.passage.number for p in passages] == list(range(len(passages)))
        assert {p.passage.document_id for p in passages} == {document.id}
        for one in passages:
            assert one.vector.shape == (encoder.dimension,)
            assert one.sentences.shape == (len(one.passage.sentences), encoder.dimension)
            assert np.allclose(np.linalg.norm(np.vstack([one.vector, one.sentences]), axis=1), 1, atol=1e-5)


def test_a_document_is_encoded_the_same_alone_and_in_company(encoder: Encoder) -> None:
    together = list(encoder.encode_documents(DOCUMENTS))
    for document, expected in zip(DOCUMENTS, together, strict=True):
        (alone,) = encoder.encode_documents([document])
        for left, right in zip(alone, expected, strict=True):
            assert left.passage == right.passage
            assert np.array_equal(left.vector, right.vector)
            assert np.array_equal(left.sentences, right.sentences)


def test_later_passages_see_the_title(encoder: Encoder) -> None:
    (titled,) = encoder.encode_documents([LONG])
    (bare,) = encoder.encode_documents([Document("long", LONG.text)])
    assert len(titled) > 1
    river = encoder.encode_queries(["Rivers"])[0]
    assert titled[1].vector @ river > bare[1].vector @ river


def test_a_sentence_is_nearest_to_what_it_says(encoder: Encoder) -> None:
    (passages,) = encoder.encode_documents(DOCUMENTS[:1])
    cats, dogs = encoder.encode_queries(["sleeping cats", "noisy dogs"])
    assert passages[0].sentences @ cats == pytest.approx(sorted(passages[0].sentences @ cats, reverse=True))
    assert passages[0].sentences @ dogs == pytest.approx(sorted(passages[0].sentences @ dogs))


@pytest.mark.parametrize(
    "text", ["", "\0\0", "\ud800 lone", "\u0301", "😀" * 300, "x" * 100_000, "\n" * 5000]
)
def test_hostile_text_gets_finite_vectors(encoder: Encoder, text: str) -> None:
    (passages,) = encoder.encode_documents([Document("d", text, title=text[:200])])
    assert all(np.isfinite(one.vector).all() and np.isfinite(one.sentences).all() for one in passages)
    assert np.isfinite(encoder.encode_queries([text])).all()


def test_documents_are_read_as_they_are_needed(encoder: Encoder) -> None:
    read = []

    def endless() -> Iterator[Document]:
        while True:
            read.append(1)
            yield Document(str(len(read)), "word")

    encoded = encoder.encode_documents(endless())  # type: ignore[arg-type]  # more than the protocol asks
    assert len(next(encoded)) == 1
    assert len(read) < 100


def test_no_queries_no_vectors(encoder: Encoder) -> None:
    assert encoder.encode_queries([]).shape == (0, encoder.dimension)
    assert list(encoder.encode_documents([])) == []


def test_a_damaged_or_missing_or_foreign_model_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "model"
    shutil.copytree(PACKAGED, copy)
    (copy / "tokenizer.json").write_text("{}")
    with pytest.raises(ModelError, match=r"tokenizer.json is damaged.*adhere.train.export"):
        OnnxEncoder(copy)
    (copy / "tokenizer.json").unlink()
    with pytest.raises(ModelError, match=r"tokenizer.json is missing"):
        OnnxEncoder(copy)
    (copy / "manifest.json").write_text("not json")
    with pytest.raises(ModelError, match=r"manifest.json cannot be read"):
        OnnxEncoder(copy)
    shutil.copytree(PACKAGED, copy, dirs_exist_ok=True)
    manifest = json.loads((copy / "manifest.json").read_text())
    (copy / "manifest.json").write_text(json.dumps(manifest | {"template": "other/2"}))
    with pytest.raises(ModelError, match="template 'other/2'"):
        OnnxEncoder(copy)


def test_the_fingerprint_tells_lengths_apart(encoder: Encoder, tmp_path: Path) -> None:
    shutil.copytree(PACKAGED, tmp_path / "model")
    path = tmp_path / "model" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text()) | {"max_tokens": 128}))
    assert load(str(tmp_path / "model")).fingerprint != encoder.fingerprint
    assert OnnxEncoder(PACKAGED).fingerprint == encoder.fingerprint


def test_importing_the_encoder_loads_no_runtime() -> None:
    code = "import sys, adhere.encode.onnx; print('onnxruntime' in sys.modules, 'torch' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.split() == ["False", "False"]
