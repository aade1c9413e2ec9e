"""The layer that learns which sentence shows a criterion: from states, into the head of a served judge."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

torch = pytest.importorskip("torch")
pytest.importorskip("transformers")

from adhere.encode.onnx import default_encoder  # noqa: E402
from adhere.judge.cross import PACKAGED, CrossReader  # noqa: E402
from adhere.train.evidence import Example, Recipe, examples, learned, right, write  # noqa: E402

TEXT = "The engine was rebuilt in June. Deliveries start in autumn. Buyers wait for two years."
SPANS = [[0, 31], [32, 59], [60, 86]]


def made(number: int) -> Example:
    """The sentence whose state is the criterion's shows it; what was known before points elsewhere."""
    rng = np.random.default_rng(number)
    criterion = rng.choice([-1.0, 1.0], 8).astype(np.float32)
    sentences = rng.choice([-1.0, 1.0], (4, 8)).astype(np.float32)
    place = number % 4
    sentences[place] = criterion
    before = np.where(np.arange(4) == (place + 1) % 4, 1.0, 0.0).astype(np.float32)
    return Example(f"d{number}", criterion, sentences, before, np.arange(4) == place)


def test_it_learns_what_the_scores_before_did_not_know() -> None:
    known, others = [made(n) for n in range(400)], [made(n) for n in range(400, 480)]
    assert right(others) == 0.0
    model = learned(known, Recipe(epochs=30, rate=5e-3, hidden=32, dropout=0.0))
    assert right(others, model) > 0.9


def test_criteria_are_read_as_serving_reads_them() -> None:
    row = {
        "corpus": "c",
        "document": "d",
        "query": "a car",
        "read": SPANS,
        "criteria": [{"says": "when it can be had", "shown": [SPANS[1]], "title": False}],
        "beside": ["a price is named", "buyers have to wait"],
    }
    texts = {("c", "d"): ("News of a car", TEXT)}
    (found,) = examples([row], texts, CrossReader(PACKAGED), default_encoder())
    assert found.document == "c/d" and found.sentences.shape == (3, 384)
    assert found.shows.tolist() == [False, True, False]
    assert found.before.shape == (3,)


def test_the_layer_changes_what_is_shown_and_not_what_is_decided(tmp_path: Path) -> None:
    folder = tmp_path / "judge"
    shutil.copytree(PACKAGED, folder)
    asked = ("a car", ["when it can be had"], ["News of a car", *(TEXT[a:b] for a, b in SPANS)])
    write(folder, {}, {})
    bare = CrossReader(folder).read(*asked)
    layer = {
        "shows_hidden.weight": np.ones((2, 3 * 384), np.float32),
        "shows_hidden.bias": np.zeros(2, np.float32),
        "shows_out.weight": np.full((1, 2), 7.0, np.float32),
        "shows_out.bias": np.zeros(1, np.float32),
    }
    write(folder, layer, {"labels": "made"})
    taught = CrossReader(folder).read(*asked)
    np.testing.assert_array_equal(taught[0], bare[0])
    assert np.abs(taught[1] - bare[1]).max() > 1.0
    assert json.loads((folder / "manifest.json").read_text())["evidence"] == {"labels": "made"}
