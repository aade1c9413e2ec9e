"""Verdict measures on tables small enough to work by hand."""

from __future__ import annotations

import json
from dataclasses import replace

import numpy as np
import pytest

from adhere.errors import FileError
from adhere.evaluate.verdicts import (
    Cases,
    Label,
    Shown,
    calibration_error,
    cases,
    coverage,
    evidence_shows,
    false_violations,
    macro_f1,
    read_labels,
    verdict_measures,
)
from adhere.need import Document, Judgement, TextEvidence


def made(met, p, needs=None):
    return Cases(
        needs=tuple(needs or ["n"] * len(met)),
        met=np.array(met, np.bool_),
        p=np.array(p, np.float64),
        evidence=np.full(len(met), np.nan),
        shows=np.full(len(met), np.nan),
    )


def test_macro_f1_by_hand():
    # said met: a, b, c (a and b rightly); said unmet: d (wrongly), e; f unknown
    found = made([1, 1, 0, 1, 0, 0], [0.9, 0.8, 0.7, 0.2, 0.1, np.nan])
    assert macro_f1(found) == pytest.approx((2 * 2 / (3 + 3) + 2 * 1 / (2 + 3)) / 2)
    assert false_violations(found) == 0.5


def test_calibration_error_by_hand():
    assert calibration_error(made([1, 0, 1, 0], [0.5, 0.5, 0.5, 0.5])) == 0.0
    assert calibration_error(made([1, 1, 0, 0], [0.8, 0.8, 0.1, 0.1])) == pytest.approx(
        (0.2 * 2 + 0.1 * 2) / 4
    )
    assert calibration_error(made([1], [1.0])) == 0.0


def test_coverage_takes_the_surest_and_never_cuts_through_equals():
    met = [1] * 9 + [0] + [0] * 10
    p = [0.99] * 9 + [0.95] + [0.6] * 10
    assert coverage(made(met, p)) == 0.5
    assert coverage(made([1, 0], [0.9, 0.9])) == 0.0
    assert coverage(made([1, np.nan], [0.9, np.nan])) == 0.5


def test_evidence_is_right_where_it_overlaps_the_marked_words():
    document = Document("d", "First this. Then the answer is here. Last that.", "A title")
    label = Label("n", "c", "q", "k", "d", True, "the answer")
    judged = [
        Judgement(0.9, TextEvidence(0, "Then the answer is here.", (12, 36)), "j"),
        Judgement(0.9, TextEvidence(0, "First this.", (0, 11)), "j"),
        Judgement(0.9, TextEvidence(-1, "A title", (0, 7)), "j"),
        Judgement(0.1, TextEvidence(0, "Then", (12, 16)), "j"),
        Judgement(None, None, "j"),
    ]
    found = cases([label] * 5, judged, {"d": document})
    np.testing.assert_array_equal(found.evidence, [1.0, 0.0, 0.0, np.nan, np.nan])
    assert np.isnan(found.p[-1])
    assert verdict_measures(found, resamples=10)["evidence-right"].n == 3
    # the first sentence shows it too, though the reader marked another
    shown = cases([replace(label, shown=Shown(((0, 11), (12, 36))))] * 5, judged, {"d": document})
    np.testing.assert_array_equal(shown.shows, [1.0, 1.0, 0.0, np.nan, np.nan])
    assert evidence_shows(shown) == pytest.approx(2 / 3)
    assert verdict_measures(shown, resamples=10)["evidence-shows"].n == 3


def test_intervals_resample_needs():
    needs = [f"n{i // 10}" for i in range(100)]
    right = np.arange(100) < 50
    found = made(np.ones(100), np.where(right, 0.9, 0.1), needs)
    whole = verdict_measures(found, resamples=300)["false-violations"]
    assert whole.value == 1.0
    share = verdict_measures(found, resamples=300)["macro-F1"]
    assert share.low < share.value < share.high
    assert verdict_measures(made([], []))["ECE"].value is None


def test_labels_are_read_and_unclear_ones_left_out(tmp_path):
    row = {"need": "n", "corpus": "c", "query": "q", "criterion": "k", "doc": "d", "evidence": None}
    path = tmp_path / "verdicts.jsonl"
    path.write_text("".join(json.dumps({**row, "verdict": v}) + "\n" for v in ("met", "unclear", "unmet")))
    assert [label.met for label in read_labels(path)] == [True, False]
    path.write_text(json.dumps({**row, "verdict": "perhaps"}))
    with pytest.raises(FileError, match=r"verdicts.jsonl:1: .*perhaps"):
        read_labels(path)


def test_sentences_that_show_it_come_from_a_second_file(tmp_path):
    row = {"need": "n", "corpus": "c", "query": "q", "criterion": "k", "doc": "d", "verdict": "met"}
    path, second = tmp_path / "verdicts.jsonl", tmp_path / "shown.jsonl"
    path.write_text(json.dumps(row))
    told = {"need": "n", "document": "d", "criterion": "k", "shown": [[0, 5]], "title": True}
    second.write_text(json.dumps(told))
    assert [label.shown for label in read_labels(path, second)] == [Shown(((0, 5),), True)]
    second.write_text(json.dumps(told | {"shown": None}))
    with pytest.raises(FileError, match=r"shown.jsonl:1: does not say which sentences"):
        read_labels(path, second)
