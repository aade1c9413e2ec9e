"""Benchmarks from disk, systems through the exam, and bad input that must not pass quietly."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime
from math import nan
from pathlib import Path

import pytest
from rich.console import Console
from typer.testing import CliRunner

from adhere.cli import app
from adhere.cli.evaluate import _cell
from adhere.cli.tables import print_table
from adhere.errors import FileError, InputError, RemoteError
from adhere.evaluate.benchmark import find, load
from adhere.evaluate.journal import Journal, fingerprint
from adhere.evaluate.measures import parse_measure
from adhere.evaluate.report import in_words, results_to_json
from adhere.evaluate.run import POOLED, Result, Row, answer, evaluate, measured
from adhere.evaluate.sources import every
from adhere.evaluate.systems import Blind, Perfect, Systems
from adhere.evaluate.systems.engine import Adhere, Indexed
from adhere.evaluate.systems.runs import RunFile
from adhere.search.engine import Engine
from adhere.testing.fakes import FakeEncoder

FRUIT = ["apple", "pear", "plum", "fig", "kiwi", "lime"]


def write_bench(folder: Path, *, pools: bool = True, **replaced: list[str]) -> Path:
    """Twelve documents, one paired need: red fruit at first, then green. `replaced` swaps whole files."""
    documents = [(f"{colour}-{fruit}", colour, fruit) for colour in ("red", "green") for fruit in FRUIT]
    qrels = [("fruit-og", "red"), ("fruit-changed", "green")]
    files = {
        "corpus.jsonl": [
            {"_id": i, "title": fruit, "text": f"A {colour} {fruit}.", "metadata": {"colour": colour}}
            for i, colour, fruit in documents
        ],
        "queries.jsonl": [{"_id": query, "text": "fruit"} for query, _ in qrels],
        "instructions.jsonl": [{"query-id": q, "instruction": f"Only {c} fruit."} for q, c in qrels],
    }
    if pools:
        files["top_ranked.jsonl"] = [
            {"query-id": q, "corpus-ids": [d[0] for d in documents]} for q, _ in qrels
        ]
    text = {name: [json.dumps(row) for row in rows] for name, rows in files.items()}
    text["qrels.tsv"] = ["query-id\tcorpus-id\tscore"]
    text["qrels.tsv"] += [
        f"{q}\t{i}\t{int(colour == wanted)}" for q, wanted in qrels for i, colour, _ in documents
    ]
    text |= {name.replace("__", "."): rows for name, rows in replaced.items()}
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in text.items():
        (folder / name).write_text("\n".join(rows) + "\n")
    return folder


class Says:
    """A system that answers every query with the same scores, or raises the same error."""

    name = "says"

    def __init__(self, scores):
        self.scores = scores

    def index(self, documents):
        self.documents = documents

    def rank(self, query, candidates):
        if isinstance(self.scores, Exception):
            raise self.scores
        return self.scores


def test_a_benchmark_is_read_with_fields_pairs_and_pools(tmp_path):
    bench = load(write_bench(tmp_path / "fruit"))
    assert (bench.name, bench.needs, bench.paired) == ("fruit", 1, True)
    assert bench.documents[0].fields == {"colour": "red"}
    assert bench.queries[1].need.instruction == "Only green fruit."
    assert len(bench.candidates["fruit-og"]) == 12
    assert bench.judgements.flipped_in("fruit") == {f"red-{fruit}" for fruit in FRUIT}


def test_gzip_and_qrels_in_a_folder_of_their_own(tmp_path):
    folder = write_bench(tmp_path)
    (folder / "qrels").mkdir()
    (folder / "qrels.tsv").rename(folder / "qrels/test.tsv")
    with gzip.open(folder / "corpus.jsonl.gz", "wt") as stream:
        stream.write((folder / "corpus.jsonl").read_text())
    (folder / "corpus.jsonl").unlink()
    assert len(load(folder).documents) == 12


@pytest.mark.parametrize(
    ("name", "rows", "message"),
    [
        (
            "corpus__jsonl",
            ['{"_id": "a", "text": "x"}', '{"_id": "a", "text": "y"}'],
            r"corpus.jsonl:2: .*twice",
        ),
        ("corpus__jsonl", ['{"_id": "a", "text": "x", "_time": "May"}'], r"corpus.jsonl:1: _time 'May'"),
        ("corpus__jsonl", ['{"text": "x"}'], r"corpus.jsonl:1: .*'_id'"),
        ("queries__jsonl", ['{"_id": "fruit-og", "text": "x"}', "{"], r"queries.jsonl:2: not JSON"),
        (
            "instructions__jsonl",
            ['{"query-id": "veg", "instruction": "x"}'],
            r"instructions.jsonl:1: .*'veg'",
        ),
        ("qrels__tsv", ["query-id\tcorpus-id\tscore", "veg-og\tred-fig\t1"], r"qrels.tsv:2: .*'veg-og'"),
        ("qrels__tsv", ["fruit-og\tblue-fig\t1"], r"qrels.tsv:1: .*'blue-fig'"),
        ("qrels__tsv", ["fruit-og\tred-fig\t1", "fruit-og\tred-fig\t0"], r"qrels.tsv:2: .*differently"),
        ("qrels__tsv", ["fruit-og\tred-fig\tyes"], r"qrels.tsv:1: .*'yes'"),
        ("qrels__tsv", ["fruit-og\tred-fig\t0.5"], r"qrels.tsv:1: .*whole: 1 and more is relevant, 0 is not"),
        ("qrels__tsv", ["fruit-og\tred-fig\tinf"], r"qrels.tsv:1: .*whole number"),
        ("qrels__tsv", ["query-id\tcorpus-id\tscore"], r"qrels.tsv holds no judgement"),
        ("qrels__tsv", [""], r"qrels.tsv holds no judgement"),
        ("qrels__tsv", ["fruit-og\tred-fig\t1"], r"fruit-changed is not"),
        (
            "top_ranked__jsonl",
            ['{"query-id": "fruit-og", "corpus-ids": ["kiwano"]}'],
            r"top_ranked.jsonl:1: .*'kiwano'",
        ),
        (
            "top_ranked__jsonl",
            ['{"query-id": "Fruit-og", "corpus-ids": ["red-fig"]}'],
            r"top_ranked.jsonl:1: .*'Fruit-og'",
        ),
        (
            "top_ranked__jsonl",
            ['{"query-id": "fruit-og", "corpus-ids": ["red-fig"]}'] * 2,
            r"top_ranked.jsonl:2: .*'fruit-og' is there twice",
        ),
        ("qrel_diff__jsonl", ['{"query-id": "veg", "corpus-ids": []}'], r"qrel_diff.jsonl:1: .*'veg'"),
        (
            "qrel_diff__jsonl",
            ['{"query-id": "fruit", "corpus-ids": ["green-fig"]}'],
            r"qrel_diff.jsonl:1: 'green-fig' is listed as flipped .* fruit-og does not judge it relevant",
        ),
        (
            "qrel_diff__jsonl",
            ['{"query-id": "fruit", "corpus-ids": ["red-fgi"]}'],
            r"qrel_diff.jsonl:1: .*'red-fgi'",
        ),
        (
            "qrel_diff__jsonl",
            ['{"query-id": "fruit", "corpus-ids": ["red-fig"]}'] * 2,
            r"qrel_diff.jsonl:2: .*'fruit' is there twice",
        ),
    ],
)
def test_bad_files_name_file_and_line(tmp_path, name, rows, message):
    with pytest.raises(FileError, match=message):
        load(write_bench(tmp_path, **{name: rows}))


def test_ids_that_are_numbers_are_those_of_the_qrels(tmp_path):
    rows = [{"_id": 1, "text": "x", "group": 7}, {"_id": 2, "text": "y"}]
    (tmp_path / "corpus.jsonl").write_text('{"_id": 8, "text": "x"}\n')
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, rows)))
    (tmp_path / "instructions.jsonl").write_text('{"query-id": 1, "instruction": "only x"}\n')
    (tmp_path / "top_ranked.jsonl").write_text(
        '{"query-id": 1, "corpus-ids": [8]}\n{"query-id": 2, "corpus-ids": [8]}\n'
    )
    (tmp_path / "qrels.tsv").write_text("1\t8\t1\n")
    bench = load(tmp_path)
    assert [(query.id, query.need.instruction) for query in bench.queries] == [("1", "only x")]
    assert bench.judgements.group("1") == "7" and bench.unjudged == ("2",)
    assert bench.candidates == {"1": ("8",)}  # and none of a query that is not asked


def test_a_folder_without_benchmarks_is_an_error(tmp_path):
    with pytest.raises(FileError, match="is no benchmark"):
        find(tmp_path)
    write_bench(tmp_path / "a")
    write_bench(tmp_path / "b")
    assert [path.name for path in find(tmp_path)] == ["a", "b"]


def test_random_and_perfect_frame_every_table(tmp_path):
    benches = [load(write_bench(tmp_path / name)) for name in ("a", "b")]
    report = results_to_json(evaluate(benches, [Says({"red-fig": 1.0})]))
    assert [bench["name"] for bench in report["benchmarks"]] == ["a", "b", POOLED]
    pooled = report["benchmarks"][-1]
    assert pooled["needs"] == 2
    assert [system["name"] for system in pooled["systems"]] == ["random", "says", "perfect"]
    perfect = pooled["systems"][-1]["measures"]
    assert perfect["nDCG@10/changed"]["value"] == perfect["two-way"]["value"] == 1.0
    assert perfect["interaction"] == {"value": None, "low": None, "high": None, "n": 0}  # nothing stays
    assert perfect["violations@10"]["value"] == 0.4  # six green documents, then red ones must follow


def test_our_engine_takes_the_exam_in_both_modes(tmp_path):
    bench = load(write_bench(tmp_path))
    indexed = Indexed(lambda: Engine.in_memory(FakeEncoder()))
    followed, kept = Adhere(indexed), Adhere(indexed, mode="balanced")
    report = results_to_json(evaluate([bench], [Blind(followed), followed, kept]))
    two_way = {s["name"]: s["measures"]["two-way"]["value"] for s in report["benchmarks"][0]["systems"]}
    assert set(two_way) == {"random", "blind", "adhere", "adhere-balanced", "perfect"}
    assert two_way["blind"] == 0.0
    assert two_way["adhere-balanced"] >= 0.25  # better than dice on a field that the instruction names
    over = {s["name"]: s["over_blind"] for s in report["benchmarks"][0]["systems"]}
    assert over["blind"] == {}
    gain = over["adhere-balanced"]["two-way"]
    assert gain["value"] == two_way["adhere-balanced"]
    assert gain["low"] is gain["high"] is gain["p"] is None  # one need: nobody can say how sure that is


def test_a_search_of_the_whole_corpus_needs_no_pool(tmp_path):
    bench = load(write_bench(tmp_path, pools=False))
    system = Adhere(Indexed(lambda: Engine.in_memory(FakeEncoder())))
    system.index(bench.documents)
    assert set(answer(bench, system)["fruit-og"]) == {document.id for document in bench.documents}


@pytest.mark.parametrize(
    ("said", "error", "message"),
    [
        ({"red-fig": nan}, InputError, "'red-fig' of query 'fruit-og'"),
        ({"durian": 1.0}, RemoteError, "'fruit-og' ranked 'durian'"),
        (TimeoutError("10 s"), RemoteError, "'fruit-og': TimeoutError"),
        (InputError("no"), InputError, "says on query 'fruit-og'"),
    ],
)
def test_nonsense_from_a_system_names_the_query(tmp_path, said, error, message):
    with pytest.raises(error, match=message):
        answer(load(write_bench(tmp_path)), Says(said))


def test_unanswered_queries_are_counted_and_count_as_zero(tmp_path):
    bench = load(write_bench(tmp_path))
    perfect = answer(bench, Perfect(bench.judgements))
    row = measured("half", bench, {"fruit-og": perfect["fruit-og"]}, [parse_measure("nDCG@10/changed")])
    assert row.missing == 1
    assert row.values["nDCG@10/changed"] == {"fruit": 0.0}


def test_an_unknown_system_is_answered_with_the_known_ones():
    with pytest.raises(InputError, match="adhere-balanced"):
        Systems()("adhre")


def test_the_command_prints_the_contract(tmp_path, monkeypatch):
    import adhere.encode

    monkeypatch.setattr(adhere.encode, "load", FakeEncoder, raising=False)
    write_bench(tmp_path / "fruit")
    done = CliRunner().invoke(app, ["evaluate", str(tmp_path), "--json"])
    assert done.exit_code == 0, done.output
    (bench,) = json.loads(done.stdout)["benchmarks"]
    assert (bench["name"], bench["needs"]) == ("fruit", 1)
    assert {system["name"] for system in bench["systems"]} >= {"random", "blind", "adhere", "perfect"}
    assert set(bench["systems"][0]["measures"]["p-MRR"]) == {"value", "low", "high", "n"}


class Dying(Says):
    """Answers `lives` questions and is killed."""

    def __init__(self, lives):
        super().__init__({"red-fig": 1.0})
        self.lives = lives
        self.asked = []

    def rank(self, query, candidates):
        if len(self.asked) == self.lives:
            raise KeyboardInterrupt
        self.asked.append(query.id)
        return super().rank(query, candidates)


def test_a_killed_evaluation_resumes_where_it_stopped(tmp_path):
    bench, path = load(write_bench(tmp_path / "fruit")), tmp_path / "answers.jsonl"
    with pytest.raises(KeyboardInterrupt):
        evaluate([bench], [Dying(1)], journal=Journal(path))
    with path.open("a") as stream:
        stream.write('{"exam": "half a li')  # as a kill in the middle of writing leaves it
    second = Dying(9)
    resumed = evaluate([bench], [second], journal=Journal(path))
    assert second.asked == ["fruit-changed"]
    assert resumed == evaluate([bench], [Says({"red-fig": 1.0})])
    third = Dying(0)
    assert evaluate([bench], [third], journal=Journal(path)) == resumed
    assert not hasattr(third, "documents")  # nothing was open, so nothing was indexed


def test_answers_to_another_version_of_a_benchmark_are_refused(tmp_path):
    path = tmp_path / "answers.jsonl"
    evaluate([load(write_bench(tmp_path / "fruit"))], [Says({})], journal=Journal(path))
    rows = [
        '{"query-id": "fruit-og", "instruction": "Any."}',
        '{"query-id": "fruit-changed", "instruction": "No."}',
    ]
    changed = load(write_bench(tmp_path / "fruit", instructions__jsonl=rows))
    with pytest.raises(FileError, match="another version"):
        evaluate([changed], [Says({})], journal=Journal(path))
    path.write_text("[]\n")
    with pytest.raises(FileError, match=r"answers.jsonl:1"):
        Journal(path)


@pytest.mark.parametrize("part", [{"time": datetime(1999, 1, 1, tzinfo=UTC)}, {"url": "u"}, {"group": "g"}])
def test_a_benchmark_whose_documents_differ_in_anything_is_another_version(tmp_path, part):
    bench = load(write_bench(tmp_path))
    other = replace(bench, documents=(replace(bench.documents[0], **part), *bench.documents[1:]))
    assert fingerprint(other) != fingerprint(bench)


def test_a_measure_that_blind_has_no_cases_of_is_compared_with_nothing() -> None:
    blind = Row("blind", {"nDCG@10": {"a": 0.2}, "read": {}}, 1, 0, 0.0)
    ours = Row("adhere", {"nDCG@10": {"a": 0.6}, "read": {"a": 1.0}}, 1, 0, 0.0)
    report = results_to_json([Result("made", 1, (blind, ours))])
    assert set(report["benchmarks"][0]["systems"][1]["over_blind"]) == {"nDCG@10"}


def test_intervals_of_a_benchmark_with_groups_are_over_its_groups(tmp_path):
    queries = [{"_id": f"q{i}_{v}", "text": "x", "group": f"q{i}"} for i in range(7) for v in range(8)]
    documents = [{"_id": i, "text": "y"} for i in "ab"]
    (tmp_path / "corpus.jsonl").write_text("\n".join(map(json.dumps, documents)))
    (tmp_path / "queries.jsonl").write_text("\n".join(map(json.dumps, queries)))
    # the odd base queries ask for b, which is second
    rows = [f"{q['_id']}\t{'ab'[int(q['group'][1]) % 2]}\t1" for q in queries]
    (tmp_path / "qrels.tsv").write_text("\n".join(rows))
    (result,) = evaluate([load(tmp_path)], [Says({"a": 2.0, "b": 1.0})], measures=[parse_measure("MRR@10")])

    def width(result):
        found = results_to_json([result])["benchmarks"][0]["systems"][1]["measures"]["MRR@10"]
        assert found["n"] == 56
        return found["high"] - found["low"]

    assert width(result) > 2 * width(replace(result, groups={}))
    both = evaluate(
        [load(tmp_path), replace(load(tmp_path), name="again")],
        [Says({"a": 2.0, "b": 1.0})],
        measures=[parse_measure("MRR@10")],
    )
    assert len(set(both[-1].groups.values())) == 14


def test_a_measure_without_an_interval_is_shown_without_one():
    over = {"value": 0.1, "low": None, "high": None, "p": None}
    assert _cell({"value": 0.5, "low": None, "high": None, "n": 2}, 2, over, signed=False) == "50\nΔ +10"


# --- whose numbers are these? -------------------------------------------------------------------


def write_run(path: Path, *best: str) -> Path:
    """A run that ranks the same few documents for both queries of `write_bench`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    lines = [
        f"{query} Q0 {document} {rank} {-rank} x"
        for query in ("fruit-og", "fruit-changed")
        for rank, document in enumerate(best, start=1)
    ]
    path.write_text("\n".join(lines) + "\n")
    return path


