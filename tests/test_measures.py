"""Every measure against an oracle: pytrec_eval, mteb's own p-MRR, or a table worked by hand."""

from __future__ import annotations

from math import log2, nan, sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from adhere.errors import InputError
from adhere.evaluate.judgements import Judgements, check_run, missing, split_id, tied_share
from adhere.evaluate.measures import FAMILIES, PAIRED, Part, parse_measure
from adhere.evaluate.statistics import difference, estimate

DOCUMENTS = [f"d{number:02}" for number in range(12)]
grades = st.dictionaries(st.sampled_from(DOCUMENTS), st.integers(-1, 3), min_size=1)
scores = st.dictionaries(st.sampled_from(DOCUMENTS), st.integers(0, 4).map(float), min_size=1)
"""Few distinct scores, so that most rankings hold ties."""

ORACLE = {
    "nDCG@3": "ndcg_cut_3",
    "nDCG@10": "ndcg_cut_10",
    "nDCG": "ndcg",
    "MAP": "map",
    "MAP@5": "map_cut_5",
    "MRR": "recip_rank",
    "recall@5": "recall_5",
    "precision@5": "P_5",
    "hit@1": "success_1",
    "hit@5": "success_5",
}


@settings(max_examples=80, deadline=None)
@given(st.dictionaries(st.sampled_from(["q1", "q2"]), grades, min_size=1), st.data())
def test_classic_measures_equal_pytrec_eval(qrels, data):
    pytrec_eval = pytest.importorskip("pytrec_eval")
    run = {query: data.draw(scores) for query in qrels}
    asked = {"ndcg_cut.3,10", "ndcg", "map", "map_cut.5", "recip_rank", "recall.5", "P.5", "success.1,5"}
    # trec_eval never returns on a query all of whose grades are negative; they gain nothing in either
    clipped = {query: {d: max(grade, 0) for d, grade in judged.items()} for query, judged in qrels.items()}
    oracle = pytrec_eval.RelevanceEvaluator(clipped, asked).evaluate(run)
    for ours, theirs in ORACLE.items():
        values = parse_measure(ours).values(Judgements(qrels), run)
        assert set(values) == {query for query, judged in qrels.items() if max(judged.values()) > 0}
        for query, value in values.items():
            assert value == pytest.approx(oracle[query][theirs], abs=1e-9), (ours, query)


@pytest.mark.slow
@settings(max_examples=80, deadline=None)
@given(scores, st.data(), st.lists(st.sampled_from([*DOCUMENTS, "absent"]), min_size=1, unique=True))
def test_p_mrr_equals_mteb_where_both_runs_are_equally_long(original, data, flipped):
    several = st.lists(
        st.sampled_from(DOCUMENTS), min_size=len(original), max_size=len(original), unique=True
    )
    changed = {document: data.draw(st.integers(0, 4).map(float)) for document in data.draw(several)}
    metrics = pytest.importorskip("mteb._evaluators.retrieval_metrics")
    run = {"n-og": original, "n-changed": changed}
    judgements = Judgements({"n-og": {"d00": 1}, "n-changed": {"d00": 0}}, {"n": frozenset(flipped)})
    theirs = metrics.calculate_pmrr({"n-og": original}, {"n-changed": changed}, {"n": flipped})
    assert parse_measure("p-MRR").values(judgements, run)["n"] == pytest.approx(theirs, abs=1e-9)


@pytest.mark.parametrize("family", FAMILIES)
def test_notation_parses_back(family):
    measures = [family(), *([family(7)] if family.takes_k else [])]
    for measure in [*measures, *(Part(measure, "changed") for measure in measures)]:
        assert parse_measure(str(measure)) == measure


@pytest.mark.parametrize("text", ["nDGC@10", "nDCG@0", "p-MRR@5", "MAP/before", "nDCG@", ""])
def test_unknown_notation_is_an_error(text):
    with pytest.raises(InputError):
        parse_measure(text)


# One need, worked by hand. f1 and f2 flip, s1 and s2 stay, n never counts.
PAIR = Judgements(
    {
        "x-og": {"f1": 2, "f2": 1, "s1": 1, "s2": 1, "n": 0},
        "x-changed": {"f1": 0, "f2": 0, "s1": 2, "s2": 1, "n": 0},
    }
)


def run_of(original: str, changed: str) -> dict[str, dict[str, float]]:
    """Rankings as words, best first."""
    return {
        f"x-{part}": {document: -float(place) for place, document in enumerate(ranking.split())}
        for part, ranking in (("og", original), ("changed", changed))
    }


