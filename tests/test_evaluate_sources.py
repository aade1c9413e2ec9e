"""Benchmarks from elsewhere: TREC collections, ir_datasets, and hub repositories copied to a folder."""

from __future__ import annotations

import json
from collections import namedtuple

import pytest

from adhere.errors import FileError, InputError
from adhere.evaluate.hub import HUB
from adhere.evaluate.measures import parse_measure
from adhere.evaluate.run import evaluate
from adhere.evaluate.sources import benchmarks


def jsonl(path, *rows):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))


TOPICS = """<top>
<num> Number: 301
<title> International Organized Crime
<desc> Description:
Identify organizations that participate in international criminal activity.
<narr> Narrative:
A relevant document must name an organization
and the activity.
</top>
<top><num>302</num><title>Poliomyelitis</title><desc>Is polio under control?</desc></top>
"""


def test_trec_topics_have_their_narrative_as_instruction(tmp_path):
    (tmp_path / "topics.txt").write_text(TOPICS)
    (tmp_path / "qrels.txt").write_text("301 0 FT-1 1\n301 0 FT-2 0\n")
    (bench,) = benchmarks(f"trec:{tmp_path}")
    (query,) = bench.queries
    assert query.need.query == "International Organized Crime"
    assert query.need.instruction == "A relevant document must name an organization and the activity."
    assert bench.judgements.qrels == {"301": {"FT-1": 1, "FT-2": 0}}
    assert bench.unjudged == ("302",)
    (tmp_path / "qrels.txt").unlink()
    with pytest.raises(FileError, match="qrels"):
        benchmarks(f"trec:{tmp_path}")


def followir(folder, part=""):
    jsonl(
        folder / f"corpus{part}.jsonl",
        {"_id": "a", "title": "A", "text": "a"},
        {"_id": "b", "title": "", "text": "b"},
    )
    jsonl(folder / f"queries{part}/q.jsonl", {"_id": "1-og", "text": "q"}, {"_id": "1-changed", "text": "q"})
    jsonl(
        folder / f"instruction{part}.jsonl",
        {"query-id": "1-og", "instruction": "all"},
        {"query-id": "1-changed", "instruction": "not a"},
    )
    (folder / f"default{part}.tsv").write_text(
        "query-id\tcorpus-id\tscore\n1-og\ta\t1\n1-og\tb\t1\n1-changed\ta\t0\n1-changed\tb\t1\n"
    )
    jsonl(
        folder / f"top_ranked{part}.jsonl",
        *({"query-id": q, "corpus-ids": ["a", "b"]} for q in ("1-og", "1-changed")),
    )
    jsonl(folder / f"qrel_diff{part}.jsonl", {"query-id": "1", "corpus-ids": ["a"]})


@pytest.mark.parametrize(("name", "part"), [("followir-core17", ""), ("mfollowir/zho", "-zho")])
def test_followir_repositories(tmp_path, name, part):
    followir(tmp_path, part)
    (bench,) = benchmarks(f"hub:{name}:{tmp_path}")
    assert bench.paired and bench.needs == 1
    assert bench.judgements.flipped_in("1") == {"a"} and bench.judgements.staying_in("1") == {"b"}
    assert bench.queries[1].need.instruction == "not a"
    assert bench.candidates["1-og"] == ("a", "b")


def test_infosearch_has_three_instructions(tmp_path):
    jsonl(
        tmp_path / "corpus.jsonl",
        {"_id": "a", "title": "", "text": "a"},
        {"_id": "b", "title": "", "text": "b"},
    )
    jsonl(
        tmp_path / "queries.jsonl",
        {
            "_id": "1",
            "text": "q",
            "instruction_og": "",
            "instruction_changed": "a",
            "instruction_reversed": "no a",
        },
    )
    for part, grades in (("og", (1, 1)), ("changed", (1, 0)), ("reversed", (0, 1))):
        jsonl(
            tmp_path / f"qrels_{part}/test.jsonl",
            *({"query-id": "1", "corpus-id": c, "score": g} for c, g in zip("ab", grades, strict=True)),
        )
    (bench,) = benchmarks(f"hub:infosearch:{tmp_path}")
    assert [query.id for query in bench.queries] == ["1-og", "1-changed", "1-reversed"]
    (result,) = evaluate([bench], [])
    assert set(result.rows[-1].values) == {"p-MRR", "WISE", "SICR"}
    assert result.rows[-1].values["WISE"].keys() == {"1"}


