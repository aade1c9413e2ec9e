"""The judge's trainer: a row of parts, losses that bind clauses, a run that goes on after a stop."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from adhere.judge import layout

torch = pytest.importorskip("torch")
transformers = pytest.importorskip("transformers")

from adhere.errors import FileError, InputError  # noqa: E402
from adhere.evaluate.verdicts import auc, auc_within  # noqa: E402
from adhere.train.judge import Recipe, Rows, Run, kept_layers  # noqa: E402
from adhere.train.judge_model import Judge, Labelled, loss  # noqa: E402
from adhere.train.run import hashes  # noqa: E402

TOKENIZER = Path(__file__).parent.parent / "src/adhere/models/minilm/tokenizer.json"


def tiny() -> Judge:
    torch.manual_seed(0)
    config = transformers.BertConfig(
        vocab_size=30522, hidden_size=16, num_hidden_layers=1, num_attention_heads=2, intermediate_size=32
    )
    return Judge(transformers.BertModel(config, add_pooling_layer=False))


def item(holds: list[int], groups: list[int], outcomes: list[bool], wanted: list[bool]) -> Labelled:
    row = layout.arrange([5], [[6, 7], [8]], [[9, 10], [11]])
    return Labelled(row, holds, [(0,), ()], groups, wanted, outcomes, [0.0] * len(holds), [""] * len(holds))


def test_a_row_keeps_its_parts_apart() -> None:
    row = layout.arrange([5], [[6, 7], [8]], [[9, 10], [11]])
    assert row.ids == [101, 5, 102, 6, 7, 102, 8, 102, 9, 10, 102, 11, 102]
    assert [row.ids[a:b] for a, b in row.criteria] == [[6, 7, 102], [8, 102]]
    assert [row.types[a] for a, _ in row.sentences] == [layout.SENTENCE] * 2


def test_sentences_are_left_off_where_a_row_would_be_too_long() -> None:
    row = layout.arrange([5], [[6]], [[9] * 60] * 9)
    assert len(row.ids) <= layout.MAX_TOKENS and len(row.sentences) == (layout.MAX_TOKENS - 5) // 61


def test_every_criterion_names_its_best_sentences_in_turn() -> None:
    cosines = np.array([[0.9, 0.1], [0.2, 0.8], [0.7, 0.3], [0.1, 0.2]], np.float32)
    assert layout.chosen(cosines, 2) == [0, 1]
    assert layout.chosen(cosines, 3) == [0, 1, 2]


def test_the_loss_binds_the_clauses_of_an_instruction() -> None:
    good = (torch.tensor([3.0, -3.0]), torch.zeros(2, 2))
    wanted = item([-1, -1], [0, 0], [True], [True, False])
    refused = item([-1, -1], [0, 0], [False], [True, False])
    assert loss([good], [wanted], evidence=0.0) < 0.2 < loss([good], [refused], evidence=0.0)


def test_evidence_is_taught_where_it_is_known() -> None:
    right = torch.tensor([[5.0, 0.0], [0.0, 0.0]]), torch.tensor([[0.0, 5.0], [0.0, 0.0]])
    labelled = item([1, -1], [-1, -1], [], [True, True])
    logits = torch.tensor([2.0, 0.0])
    first, second = (loss([(logits, places)], [labelled], evidence=1.0) for places in right)
    assert first + 4 < second


def test_contrast_asks_for_the_order_of_documents_and_for_nothing_between_criteria() -> None:
    def batch(keys: list[str], shift: float) -> float:
        """A document that meets the first criterion and not the second, and one the other way round."""
        holds = [[1, 0], [0, 1]]
        items = [replace(item(some, [-1, -1], [], [True, True]), key=keys) for some in holds]
        found = [(torch.tensor([a + shift, b]), torch.zeros(2, 2)) for a, b in ([1.0, -1.0], [-1.0, 1.0])]
        plain = loss(found, items, evidence=0.0)
        return float(loss(found, items, evidence=0.0, contrast=1.0) - plain)

    # each pair is two logits apart, whatever a criterion's own level is
    assert batch(["a", "b"], 0.0) == pytest.approx(float(np.log1p(np.exp(-2.0))))
    assert batch(["a", "b"], 3.0) == pytest.approx(batch(["a", "b"], 0.0), abs=1e-6)
    assert batch(["", ""], 0.0) == 0.0


def test_siblings_are_asked_the_same_and_stay_together(tmp_path: Path) -> None:
    file = tmp_path / "rows.jsonl"
    lines = []
    for number in range(12):
        group = number // 3
        asked = [
            {
                "says": f"{word} {group}",
                "holds": number % 3 == 0,
                "shown": [],
                "polarity": "want",
                "group": -1,
            }
            for word in "abcdefg"
        ]
        texts = [f"title {number}", "One.", "Two."]
        head = {"query": f"q{group}", "origin": "o", "licence": "l", "groups": []}
        lines.append(json.dumps(head | {"sentences": texts, "asked": asked}))
    file.write_text("\n".join(lines) + "\n")
    rows = Rows([str(file)], _tokenizer(), Recipe(siblings=3, batch=6))
    for batch in rows.batches(0, 8, 6):
        families = [batch[start : start + 3] for start in range(0, len(batch), 3)]
        assert len(families) == 2
        for family in families:
            assert len({tuple(one.key) for one in family}) == 1
            assert sorted(one.holds[0] for one in family) == [0, 0, 1]


def test_fewer_layers_are_evenly_spaced_and_end_with_the_last() -> None:
    assert [kept_layers(6, few) for few in (1, 2, 3, 6)] == [[5], [2, 5], [1, 3, 5], [0, 1, 2, 3, 4, 5]]


def test_auc_within_a_criterion_gives_nothing_for_knowing_which_are_met() -> None:
    scores = np.array([5.0, 5.0, 1.0, 1.0, 1.0])
    holds = np.array([True, True, False, False, True])
    assert auc(scores, holds) > 0.8
    assert auc_within(scores, holds, ["a", "a", "b", "b", "b"]) == 0.5
    assert np.isnan(auc_within(scores[:2], holds[:2], ["a", "a"]))


def test_auc_counts_ties_half() -> None:
    assert auc(np.array([0.0, 0.0, 1.0]), np.array([True, False, True])) == 0.75


def test_a_run_that_was_stopped_ends_like_one_that_was_not(tmp_path: Path) -> None:
    recipe = Recipe(steps=6, batch=2, dropout=0.1)
    file = tmp_path / "rows.jsonl"
    asked = {"says": "tea", "holds": True, "shown": [0], "polarity": "want", "group": -1}
    row = {
        "query": "",
        "sentences": ["Tea is hot.", "So is soup."],
        "groups": [],
        "origin": "o",
        "licence": "l",
    }
    file.write_text(
        "".join(json.dumps(row | {"asked": [asked | {"holds": bool(n % 2)}]}) + "\n" for n in range(8))
    )

    def losses(run: Run, first: int, last: int) -> list[float]:
        return [
            run.learn(batch) for batch, _ in zip(rows.batches(first, 6, 2), range(last - first), strict=False)
        ]

    rows = Rows([str(file)], _tokenizer(), recipe)
    whole = losses(Run(tiny(), recipe), 0, 6)
    run = Run(tiny(), recipe)
    assert losses(run, 0, 3) == whole[:3]
    run.save(tmp_path / "checkpoint.pt")
    again = Run(tiny(), recipe)
    again.load(tmp_path / "checkpoint.pt")
    assert losses(again, 3, 6) == whole[3:]
    with pytest.raises(InputError, match="Resume with the same recipe"):
        Run(tiny(), Recipe(steps=7)).load(tmp_path / "checkpoint.pt")


def test_a_run_goes_on_with_its_own_data_only(tmp_path: Path) -> None:
    rows, checkpoint, recipe = tmp_path / "rows.jsonl", tmp_path / "checkpoint.pt", Recipe(steps=6)
    rows.write_text("one")
    run = Run(tiny(), recipe, hashes([f"{rows}=2"]))
    run.save(checkpoint)
    Run(tiny(), recipe, hashes([f"{rows}=2"])).load(checkpoint)
    with pytest.raises(InputError, match=r"rows\.jsonl=2 .*asked for is rows\.jsonl=3 .*same data"):
        Run(tiny(), recipe, hashes([f"{rows}=3"])).load(checkpoint)
    rows.write_text("other")
    with pytest.raises(InputError, match="Resume with the same data"):
        Run(tiny(), recipe, hashes([f"{rows}=2"])).load(checkpoint)
    with pytest.raises(FileError, match="no file"):
        hashes([tmp_path / "none.jsonl"])
    state = torch.load(checkpoint, weights_only=True)
    torch.save({name: value for name, value in state.items() if name != "data"}, checkpoint)
    with pytest.raises(InputError, match="does not say what data"):
        run.load(checkpoint)


def _tokenizer():  # type: ignore[no-untyped-def]
    from tokenizers import Tokenizer

    return Tokenizer.from_file(str(TOKENIZER))
