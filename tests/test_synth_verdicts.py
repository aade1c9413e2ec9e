"""Verdict rows: nothing forbidden is read, labels follow the text, the same seed makes the same rows."""

from __future__ import annotations

import gzip
import json
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from adhere.errors import FileError, InputError
from adhere.judge.cross import PACKAGED
from adhere.synth import rows, verdicts, wordings
from adhere.synth.labelled import labelled, read_labels
from adhere.synth.reversals import reversals
from adhere.synth.sources import NEVER, SOURCES, Sources
from adhere.testing.fakes import FakeEncoder
from adhere.words import tokens

FORBIDDEN = frozenset(
    word
    for word, _ in tokens(
        "msmarco instructir sick healthver climate_fever nli4ct begin averitec birco reuters condaqa dl19 "
        "dl20 verdicts judged hotpot musique trec cranfield cisi limit"
    )
)


def lay(folder: Path, files: Mapping[str, Sequence[Mapping[str, Any]] | str]) -> Path:
    """A data folder with these files, gzipped where their name says so."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        text = content if isinstance(content, str) else "".join(json.dumps(row) + "\n" for row in content)
        path.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())
    return folder


@pytest.fixture
def data(tmp_path: Path) -> Path:
    answers = {
        "symptoms": "Fever is common. A rash may appear.",
        "treatment": "Rest helps. Surgery is rarely needed.",
        "causes": "A virus is to blame. It spreads by touch.",
    }
    documents, queries = [], []
    for number, focus in enumerate(("Foo disease", "Bar disease", "Test disease", "Judged disease")):
        for kind, text in answers.items():
            identifier = f"m{number}-{kind}"
            documents.append({"_id": identifier, "title": "", "text": text})
            split = "test" if focus.startswith("Test") else "train"
            queries.append({"_id": identifier, "text": "?", "focus": focus, "qtype": kind, "split": split})
    facts: dict[str, list[str]] = {"categories": []}
    arxiv = [
        {"_id": i, "title": f"Paper {i}", "text": f"{i} moves. It is tested.", "metadata": facts}
        for i in ("A1", "A2", "J9")
    ]
    view = {"instruction": "only robots that walk", "relevant": ["A1"], "not_relevant": ["A2", "J9"]}
    return lay(
        tmp_path,
        {
            "bench/medquad/corpus.jsonl.gz": documents,
            "bench/medquad/queries.jsonl.gz": queries,
            "corpora/arxiv.jsonl.gz": arxiv,
            "train/dual_view.jsonl": [{"query": "robots", "corpus": "arxiv", "views": [view]}],
            NEVER: "corpus\tdoc\narxiv\tj9\nMEDQUAD\tM3-SYMPTOMS\n",
        },
    )


def test_the_list_of_sources_holds_nothing_forbidden() -> None:
    for source in SOURCES.values():
        assert source.licence and "NC" not in source.licence
        for path in source.files:
            assert not any(word in path.casefold() for word in FORBIDDEN), path
    assert SOURCES["medquad"].split == SOURCES["scitldr"].split == ("train",)


def test_judged_documents_are_left_out_without_regard_to_case(data: Path) -> None:
    sources = Sources(data)
    assert [row["_id"] for row in sources.rows("arxiv")] == ["A1", "A2"]
    assert not sources.allows("arxiv", "j9#section-2")
    made = list(verdicts.medical(sources, random.Random(0)))
    assert made and not any(row.document.casefold() in ("m3-symptoms",) for row in made)


def test_the_test_split_is_never_read(data: Path) -> None:
    made = list(verdicts.medical(Sources(data), random.Random(0)))
    assert not any(row.document.startswith("m2") or "Test disease" in str(row) for row in made)


def test_labels_of_medical_rows_follow_the_sentences(data: Path) -> None:
    for row in verdicts.medical(Sources(data), random.Random(1)):
        for asked in row.asked:
            assert asked.holds == bool(asked.shown)
            if "symptoms" in asked.says and asked.holds:
                assert all(
                    row.sentences[at] in ("Fever is common.", "A rash may appear.") for at in asked.shown
                )


def test_reversals_bind_clauses_to_the_outcome(data: Path) -> None:
    def clauses(instruction: str, _: str) -> list[tuple[str, str]]:
        return [("want", "robots that walk"), ("background", instruction)]

    made = {row.document: row for row in reversals(Sources(data), random.Random(0), clauses)}
    assert set(made) == {"A1", "A2"}
    assert made["A1"].groups == (True,) and made["A2"].groups == (False,)
    assert [a.says for a in made["A1"].asked if a.group == 0] == ["robots that walk"]


def test_the_same_seed_makes_the_same_rows_and_a_kept_file_stays(data: Path, tmp_path: Path) -> None:
    sources = Sources(data)
    made = {"medical": lambda rng: verdicts.medical(sources, rng)}
    manifest = rows.write(tmp_path / "a", made, sources, seed=4)
    rows.write(tmp_path / "b", made, Sources(data), seed=4)
    first = (tmp_path / "a/medical.jsonl").read_text()
    assert first == (tmp_path / "b/medical.jsonl").read_text() and first
    assert manifest["makers"]["medical"]["licences"] == {"medquad": ["CC BY 4.0"]}
    assert "bench/medquad/corpus.jsonl.gz" in manifest["read"]
    rows.write(tmp_path / "a", {"medical": lambda _: pytest.fail("made again")}, sources, seed=4)


def test_other_sources_and_missing_files_are_errors(data: Path) -> None:
    with pytest.raises(InputError, match="may be trained on"):
        list(Sources(data).rows("reuters21578"))
    with pytest.raises(FileError, match="is missing"):
        list(Sources(data).rows("movies"))


def test_wordings_read_like_criteria() -> None:
    assert (
        wordings.claim("In this paper, we propose a faster parser for tables, which wins.")
        == "a faster parser for tables"
    )
    assert wordings.claim("Tables are everywhere.") is None
    assert "table parsing" in wordings.title_phrases("Fast: Table parsing for the web")
    assert wordings.heading("1.2 Abstract") == ""
    assert wordings.question("Is water wet?", random.Random(0)).endswith("whether water wet")


def test_labels_by_reading_become_rows_that_say_which_sentences_are_shown(data: Path, tmp_path: Path) -> None:
    labels = tmp_path / "labels.jsonl"
    clause = {
        "span": "robots that walk",
        "polarity": "want",
        "kind": "topic",
        "says": "robots that walk",
        "holds": {"A1": True, "A2": False, "J9": True},
        "shown": {"A1": [[0, 9]]},
    }
    lead_in = {"span": "only", "polarity": "task", "kind": "topic", "says": "only"}
    views = [
        {"group": g, "view": 0, "corpus": "arxiv", "query": "robots", "clauses": [lead_in, clause]}
        for g in ("g1", "g2")
    ]
    story = {"id": "n1", "title": "Quotas cut", "text": "The limit falls. Boats stay in port."}
    less = {"says": "less may be caught", "holds": {"n1": True}, "shown": {"n1": [[0, 16]]}}
    views += [{"group": "n", "corpus": "invented", "query": "cod", "criteria": [less], "documents": [story]}]
    labels.write_text("".join(json.dumps(view) + "\n" for view in views))
    made = [
        row
        for held_out in (False, True)
        for row in labelled(Sources(data), random.Random(0), [labels], FakeEncoder(), held_out=held_out)
    ]
    assert {row.document for row in made} == {"A1", "A2", "n1"}, "judged documents are never learned from"
    own = next(row for row in made if row.document == "n1")
    assert own.sentences == ("Quotas cut", "The limit falls.", "Boats stay in port.")
    assert (own.origin, own.asked[0].holds, own.asked[0].shown) == ("invented", True, (1,))
    first = next(row for row in made if row.document == "A1")
    assert first.sentences == ("Paper A1", "A1 moves.", "It is tested.")
    (asked,) = [one for one in first.asked if one.says == "robots that walk" and one.holds]
    assert asked.shown == (1,) and set(asked.near) == {1, 2}


def test_a_line_separator_within_a_label_ends_no_row(tmp_path: Path) -> None:
    (tmp_path / "labels.jsonl").write_text('{"query": "a\u2028b"}\n', encoding="utf-8")
    assert read_labels(tmp_path / "labels.jsonl") == [{"query": "a\u2028b"}]


def test_the_shipped_judge_learned_from_listed_sources_only() -> None:
    manifest = json.loads((PACKAGED / "manifest.json").read_text())
    trained = [*manifest["averaged"], manifest["evidence"]]
    assert len(trained) > 1 and all(set(run["sources"]) <= set(SOURCES) for run in trained)
