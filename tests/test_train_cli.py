"""`adhere train`: labels that a program decides, weights near the packaged ones, a store that uses them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

import adhere
from adhere.cli import app
from adhere.encode.protocol import Array
from adhere.errors import StoreMismatch
from adhere.evaluate.audit.truth import Truth
from adhere.judge import fitted as fits
from adhere.judge.fitted import Figures
from adhere.judge.reading import Weights
from adhere.store.infer import dated, infer
from adhere.synth.programmatic import Programmatic
from adhere.synth.protocol import Material
from adhere.testing.fakes import FakeEncoder
from adhere.train.labels import Labels
from adhere.train.weights import figures, fit
from made import CUISINES, recipes

RUN = CliRunner()
DOCUMENTS = [dated(document) for document in recipes(200)]
TRUTH = Truth(DOCUMENTS, infer(DOCUMENTS))
FLAT = Weights(1.0, 1.0, 0.0, 0.0, 0.0, 1.0, 0.0)


class Reader:
    """Sees nothing, and says which one it is."""

    fingerprint = "reader one"

    def read(self, query: str, criteria: list[str], sentences: list[str]) -> tuple[Array, Array]:
        return np.zeros(len(criteria), np.float32), np.zeros((len(criteria), len(sentences)), np.float32)


@pytest.fixture(autouse=True)
def fakes(monkeypatch: pytest.MonkeyPatch) -> Reader:
    reader = Reader()
    monkeypatch.setattr("adhere.encode.load", lambda model="": FakeEncoder())
    monkeypatch.setattr("adhere.search.engine.default_reader", lambda: reader)
    monkeypatch.setattr("adhere.judge.cross.default_reader", lambda: reader)
    return reader


@pytest.fixture
def store(tmp_path: Path) -> Path:
    path = tmp_path / "recipes.adhere"
    with adhere.open(path) as engine:
        engine.add(recipes(200))
    return path


def test_labels_are_true_and_say_nothing_of_the_hidden_field() -> None:
    labels = Labels(TRUTH, hidden="cuisine")
    examples = Programmatic().make(Material(DOCUMENTS, "", ""))
    learned, measured = labels.parts(labels.of_examples(examples))
    assert learned and measured
    assert not {one.document for one in learned} & {one.document for one in measured}
    for one in (*learned, *measured):
        document = next(d for d in DOCUMENTS if d.id == one.document)
        assert one.holds == (one.says.casefold() in f"{document.title} {document.text}".casefold())
        assert one.says not in {each for name in CUISINES for each in (name, name.casefold())}


def test_no_label_is_asked_beside_a_value_of_the_hidden_field() -> None:
    labels = list(
        Labels(TRUTH, hidden="cuisine").of_examples(Programmatic().make(Material(DOCUMENTS, "", "")))
    )
    values = {name.casefold() for name in CUISINES}
    assert labels and not {one.query.casefold() for one in labels} & values


def test_topics_ask_for_the_values_that_texts_show() -> None:
    found = list(Labels(TRUTH).of_topics())
    assert {one.says for one in found} == set(CUISINES)
    cuisine = {d.id: d.fields["cuisine"] for d in DOCUMENTS}
    assert all(one.holds == (cuisine[one.document] == one.says) for one in found)


def test_few_labels_move_the_weights_little_and_many_find_the_truth() -> None:
    rng = np.random.default_rng(0)
    table = np.c_[rng.normal(size=(4000, 6)), np.ones(4000)]
    met = rng.random(4000) < 1 / (1 + np.exp(-(3 * table[:, 5] - 1)))
    many, few = fit(table, met, FLAT, ridge=5.0), fit(table[:10], met[:10], FLAT)
    assert abs(many.read - 3) < 0.4 and abs(many.bias + 1) < 0.3
    assert all(abs(a - b) < 0.3 for a, b in zip(vars_of(few), vars_of(FLAT), strict=True))
    assert figures(table, met, many).beats(figures(table, met, FLAT))


def test_a_feature_that_never_changes_keeps_its_weight() -> None:
    table = np.c_[np.zeros((60, 5)), np.linspace(-1, 1, 60), np.ones(60)]
    found = fit(table, table[:, 5] > 0, FLAT, ridge=1e-3)  # separable, and still finite
    assert found.meaning == FLAT.meaning and found.read > 5 and np.isfinite(vars_of(found)).all()


def test_better_is_better_in_every_figure() -> None:
    assert Figures(0.9, 0.8, 0.1).beats(Figures(0.9, 0.7, 0.1))
    assert not Figures(0.9, 0.8, 0.2).beats(Figures(0.8, 0.7, 0.1))
    assert not Figures(0.9, 0.8, 0.2).beats(Figures(0.9, 0.8, 0.2))


def vars_of(weights: Weights) -> list[float]:
    return [getattr(weights, name) for name in Weights.__dataclass_fields__]


def test_a_store_is_fitted_searched_and_forgotten(store: Path, tmp_path: Path) -> None:
    out = tmp_path / "train.jsonl"
    made = RUN.invoke(app, ["synth", str(store), "--out", "-", "--most", "400"])
    assert made.exit_code == 0, made.output
    out.write_text(made.stdout)
    ran = RUN.invoke(app, ["train", str(store), "-", "--needs", "45"], input=made.stdout)
    assert ran.exit_code == 0, ran.output
    assert "the field cuisine, for the audit" in ran.stdout and "obeyed@10" in ran.stdout
    report = json.loads(RUN.invoke(app, ["train", str(store), str(out), "--needs", "0", "--json"]).stdout)
    assert report["fitted"] and report["after"]["calibration_error"] < report["before"]["calibration_error"]
    assert report["audit"] is None and report["left_out"] == "cuisine"
    with adhere.open(store) as engine:
        assert engine.fitted is not None and engine.fitted.weights == Weights(**report["weights"])
        judge = next(judge for judge in engine._judges if "about" in judge.kinds)
        assert judge.weights == engine.fitted.weights  # type: ignore[attr-defined]
    assert f"{report['labels']:,} labels" in RUN.invoke(app, ["status", str(store)]).stdout
    assert "as packaged again" in RUN.invoke(app, ["train", str(store), "--forget"]).stdout
    assert not (store / fits.NAME).exists()


def test_weights_of_another_reader_are_refused(store: Path, fakes: Reader) -> None:
    assert RUN.invoke(app, ["train", str(store), "--needs", "0"]).exit_code == 0
    fakes.fingerprint = "reader two"
    with pytest.raises(StoreMismatch, match=r"reader one; this is reader reader two[^$]*--forget"):
        adhere.open(store)
    assert RUN.invoke(app, ["train", str(store), "--needs", "0"]).exit_code == 0  # and can be fitted again
    adhere.open(store).close()
    (store / fits.NAME).write_text("{")
    with pytest.raises(adhere.AdhereError, match="damaged"):
        adhere.open(store)


def test_packaged_weights_stay_where_the_fit_is_not_better(
    store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert RUN.invoke(app, ["train", str(store), "--needs", "0"]).exit_code == 0
    monkeypatch.setattr("adhere.train.weights.fit", lambda table, met, start: start)
    ran = RUN.invoke(app, ["train", str(store)])
    assert ran.exit_code == 0 and "packaged weights are kept" in ran.stdout
    assert not (store / fits.NAME).exists()


def test_bad_examples_name_their_line(store: Path, tmp_path: Path) -> None:
    ran = RUN.invoke(app, ["train", str(store), "-"], input='\n{"key": 1}\n')
    assert ran.exit_code == 1 and "standard input:2" in ran.output
    for text, said in (("", "no example"), (None, "There is no file")):
        path = tmp_path / f"{text is None}.jsonl"
        if text is not None:
            path.write_text(text)
        ran = RUN.invoke(app, ["train", str(store), str(path)])
        assert ran.exit_code == 1 and said in " ".join(ran.output.split())
    assert RUN.invoke(app, ["train", str(tmp_path / "none.adhere")]).exit_code == 1


def test_too_little_to_learn_from_is_said(tmp_path: Path) -> None:
    path = tmp_path / "one.adhere"
    with adhere.open(path) as engine:
        engine.add([adhere.Document("1", "One note.")])
    ran = RUN.invoke(app, ["train", str(path)])
    assert ran.exit_code == 1 and "too little to learn from" in ran.output
