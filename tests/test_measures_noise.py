"""What can be bought with noise: two-way accuracy and p-MRR by a worse changed run, the headline not.

A blind system scores 60 needs of 40 documents; noise of two standard deviations is then added to its
original run, its changed run, or both. The one hole left is shown too, with the figure that gives it away.
"""

from __future__ import annotations

import numpy as np
import pytest

from adhere.evaluate.judgements import Judgements, Run
from adhere.evaluate.measures import parse_measure
from adhere.evaluate.statistics import difference

NEEDS, POOL, RELEVANT, FLIPPED = 60, 40, 20, 10


def made_judgements() -> Judgements:
    """Documents 0-9 flip, 10-19 stay, 20-24 become relevant, the rest never is."""
    original = {f"d{i:02}": int(i < RELEVANT) for i in range(POOL)}
    changed = {f"d{i:02}": int(FLIPPED <= i < RELEVANT + 5) for i in range(POOL)}
    return Judgements(
        {
            f"n{n}-{part}": grades
            for n in range(NEEDS)
            for part, grades in (("og", original), ("changed", changed))
        }
    )


def blind_run(noise_original: float = 0.0, noise_changed: float = 0.0) -> Run:
    """Relevant documents score 1.2 standard deviations higher, whatever the instruction says."""
    generator = np.random.default_rng(7)
    run: dict[str, dict[str, float]] = {}
    for need in range(NEEDS):
        base = generator.normal(size=POOL) + 1.2 * (np.arange(POOL) < RELEVANT)
        extra = generator.normal(size=(2, POOL))
        for row, (part, size) in enumerate((("og", noise_original), ("changed", noise_changed))):
            run[f"n{need}-{part}"] = {f"d{i:02}": float(s) for i, s in enumerate(base + size * extra[row])}
    return run


@pytest.mark.parametrize("noise", [(2.0, 0.0), (0.0, 2.0), (2.0, 2.0), (0.0, 0.5)])
@pytest.mark.parametrize("name", ["interaction", "selective-p-MRR"])
def test_noise_does_not_raise_the_headline(name, noise):
    measure, judgements = parse_measure(name), made_judgements()
    found = difference(measure.values(judgements, blind_run(*noise)), measure.values(judgements, blind_run()))
    assert found.low <= 0, f"{name} rose by {found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


@pytest.mark.parametrize("name", ["two-way", "p-MRR"])
def test_noise_in_the_changed_run_buys_the_others(name):
    measure, judgements = parse_measure(name), made_judgements()
    found = difference(
        measure.values(judgements, blind_run(0.0, 2.0)), measure.values(judgements, blind_run())
    )
    assert found.low > 0


def test_noise_in_the_original_run_shows_in_its_ndcg_even_where_it_buys_the_headline():
    """A blind system that happens to rank flipped documents lower: a worse original run hides that, and the
    unchanged order after it looks like obedience. nDCG@10/og, which belongs to the headline, pays for it."""
    judgements, plain, noisy = made_judgements(), {}, {}
    for run, source in ((plain, blind_run()), (noisy, blind_run(2.0, 0.0))):
        for query, scores in source.items():
            run[query] = {d: score - 1.0 * (int(d[1:]) < FLIPPED) for d, score in scores.items()}
    bought = parse_measure("interaction")
    assert difference(bought.values(judgements, noisy), bought.values(judgements, plain)).low > 0
    paid = parse_measure("nDCG@10/og")
    assert difference(paid.values(judgements, noisy), paid.values(judgements, plain)).high < 0


def test_following_the_instruction_does_raise_the_headline():
    judgements = made_judgements()
    run = {query: dict(scores) for query, scores in blind_run().items()}
    for need in range(NEEDS):
        for i in range(FLIPPED):
            run[f"n{need}-changed"][f"d{i:02}"] -= 1.0
    for name in ("interaction", "selective-p-MRR"):
        measure = parse_measure(name)
        assert difference(measure.values(judgements, run), measure.values(judgements, blind_run())).low > 0.1
