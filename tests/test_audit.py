"""The audit: needs that are true by program, the same for a seed, and reports that tell searches apart."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from typer.testing import CliRunner

import adhere
from adhere.cli import app
from adhere.encode.protocol import Candidate
from adhere.errors import FileError, InputError, SchemaError
from adhere.evaluate.audit import make_needs
from adhere.evaluate.audit.exam import as_benchmark, examine, obeyed, without
from adhere.evaluate.audit.export import export
from adhere.evaluate.audit.facets import KINDS, LEAST, hideable
from adhere.evaluate.audit.report import Setting, audit_to_json, worst
from adhere.evaluate.audit.store import audit_store
from adhere.evaluate.audit.truth import Truth
from adhere.evaluate.audit.wordings import FRAMES, HALVES, PHRASES
from adhere.evaluate.benchmark import load
from adhere.evaluate.report import results_to_json
from adhere.evaluate.run import evaluate
from adhere.evaluate.systems import Systems
from adhere.judge.field import FieldJudge
from adhere.judge.form import FormJudge
from adhere.judge.mentions import MentionsJudge
from adhere.judge.protocol import Question
from adhere.judge.time import TimeJudge
from adhere.need import Criteria, Field, Form, Mentions
from adhere.search.engine import Engine
from adhere.store.infer import dated, infer
from adhere.testing.fakes import FakeEncoder
from adhere.testing.parsers import ScriptedParser
from made import recipes

DOCUMENTS = [dated(document) for document in recipes()]
SCHEMA = infer(DOCUMENTS)
NEEDS = make_needs(DOCUMENTS, SCHEMA, count=45, hidden="cuisine")
TESTS = Path(__file__).parent


def test_the_same_seed_makes_the_same_needs_and_another_seed_others():
    assert make_needs(DOCUMENTS, SCHEMA, count=45, hidden="cuisine") == NEEDS
    assert make_needs(DOCUMENTS, SCHEMA, count=45, hidden="cuisine", seed=1) != NEEDS


def test_every_kind_polarity_and_length_takes_its_turn():
    assert {need.kind for need in NEEDS} == set(KINDS) - {"date"}  # the only date is the documents' time
    assert {need.polarity for need in NEEDS} == {"want", "avoid", "prefer"}
    assert {len(need.clauses) for need in NEEDS} == {1, 2, 3}
    assert sum(need.no_answer for need in NEEDS) == len(NEEDS) // 5


@pytest.mark.parametrize("need", NEEDS, ids=lambda need: need.id)
def test_a_need_has_enough_right_and_wrong_documents(need):
    if need.no_answer:
        assert len(need.original) >= LEAST
        assert not need.changed
    elif need.polarity == "prefer":
        assert len(need.wished) >= LEAST
        assert len(need.changed - need.wished) >= LEAST
    else:
        assert len(need.changed) >= LEAST
        assert len(need.original - need.changed) >= LEAST


def test_truth_is_read_off_the_documents():
    truth = Truth(DOCUMENTS, SCHEMA)
    vegan = {d.id for d in DOCUMENTS if d.fields["vegan"]}
    assert truth.holds(Field("vegan", "=", True)) == vegan
    assert truth.holds(Mentions("garlic")) == {d.id for d in DOCUMENTS if "garlic" in d.text}
    assert truth.holds(Form("list", "=", True)) == {d.id for d in DOCUMENTS if "- chop" in d.text}


def test_truth_and_the_engines_judges_agree_on_every_condition_of_the_exam():
    engine = Engine.in_memory(FakeEncoder())
    engine.add(DOCUMENTS)
    conditions = tuple({clause.facet.condition for need in NEEDS for clause in need.clauses})
    judges = [FieldJudge(lambda: SCHEMA), MentionsJudge(), FormJudge(), TimeJudge(SCHEMA.time_field, {})]
    truth = Truth(DOCUMENTS, SCHEMA)
    candidates = [Candidate(document) for document in DOCUMENTS]
    now = DOCUMENTS[0].time
    assert now is not None
    for judge in judges:
        mine = tuple(condition for condition in conditions if condition.kind in judge.kinds)
        rows = judge.judge(Question("", now, mine), candidates)
        for place, condition in enumerate(mine):
            holding = {c.document.id for c, row in zip(candidates, rows, strict=True) if row[place].p == 1.0}
            assert holding == truth.holds(condition), condition


def test_a_document_without_a_hidden_label_is_neither_right_nor_wrong():
    unlabelled = [
        replace(d, fields={n: v for n, v in d.fields.items() if n != "cuisine"}) for d in DOCUMENTS[:20]
    ]
    documents = [*unlabelled, *DOCUMENTS[20:]]
    needs = make_needs(documents, infer(documents), count=45, hidden="cuisine")
    about = [need for need in needs if need.kind == "about"]
    assert about
    for need in about:
        assert need.unknown == {document.id for document in unlabelled}
        assert not need.unknown & (need.original | need.meeting)
    for need in (need for need in needs if need.no_answer):
        assert not frozenset.intersection(*need.satisfied)


def test_the_hidden_field_is_the_one_that_texts_show_and_systems_never_see_it():
    assert hideable(Truth(DOCUMENTS, SCHEMA)) == "cuisine"
    assert all("cuisine" not in document.fields for document in without(DOCUMENTS, "cuisine"))


def test_documents_that_allow_no_need_are_an_error():
    with pytest.raises(InputError, match="larger store"):
        make_needs(DOCUMENTS[:4], infer(DOCUMENTS[:4]))


def test_never_shown_wordings_are_kept_out_of_the_parsers_tests():
    shown = "\n".join(path.read_text() for path in sorted(TESTS.glob("test_parse*")))
    for template in _templates("never-shown"):
        pattern = "[^\n]{1,60}?".join(map(re.escape, re.split(r"\{\w+\}", template.rstrip("."))))
        assert not re.search(pattern, shown, re.IGNORECASE), template


def test_the_halves_share_no_wording_and_cover_the_same_kinds():
    shown, never = (set(_templates(half)) for half in HALVES)
    assert not shown & never
    assert PHRASES["shown"].keys() == PHRASES["never-shown"].keys()


def _templates(half):
    tables = (*FRAMES[half].values(), *PHRASES[half].values())
    return [template for table in tables for template in table]


# --- the exam ----------------------------------------------------------------------------------


class Obedient:
    """Ranks by the truth of the changed instruction, and by id under the original one."""

    name = "obedient"

    def __init__(self, needs):
        self.needs = {need.after: need for need in needs}

    def index(self, documents):
        self.ids = [document.id for document in documents]

    def rank(self, query, candidates):
        need = self.needs.get(query.need)
        right = () if need is None else need.changed
        wished = () if need is None else need.wished
        return {i: (i in right) + (i in wished) - place / 1000 for place, i in enumerate(self.ids)}


def system(name, parser=None):
    from adhere.evaluate.systems.engine import Adhere, Indexed

    made = Adhere(Indexed(lambda: Engine.in_memory(FakeEncoder(), parser=parser)), mode="balanced")
    made.name = name
    return made


def values(found, name):
    return next(examined for examined in found if examined.row.system == name)


@pytest.fixture(scope="module")
def examined():
    script = {
        need.after.instruction: "\n".join(_text(criteria) for criteria in need.truth)
        for need in NEEDS
        if all(clause.facet.kind != "about" for clause in need.clauses)
    }
    systems = [system("scripted", ScriptedParser(script)), system("rules"), Obedient(NEEDS)]
    return examine(NEEDS, without(DOCUMENTS, "cuisine"), systems)


def _text(criterion):
    from adhere.parse.language import write

    return write(Criteria((criterion,)))


def test_chance_and_perfection_stand_in_every_audit(examined):
    assert [one.row.system for one in examined] == ["random", "scripted", "rules", "obedient", "perfect"]
    perfect = values(examined, "perfect").row.values
    for measure in ("obeyed@10", "nDCG@10/og", "nDCG@10/changed", "no-answer"):
        assert set(perfect[measure].values()) == {1.0}
    assert set(perfect["violations@10"].values()) == {0.0}
    assert set(values(examined, "random").row.values["no-answer"].values()) == {0.0}


def test_an_engine_told_the_meaning_obeys_where_the_kinds_are_exact(examined):
    told = values(examined, "scripted").row.values
    exact = {
        n.id for n in NEEDS if n.polarity != "prefer" and all(c.facet.kind != "about" for c in n.clauses)
    }
    assert [i for i, value in told["obeyed@10"].items() if i in exact and value < 1] == []
    assert set(told["no-answer"].values()) == {1.0}
    assert set(told["read"].values()) == {1.0}


def test_reading_is_told_apart_from_searching(examined):
    exact = {n.id for n in NEEDS if all(c.facet.kind != "about" for c in n.clauses)}
    assert set(values(examined, "rules").row.values["read"]) == exact
    assert 0 in values(examined, "rules").row.values["read"].values()
    assert values(examined, "obedient").row.values["read"] == {}


def test_the_report_says_whether_the_instruction_reached_the_system(examined):
    setting = Setting(len(DOCUMENTS), 0, "never-shown", "cuisine", 45)
    report = audit_to_json(setting, NEEDS, examined)
    json.dumps(report, allow_nan=False)
    reaches = {one["name"]: one["reaches"] for one in report["benchmarks"][0]["systems"]}
    assert reaches == {"random": None, "scripted": False, "rules": True, "obedient": False, "perfect": None}
    assert report["audit"]["absent"] == ["date"]
    groups = report["benchmarks"][0]["systems"][1]["groups"]
    assert sum(row["obeyed@10"]["n"] for row in groups["kind"].values()) == 36


def test_obeyed_counts_over_the_documents_that_qualify():
    need = next(n for n in NEEDS if n.polarity == "want" and not n.no_answer and len(n.meeting) >= 10)
    right, wrong = sorted(need.meeting)[:10], sorted({d.id for d in DOCUMENTS} - need.meeting)
    assert obeyed(need, right) == 1.0
    assert obeyed(need, [*right[:5], *wrong[:5]]) == 0.5
    assert obeyed(need, []) == 0.0


def test_the_worst_failures_come_from_several_kinds(examined):
    failed = worst(NEEDS, values(examined, "random"))
    assert len(failed) == 10
    assert len({need.kind for need in failed}) > 3


# --- export and command ------------------------------------------------------------------------


def test_exported_needs_are_read_back_as_the_same_benchmark(tmp_path):
    seen = without(DOCUMENTS, "cuisine")
    # a time that no field says, as that of a file
    seen[0] = replace(seen[0], time=datetime(2020, 1, 2, 3, tzinfo=UTC), url="https://a.example", group="g")
    benchmark = as_benchmark(NEEDS, seen, name="exam")
    export(benchmark, tmp_path / "exam")
    again = load(tmp_path / "exam")
    assert again.queries == benchmark.queries
    assert again.judgements.qrels == benchmark.judgements.qrels
    assert again.documents == tuple(seen)
    with pytest.raises(FileError, match="not empty"):
        export(benchmark, tmp_path / "exam")


def test_an_exported_audit_gives_the_numbers_of_the_audit(tmp_path):
    engine = Engine.in_memory(FakeEncoder())
    engine.add(recipes())
    names = ["adhere-balanced", "minilm+instruction"]
    report = audit_store(engine, names, count=20, export_to=tmp_path / "exam")
    assert report["audit"]["no_answer"] == 4
    bench = load(tmp_path / "exam")
    assert bench.needs == 16
    again = results_to_json(evaluate([bench], Systems(FakeEncoder()).several(names)))
    systems = {one["name"]: one["measures"] for one in again["benchmarks"][0]["systems"]}
    for one in report["benchmarks"][0]["systems"][1:3]:
        for measure in ("nDCG@10/og", "nDCG@10/changed", "p-MRR", "selective-p-MRR", "interaction"):
            assert systems[one["name"]][measure] == one["measures"][measure], (one["name"], measure)


@pytest.fixture(scope="module")
def store(tmp_path_factory):
    path = tmp_path_factory.mktemp("audit") / "recipes.adhere"
    with adhere.open(path) as engine:
        engine.add(recipes())
    return path


@pytest.mark.slow
def test_the_command_reports_gates_exports_and_draws(store, tmp_path):
    arguments = ["audit", str(store), "--needs", "20", "--system", "adhere-balanced", "--json"]
    extra = ["--fail-under", "1", "--export", str(tmp_path / "exam"), "--html", str(tmp_path / "audit.html")]
    result = CliRunner().invoke(app, [*arguments, *extra])
    assert result.exit_code == 3, result.output
    report = json.loads(result.stdout)
    assert report["headline"] == "adhere-balanced"
    assert len(load(tmp_path / "exam").queries) == 32  # a fifth of the needs has no answer
    assert "<svg" in (tmp_path / "audit.html").read_text()
    assert CliRunner().invoke(app, arguments).exit_code == 0


def test_hiding_an_unknown_field_is_an_error(store):
    with adhere.open(store) as engine, pytest.raises(SchemaError, match="Fields: "):
        audit_store(engine, ["adhere"], hidden="nonsense")


def test_systems_share_the_vectors_of_the_store(store):
    with adhere.open(store) as engine:
        report = audit_store(engine, ["minilm", "minilm+instruction"], count=5)
    reaches = {one["name"]: one["reaches"] for one in report["benchmarks"][0]["systems"]}
    assert (reaches["minilm"], reaches["minilm+instruction"]) == (False, True)
    assert report["failures"] == [] or report["failures"][0]["made"] is None


def test_the_example_of_the_documentation_runs(capsys):
    code = re.findall(
        r"^```python\n(.*?)^```", (TESTS.parent / "docs" / "Audit.md").read_text(), re.DOTALL | re.M
    )
    for example in code:
        exec(compile(example, "docs/Audit.md", "exec"), {})
    assert len(capsys.readouterr().out.splitlines()) == 3