def test_a_journal_tells_run_files_apart_by_path_and_content(tmp_path):
    bench, path = load(write_bench(tmp_path / "fruit")), tmp_path / "answers.jsonl"

    def first(run: Path) -> str:
        return max(answers := answer(bench, RunFile(run), journal=Journal(path))["fruit-og"], key=answers.get)

    assert first(write_run(tmp_path / "ra/s.run", "red-fig", "red-kiwi")) == "red-fig"
    assert first(write_run(tmp_path / "rb/s.run", "green-fig", "red-fig")) == "green-fig"
    assert (
        first(write_run(tmp_path / "ra/s.run", "red-kiwi", "red-fig")) == "red-kiwi"
    )  # the file has changed
    lines = len(path.read_text().splitlines())
    assert first(tmp_path / "ra/s.run") == "red-kiwi"
    assert len(path.read_text().splitlines()) == lines  # nothing was asked again


def test_a_journal_tells_descriptions_of_a_url_apart_and_keeps_plain_names(tmp_path):
    from adhere.evaluate.systems.protocol import identity
    from adhere.evaluate.systems.timed import Timed

    text = '{"kind": "rerank", "url": "http://127.0.0.1:9/%s"}'
    for folder in ("ua", "ub"):
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "m.json").write_text(text % folder)
    first, second = (Systems()(f"url:{tmp_path / folder / 'm.json'}") for folder in ("ua", "ub"))
    assert first.name == second.name == "url:m"
    assert identity(Timed(first, 1)) == identity(first) != identity(second)
    assert identity(Systems(FakeEncoder())("adhere")) == "adhere"
    assert identity(Systems(FakeEncoder())("blind")) == "blind"