@pytest.mark.parametrize(
    ("original", "changed", "name", "value"),
    [
        # f1 falls from 1 to 3 (1 - 1/3), f2 from 2 to 4 (1 - 2/4)
        ("f1 f2 s1 s2 n", "s1 s2 f1 f2 n", "p-MRR", (2 / 3 + 1 / 2) / 2),
        # the staying ones rise: s1 from 3 to 1 (1/3 - 1), s2 from 4 to 2 (2/4 - 1)
        ("f1 f2 s1 s2 n", "s1 s2 f1 f2 n", "selective-p-MRR", (2 / 3 + 1 / 2) / 2 + (2 / 3 + 1 / 2) / 2),
        ("f1 f2 s1 s2 n", "s1 s2 f1 f2 n", "interaction", 1.0),
        # only f2 and s1 change places: (f2,s1) gains; (f1,s1) gains as s1 rises; (f2,s2) gains; (f1,s2) ties
        ("f1 f2 s1 s2 n", "f1 s1 f2 s2 n", "interaction", 3.5 / 4),
        ("f1 f2 s1 s2 n", "f1 f2 s1 s2 n", "interaction", 0.5),
        ("f1 f2 s1 s2 n", "f1 f2 s1 s2 n", "p-MRR", 0.0),
        ("f1 f2 s1 s2 n", "f1 f2 s1 s2 n", "violations@2", 1.0),
        ("f1 f2 s1 s2 n", "s1 f1 s2 n", "violations@10", 1 / 4),
        ("f1 f2 s1 s2 n", "f1 f2 s1 s2 n", "nDCG@2/changed", 0.0),
        ("f1 s1 s2 f2 n", "f1 f2 s1 s2 n", "nDCG@2/og", 1.0),
        # f2 is not retrieved after the change: it stands right behind the longer run, of five
        ("f1 f2 s1 s2 n", "s1 s2 f1 n", "p-MRR", (2 / 3 + (1 - 2 / 6)) / 2),
        # a search that removes what flips, and all that follows, has not raised it: f1 and f2 are sixth
        ("s1 s2 f1 f2 n", "s1 s2", "p-MRR", (1 - 3 / 6 + 1 - 4 / 6) / 2),
        ("s1 s2 f1 f2 n", "s1 s2", "selective-p-MRR", (1 - 3 / 6 + 1 - 4 / 6) / 2),
        ("s1 s2 f1 f2 n", "s1 s2", "interaction", 1.0),
        # nor has one that finds more after the change let fall what it found neither time
        ("s1 f1", "s1 f1 n", "p-MRR", 0.0),
    ],
)
def test_pair_measures_by_hand(original, changed, name, value):
    found = parse_measure(name).values(PAIR, run_of(original, changed))
    assert found == {"x": pytest.approx(value)}


def test_two_way_counts_only_pairs_right_both_times_and_leaves_small_needs_out():
    assert parse_measure("two-way").values(PAIR, run_of("f1 s1", "s1 f1")) == {}
    before = {f"a{i}": 1 for i in range(4)} | {f"b{i}": 0 for i in range(3)}
    after = {document: 1 - grade for document, grade in before.items()}
    judgements = Judgements({"x-og": before, "x-changed": after})
    right = " ".join([*(f"a{i}" for i in range(4)), *(f"b{i}" for i in range(3))])
    turned = " ".join([*(f"b{i}" for i in range(3)), *(f"a{i}" for i in range(4))])
    half = "b0 a0 a1 a2 a3 b1 b2"  # b0 passes all four: 4 of 12 pairs
    two_way = parse_measure("two-way")
    assert two_way.values(judgements, run_of(right, turned)) == {"x": 1.0}
    assert two_way.values(judgements, run_of(right, right)) == {"x": 0.0}
    assert two_way.values(judgements, run_of(right, half)) == {"x": pytest.approx(4 / 12)}


