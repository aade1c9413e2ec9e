"""The query in the score: it counts with what it says, and no instruction drowns it."""

from __future__ import annotations

import pytest

from adhere.need import About, Any, Criterion, Document, Mentions
from adhere.search.engine import Engine
from adhere.search.program import NEAREST, QUERY, QueryTerm, Weights, together

ABSTRACTS = {
    "Rivers": "We follow sediment in braided rivers over forty years with satellite images. Channels move"
    " by a width each year, and after large floods islands vanish. Experiments with a flume and"
    " a summary of field reports agree with the model.",
    "Glaciers": "We follow sediment under glaciers with radar. The bed moves in winter, and after warm "
    "summers tunnels collapse. A summary of field reports and an experiment with blocks of "
    "ice agree with the model in the abstract.",
    "Dunes": "Sand dunes cross a desert road. We describe how fences slow them, report an experiment over"
    " nine seasons and give a summary of costs. The passage of lorries raises dust, and one "
    "method of planting holds the crest.",
    "Deltas": "River deltas sink where water is pumped. We report levelling surveys, describe a method "
    "that separates compaction from sea level, and find half of the loss under cities. Results "
    "are summed up in an abstract map.",
    "Coasts": "Cliffs retreat in steps. We report a contribution of waves and rain, with a method of "
    "photographs taken from boats, and a summary by county. The passage from chalk to clay "
    "decides.",
    "Lakes": "Lakes of the high plateau grow. We describe a query to an archive of images, report what "
    "was found in two hundred basins, and make a contribution to the method of dating shores.",
}
SUMMARY = (
    "Braided rivers were watched from satellites for forty years: their channels shift by about one width"
    " a year, islands disappear in great floods, and flume experiments with sediment bear the model out."
)


@pytest.fixture(scope="module")
def engine() -> Engine:
    engine = Engine.in_memory()
    engine.add([Document(title, text, title) for title, text in ABSTRACTS.items()])
    return engine


@pytest.mark.parametrize(
    "instruction",
    [
        "",
        "Find the abstract that this summary was made from.",
        "In this task a query is a summary of a paper, written by a reader. A passage is an abstract. A "
        "relevant abstract reports the same contribution, that is, the same method on the same problem. "
        "The goal is to find the abstract that the summary was made from.",
    ],
)
def test_what_says_nothing_of_the_subject_does_not_drown_a_long_query(
    engine: Engine, instruction: str
) -> None:
    assert engine.search(SUMMARY, instruction).hits[0].document.id == "Rivers"


def test_a_query_counts_with_its_words_and_relative_to_the_best_candidate() -> None:
    short, long = QueryTerm.of("braided rivers"), QueryTerm.of(SUMMARY)
    assert short.weight == QUERY < long.weight < 2 * QUERY and short.half < long.half
    assert long.p(0.8, 40.0) < short.p(0.8, 40.0)
    near = short.relative_to(NEAREST + 3.0)
    assert near.bias == short.bias - 3.0
    assert short.relative_to(NEAREST - 1.0) == short, "what is far from all of them is not brought near"


def test_wants_that_a_program_decides_take_no_weight_from_those_that_are_judged() -> None:
    judged = Criterion("want", About("rivers"))
    rules = [Criterion("want", Mentions(word)) for word in ("flume", "flood")]
    alone, ruled, beside = (Weights.of(criteria) for criteria in ([judged], rules, [judged, *rules]))
    assert beside.score(0.0, (0.3, 1.0, 1.0)) == pytest.approx(alone.score(0.0, (0.3,)))
    broken = [ruled.score(0.0, (p, 1.0)) for p in (1.0, 0.0)]
    three = [beside.score(0.0, (1.0, p, 1.0)) for p in (1.0, 0.0)]
    assert broken[1] < three[1] < three[0] == broken[0]


def test_wants_are_also_read_together() -> None:
    rivers, ice, open_or_free = About("rivers"), About("ice"), Any((About("open data"), About("free code")))
    wants = [Criterion("want", what) for what in (rivers, ice, open_or_free)]
    others = [Criterion("avoid", About("dust")), Criterion("want", Mentions("flume"))]
    assert together([*wants, *others]) == About("rivers; ice; open data or free code")
    assert together([wants[0], *others]) is None is together([wants[0], wants[0]])
    both = Weights.of(wants[:2])
    assert (
        both.score(0.0, (0.5, 0.5, 0.9)) > both.score(0.0, (0.5, 0.5, 0.1)) > both.score(0.0, (0.5, 0.1, 0.1))
    )
    one = Weights.of(wants[:1])
    assert both.score(0.0, (0.4, 0.4, 0.4)) == pytest.approx(one.score(0.0, (0.4,))), "as much as one want"


def test_a_want_that_nothing_meets_is_heard_less() -> None:
    want, avoid = Criterion("want", About("rivers")), Criterion("avoid", About("ice"))
    criteria = [want, avoid]
    full, met, unmet = (
        Weights.of(criteria, [(p, 0.9), (0.01, 0.1)][:n]) for p, n in ((1, 0), (0.6, 2), (0.1, 2))
    )
    assert full == met
    assert unmet.counts[0] == pytest.approx(0.2 * full.counts[0]) and unmet.counts[1] == full.counts[1]


def test_each_of_many_avoids_counts_less_and_all_of_them_more() -> None:
    one, four = (Weights.of([Criterion("avoid", About(word)) for word in "abcd"[:n]]) for n in (1, 4))
    assert four.counts[0] < one.counts[0] < sum(four.counts)