def test_systems_of_one_name_are_shown_as_they_were_asked_for(tmp_path):
    bench = write_bench(tmp_path / "fruit")
    runs = [write_run(tmp_path / folder / "s.run", "red-fig") for folder in ("ra", "rb")]
    command = ["evaluate", str(bench), "--json", *(f"--system=run:{run}" for run in runs)]
    done = CliRunner().invoke(app, command)
    assert done.exit_code == 0, done.output
    names = [system["name"] for system in json.loads(done.stdout)["benchmarks"][0]["systems"]]
    assert names == ["random", "blind", *(f"run:{run}" for run in runs), "perfect"]
    with pytest.raises(InputError, match=r"Two systems are named 'run:s\.run'"):
        evaluate([load(bench)], [RunFile(run) for run in runs])


@pytest.mark.parametrize("name", ["random", "blind", "perfect"])
def test_a_system_may_not_take_the_name_of_a_built_in_row(tmp_path, name):
    system = Says({})
    system.name = name
    with pytest.raises(InputError, match=f"named '{name}'"):
        evaluate([load(write_bench(tmp_path))], [system])


def test_benchmarks_of_one_name_are_told_apart_and_pooled_whole(tmp_path):
    for folder in ("p1", "p2"):
        write_bench(tmp_path / folder / "same")
    places = [str(tmp_path / folder / "same") for folder in ("p1", "p2")]
    benches = every([*places, str(tmp_path / "p1")])  # p1/same is named twice, and is one benchmark
    assert [bench.name for bench in benches] == places
    *_, pooled = results_to_json(evaluate(benches, [Says({"red-fig": 1.0})]))["benchmarks"]
    assert pooled["needs"] == pooled["systems"][0]["measures"]["nDCG@10/og"]["n"] == 2
    with pytest.raises(InputError, match="Two benchmarks are named 'same'"):
        evaluate([load(place) for place in places], [Says({})])


