"""`adhere synth`: examples that passed the check, those that did not, and a run that resumes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from adhere.cli import app
from adhere.testing.fakes import FakeEncoder

RUN = CliRunner()


@pytest.fixture(autouse=True)
def fake_encoder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("adhere.encode.load", lambda model="": FakeEncoder())


@pytest.fixture
def notes(tmp_path: Path) -> Path:
    folder = tmp_path / "notes"
    folder.mkdir()
    subjects, states = ("sourdough", "orchards"), ("draft", "final")
    rows = [
        {"id": f"n{n}", "text": f"Notes on {subjects[n % 2]}.", "status": states[n // 2 % 2]}
        for n in range(24)
    ]
    (folder / "rows.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
    return folder


def test_files_become_checked_examples(notes: Path, tmp_path: Path) -> None:
    out = tmp_path / "train.jsonl"
    ran = RUN.invoke(app, ["synth", str(notes), "--out", str(out), "--most", "12", "--json"])
    assert ran.exit_code == 0, ran.output
    assert json.loads(ran.stdout)["kept"] == {"programmatic": 12}
    rows = [json.loads(line) for line in out.read_text().splitlines()]
    assert all(row["truth"] and row["relevant"] and row["not_relevant"] for row in rows)


def test_programs_encode_nothing(notes: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def load(model: str = "") -> FakeEncoder:
        raise AssertionError("an encoder was loaded")

    monkeypatch.setattr("adhere.encode.load", load)
    out = tmp_path / "train.jsonl"
    assert RUN.invoke(app, ["synth", str(notes), "--out", str(out), "--most", "5"]).exit_code == 0


def test_a_second_run_goes_on(notes: Path, tmp_path: Path) -> None:
    out = tmp_path / "train.jsonl"
    for most in ("5", "9"):
        assert RUN.invoke(app, ["synth", str(notes), "--out", str(out), "--most", most]).exit_code == 0
    assert len(out.read_text().splitlines()) == 9


def test_wrong_makers_and_models_are_named(notes: Path, tmp_path: Path) -> None:
    out = str(tmp_path / "x")
    ran = RUN.invoke(app, ["synth", str(notes), "--out", out, "--maker", "magic"])
    assert ran.exit_code == 1 and "programmatic" in ran.output
    ran = RUN.invoke(app, ["synth", str(notes), "--out", out, "--llm", "http://127.0.0.1:9/v1"])
    assert ran.exit_code == 2


def test_documents_without_anything_in_common_are_named(tmp_path: Path) -> None:
    (tmp_path / "one.txt").write_text("One note.")
    ran = RUN.invoke(app, ["synth", str(tmp_path), "--out", str(tmp_path / "x.jsonl")])
    assert ran.exit_code == 1 and "nothing to make" in ran.output
