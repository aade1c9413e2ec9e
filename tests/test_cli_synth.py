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


def made(notes: Path, out: Path, *options: str, code: int = 0) -> str:
    ran = RUN.invoke(app, ["synth", str(notes), "--out", str(out), *options])
    assert ran.exit_code == code, ran.output
    return " ".join(ran.output.split())


@pytest.mark.parametrize(
    ("options", "why"),
    [
        (["--seed", "1"], "seed 0, now 1"),
        (["--maker", "reverse"], "maker 'programmatic', now 'reverse'"),
        (["--licence", "CC0"], "licence 'unknown', now 'CC0'"),
        (["--most", "4"], "holds 5 examples, more than --most 4"),
    ],
)
def test_a_run_with_other_options_does_not_go_on(
    notes: Path, tmp_path: Path, options: list[str], why: str
) -> None:
    out = tmp_path / "train.jsonl"
    made(notes, out, "--most", "5")
    before = [(tmp_path / name).read_text() for name in ("train.jsonl", "train.jsonl.raw")]
    told = made(notes, out, "--most", "5", *options, code=1)
    assert why in told and "another --out" in told
    assert [(tmp_path / name).read_text() for name in ("train.jsonl", "train.jsonl.raw")] == before
    made(notes, out, "--most", "5")


def test_a_run_over_other_documents_does_not_go_on(notes: Path, tmp_path: Path) -> None:
    out = tmp_path / "train.jsonl"
    made(notes, out, "--most", "5")
    with (notes / "rows.jsonl").open("a") as rows:
        rows.write(json.dumps({"id": "n99", "text": "Notes on orchards.", "status": "final"}) + "\n")
    assert "documents '24 (" in made(notes, out, "--most", "5", code=1)


def test_a_file_that_does_not_say_how_it_was_made_is_left_alone(notes: Path, tmp_path: Path) -> None:
    out = tmp_path / "train.jsonl"
    made(notes, out, "--most", "5")
    (tmp_path / "train.jsonl.options").unlink()
    assert "does not say how it was made" in made(notes, out, "--most", "5", code=1)


def test_a_maker_that_runs_out_says_so(notes: Path, tmp_path: Path) -> None:
    told = made(notes, tmp_path / "train.jsonl", "--most", "30000")
    number = len((tmp_path / "train.jsonl.raw").read_text().splitlines())
    assert f"programmatic: {number:,} of 30,000 asked: there are no more to make" in told
    assert "no more" not in made(notes, tmp_path / "few.jsonl", "--most", "5")


def test_a_file_that_cannot_be_written_is_an_error_with_a_message(notes: Path, tmp_path: Path) -> None:
    assert "there is no folder" in made(notes, tmp_path / "no" / "dir" / "t.jsonl", code=1)
    assert "is a folder" in made(notes, notes, code=1)