# --- perfection ---------------------------------------------------------------------------------


@pytest.mark.parametrize("listed", [True, False])
def test_perfect_shows_unjudged_documents_before_those_that_violate(tmp_path, listed):
    """Six documents stay or flip, six are never judged, and the flipped may be left out of the qrels."""
    wanted = [f"fruit-og\tred-{fruit}\t1" for fruit in FRUIT]
    wanted += [f"fruit-changed\tred-{fruit}\t{int(fruit < 'lime')}" for fruit in FRUIT]
    wanted = [line for line in wanted if listed or not line.endswith("\t0")]
    bench = load(write_bench(tmp_path, pools=False, qrels__tsv=wanted))
    run = answer(bench, Perfect(bench.judgements))
    assert len(run["fruit-changed"]) == 12
    row = measured("perfect", bench, run, [parse_measure("nDCG@10/changed"), parse_measure("violations@9")])
    assert row.values == {"nDCG@10/changed": {"fruit": 1.0}, "violations@9": {"fruit": 0.0}}


def test_perfect_puts_flipped_documents_behind_others_that_are_judged_0(tmp_path):
    grades = {"red-apple": (1, 1), "red-fig": (1, 0), "green-apple": (0, 0), "green-fig": (0, 0)}
    qrels = [
        f"fruit-{part}\t{d}\t{g[i]}" for i, part in enumerate(("og", "changed")) for d, g in grades.items()
    ]
    corpus = [json.dumps({"_id": identifier, "text": "x"}) for identifier in grades]
    bench = load(write_bench(tmp_path, pools=False, qrels__tsv=qrels, corpus__jsonl=corpus))
    run = answer(bench, Perfect(bench.judgements))["fruit-changed"]
    assert min(run, key=run.get) == "red-fig"