@pytest.mark.parametrize(
    ("ranks", "wise", "sicr"),
    [
        ((2, 1, 3), 1.0, 1.0),
        ((5, 4, 6), (1 - 1 / 20) / sqrt(4), 1.0),
        ((30, 2, 31), 0.01, 1.0),
        ((3, 4, 2), -1.0, 0.0),
        ((2, 4, 5), -0.5, 0.0),
        ((4, 2, 3), -0.25, 0.0),
        ((1, 1, 2), 1.0, 1.0),
    ],
)
def test_infosearch_by_hand(ranks, wise, sicr):
    """Gold at the given ranks of the original, instructed and reversed runs; four documents are judged."""
    judged = {"gold": 1, "b": 0, "c": 0, "d": 0}
    judgements = Judgements({f"x-{part}": judged for part in ("og", "changed", "reversed")})
    run = {}
    for part, place, offset in zip(("og", "changed", "reversed"), ranks, (0.0, 0.5, -0.5), strict=True):
        ranking = [f"o{i:02}" for i in range(40)]
        ranking.insert(place - 1, "gold")
        run[f"x-{part}"] = {document: offset - position for position, document in enumerate(ranking)}
    assert parse_measure("WISE").values(judgements, run) == {"x": pytest.approx(wise)}
    assert parse_measure("SICR").values(judgements, run) == {"x": sicr}


def test_sicr_needs_the_scores_to_move_as_well():
    judgements = Judgements({f"x-{part}": {"gold": 1} for part in ("og", "changed", "reversed")})
    run = {
        "x-og": {"gold": 1.0, "a": 2.0},
        "x-changed": {"gold": 1.0, "a": 0.0},
        "x-reversed": {"gold": 0.5, "a": 2.0, "b": 3.0},
    }
    assert parse_measure("SICR").values(judgements, run) == {"x": 0.0}


def test_infosearch_puts_what_was_not_retrieved_below_any_score_and_behind_the_longest_run():
    judgements = Judgements({"x-og": {"g": 1}, "x-changed": {"g": 1}, "x-reversed": {"g": 0}})
    run = {
        "x-og": {"a": -0.5, "g": -0.9, "b": -1.0, "c": -1.1},
        "x-changed": {"g": -0.1, "a": -0.5},
        "x-reversed": {"a": -0.5},
    }
    assert parse_measure("SICR").values(judgements, run) == {"x": 1.0}
    # ranks 2, 1 and, behind the four of the longest run, 5
    assert parse_measure("WISE").values(judgements, run) == {"x": pytest.approx(1 - 1 / 20)}


def test_robustness_is_the_worst_variant_of_a_base_query():
    judgements = Judgements(
        {"a1": {"x": 1}, "a2": {"x": 1}, "b1": {"x": 1}}, groups={"a1": "a", "a2": "a", "b1": "b"}
    )
    run = {"a1": {"x": 2.0, "y": 1.0}, "a2": {"x": 1.0, "y": 2.0}, "b1": {"x": 1.0}}
    assert parse_measure("robustness@10").values(judgements, run) == {
        "a": pytest.approx(1 / log2(3)),
        "b": 1.0,
    }


def test_pairwise_accuracy_wants_both_queries_right():
    qrels = {"p1": {"x": 1, "y": 0}, "p2": {"x": 0, "y": 1}, "q1": {"x": 1, "y": 0}, "q2": {"x": 0, "y": 1}}
    judgements = Judgements(qrels, groups={query: query[0] for query in qrels})
    prefers_x = {"x": 2.0, "y": 1.0, "z": 3.0}
    run = {"p1": prefers_x, "p2": prefers_x, "q1": prefers_x, "q2": {"x": 1.0, "y": 2.0}}
    assert parse_measure("pairwise-accuracy").values(judgements, run) == {"p": 0.0, "q": 1.0}


@pytest.mark.parametrize(
    ("ranking", "right", "recall", "reciprocal"),
    [
        ("good bad", 1.0, 1.0, 1 - 1 / 2),
        ("bad good", 0.0, -1.0, 1 / 2 - 1),
        ("o good", 1.0, 0.0, 1 / 2),
        ("o bad", 0.0, 0.0, -1 / 2),
        ("o p", 0.0, 0.0, 0.0),
    ],
)
def test_excluir_by_hand(ranking, right, recall, reciprocal):
    judgements = Judgements({"q": {"good": 1, "bad": -1}})
    run = {"q": {document: -float(place) for place, document in enumerate(ranking.split())}}
    assert parse_measure("RR").values(judgements, run) == {"q": right}
    assert parse_measure("dR@1").values(judgements, run) == {"q": recall}
    assert parse_measure("dMRR").values(judgements, run) == {"q": pytest.approx(reciprocal)}


WORST = {"violations@10": 1.0, "p-MRR": -1.0, "selective-p-MRR": -2.0}


