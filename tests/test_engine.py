"""Whole searches with fakes: the laws of the engine, on criteria that are given and not parsed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import adhere
from adhere.encode.protocol import Array, Candidate
from adhere.errors import CriteriaError, InputError, NotYet, SchemaError
from adhere.judge.protocol import Question
from adhere.judge.reading import ReadingJudge, Weights
from adhere.need import (
    About,
    Answer,
    Criteria,
    Criterion,
    Document,
    Expression,
    Field,
    Form,
    Judgement,
    Kind,
    Mentions,
    Not,
    Note,
    Parsed,
    Time,
)
from adhere.need import All as AllOf
from adhere.need import Any as AnyOf
from adhere.parse.language import read, write
from adhere.search.engine import Engine
from adhere.search.execute import MOST_READ
from adhere.search.judges import clause_judge
from adhere.search.trace import Event, Planned
from adhere.store.memory import MemoryStore
from adhere.testing.fakes import FakeEncoder
from adhere.testing.parsers import ScriptedParser
from adhere.words import occurrences
from corpus import DOCUMENTS


@pytest.fixture(scope="module")
def engine() -> Engine:
    encoder = FakeEncoder()
    engine = Engine(MemoryStore(encoder.dimension), encoder, parser=ScriptedParser())
    engine.add(DOCUMENTS)
    return engine


def search(engine: Engine, criteria: str, **options: object) -> Answer:
    return engine.search("lazy imports", criteria=criteria, **options)  # type: ignore[arg-type]


def leaves() -> st.SearchStrategy[Expression]:
    years = st.integers(2002, 2024).map(lambda year: datetime(year, 6, 1, tzinfo=UTC))
    return st.one_of(
        st.sampled_from(["Accepted", "Final", "Rejected", "No such"]).map(lambda v: Field("status", "=", v)),
        st.lists(st.sampled_from(["Ada Byron", "Lin Yu"]), min_size=1, max_size=2).map(
            lambda v: Field("authors", "in", tuple(v))
        ),
        st.tuples(
            st.sampled_from(["<", "<=", "=", ">=", ">"]), st.sampled_from(["2.3", "3.8", "3.11", "3.12"])
        ).map(lambda pair: read(f'want field(python_version {pair[0]} v"{pair[1]}")').items[0].what),
        st.tuples(st.sampled_from(["<", "<=", "=", ">=", ">"]), years).map(
            lambda p: Field("created", p[0], p[1])
        ),
        st.sampled_from(["C", "lazy imports", "council", "absent"]).map(Mentions),
        st.integers(8, 16).map(lambda n: Form("words", "<", n)),
        years.map(lambda y: Time(start=y)),
    )


EXPRESSIONS = st.recursive(
    leaves(),
    lambda inner: st.one_of(
        inner.map(Not),
        st.lists(inner, min_size=1, max_size=3).map(lambda p: AllOf(tuple(p))),
        st.lists(inner, min_size=1, max_size=3).map(lambda p: AnyOf(tuple(p))),
    ),
    max_leaves=5,
)


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(["want", "avoid"]), EXPRESSIONS, st.one_of(st.none(), EXPRESSIONS))
def test_the_filter_and_the_judges_agree(
    engine: Engine, polarity: str, what: Expression, unless: Expression | None
) -> None:
    """Law 3: what the filter keeps is what the ledger calls met (and, for an avoid, unknown)."""
    criteria = Criteria((Criterion(polarity, what, unless),))  # type: ignore[arg-type]
    kept = set(engine.search("imports", criteria=criteria, k=99).ids)
    verdicts = engine.search("imports", criteria=criteria, k=99, mode="rank").hits
    fine = {"met"} if polarity == "want" else {"met", "unknown"}
    assert kept == {hit.document.id for hit in verdicts if hit.ledger[0].outcome in fine}


@settings(max_examples=50, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["want", "avoid", "prefer"]), EXPRESSIONS), max_size=3))
def test_what_is_shown_is_what_ran(engine: Engine, rules: list[tuple[str, Expression]]) -> None:
    """Law 2: the printed criteria give the same hits."""
    criteria = Criteria(tuple(Criterion(polarity, what) for polarity, what in rules))  # type: ignore[arg-type]
    answer = engine.search("imports", criteria=criteria)
    again = engine.search("imports", criteria=write(answer.criteria))
    assert [(hit.document.id, hit.score) for hit in again.hits] == [
        (h.document.id, h.score) for h in answer.hits
    ]


def test_a_want_with_an_unknown_value_removes_and_counts_it_apart(engine: Engine) -> None:
    answer = search(engine, 'want field(python_version >= v"3.9")')
    assert set(answer.ids) == {"P-1", "P-4"}
    assert [(one.criterion, one.violated, one.unknown) for one in answer.removed] == [("c1", 2, 3)]


def test_an_avoid_with_an_unknown_value_keeps_and_marks_it(engine: Engine) -> None:
    answer = search(engine, 'avoid field(status = "Rejected")')
    outcomes = {hit.document.id: hit.ledger[0].outcome for hit in answer.hits}
    assert "P-2" not in outcomes and outcomes["P-7"] == "unknown" and outcomes["P-1"] == "met"


def test_wishes_and_assumptions_never_remove(engine: Engine) -> None:
    for program in ('prefer field(status = "Final")', 'want? field(status = "Final")'):
        answer = engine.search("something else entirely", criteria=program)
        assert len(answer.hits) == len(DOCUMENTS) and answer.removed == ()
        assert set(answer.ids[:2]) == {"P-3", "P-4"}


def test_an_avoid_about_demotes_in_balanced_and_removes_in_strict(engine: Engine) -> None:
    program = 'avoid about("C extension module calls into C code")'
    plain, balanced = engine.search("lazy imports"), search(engine, program)
    assert balanced.ids.index("P-2") > plain.ids.index("P-2")
    strict = search(engine, program, mode="strict")
    violated = [hit.document.id for hit in balanced.hits if hit.ledger[0].outcome == "violated"]
    assert "P-2" in violated and not set(violated) & set(strict.ids)
    assert [one.violated for one in strict.removed] == [len(violated)]


def test_nothing_qualifying_is_an_answer_with_the_reason_and_the_smallest_relaxation(engine: Engine) -> None:
    answer = search(engine, 'want field(status = "Final")\nwant field(authors = "Ada Byron")')
    assert answer.hits == ()
    assert [(one.criterion, one.violated, one.unknown) for one in answer.removed] == [
        ("c1", 4, 1),
        ("c2", 4, 1),
    ]
    assert answer.relax[0].count("prefer") == 1
    assert search(engine, answer.relax[0]).hits


def test_trusted_filters_bind_in_every_mode_and_no_criteria_loosen_them(engine: Engine) -> None:
    for mode in ("balanced", "strict", "rank"):
        answer = search(
            engine, 'prefer field(status = "Rejected")', filters='want field(status = "Final")', mode=mode
        )
        assert set(answer.ids) == {"P-3", "P-4"}


def test_a_filter_that_is_not_exact_is_refused(engine: Engine) -> None:
    with pytest.raises(CriteriaError, match="prefer field"):
        search(engine, "", filters='prefer field(status = "Final")')
    with pytest.raises(CriteriaError, match="want about"):
        search(engine, "", filters='want about("secrets")')


def test_as_of_hides_what_was_written_later(engine: Engine) -> None:
    answer = engine.search("lazy imports", criteria="", as_of=datetime(2021, 6, 1, tzinfo=UTC))
    assert set(answer.ids) == {"P-2", "P-3", "P-5", "P-6"}
    assert "as-of" in write(answer.criteria)


def test_a_version_of_a_group_is_hidden_once_a_newer_one_exists() -> None:
    encoder = FakeEncoder()
    engine = Engine(MemoryStore(encoder.dimension), encoder, parser=ScriptedParser())
    rules = [
        replace(DOCUMENTS[0], id=f"v{year}", group="rule", fields={"created": f"{year}-01-01"})
        for year in (2019, 2021, 2023)
    ]
    engine.add(rules)
    answer = engine.search("lazy imports", as_of=datetime(2022, 1, 1, tzinfo=UTC), criteria="")
    assert answer.ids == ["v2021"]
    inside = engine.search(
        "lazy imports", criteria='prefer any(time(as-of d"2022-01-01"), mentions("absent"))'
    )
    assert {hit.document.id for hit in inside.hits if hit.ledger[0].outcome == "met"} == {"v2021"}


@pytest.mark.parametrize(
    ("program", "error", "message"),
    [
        ('want field(statsu = "Final")', SchemaError, "status"),
        ('want field(created = "soon")', SchemaError, "date"),
        ('want field(status < "Final")', SchemaError, "status"),
        ('want relation("cites P-1")', NotYet, "joined tables"),
        ("want nonsense(3)", CriteriaError, "nonsense"),
    ],
)
def test_what_cannot_be_executed_is_an_error_and_never_a_search(
    engine: Engine, program: str, error: type[Exception], message: str
) -> None:
    with pytest.raises(error, match=message):
        search(engine, program)


def test_an_empty_need_a_wrong_mode_and_a_wrong_k_are_errors(engine: Engine) -> None:
    for call in (
        lambda: engine.search(" "),
        lambda: engine.search("x", mode="loose"),  # type: ignore[arg-type]
        lambda: engine.search("x", k=0),
    ):
        with pytest.raises(InputError):
            call()


def test_contradictory_rules_are_noted(engine: Engine) -> None:
    answer = search(engine, 'want field(status = "Final")\navoid field(status = "Final")')
    assert answer.hits == () and any("c1" in note.why or "Final" in note.why for note in answer.notes)


def test_rank_scores_exactly_the_given_documents_and_puts_removed_ones_last(engine: Engine) -> None:
    ids = ["P-2", "P-1", "P-5"]
    assert set(engine.rank("lazy imports", "", ids)) == set(ids)


def test_adding_again_encodes_nothing_and_sync_deletes_what_is_gone() -> None:
    encoder = FakeEncoder()
    engine = Engine(MemoryStore(encoder.dimension), encoder, parser=ScriptedParser())
    assert engine.add(DOCUMENTS).new == len(DOCUMENTS)
    again = engine.sync(DOCUMENTS[1:])
    assert (again.new, again.changed, again.unchanged, again.removed) == (0, 0, len(DOCUMENTS) - 1, 1)


def test_the_trace_names_each_step_with_counts_and_milliseconds(engine: Engine) -> None:
    steps = search(engine, 'want about("imports")').trace
    assert [step.step for step in steps] == [
        "parse",
        "filter",
        "encode",
        "find",
        "program",
        "judge",
        "explain",
    ]
    assert all(step.ms >= 0 for step in steps)


def test_a_listener_hears_the_plan_first_and_then_every_step(engine: Engine) -> None:
    heard: list[Event] = []
    answer = search(engine, 'avoid field(status = "Rejected")', on_event=heard.append)
    plans = [event for event in heard if isinstance(event, Planned)]
    steps = [event for event in heard if not isinstance(event, Planned)]
    assert plans == [heard[1]] and plans[0].criteria == answer.criteria
    assert tuple(steps) == answer.trace and steps[0].step == "parse"


def test_what_a_listener_raises_ends_the_search(engine: Engine) -> None:
    def tired(event: Event) -> None:
        if not isinstance(event, Planned) and event.step == "find":
            raise TimeoutError

    with pytest.raises(TimeoutError):
        engine.search("lazy imports", on_event=tired)


def test_saying_a_want_many_times_does_not_drown_the_query(engine: Engine) -> None:
    once, often = (search(engine, "\n".join(['want about("C code")'] * times)) for times in (1, 12))
    assert often.ids == once.ids
    assert [hit.score for hit in often.hits] == pytest.approx([hit.score for hit in once.hits])


def test_what_a_standing_instruction_cannot_enforce_is_shown(engine: Engine) -> None:
    class Noting(ScriptedParser):
        def parse(self, instruction: str, **options: Any) -> Parsed:
            notes = (Note((0, 4), "too far away; not enforced"),) if instruction else ()
            return replace(super().parse(instruction, **options), notes=notes)

    standing = Engine(engine.store, engine.encoder, parser=Noting(), standing="always this")
    assert [note.why for note in standing.search("imports").notes] == [
        "of the standing instruction: too far away; not enforced"
    ]


@pytest.mark.parametrize("program", ["want all()", "avoid any()", "want not(all())", 'want mentions("...")'])
def test_what_asks_nothing_is_an_error_and_no_search(engine: Engine, program: str) -> None:
    with pytest.raises(CriteriaError, match=r"asks nothing|names no word"):
        search(engine, program)


def test_a_soft_relation_is_listed_as_unknown(engine: Engine) -> None:
    answer = search(engine, 'prefer relation("cited by a council")')
    assert {hit.ledger[0].outcome for hit in answer.hits} == {"unknown"}
    with pytest.raises(NotYet):
        search(engine, 'want relation("cited by a council")')


def test_strict_says_how_to_let_back_in_what_its_judges_removed(engine: Engine) -> None:
    strict = search(engine, 'want about("gardening"); want form(words > 1)', mode="strict")
    assert not strict.hits
    assert strict.relax == ('prefer about("gardening")\nwant form(words > 1)',)
    again = search(engine, strict.relax[0], mode="strict")
    assert again.hits


@pytest.mark.parametrize("wrong", [{"k": 2.5}, {"as_of": "2005-01-01"}])
def test_a_wrong_type_is_said_and_not_a_traceback(engine: Engine, wrong: dict[str, Any]) -> None:
    with pytest.raises(InputError, match="found"):
        engine.search("lazy imports", **wrong)


def few() -> Engine:
    engine = Engine.in_memory(FakeEncoder(), parser=ScriptedParser())
    engine.add([Document(name, f"figs and {name}") for name in ("2", "22", "23")])
    return engine


def test_one_string_is_no_list_of_ids_and_deletes_nothing() -> None:
    engine = few()
    for wrong in ("22", [22], 22):
        for ask in (
            lambda wrong=wrong: engine.delete(wrong),
            lambda wrong=wrong: engine.store.delete(wrong),
            lambda wrong=wrong: engine.search("figs", only=wrong),
            lambda wrong=wrong: engine.rank("figs", ids=wrong),
        ):
            with pytest.raises(InputError, match="list of document ids"):
                ask()
    assert engine.schema.documents == 3
    assert engine.search("figs", only=["22"]).ids == ["22"]
    assert engine.delete(["22"]) == 1 and set(engine.store.fingerprints()) == {"2", "23"}


@pytest.mark.parametrize(
    ("query", "instruction", "why"),
    [
        (None, "x", "The query is a string, found None"),
        ("fig", None, "The instruction is a string, found None"),
        ("x\ud800", "", r"The query holds half a character \(a lone surrogate\) at 1 of"),
        ("x", "no \ud800 red", r"The instruction holds half a character \(a lone surrogate\) at 3 of"),
    ],
)
def test_what_is_no_text_is_said(engine: Engine, query: Any, instruction: Any, why: str) -> None:
    with pytest.raises(InputError, match=why):
        engine.search(query, instruction)


@pytest.mark.parametrize("role", ["criteria", "filters"])
@pytest.mark.parametrize(
    "given",
    [
        Criteria((Criterion("want", Mentions("\ud800")),)),
        Criteria((Criterion("avoid", Mentions("red"), unless=Mentions("r\udfff")),)),
        'avoid mentions("\ud800")',
    ],
    ids=["want", "unless", "notation"],
)
def test_half_a_character_is_no_condition(engine: Engine, role: str, given: Any) -> None:
    with pytest.raises(InputError, match="A condition on mentions holds half a character"):
        engine.search("figs", **{role: given})


@pytest.mark.parametrize(
    ("documents", "why"),
    [
        ("abc", "A list of documents is needed"),
        (Document("4", "x"), "One is a list of one"),
        ([{"id": "3", "text": "x"}], "found {'id'"),
        ([Document("4", None, "y")], "its text is a string, found None"),  # type: ignore[arg-type]
        ([Document(4, "y")], "its id is a string"),  # type: ignore[arg-type]
        ([Document("4", "y", fields=[])], "its fields are a mapping"),  # type: ignore[arg-type]
        ([Document("4", "y", time="2020")], "its time is a datetime"),  # type: ignore[arg-type]
    ],
)
def test_what_are_no_documents_is_said(documents: Any, why: str) -> None:
    engine = few()
    for bring in (engine.add, engine.sync):
        with pytest.raises(InputError, match=why):
            bring(documents)
    assert engine.schema.documents == 3


def test_criteria_that_are_none_are_said(engine: Engine) -> None:
    with pytest.raises(InputError, match="criteria notation"):
        engine.search("x", criteria=3)  # type: ignore[arg-type]


def test_rank_puts_last_what_strict_removes(engine: Engine) -> None:
    parser = ScriptedParser({"no C": 'avoid about("C extension module calls into C code")'})
    asked = Engine(engine.store, engine.encoder, parser=parser)
    ids = [document.id for document in DOCUMENTS]
    kept = set(asked.search("lazy imports", "no C", mode="strict", k=99).ids)
    scores = asked.rank("lazy imports", "no C", ids, mode="strict")
    assert 0 < len(kept) < len(ids) and set(sorted(ids, key=lambda i: -scores[i])[: len(kept)]) == kept
    assert max(scores[i] for i in ids if i not in kept) < min(scores[i] for i in kept) - 500


def test_the_printed_program_of_an_as_of_gives_the_same_answer(engine: Engine) -> None:
    at = datetime(2021, 6, 1, tzinfo=UTC)
    answer = engine.search("imports", criteria='want about("C code"); prefer about("typing")', as_of=at)
    again = engine.search("imports", criteria=write(answer.criteria), as_of=at)
    assert write(again.criteria) == write(answer.criteria)
    assert [(hit.document.id, hit.score) for hit in again.hits] == [
        (hit.document.id, hit.score) for hit in answer.hits
    ]


def test_a_time_that_is_in_no_field_counts() -> None:
    engine = Engine.in_memory(FakeEncoder(), parser=ScriptedParser())
    years = (2020, 2024)
    engine.add([Document(str(year), "figs", time=datetime(year, 1, 1, tzinfo=UTC)) for year in years])
    answer = engine.search("figs", as_of=datetime(2021, 1, 1, tzinfo=UTC))
    assert answer.ids == ["2020"] and answer.notes == ()
    assert answer.hits[0].ledger[0].judge == "time"
    engine.delete(["2020", "2024"])
    engine.add([Document("1", "figs")])
    assert engine.search("figs", as_of=datetime(2021, 1, 1, tzinfo=UTC)).notes


def test_the_time_field_of_a_store_holds_when_it_is_opened_again(tmp_path: Path) -> None:
    row = Document("x", "cats", fields={"created": "2015-01-01", "updated": "2024-01-01"})
    with adhere.open(tmp_path / "s", encoder=FakeEncoder(), time_field="updated") as engine:
        engine.add([row])
    with adhere.open(tmp_path / "s", encoder=FakeEncoder()) as engine:
        assert engine.add([row]).unchanged == 1
        engine.add([replace(row, id="y")])
        found = engine.search("cats", criteria='want time(from d"2020-01-01")')
        assert set(found.ids) == {"x", "y"}


class Marks:
    """A reader that sees every criterion in what says "marked", and counts the documents that it reads."""

    def __init__(self) -> None:
        self.documents = 0

    def read(self, query: str, criteria: Sequence[str], sentences: Sequence[str]) -> tuple[Array, Array]:
        self.documents += 1
        sees = 4.0 if any("marked" in sentence for sentence in sentences) else -4.0
        return np.full(len(criteria), sees), np.zeros((len(criteria), len(sentences)), np.float32)


def reading(texts: Sequence[str]) -> tuple[Engine, Marks]:
    encoder, reader = FakeEncoder(), Marks()
    store = MemoryStore(encoder.dimension)
    judge = ReadingJudge(clause_judge(store, encoder), reader, Weights(0, 0, 0, 0, 0, 1, 0))
    engine = Engine(store, encoder, parser=ScriptedParser(), judges=[judge])
    engine.add([Document(f"{n:03}", text) for n, text in enumerate(texts)])
    return engine, reader


def test_what_takes_the_place_of_what_reading_puts_down_is_read_too() -> None:
    engine, _ = reading([f"figs are marked {n}" for n in range(60)])
    for k in (10, 60):
        answer = engine.search("figs", criteria='avoid about("plums")', k=k)
        assert [(hit.ledger[0].judge, hit.ledger[0].outcome) for hit in answer.hits] == [
            ("reading", "violated")
        ] * k
        assert answer.notes == ()


def test_strict_keeps_only_what_was_read() -> None:
    engine, _ = reading([f"figs are marked {n}" for n in range(60)])
    for k in (10, 60):
        answer = engine.search("figs", criteria='avoid about("plums")', k=k, mode="strict")
        assert answer.hits == () and [one.violated for one in answer.removed] == [60]
    engine, _ = reading([f"figs are {'marked' if n % 4 else 'plain'} {n}" for n in range(120)])
    answer = engine.search("figs", criteria='avoid about("plums")', mode="strict")
    assert [(hit.ledger[0].judge, hit.ledger[0].outcome) for hit in answer.hits] == [("reading", "met")] * 10


def test_where_reading_puts_nothing_down_it_reads_twice_as_many_as_are_shown() -> None:
    engine, reader = reading([f"figs are plain {n}" for n in range(60)])
    for mode in ("balanced", "strict"):
        reader.documents = 0
        assert len(engine.search("figs", criteria='avoid about("plums")', mode=mode).hits) == 10
        assert reader.documents == 20


def test_reading_ends_somewhere_and_says_so() -> None:
    engine, reader = reading([f"figs are marked {n}" for n in range(180)])
    answer = engine.search("figs", criteria='avoid about("plums")', k=150)
    assert reader.documents == MOST_READ and len(answer.hits) == 150
    assert ["not all of the best 32 were read" in note.why for note in answer.notes] == [True]


def test_the_last_day_of_the_calendar_is_a_day() -> None:
    engine = few()
    engine.add([Document(day, "figs", fields={"ends": day}) for day in ("9999-12-31", "2020-01-01")])
    for op, ids in (
        (">=", {"9999-12-31"}),
        ("=", {"9999-12-31"}),
        (">", set()),
        ("<", {"2020-01-01"}),
        ("<=", {"9999-12-31", "2020-01-01"}),
    ):
        rule = f'field(ends {op} d"9999-12-31")'
        assert set(engine.search("figs", criteria=f"want {rule}").ids) == ids
        hits = engine.search("figs", criteria=f"prefer {rule}").hits
        met = {hit.document.id for hit in hits if hit.ledger[0].outcome == "met"}
        assert met == ids


def test_equality_of_numbers_that_no_float_tells_apart_is_refused() -> None:
    engine = few()
    engine.add([Document(str(n), "figs", fields={"size": n}) for n in (1, 2, 3, 4, 2**60 + 1)])
    assert engine.search("figs", criteria="want field(size > 5)").ids == [str(2**60 + 1)]
    with pytest.raises(SchemaError, match="--type size=keyword"):
        engine.search("figs", criteria=f"want field(size = {2**60})")


def test_a_word_is_found_however_its_accents_were_typed() -> None:
    engine = few()
    whole, taken_apart = "a caf\u00e9, in town", "a cafe\u0301, in town"
    engine.add([Document("whole", whole), Document("apart", taken_apart), Document("none", "a cafe in town")])
    for phrase in ("caf\u00e9", "CAFE\u0301"):
        answer = engine.search("town", criteria=f'want mentions("{phrase}")')
        assert set(answer.ids) == {"whole", "apart"}
    assert list(occurrences("caf\u00e9", taken_apart)) == [(2, 7)]


class Told:
    """A judge of meaning that was told p of each criterion in each document."""

    name = "told"
    kinds: frozenset[Kind] = frozenset({"about"})

    def __init__(self, p: dict[str, dict[str, float]]) -> None:
        self.p = p

    def judge(self, question: Question, candidates: Sequence[Candidate]) -> list[list[Judgement]]:
        says = [condition.text for condition in question.conditions if isinstance(condition, About)]
        known = [self.p[candidate.document.id] for candidate in candidates]
        return [[Judgement(p[text], None, self.name) for text in says] for p in known]


def told(p: dict[str, dict[str, float]]) -> Engine:
    encoder = FakeEncoder()
    engine = Engine(MemoryStore(encoder.dimension), encoder, parser=ScriptedParser(), judges=[Told(p)])
    engine.add([Document(identifier, "figs") for identifier in p])
    return engine


def test_what_wants_have_in_common_is_judged_and_not_shown() -> None:
    both = {"seeds": 0.5, "skins": 0.5}
    engine = told({"apart": both | {"seeds; skins": 0.1}, "together": both | {"seeds; skins": 0.9}})
    answer = engine.search("figs", criteria='want about("seeds"); want about("skins")')
    assert answer.ids == ["together", "apart"]
    assert [len(hit.ledger) for hit in answer.hits] == [2, 2]
    alone = engine.search("figs", criteria='want about("seeds")')
    assert alone.hits[0].score == alone.hits[1].score


def test_a_want_that_no_candidate_meets_orders_less_than_one_that_some_do() -> None:
    gaps = []
    for best in (0.8, 0.02):
        engine = told({"nearly": {"seeds": best}, "hardly": {"seeds": best / 4}})
        hits = engine.search("figs", criteria='want about("seeds")').hits
        assert [hit.document.id for hit in hits] == ["nearly", "hardly"]
        gaps.append(hits[0].score - hits[1].score)
    assert gaps[1] < 0.1 * gaps[0]


def test_strict_weighs_a_want_by_all_that_it_judged() -> None:
    p = {f"far{n}": {"seeds": 0.01} for n in range(60)}
    near = {"some": {"seeds": 0.55}, "sure": {"seeds": 0.99}}
    alone, among = told(near), told(p | near)
    asked = {"criteria": 'want about("seeds")', "mode": "strict", "k": 2}
    few, many = (engine.search("figs", **asked) for engine in (alone, among))
    assert many.ids == few.ids == ["sure", "some"]
    assert many.hits[0].score - many.hits[1].score == pytest.approx(few.hits[0].score - few.hits[1].score)