# --- input that must be refused with a reason ---------------------------------------------------


def test_a_run_of_another_benchmark_is_refused_with_the_ids_of_both(tmp_path):
    bench = load(write_bench(tmp_path / "fruit"))
    (tmp_path / "other.run").write_text("301 Q0 red-fig 1 1 x\n")
    with pytest.raises(InputError, match=r"other.run .*'fruit'.* 301, .*fruit-og, fruit-changed"):
        answer(bench, RunFile(tmp_path / "other.run"))


@pytest.mark.parametrize("path", ["no/dir/x.jsonl", "."])
def test_a_journal_that_cannot_be_written_is_our_error(tmp_path, path):
    with pytest.raises(FileError, match="journal"):
        Journal(tmp_path / path)


@pytest.mark.parametrize(
    ("said", "message"),
    [
        (["red-fig"], "says answered query 'fruit-og' with a list. A ranking is a mapping"),
        (None, "says answered None to each of the 2 queries of 'fruit'. A ranking is a mapping"),
        ({"red-fig": "high"}, "says on query 'fruit-og' gave 'red-fig' the score 'high'. A ranking is"),
    ],
)
def test_what_is_no_ranking_is_refused_with_what_one_is(tmp_path, said, message):
    with pytest.raises(InputError, match=message):
        answer(load(write_bench(tmp_path / "fruit")), Says(said))