def test_a_query_the_run_does_not_answer_counts_at_the_worst_value():
    run = {"x-og": {"f1": 1.0}}
    assert missing(PAIR, run) == ["x-changed"]
    for measure in PAIRED:
        for value in measure.values(PAIR, run).values():
            expected = WORST.get(str(measure), 0.0)
            assert value == expected or str(measure).endswith("/og")


def test_a_score_that_is_not_a_number_names_query_and_document():
    with pytest.raises(InputError, match="'d7' of query 'q3'"):
        check_run({"q3": {"d7": nan}})


def test_ties_are_reported():
    assert tied_share({"q": {"a": 1.0, "b": 1.0, "c": 0.0, "d": 2.0}}) == 0.5
    assert tied_share({}) == 0.0


def test_only_known_parts_are_split_off():
    assert split_id("pp-d2-og") == ("pp-d2", "og")
    assert split_id("test-economy-pro01a") == ("test-economy-pro01a", "")


def test_interval_covers_the_mean_about_95_times_in_100():
    import numpy as np

    generator = np.random.default_rng(1)
    covered = 0
    for _ in range(200):
        sample = dict(enumerate(generator.normal(0.3, 1.0, 60)))
        found = estimate({str(key): float(value) for key, value in sample.items()}, resamples=1000)
        covered += found.low <= 0.3 <= found.high
    assert 178 <= covered <= 199  # 95% of 200, give or take what 60 cases and chance allow


def test_estimates_are_seeded_and_empty_is_none():
    values = dict(zip("abcdefg", (0.0, 1.0, 1.0, 0.5, 0.2, 0.7, 0.9), strict=True))
    assert estimate(values, seed=3) == estimate(dict(reversed(values.items())), seed=3)
    assert estimate({}).value is None and estimate({}).n == 0


def test_paired_difference_sees_what_separate_intervals_hide():
    a = {str(i): i / 50 + 0.02 for i in range(50)}
    b = {str(i): i / 50 for i in range(50)}
    found = difference(a, b)
    assert found.value == pytest.approx(0.02) and found.low > 0.019 and found.p < 0.01
    assert difference(a, a).p == 1.0
    with pytest.raises(InputError, match="not shared"):
        difference(a, {"0": 1.0})


def test_a_handful_of_cases_has_no_interval_and_no_p():
    a = {str(i): 0.30 + i / 100 for i in range(6)}
    b = {case: value - 0.01 for case, value in a.items()}
    five = dict(list(a.items())[:5])
    found = difference(five, {case: b[case] for case in five})
    assert (found.value, found.n) == (pytest.approx(0.01), 5)
    assert (found.low, found.high, found.p) == (None, None, None)
    assert estimate(five).value == pytest.approx(0.32) and estimate(five).low is None
    # six that all point one way do so by chance in 2 of 64 draws of signs, however little they differ
    assert difference(a, b).low > 0 and difference(a, b).p == pytest.approx(2 / 64)


def test_variants_of_one_query_are_drawn_together():
    bases = [i / 29 for i in range(30)]
    values = {f"{i}_{variant}": base for i, base in enumerate(bases) for variant in range(10)}
    groups = {case: case.split("_")[0] for case in values}
    alone, together = estimate(values), estimate(values, groups=groups)
    assert together.value == pytest.approx(alone.value) and together.n == 300
    assert together.high - together.low > 2.5 * (alone.high - alone.low)  # the square root of 10, about
    one = {case: group for case, group in groups.items() if int(group) < 5}
    few = {case: values[case] for case in one}
    assert estimate(few, groups=one).low is None and estimate(few).low is not None
    zero = dict.fromkeys(values, 0.0)
    wide, narrow = difference(values, zero, groups=groups), difference(values, zero)
    assert wide.high - wide.low > 2.5 * (narrow.high - narrow.low)


def test_cases_are_grouped_by_base_query_and_the_queries_of_a_need_by_need():
    judged = {query: {"d": 1} for query in ("x-og", "x-changed", "q_1", "q_2", "v-og", "v-changed")}
    groups = {"q_1": "q", "q_2": "q", "v-og": "w", "v-changed": "w"}
    found = Judgements(judged, groups=groups).case_groups()
    assert found == {
        "x-og": "x", "x-changed": "x", "x": "x",
        "q_1": "q", "q_2": "q",
        "v-og": "w", "v-changed": "w", "v": "w",
    }  # fmt: skip