def test_instructir_groups_instructions_by_base_query(tmp_path):
    jsonl(tmp_path / "corpus.jsonl", {"_id": "a", "title": "", "text": "a"})
    jsonl(tmp_path / "queries.jsonl", {"_id": "7_1", "text": "q"}, {"_id": "7_2", "text": "q"})
    jsonl(tmp_path / "qrels.jsonl", *({"query-id": q, "corpus-id": "a", "score": 1} for q in ("7_1", "7_2")))
    (bench,) = benchmarks(f"hub:instructir:{tmp_path}")
    values = parse_measure("robustness@10").values(bench.judgements, {"7_1": {"a": 1.0}})
    assert values == {"7": 0.0}


def test_nevir_rows_become_two_queries_over_two_documents(tmp_path):
    jsonl(tmp_path / "test.jsonl", {"id": "x", "q1": "is", "q2": "is not", "doc1": "yes", "doc2": "no"})
    (bench,) = benchmarks(f"hub:nevir:{tmp_path}")
    assert bench.candidates["x_q2"] == ("x_doc1", "x_doc2")
    run = {"x_q1": {"x_doc1": 1.0, "x_doc2": 0.0}, "x_q2": {"x_doc1": 0.0, "x_doc2": 1.0}}
    assert parse_measure("pairwise-accuracy").values(bench.judgements, run) == {"x": 1.0}


def test_excluir_marks_the_excluded_document(tmp_path):
    (tmp_path / "corpus.json").write_text(json.dumps(["zero", "one", "two"]))
    (tmp_path / "test_manual_final.json").write_text(
        json.dumps([{"ExcluQ": "one, but not zero", "index": [0, 1]}])
    )
    (bench,) = benchmarks(f"hub:excluir:{tmp_path}")
    assert bench.judgements.qrels == {"0": {"1": 1, "0": -1}}
    assert bench.documents[2].text == "two"


def test_bright_and_mair_carry_their_labels(tmp_path):
    jsonl(tmp_path / "documents/biology.jsonl", {"id": "d", "content": "text"})
    jsonl(tmp_path / "examples/biology.jsonl", {"id": "1", "query": "why", "gold_ids": ["d"]})
    (bright,) = benchmarks(f"hub:bright/biology:{tmp_path}")
    assert bright.judgements.qrels == {"1": {"d": 1}} and bright.documents[0].text == "text"
    jsonl(tmp_path / "docs/IFEval.jsonl", {"id": "d", "doc": "text"})
    jsonl(
        tmp_path / "queries/IFEval.jsonl",
        {"qid": "1", "instruction": "short", "query": "why", "labels": [{"id": "d", "score": 2}]},
    )
    (mair,) = benchmarks(f"hub:mair:{tmp_path}")
    assert mair.judgements.qrels == {"1": {"d": 2}} and mair.queries[0].need.instruction == "short"


def test_parquet_splits_are_read_in_order(tmp_path):
    arrow, parquet = pytest.importorskip("pyarrow"), pytest.importorskip("pyarrow.parquet")
    (tmp_path / "documents").mkdir()
    for part, name in enumerate("de"):
        parquet.write_table(
            arrow.table({"id": [name], "content": [name]}),
            tmp_path / f"documents/biology-0000{part}-of-00002.parquet",
        )
    jsonl(tmp_path / "examples/biology.jsonl", {"id": "1", "query": "why", "gold_ids": ["e"]})
    (bench,) = benchmarks(f"hub:bright:{tmp_path}")
    assert [document.id for document in bench.documents] == ["d", "e"]