def test_a_benchmark_without_documents_measures_runs_only(tmp_path, monkeypatch):
    import adhere.encode

    monkeypatch.setattr(adhere.encode, "load", FakeEncoder, raising=False)
    (tmp_path / "topics.txt").write_text("<top><num>fruit-og</num><title>fruit</title></top>")
    (tmp_path / "qrels.txt").write_text("fruit-og 0 red-fig 1\n")
    run = write_run(tmp_path / "s.run", "red-fig")
    done = CliRunner().invoke(app, ["evaluate", f"trec:{tmp_path}", f"--system=run:{run}", "--json"])
    assert done.exit_code == 0, done.output
    names = [system["name"] for system in json.loads(done.stdout)["benchmarks"][0]["systems"]]
    assert names == ["random", "run:s.run", "perfect"]
    done = CliRunner().invoke(app, ["evaluate", f"trec:{tmp_path}", "--system", "minilm"])
    assert done.exit_code == 1
    assert "it searches documents" in done.output


def test_bm25_without_documents_is_our_error():
    pytest.importorskip("bm25s")
    with pytest.raises(InputError, match="it searches documents"):
        Systems()("bm25").index(())


def test_a_byte_order_mark_is_skipped(tmp_path):
    folder = write_bench(tmp_path / "fruit")
    plain = load(folder)
    for name in ("corpus.jsonl", "queries.jsonl", "instructions.jsonl", "qrels.tsv"):
        (folder / name).write_text((folder / name).read_text(), encoding="utf-8-sig")
    assert load(folder) == plain


