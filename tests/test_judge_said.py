"""The words of a short criterion are a witness of their own."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from adhere.encode.protocol import Candidate
from adhere.judge.about import ClauseJudge
from adhere.judge.protocol import Question
from adhere.judge.said import said
from adhere.need import About, Document
from adhere.testing.fakes import FakeEncoder


@pytest.mark.parametrize(
    ("criterion", "sentences", "there"),
    [
        ("dinosaurs", ["A backpack with a dinosaur on it."], True),
        ("typing", ["It types every field."], True),
        ("the import system", ["Imports are slow.", "The system changed."], False),  # not in one sentence
        ("the import system", ["The import system is slow."], True),
        ("C++", ["Written in C."], False),
        ("cats", [], False),
        ("attacks on deepfake detectors", ["An attack on deepfake detectors."], False),  # three words: read
        ("the", ["The end."], False),
    ],
)
def test_all_words_of_a_short_criterion_stand_in_one_sentence(
    criterion: str, sentences: list[str], there: bool
) -> None:
    assert said(criterion).within(sentences) is there


def test_it_counts_for_the_verdict() -> None:
    encoder = FakeEncoder()
    documents = [
        Document("kids", "A backpack. Printed with dinosaurs."),
        Document("plain", "A backpack. Grey."),
    ]
    encoded = encoder.encode_documents(documents)
    found = [Candidate(one, tuple(passages)) for one, passages in zip(documents, encoded, strict=True)]
    judge = ClauseJudge(encoder, lambda ids, texts: {i: [0.0] * len(texts) for i in ids})
    now = datetime(2026, 1, 1, tzinfo=UTC)
    ((kids,), (plain,)) = judge.nearness(Question("backpack", now, (About("dinosaurs"),)), found)
    assert (kids.said, plain.said) == (True, False)
    without = judge.calibration.__class__(said=0.0)
    assert kids.p(judge.calibration) > kids.p(without)
    assert plain.p(judge.calibration) == plain.p(without)