class Collection:
    """What ir_datasets gives for an id, in the parts that the loader asks for."""

    Doc = namedtuple("Doc", "doc_id text headline")
    Topic = namedtuple("Topic", "query_id title description narrative")
    Qrel = namedtuple("Qrel", "query_id doc_id relevance iteration")
    has_docs = has_queries = has_qrels = staticmethod(lambda: True)

    def docs_iter(self):
        return [self.Doc("d1", "body", "head")]

    def queries_iter(self):
        return [self.Topic("1", "crime", "who", "Only gangs."), self.Topic("2", "polio", "how", "")]

    def qrels_iter(self):
        return [self.Qrel("1", "d1", 2, "0")]


def test_ir_datasets_give_title_narrative_and_qrels(monkeypatch):
    ir_datasets = pytest.importorskip("ir_datasets")
    monkeypatch.setattr(ir_datasets, "load", lambda name: Collection())
    (bench,) = benchmarks("irds:disks45/made")
    assert bench.queries[0].need.query == "crime" and bench.queries[0].need.instruction == "Only gangs."
    assert (bench.documents[0].title, bench.documents[0].text) == ("head", "body")
    assert bench.judgements.qrels == {"1": {"d1": 2}} and bench.unjudged == ("2",)


def test_an_unknown_ir_datasets_id_is_an_error():
    pytest.importorskip("ir_datasets")
    with pytest.raises(InputError, match="has no data set"):
        benchmarks("irds:no/such")


def test_what_is_wrong_is_said(tmp_path):
    with pytest.raises(InputError, match="followir-core17"):
        benchmarks(f"hub:follow:{tmp_path}")
    with pytest.raises(InputError, match="local folder"):
        benchmarks("hub:nevir")
    with pytest.raises(FileError, match="has no table test"):
        benchmarks(f"hub:nevir:{tmp_path}")
    jsonl(tmp_path / "test.jsonl", {"id": "x", "q1": "is"})
    with pytest.raises(FileError, match="orionweller/NevIR"):
        benchmarks(f"hub:nevir:{tmp_path}")


def test_every_data_set_is_published_with_measures_we_have():
    for chosen in HUB.values():
        for name in chosen.measures:
            parse_measure(name)


def test_of_a_table_with_several_splits_the_test_split_is_read(tmp_path):
    followir(tmp_path)
    (tmp_path / "default.tsv").unlink()
    header = "query-id\tcorpus-id\tscore\n"
    (tmp_path / "qrels").mkdir()
    (tmp_path / "qrels/test.tsv").write_text(header + "1-og\ta\t1\n1-changed\ta\t0\n")
    (tmp_path / "qrels/train.tsv").write_text(header + "1-og\tb\t1\n")
    (bench,) = benchmarks(f"hub:followir-core17:{tmp_path}")
    assert bench.judgements.qrels == {"1-og": {"a": 1}, "1-changed": {"a": 0}}
    (tmp_path / "qrels/test.tsv").rename(tmp_path / "qrels/dev.tsv")
    with pytest.raises(FileError, match=r"qrels holds the splits dev, train"):
        benchmarks(f"hub:followir-core17:{tmp_path}")


def test_numbered_files_of_a_folder_are_one_table(tmp_path):
    followir(tmp_path)
    (tmp_path / "corpus.jsonl").unlink()
    for part, name in enumerate("ab"):
        jsonl(tmp_path / f"corpus/corpus-0000{part}-of-00002.jsonl", {"_id": name, "text": name})
    (bench,) = benchmarks(f"hub:followir-core17:{tmp_path}")
    assert [document.id for document in bench.documents] == ["a", "b"]


def test_judgements_of_queries_that_a_repository_lacks_are_left_out(tmp_path):
    jsonl(tmp_path / "corpus.jsonl", {"_id": "a", "text": "a"})
    jsonl(tmp_path / "queries.jsonl", {"_id": "1", "text": "q"})
    jsonl(tmp_path / "qrels.jsonl", *({"query-id": q, "corpus-id": "a", "score": 1} for q in "19"))
    (result,) = evaluate(benchmarks(f"hub:limit-small:{tmp_path}"), [])
    assert [(row.missing, row.values["recall@2"]) for row in result.rows] == [(0, {"1": 1.0})] * 2