@pytest.mark.parametrize("command", [["evaluate", "nowhere"], ["audit", "nowhere"]])
@pytest.mark.parametrize("where", ["no/dir/page.html", "."])
def test_an_html_page_that_cannot_be_written_ends_the_command_before_it_starts(tmp_path, command, where):
    done = CliRunner().invoke(app, [*command, "--html", str(tmp_path / where)])
    assert done.exit_code == 1
    assert str(tmp_path) in done.output.replace("\n", "")
    assert "nowhere" not in done.output  # nothing was read


# --- tables -------------------------------------------------------------------------------------


def test_a_table_that_is_wider_than_the_terminal_is_split_and_nothing_is_cut():
    name, columns = "run:a/long/path/of.run", [(f"measure{i}\nchanged", ["100..100"]) for i in range(9)]
    for terminal, tables in ((True, 3), (False, 1)):
        console = Console(width=60, force_terminal=terminal, color_system=None, record=True)
        print_table(console, [name], columns, title="made " * 20, caption="read it so")
        text = console.export_text()
        assert text.count(name) == tables
        assert text.count("100..100") == text.count("measure") == 9
        assert "…" not in text
        assert not terminal or max(map(len, text.splitlines()[2:-1])) <= 60
    assert console.width == 60


@pytest.mark.parametrize(
    ("value", "low", "high", "written"),
    [
        (0.704, 0.641, 0.75, "70* [64, 75]"),
        (-0.001, -0.002, 0.3, "0* [0, 30]"),
        (0.5, None, None, "50*"),
        (None, None, None, "-"),
    ],
)
def test_a_measure_is_written_with_its_interval(value, low, high, written):
    found = {"value": value, "low": low, "high": high}
    assert in_words(found, star=True) == written
    assert in_words(found, interval=False) == written.split(" ")[0].replace("*", "")
